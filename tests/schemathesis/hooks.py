"""What Schemathesis asks of us: headers as they can be sent, and, in a run that is signed in, the first administrator's session
on the surface under test, as often as what is tried ends it."""

import json
import os
import urllib.error
import urllib.parse
import urllib.request

import schemathesis

URL = os.environ["COUNTERSIGN_URL"]
SURFACE = os.environ["COUNTERSIGN_SURFACE"]
SESSION = os.environ["COUNTERSIGN_SESSION"]
EMAIL = os.environ["BOOTSTRAP_ADMIN_EMAIL"]
PASSWORD = os.environ["BOOTSTRAP_ADMIN_PASSWORD"]
CLIENT = {
    "client_id": os.environ["BOOTSTRAP_CLIENT_ID"],
    "client_secret": os.environ["BOOTSTRAP_CLIENT_SECRET"],
}


def call(method, path, body=None, headers=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", **(headers or {})}
    request = urllib.request.Request(URL + path, data=data, headers=headers, method=method)
    return urllib.request.urlopen(request, timeout=30)


def engine():
    with call("POST", "/api/v1/signin", {"username": EMAIL, "password": PASSWORD}) as answer:
        return {"X-Auth": answer.read().decode()}


def identity_server():
    with call("POST", "/identity/v1/public/authenticate", {"email": EMAIL, "password": PASSWORD}) as answer:
        return {"Authorization": "Bearer " + json.load(answer)["token"]}


def arc():
    with call("POST", "/auth/login-token", {**CLIENT, "username": EMAIL, "password": PASSWORD}) as answer:
        return {"Authorization": "Bearer " + json.load(answer)["accessToken"]}


def barong():
    agent = {"User-Agent": "schemathesis"}
    with call("POST", "/api/v2/identity/sessions", {"email": EMAIL, "password": PASSWORD}, agent) as answer:
        agent["Cookie"] = answer.headers["Set-Cookie"].partition(";")[0]
    with call("GET", "/api/v2/auth/api/v2/barong/resource/users/me", headers=agent) as answer:
        return {"Authorization": answer.headers["Authorization"]}


SIGN_IN = {"engine": engine, "identity-server": identity_server, "arc": arc, "barong": barong}


@schemathesis.hook
def before_call(context, case, kwargs):
    # Python sends what Latin-1 can hold (RFC 9110 §5.5) and made-up values may hold more: those go as their UTF-8, as from a browser.
    for name, value in (case.headers or {}).items():
        if isinstance(value, str) and not value.isascii():
            case.headers[name] = value.encode("utf-8", "replace").decode("latin-1")


class Administrator:
    def get(self, case, context):
        return SIGN_IN[SURFACE]()

    def set(self, case, data, context):
        case.headers = {**(case.headers or {}), **data}


if SESSION == "signed in":
    schemathesis.auth(refresh_interval=2)(Administrator)
