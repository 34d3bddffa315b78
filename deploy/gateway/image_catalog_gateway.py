#!/usr/bin/python3
"""image_catalog_gateway.py CONFIGURATION-FILE

Serves an image catalogue over HTTP.  Who is asking is found out here: tokens
are Keystone's, checked by keystonemiddleware, or stand in a file for tests.
What is answered is the database's business: each request is one transaction
that names project, user and roles and calls image_catalog.http_request().
Only what may be large goes piece by piece: exports, and the data of images.

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
    "body_limit": "1048576",  # bytes; that of image data is the catalogue's
    "stage_limit": "67108864",  # bytes of data that is staged, which is done whole
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

PIECE = 1 << 20  # bytes of image data at once
DATA = re.compile(r"/v2[.\d]*/images/([^/]+)/(file|stage)$")

SET_CALLER = f"""
    SELECT set_config('image_catalog.project_id', %s, true),
           set_config('image_catalog.user_id', %s, true),
           set_config('image_catalog.roles', %s, true),
           set_config('statement_timeout', %s, true),
           set_config('image_catalog.http_data_piece', '{PIECE}', true)"""
CALL = """
    SELECT status, response_headers, response_body
      FROM image_catalog.http_request(%s, %s, %s, %b)"""
EXPORT = """
    SELECT line || E'\\n'
      FROM image_catalog.export_container_images(%s, %s::text::int, true) AS line"""

DOWNLOAD = "SELECT image_catalog.download_image_data(%s, %s, %s)"
ABORT = "SELECT image_catalog.abort_image_data(%s)"


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

    def read(self, size):
        """As many bytes of the body, or all that are left."""
        if not self.environ.get("CONTENT_LENGTH") and "HTTP_TRANSFER_ENCODING" not in self.environ:
            return b""
        return self.environ["wsgi.input"].read(size)

    def body(self, limit):
        """The whole body, which may have limit bytes."""
        length = self.environ.get("CONTENT_LENGTH")
        too_large = Refused(413, f"The body of the request has more than {limit} bytes.")
        if length and int(length) > limit:
            raise too_large
        body = self.read(limit + 1)
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
            return self.twice(request, self.export)
        data = DATA.search(request.path)
        if not data:
            return self.twice(request, self.call)
        image_id, kind = data.groups()
        if request.method == "GET":
            return self.twice(request, lambda request: self.download(request, image_id))
        if kind == "stage":
            return self.call(request, int(self.settings["stage_limit"]))
        if request.method == "PUT" and not request.headers.keys() & {"UPLOAD-OFFSET", "UPLOAD-COMPLETE"}:
            return self.upload(request, image_id)
        return self.call(request)

    def twice(self, request, answer):
        """An answer; what changes nothing is tried again if that may help."""
        try:
            answered = answer(request)
            if not request.safe or answered[0] != 409:
                return answered
        except psycopg.OperationalError as error:
            if isinstance(error, (psycopg.errors.QueryCanceled, psycopg_pool.PoolTimeout)):
                raise
            self.pool.check()  # the server was restarted: the others are broken, too
            if not request.safe:
                raise
        return answer(request)

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
    def transaction(self, caller, snapshot=False):
        """A connection in a transaction in which the caller is asking."""
        with self.pool.connection() as connection:
            if snapshot:
                connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            connection.execute(SET_CALLER, [*caller, self.settings["statement_timeout"]])
            yield connection

    def call(self, request, limit=None):
        """The answer of http_request()."""
        return self.call_with(request, request.headers, request.body(limit or self.body_limit))

    def call_with(self, request, headers, body):
        with self.transaction(request.caller) as connection:
            status, fields, body = ask(connection, request, headers, body)
        return status, list_headers(status, fields, body), [body] if body else []

    def upload(self, request, image_id):
        """Image data piece by piece, a transaction each; none stays if one fails."""
        length = request.environ.get("CONTENT_LENGTH")
        offset, piece = 0, request.read(PIECE)
        try:
            while True:
                following = request.read(PIECE) if len(piece) == PIECE else b""
                if not following and length and offset + len(piece) != int(length):
                    raise Refused(400, "The data ended before its Content-Length.")
                headers = request.headers
                if offset or following:
                    headers = {**headers, "UPLOAD-OFFSET": str(offset),
                               "UPLOAD-COMPLETE": "?0" if following else "?1"}
                answer = self.call_with(request, headers, piece)
                if not following or answer[0] != 204:
                    break
                offset += len(piece)
                piece = following
        except BaseException:
            self.abort(request, image_id, offset)
            raise
        if answer[0] != 204:
            self.abort(request, image_id, offset)
        return answer

    def abort(self, request, image_id, offset):
        """Takes back what an upload has stored, if anything."""
        with contextlib.suppress(psycopg.Error):
            if offset:
                with self.transaction(request.caller) as connection:
                    connection.execute(ABORT, [image_id])

    def download(self, request, image_id):
        """Image data, piece by piece."""
        pieces = self.download_pieces(request, image_id)
        status, headers = next(pieces)
        return status, headers, pieces

    def download_pieces(self, request, image_id):
        """Status and headers, then the pieces of the body, all of one snapshot."""
        with self.transaction(request.caller, snapshot=True) as connection:
            status, fields, body = ask(connection, request, request.headers,
                                       request.body(self.body_limit))
            yield status, list_headers(status, fields, body)
            start = re.match(r"bytes (\d+)", fields.get("Content-Range", ""))
            offset = int(start[1]) if start else 0
            end = offset + int(fields.get("Content-Length", len(body)))
            while body:
                yield body
                offset += len(body)
                if offset == end:
                    break
                body = connection.execute(DOWNLOAD, [image_id, offset, min(PIECE, end - offset)],
                                          binary=True).fetchone()[0]

    def export(self, request):
        """An export, row by row."""
        query = dict(parse_qsl(request.query, keep_blank_values=True))
        rows = self.export_rows(request, [query.get("query", ""), query.get("timeout", "0")])
        try:
            first = next(rows, "")
        except psycopg.OperationalError:
            raise
        except psycopg.Error:
            return self.call(request)  # which says what is wrong
        return 200, [("Content-Type", "application/json"),
                     ("x-openstack-request-id", request.id)], pieces_of(first, rows)

    def export_rows(self, request, arguments):
        with self.transaction(request.caller) as connection:
            with connection.cursor("export") as cursor:
                cursor.itersize = 20
                for (row,) in cursor.execute(EXPORT, arguments):
                    yield row

    def check_health(self):
        """Whether a request would be answered: 200 or 503."""
        with self.transaction(("", "", "")) as connection:
            connection.execute(CALL, ["GET", "/versions", Jsonb({}), None]).fetchone()
        return 200, [("Content-Type", "text/plain"), ("Content-Length", "3")], [b"OK\n"]


def is_export(path):
    return path.endswith("/v1/export/images")


def ask(connection, request, headers, body):
    """Status, headers and body of http_request()'s answer."""
    return connection.execute(CALL, [request.method, request.target, Jsonb(headers), body],
                              binary=True).fetchone()


def list_headers(status, fields, body):
    """Headers as WSGI wants them, with the length of a body that there may be."""
    headers = list(fields.items())
    if "Content-Length" not in fields and status not in (204, 304):
        headers.append(("Content-Length", str(len(body))))
    return headers


def pieces_of(first, rows):
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
