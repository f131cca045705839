"""How browsers speak to Clerk: which requests are for the Frontend API, method overrides, forms, CORS.

The Backend API and the Frontend API have operations under the same paths; the latter's are registered below `/frontend`,
those of the account portal below `/portal`. Requests are told apart by host name, by the label of a world, and, for
consumers that reach both under one address, by what only the Frontend API has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl

import orjson

from mocks.clerk import errors, keys

if TYPE_CHECKING:
    from harness.dialect import Directory
    from harness.messages import Request
    from harness.provider import Operation

Json = dict[str, Any]

API, PORTAL = "/frontend", "/portal"
SUFFIX = f".{keys.DOMAIN}"
ACCOUNTS = ".accounts.dev"
"""The Frontend API of `x.clerk.accounts.dev` has its account portal at `x.accounts.dev`."""

IMAGES = "img.clerk.com"
"""The host of all pictures: clerk-js has its name written into it, for the icons of identity providers."""

OWN_HOSTS = (IMAGES, ACCOUNTS)
"""How the names of hosts end that only browsers call."""

PICTURES = "/v1/greenroom/pictures"
"""Where pictures of Greenroom's own are, below the Frontend API."""

OVERRIDES = ("PATCH", "PUT", "DELETE")
_MARKS = ("_clerk_js_version=", "__clerk_db_jwt=", "__dev_session=", "_clerk_session_id=", "_is_native=")
_OWN = ("client", "environment", "dev_browser", "me", "oauth_callback", "tickets", "account_portal", "verify")
_PAGES = (
    *("sign-in", "sign-up", "user", "organization", "create-organization", "unauthorized-sign-in"),
    *("waitlist", "default-redirect", "portal.js", "portal.css"),
)


def is_frontend(request: Request) -> bool:
    """Tell whether a request is a browser's: for the Frontend API, its scripts, pictures, or the account portal."""
    if request.label is not None or _host(request).endswith(OWN_HOSTS):
        return True
    if (request.header("authorization") or "").lower().startswith("bearer "):
        return False
    first, _, rest = request.path.lstrip("/").partition("/")
    if first in ("npm", ".well-known", "oauth"):
        return True
    return first == "v1" and (rest.partition("/")[0] in _OWN or any(mark in request.query for mark in _MARKS))


def route(request: Request, directory: Directory) -> tuple[str, str]:
    """Return method and path of a browser's request as they are registered; its host name labels the world."""
    host = _host(request)
    if host == IMAGES:
        return request.method, f"{API}{PICTURES}/{request.path.rpartition('/')[2]}"
    portal = host.endswith(ACCOUNTS) and not host.endswith(SUFFIX)
    if request.label is None and host.endswith(ACCOUNTS):
        name = f"{host.removesuffix(ACCOUNTS)}{SUFFIX}" if portal else host
        grant = directory.find("clerk", keys.publishable_key(name))
        if grant is None:
            raise errors.conflict("host_invalid", "Invalid host", "We were unable to attribute this request to an instance running on Clerk. Make sure that your Clerk Publishable Key is correct.")  # fmt: skip
        request.label = grant.world
    first = request.path.lstrip("/").partition("/")[0]
    if portal or first in _PAGES:
        return request.method, f"{PORTAL}{request.path}"
    if request.method != "POST":
        return request.method, f"{API}{request.path}"
    override = parse_qs(request.query).get("_method", [""])[-1].upper()
    return override if override in OVERRIDES else "POST", f"{API}{request.path}"


def request_of(request: Request | None) -> Request:
    """Return the request of a transaction that a browser's request began."""
    assert request is not None  # noqa: S101 - nothing else begins it
    return request


def base(request: Request) -> str:
    """Return where a browser's request has reached the Frontend API, so that what it is sent on to opens too."""
    proxy, host = request.header("clerk-proxy-url"), _host(request)
    if proxy is not None and proxy.startswith(("http://", "https://")):
        return proxy.rstrip("/")
    if host.endswith(ACCOUNTS):
        scheme = request.origin.partition("://")[0]
        api = host if host.endswith(SUFFIX) else f"{host.removesuffix(ACCOUNTS)}{SUFFIX}"
        return f"{scheme}://{(request.header('host') or '').replace(host, api, 1)}"
    named = host.endswith(".localhost") or request.label is None
    return request.origin if named else f"{request.origin}/~{request.label}"


def has_own_host(request: Request) -> bool:
    """Tell whether a request came under one of Clerk's host names."""
    return _host(request).endswith((ACCOUNTS, ".clerk.com", ".clerk.dev"))


def _host(request: Request) -> str:
    return (request.header("host") or "").partition(":")[0].lower()


def unserved(request: Request) -> Exception:
    """Return the 404 for a path that the Frontend API would have."""
    return errors.unserved(request.method, request.path)


def decode(request: Request, operation: Operation) -> Json:
    """Read query and form together; forms win."""
    from mocks.clerk import forms

    query = forms.read_query(request, operation)
    body: Any = {}
    if request.method != "GET" and request.body:
        body = forms.read_body(request, operation)
        if not isinstance(body, dict):
            raise errors.malformed()
    return {**query, **{name: _unpacked(value) for name, value in body.items()}}


def _unpacked(value: Any) -> Any:
    """Return what a form has of a list: clerk-js writes it as the text of a JSON array, in one value."""
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str) and value[0].startswith("["):
        try:
            found = orjson.loads(value[0])
        except orjson.JSONDecodeError:
            return value
        return found if isinstance(found, list) else value
    return value


def query_value(request: Request, *names: str) -> str:
    """Return the first value that a query has under one of several names, else an empty text."""
    found = dict(parse_qsl(request.query))
    return next((found[name] for name in names if found.get(name)), "")


def cors(request: Request) -> list[tuple[str, str]]:
    """Return the headers that let a page of another origin read an answer: its own origin, never `*` but for pictures."""
    if _host(request) == IMAGES:
        return [("Access-Control-Allow-Origin", "*")]
    origin = request.header("origin")
    if origin is None:
        return []
    return [
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Allow-Credentials", "true"),
        (
            "Access-Control-Expose-Headers",
            "Authorization, Clerk-Db-Jwt, X-Clerk-Auth-Reason, X-Clerk-Auth-Message",
        ),
        ("Vary", "Origin"),
    ]


def preflight(request: Request) -> list[tuple[str, str]]:
    """Return the headers that answer a browser's question whether it may send a request."""
    asked = request.header("access-control-request-headers")
    return [
        *cors(request),
        ("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE, OPTIONS"),
        *([("Access-Control-Allow-Headers", asked)] if asked else []),
        ("Access-Control-Max-Age", "600"),
    ]
