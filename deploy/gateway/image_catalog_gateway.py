#!/usr/bin/python3
"""image_catalog_gateway.py CONFIGURATION-FILE

Serves an image catalogue over HTTP.  Who is asking is found out here: tokens
are Keystone's, checked by keystonemiddleware, or stand in a file for tests.
What is answered is the database's business: each request is one transaction
that names project, user and roles and calls image_catalog.http_request().
Only what may be large passes by it: an export goes out row by row.

docs/gateway.md says how to run it.
"""

import configparser
import contextlib
import http
import json
import logging
import re
import string
import sys
import uuid
from urllib.parse import parse_qsl, quote

import gunicorn.app.base
import psycopg
import psycopg_pool
from psycopg.types.json import Jsonb

log = logging.getLogger("image_catalog_gateway")

DEFAULTS = {
    "bind": "127.0.0.1:9292",
    "workers": "2",
    "threads": "8",  # of a worker; each may have a connection
    "database": "dbname=catalog user=image_gateway",
    "auth": "keystone",
    "admin_role": "admin",
    "tokens": "/etc/image_catalog/tokens",
    "body_limit": "1048576",  # bytes; image data has none here
    "statement_timeout": "30s",
    "connection_timeout": "5",  # seconds to wait for a connection
    "prepare": "yes",  # no where a pooler has the connection for a transaction only
}

# What the authentication in front of us says of the caller.
IDENTITY = re.compile(
    r"HTTP_(X_(SERVICE|IDENTITY|PROJECT|TENANT|USER|DOMAIN|ROLES?|SYSTEM|IS_ADMIN)(_\w+)?"
    r"|OPENSTACK_SYSTEM_SCOPE)")
# What the database need not know.
SECRET = {"HTTP_X_AUTH_TOKEN", "HTTP_X_SERVICE_TOKEN", "HTTP_AUTHORIZATION", "HTTP_COOKIE"}

REQUEST_ID = re.compile(r"[\w.~:+/=-]{1,64}", re.ASCII)

SET_CALLER = """
    SELECT set_config('image_catalog.project_id', %s, true),
           set_config('image_catalog.user_id', %s, true),
           set_config('image_catalog.roles', %s, true),
           set_config('statement_timeout', %s, true)"""
CALL = """
    SELECT status, response_headers, response_body
      FROM image_catalog.http_request(%s, %s, %s, %s)"""
EXPORT = """
    SELECT '{"result":{"image":' || image || E'}}\\n'
      FROM image_catalog.export_container_images(%s, %s::text::int) AS image"""


class Refused(Exception):
    """An answer that the gateway gives itself."""

    def __init__(self, status, message, retry=False):
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = [("Retry-After", "1")] if retry else []


def refusal(error):
    """What an error that http_request() did not answer means to a client."""
    if isinstance(error, Refused):
        return error
    if isinstance(error, (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected)):
        return Refused(409, "The request met another one that changes the same.", True)
    if isinstance(error, psycopg.errors.QueryCanceled):
        return Refused(504, "The request took too long.")
    if isinstance(error, psycopg.OperationalError):  # no connection, or it broke
        return Refused(503, "The database cannot be reached.", True)
    if isinstance(error, psycopg.DataError):  # a zero byte
        return Refused(400, "The request has a character that cannot be stored.")
    return Refused(500, "The server failed to answer the request.")


class Request:
    """What http_request() is told, and who is asking."""

    def __init__(self, environ, settings):
        self.environ = environ
        self.method = environ["REQUEST_METHOD"]
        raw = environ.get("RAW_URI") or environ.get("REQUEST_URI")
        if raw is None:
            raw = quote(environ["PATH_INFO"], encoding="latin-1")
            if environ.get("QUERY_STRING"):
                raw += "?" + environ["QUERY_STRING"]
        self.target = quote(raw, safe=string.printable, encoding="latin-1")
        self.path, _, self.query = self.target.partition("?")
        self.safe = self.method in ("GET", "HEAD", "OPTIONS")
        self.id = environ.setdefault("HTTP_X_OPENSTACK_REQUEST_ID", f"req-{uuid.uuid4()}")
        if not REQUEST_ID.fullmatch(self.id):
            self.id = f"req-{uuid.uuid4()}"
        if not self.id.startswith("req-"):
            self.id = f"req-{self.id}"
        self.headers = {
            name[5:].replace("_", "-"): value for name, value in environ.items()
            if name.startswith("HTTP_") and name not in SECRET and not IDENTITY.fullmatch(name)}
        if environ.get("CONTENT_TYPE"):
            self.headers["CONTENT-TYPE"] = environ["CONTENT_TYPE"]
        self.caller = self.read_caller(settings["admin_role"].lower())

    def read_caller(self, admin_role):
        """Project, user and roles.  Only the configured role administers."""
        if self.environ.get("HTTP_X_IDENTITY_STATUS") != "Confirmed":
            return "", "", ""
        roles = {role.strip().lower() for role in self.environ.get("HTTP_X_ROLES", "").split(",")}
        administers = admin_role in roles
        roles -= {"admin", ""}
        if administers:
            roles.add("admin")
        return (self.environ.get("HTTP_X_PROJECT_ID", ""), self.environ.get("HTTP_X_USER_ID", ""),
                ",".join(sorted(roles)))

    def body(self, limit):
        """The whole body, which may have limit bytes; None if none was sent."""
        length = self.environ.get("CONTENT_LENGTH")
        if not length and "HTTP_TRANSFER_ENCODING" not in self.environ:
            return None
        too_large = Refused(413, f"The body of the request has more than {limit} bytes.")
        if length and int(length) > limit:
            raise too_large
        body = self.environ["wsgi.input"].read(limit + 1)
        if len(body) > limit:
            raise too_large
        if length and len(body) < int(length):
            raise Refused(400, "The body of the request ended before its Content-Length.")
        return body


class Gateway:
    """The WSGI application behind the authentication."""

    def __init__(self, settings):
        self.settings = settings
        self.body_limit = int(settings["body_limit"])
        self.pool = psycopg_pool.ConnectionPool(
            settings["database"], min_size=1, max_size=int(settings["threads"]),
            timeout=float(settings["connection_timeout"]),
            kwargs={"application_name": "image_catalog_gateway",
                    "prepare_threshold": 5 if settings["prepare"] == "yes" else None})

    def __call__(self, environ, start_response):
        request = Request(environ, self.settings)
        try:
            status, headers, body = self.answer(request)
        except (Refused, psycopg.Error) as error:
            status, headers, body = self.refuse(request, error)
        start_response(f"{status} {phrase(status)}", headers)
        return body

    def answer(self, request):
        if request.path == "/healthcheck":
            return self.check_health()
        if request.method == "GET" and is_export(request.path):
            return self.export(request)
        return self.call(request)

    def refuse(self, request, error):
        """Like the errors of http_request(): its docs have the form."""
        refused = refusal(error)
        if refused is not error:
            log.warning("%s %s %s: %s", request.id, request.method, request.path, error)
        if "/v1/" in request.path:
            codes = {400: 3, 409: 10, 413: 8, 503: 14, 504: 4}
            document = {"code": codes.get(refused.status, 13), "message": refused.message,
                        "details": []}
            if is_export(request.path):
                document = {"error": document}
            else:
                document["error"] = refused.message
        else:
            title = phrase(refused.status)
            document = {"message": refused.message, "code": f"{refused.status} {title}",
                        "title": title}
        body = json.dumps(document).encode()
        return refused.status, [*refused.headers, ("Content-Type", "application/json"),
                                ("Content-Length", str(len(body))),
                                ("x-openstack-request-id", request.id)], [body]

    @contextlib.contextmanager
    def transaction(self, caller):
        """A connection in a transaction in which the caller is asking."""
        with self.pool.connection() as connection:
            connection.execute(SET_CALLER, [*caller, self.settings["statement_timeout"]])
            yield connection

    def call(self, request):
        """The answer of http_request(); what changes nothing is tried twice."""
        arguments = [request.method, request.target, Jsonb(request.headers),
                     request.body(self.body_limit)]
        try:
            answer = self.call_once(request.caller, arguments)
            if not request.safe or answer[0] != 409:
                return answer
        except psycopg.OperationalError as error:
            if isinstance(error, (psycopg.errors.QueryCanceled, psycopg_pool.PoolTimeout)):
                raise
            self.pool.check()  # the server was restarted: the others are broken, too
            if not request.safe:
                raise
        return self.call_once(request.caller, arguments)

    def call_once(self, caller, arguments):
        with self.transaction(caller) as connection:
            status, fields, body = connection.execute(CALL, arguments, binary=True).fetchone()
        headers = list(fields.items())
        if status >= 200 and status not in (204, 304):
            headers.append(("Content-Length", str(len(body))))
        return status, headers, [body] if body else []

    def export(self, request):
        """An export, which may be larger than memory."""
        query = dict(parse_qsl(request.query, keep_blank_values=True))
        rows = self.export_rows(request, [query.get("query", ""), query.get("timeout", "0")])
        try:
            first = next(rows, "")
        except psycopg.errors.QueryCanceled:
            raise
        except psycopg.Error:
            return self.call(request)  # which says what is wrong
        return 200, [("Content-Type", "application/json"),
                     ("x-openstack-request-id", request.id)], pieces(first, rows)

    def export_rows(self, request, arguments):
        with self.transaction(request.caller) as connection:
            with connection.cursor("export") as cursor:
                cursor.itersize = 20
                for (row,) in cursor.execute(EXPORT, arguments):
                    yield row

    def check_health(self):
        """Whether a request would be answered: 200 or 503."""
        with self.transaction(("", "", "")) as connection:
            connection.execute(CALL, ["GET", "/versions", Jsonb({}), None])
        return 200, [("Content-Type", "text/plain"), ("Content-Length", "3")], [b"OK\n"]


def is_export(path):
    return path.endswith("/v1/export/images")


def pieces(first, rows):
    """An export as bytes; an error in its midst is its last line."""
    try:
        yield first.encode()
        for row in rows:
            yield row.encode()
    except psycopg.Error as error:
        log.warning("export: %s", error)
        cancelled = isinstance(error, psycopg.errors.QueryCanceled)
        yield json.dumps({"error": {
            "code": 4 if cancelled else 13,
            "message": "context deadline exceeded" if cancelled else "the export failed",
            "details": []}}).encode() + b"\n"


def phrase(status):
    """What HTTP calls a status."""
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


class StaticTokens:
    """Tokens from a file, for tests: lines "TOKEN PROJECT USER ROLE,ROLE"."""

    def __init__(self, application, file):
        self.application = application
        self.callers = {}
        with open(file, encoding="utf-8") as lines:
            for line in lines:
                words = line.split("#")[0].split()
                if words:
                    token, project, user, roles = words
                    self.callers[token] = (project, user, roles)

    def __call__(self, environ, start_response):
        caller = self.callers.get(environ.get("HTTP_X_AUTH_TOKEN"))
        if caller:
            environ["HTTP_X_IDENTITY_STATUS"] = "Confirmed"
            (environ["HTTP_X_PROJECT_ID"], environ["HTTP_X_USER_ID"],
             environ["HTTP_X_ROLES"]) = caller
        return self.application(environ, start_response)


def without_claims(application):
    """Take out what a client says of itself; a bearer is a token like another."""
    def stripped(environ, start_response):
        for name in [name for name in environ if IDENTITY.fullmatch(name)]:
            if name != "HTTP_X_SERVICE_TOKEN":
                del environ[name]
        scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() == "bearer":
            environ.setdefault("HTTP_X_AUTH_TOKEN", token.strip())
        return application(environ, start_response)
    return stripped


def make_application(settings, keystone):
    """The gateway behind the authentication that is configured."""
    gateway = Gateway(settings)
    if settings["auth"] == "static":
        return without_claims(StaticTokens(gateway, settings["tokens"]))
    from keystonemiddleware import auth_token
    # who has no token may still ask for the versions
    return without_claims(auth_token.AuthProtocol(
        gateway, {**keystone, "delay_auth_decision": True}))


class Server(gunicorn.app.base.BaseApplication):
    """gunicorn, configured by our file."""

    def __init__(self, settings, keystone):
        self.settings = settings
        self.keystone = keystone
        super().__init__()

    def load_config(self):
        for name in ("bind", "workers", "threads"):
            self.cfg.set(name, self.settings[name])
        self.cfg.set("worker_class", "gthread")
        self.cfg.set("proc_name", "image_catalog_gateway")

    def load(self):
        return make_application(self.settings, self.keystone)


def is_loopback(bind):
    return re.match(r"(127(\.\d+){3}|\[::1\]|localhost):|unix:", bind) is not None


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.splitlines()[0])
    parser = configparser.ConfigParser(interpolation=None)
    with open(sys.argv[1], encoding="utf-8") as file:
        parser.read_file(file)
    given = dict(parser["gateway"]) if "gateway" in parser else {}
    unknown = set(given) - set(DEFAULTS)
    if unknown:
        sys.exit(f"{sys.argv[1]}: unknown in [gateway]: {', '.join(sorted(unknown))}")
    settings = {**DEFAULTS, **given}
    if settings["auth"] not in ("keystone", "static"):
        sys.exit(f"{sys.argv[1]}: auth is keystone or static, not {settings['auth']}")
    if settings["auth"] == "static" and not is_loopback(settings["bind"]):
        sys.exit(f"{sys.argv[1]}: tokens of a file are for tests, on loopback only")
    keystone = dict(parser["keystone_authtoken"]) if "keystone_authtoken" in parser else {}
    logging.basicConfig(format="%(name)s: %(message)s")
    sys.argv = sys.argv[:1]
    Server(settings, keystone).run()


if __name__ == "__main__":
    main()
