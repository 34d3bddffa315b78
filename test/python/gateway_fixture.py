"""What the tests of the gateway share: TAP, a database, a gateway that runs,
and an identity service of the smallest kind.

The server is found by PGHOST; what these tests make is gone at the end.
"""

import atexit
import base64
import http.client
import importlib.metadata
import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from urllib.parse import parse_qs
from wsgiref import simple_server

SOURCE = os.environ.get("SOURCE", ".")
PROGRAM = f"{SOURCE}/deploy/gateway/image_catalog_gateway.py"
sys.path.insert(0, os.path.dirname(PROGRAM))
sys.dont_write_bytecode = True
logging.getLogger("image_catalog_gateway").disabled = True

# token, project, user, roles: both the gateway and the identity service read it
TOKENS = """
# as the gateway's documentation has them
acme-token    acme    alice  member,reader
globex-token  globex  bob    member,reader
view-token    acme    vera   reader
scan-token    acme    carl   reader,container_image_writer
ops-token     ops     root   admin,member,reader
"""

count = 0
failures = 0


def ok(good, name, *detail):
    global count, failures
    count += 1
    if not good:
        failures += 1
    print("ok" if good else "not ok", f"{count} - {name}", flush=True)
    if not good:
        for line in "\n".join(str(part) for part in detail).splitlines():
            print("#", line)
    return good


def same(got, expected, name):
    return ok(got == expected, name, f"expected: {expected!r}", f"got: {got!r}")


def finish():
    print(f"1..{count}")
    sys.exit(1 if failures else 0)


def skip_unless(*modules):
    """Ends the program unless the modules can be loaded."""
    for module in modules:
        try:
            __import__(module)
        except ImportError:
            print(f"1..0 # SKIP the Python module {module} is not installed")
            sys.exit(0)


def skip_unless_release(**releases):
    """Ends the program unless clients are of the releases that it was written for."""
    for package, release in releases.items():
        found = importlib.metadata.version(package)
        if int(found.split(".")[0]) != release:
            print(f"1..0 # SKIP this is for release {release} of {package}, not {found}")
            sys.exit(0)


def psql(database, sql, check=True):
    """What a statement answers, as the superuser."""
    done = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if check and done.returncode != 0:
        raise RuntimeError(f"{sql}: {done.stderr}")
    return done.stdout.strip()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Fixture:
    """A database with the extension and the role of the gateway."""

    def __init__(self, name):
        self.database = name
        self.folder = tempfile.mkdtemp(prefix=name)
        self.processes = []
        self.made_role = psql("postgres", "SELECT FROM pg_roles WHERE rolname = 'image_gateway'") == ""
        atexit.register(self.remove)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        psql("postgres", f"CREATE DATABASE {name}")
        psql(name, "CREATE EXTENSION image_catalog")
        subprocess.run(["psql", "-Xq", "-d", name, "-f", f"{SOURCE}/deploy/roles.sql"], check=True)
        self.tokens = self.write("tokens", TOKENS)

    def write(self, name, text):
        path = f"{self.folder}/{name}"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def settings(self, **given):
        return {"bind": f"127.0.0.1:{free_port()}", "workers": "1", "threads": "4",
                "database": f"host={os.environ['PGHOST']} port={os.environ.get('PGPORT', '5432')}"
                f" dbname={self.database} user=image_gateway",
                "auth": "static", "tokens": self.tokens, **given}

    def configuration(self, settings, keystone=None):
        """The gateway's file."""
        lines = ["[gateway]", *(f"{name} = {value}" for name, value in settings.items())]
        if keystone:
            lines += ["[keystone_authtoken]",
                      *(f"{name} = {value}" for name, value in keystone.items())]
        return self.write(f"gateway{len(self.processes)}.ini", "\n".join(lines) + "\n")

    def start(self, keystone=None, **given):
        """A gateway that answers."""
        settings = self.settings(**given)
        self.log = f"{self.folder}/gateway{len(self.processes)}.log"
        with open(self.log, "w", encoding="utf-8") as log:
            self.processes.append(subprocess.Popen(
                ["/usr/bin/python3", PROGRAM, self.configuration(settings, keystone)],
                stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL))
        gateway = Client(int(settings["bind"].rpartition(":")[2]))
        for _ in range(150):
            try:
                if gateway.ask("GET", "/healthcheck").status == 200:
                    return gateway
            except OSError:
                pass
            time.sleep(0.1)
        with open(self.log, encoding="utf-8") as log:
            raise RuntimeError(f"the gateway does not answer: {log.read()}")

    def remove(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
        psql("postgres", f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)", False)
        for role in ("image_dba", "image_app", "image_tenant", "image_report", "image_gateway"):
            if self.made_role:
                psql("postgres", f"DROP OWNED BY {role}", False)
                psql("postgres", f"DROP ROLE {role}", False)
        shutil.rmtree(self.folder, ignore_errors=True)


class Answer:
    """Of a gateway."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:2000]!r}"


class Client:
    """Asks a gateway."""

    def __init__(self, port):
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    def ask(self, method, target, token=None, body=None, **headers):
        """Each request has a connection of its own."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers.setdefault("Accept", "application/json")
        if token:
            headers["X-Auth-Token"] = f"{token}-token"
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, target, body=body, headers=headers)
            return Answer(connection.getresponse())
        finally:
            connection.close()


class Identity:
    """Keystone as far as clients of images and keystonemiddleware ask it.

    A user's password is the user's token; a token is a line of TOKENS.
    """

    ISSUED = "2020-01-01T00:00:00.000000Z"
    EXPIRES = "2099-01-01T00:00:00.000000Z"

    def __init__(self, image_url):
        self.image_url = image_url
        self.callers = {}
        for line in TOKENS.splitlines():
            if line and not line.startswith("#"):
                token, project, user, roles = line.split()
                self.callers[token] = (project, user, roles.split(","))
        self.validated = 0
        # a service of OpenStack's that checks tokens
        self.callers["gateway-secret"] = ("service", "gateway", ["service"])
        self.server = simple_server.make_server("127.0.0.1", 0, self, handler_class=Silent)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v3"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def document(self, token):
        project, user, roles = self.callers[token]
        domain = {"id": "default", "name": "Default"}
        return {"token": {
            "methods": ["password"], "audit_ids": [base64.b16encode(token.encode()).decode()],
            "issued_at": self.ISSUED, "expires_at": self.EXPIRES,
            "user": {"id": user, "name": user, "domain": domain, "password_expires_at": None},
            "project": {"id": project, "name": project, "domain": domain},
            "roles": [{"id": role, "name": role} for role in roles],
            "catalog": [
                {"type": service, "id": service, "name": service, "endpoints": [
                    {"id": service, "interface": "public", "region": "RegionOne",
                     "region_id": "RegionOne", "url": url}]}
                for service, url in (("image", self.image_url), ("identity", self.url))]}}

    def __call__(self, environ, start_response):
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        status, headers, document = "404 Not Found", [], {"error": {"code": 404}}
        projects = [{"id": project, "name": project, "domain_id": "default"}
                    for project in sorted({caller[0] for caller in self.callers.values()})]
        if path.rstrip("/") in ("/v3", ""):
            version = {"id": "v3.14", "status": "stable",
                       "links": [{"rel": "self", "href": self.url}]}
            if path.rstrip("/"):
                status, document = "200 OK", {"version": version}
            else:
                status, document = "300 Multiple Choices", {"versions": {"values": [version]}}
        elif path == "/v3/auth/tokens" and method == "POST":
            length = int(environ["CONTENT_LENGTH"])
            asked = json.loads(environ["wsgi.input"].read(length))["auth"]["identity"]
            user = asked.get("password", {}).get("user", {})
            known = self.callers.get(user.get("password"))
            if known and known[1] in (user.get("name"), user.get("id")):
                status, document = "201 Created", self.document(user["password"])
                headers.append(("X-Subject-Token", user["password"]))
            else:
                status, document = "401 Unauthorized", {"error": {"code": 401}}
        elif path == "/v3/auth/tokens" and method == "GET":
            token = environ.get("HTTP_X_SUBJECT_TOKEN")
            self.validated += 1
            if environ.get("HTTP_X_AUTH_TOKEN") != "gateway-secret":
                status, document = "401 Unauthorized", {"error": {"code": 401}}
            elif token in self.callers:
                status, document = "200 OK", self.document(token)
                headers.append(("X-Subject-Token", token))
        elif path == "/v3/projects":
            name = parse_qs(environ["QUERY_STRING"]).get("name", [None])[0]
            status, document = "200 OK", {"projects": [
                project for project in projects if name in (None, project["name"])]}
        elif path.startswith("/v3/projects/"):
            for project in projects:
                if path.endswith(f"/{project['id']}"):
                    status, document = "200 OK", {"project": project}
        body = json.dumps(document).encode()
        start_response(status, [*headers, ("Content-Type", "application/json"),
                                ("Content-Length", str(len(body)))])
        return [body]

    def middleware(self):
        """The section keystone_authtoken for this service."""
        return {"auth_type": "password", "auth_url": self.url, "username": "gateway",
                "password": "gateway-secret", "project_name": "service",
                "user_domain_id": "default", "project_domain_id": "default",
                "www_authenticate_uri": self.url, "interface": "public"}


class Silent(simple_server.WSGIRequestHandler):
    """Logs nothing."""

    def log_message(self, format, *args):
        pass
