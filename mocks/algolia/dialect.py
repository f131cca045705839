"""How Algolia speaks: application and key, JSON under any content type, its error envelope, CORS and correlation ids."""

from __future__ import annotations

import re
from json import JSONDecoder
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import orjson

from harness import instants, jsons
from harness.dialect import Dialect, Directory, Exchange, Grant
from harness.messages import Reply
from mocks.algolia import errors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.dialect import Ask
    from harness.errors import Refusal
    from harness.messages import Request
    from harness.provider import Operation
    from harness.transaction import Transaction

Json = dict[str, Any]

APPLICATION = "x-algolia-application-id"
KEY = "x-algolia-api-key"
ALLOWED_HEADERS = (
    "x-algolia-application-id, x-algolia-api-key, x-algolia-usertoken, x-algolia-user-id, x-algolia-agent,"
    " x-forwarded-for, content-type, content-encoding, accept, accept-encoding, request-id, user-agent"
)
_REQUESTS = re.compile(r'"requests"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_DECODER = JSONDecoder()
_CORS = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "Correlation-ID, Retry-After"),
)
_PREFLIGHT = (
    ("Access-Control-Allow-Methods", "GET, PUT, DELETE, POST, OPTIONS"),
    ("Access-Control-Allow-Headers", ALLOWED_HEADERS),
    ("Access-Control-Max-Age", "86400"),
)


class AlgoliaDialect(Dialect):
    """The protocol of Algolia's REST APIs."""

    provider = "algolia"
    content_type = "application/json; charset=UTF-8"
    request_id_form = "{alnum:11}"

    def authenticate(self, request: Request, directory: Directory) -> Grant:
        """Find the world of the application; `authorize` checks the key in it.

        Host names are lower case on the wire, so the application is never read from them.
        """
        grant = directory.find("algolia", credential(request, APPLICATION))
        if grant is None:
            raise errors.invalid_credentials()
        return grant

    def authorize(self, tx: Transaction, grant: Grant, operation: Operation) -> None:
        """Refuse a key that is unknown, expired, or has not the operation's ACL."""
        from mocks.algolia.resources import access

        access.check(tx, operation.id)

    def proof(self, env: Mapping[str, str], path: str, ask: Ask) -> dict[str, str]:
        """Show the application and its admin key."""
        return {APPLICATION: env["ALGOLIA_APP_ID"], KEY: env["ALGOLIA_ADMIN_API_KEY"]}

    def decode(self, request: Request, operation: Operation) -> Json:
        """Read the JSON body, whatever its content type, and the query; what is in both, the body decides.

        An operation whose parameters have a field `body` gets it as it is.
        """
        if operation.params is None:
            return {}
        query = {
            name: value
            for name, value in parse_qsl(request.query, keep_blank_values=True)
            if not name.lower().startswith("x-algolia-")
        }
        body = _json(request.body) if request.method != "GET" else {}
        if "body" in operation.params.model_fields:
            return {**query, "body": body}
        if not isinstance(body, dict):
            raise errors.not_an_object()
        return {**query, **body}

    def invalid(self, operation: Operation, errors: list[Any], data: Json) -> Refusal:
        """Name the first thing wrong."""
        from mocks.algolia.parameters import explain

        return explain(errors)

    def unserved(self, request: Request) -> Refusal:
        """Answer an unknown path."""
        return errors.no_path()

    def method_not_allowed(self, request: Request, allowed: frozenset[str]) -> Refusal:
        """Answer a known path with another method."""
        return errors.failure(405)

    def failure(self, status: int, message: str = "") -> Refusal:
        """Answer with a bare status."""
        return errors.failure(status, message)

    def preflight(self, request: Request) -> Reply | None:
        """Let any page ask: Algolia is made to be searched from browsers."""
        return Reply(status=200, headers=list(_PREFLIGHT))

    def headers(self, exchange: Exchange) -> list[tuple[str, str]]:
        """Give each answer an id, which ends with the one that the client sent, and let browsers read it."""
        sent = exchange.request.header("request-id") or ""
        proper = len(sent) == 11 and sent.isascii() and sent.isalnum()
        drawn = exchange.request_id or "preflight"
        return [("Correlation-ID", f"{drawn}-{sent}" if proper else drawn), *_CORS]


def credential(request: Request, name: str) -> str:
    """Return a credential from its header, or else from the query parameter of the same name."""
    found = request.header(name)
    if found is None:
        found = next((value for key, value in parse_qsl(request.query) if key.lower() == name), "")
    return found.strip()


def _json(body: bytes) -> Any:
    try:
        return jsons.read(body) if body.strip() else {}
    except jsons.TooDeep:
        raise errors.not_an_object() from None
    except orjson.JSONDecodeError as error:
        raise errors.invalid_json(error.lineno, error.colno) from None


def place(body: bytes, key: str) -> tuple[int, int]:
    """Return line and column of the end of a key or value in a body, as Algolia's errors count them."""
    at = body.find(orjson.dumps(key))
    if at < 0:
        return 1, 1
    end = at + len(orjson.dumps(key))
    line = body.count(b"\n", 0, end) + 1
    return line, end - (body.rfind(b"\n", 0, end) + 1)


def place_of_request(body: bytes, number: int) -> tuple[int, int]:
    """Return line and column of the end of a request of a batch, counted from 0."""
    text = body.decode("utf-8", "replace")
    start = _REQUESTS.search(text)
    if start is None:
        return 1, 1
    end = start.end()
    for _ in range(number + 1):
        between = _BETWEEN.match(text, end)
        end = _DECODER.raw_decode(text, between.end() if between else end)[1]
    return text.count("\n", 0, end) + 1, end - (text.rfind("\n", 0, end) + 1)


def timestamp(instant: int) -> str:
    """Write an instant as Algolia does: `2026-01-05T10:00:00.123Z`."""
    return instants.iso(instant)
