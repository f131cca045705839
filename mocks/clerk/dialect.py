"""How Clerk speaks: Bearer keys, JSON bodies, its error envelope, cursors and timestamps."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import orjson

from harness.dialect import Dialect, Directory, Exchange, Grant
from mocks.clerk import errors

if TYPE_CHECKING:
    from harness.collection import Collection
    from harness.errors import Refusal
    from harness.messages import Request
    from harness.provider import Operation
    from harness.transaction import Transaction
    from mocks.clerk.parameters import Listing

Json = dict[str, Any]


class ClerkDialect(Dialect):
    """Clerk's protocol."""

    provider = "clerk"
    request_id_form = "req_{alnum:16}"

    def authenticate(self, request: Request, directory: Directory) -> Grant:
        """Find the world of `Authorization: Bearer clerk_test_…`."""
        scheme, _, key = (request.header("authorization") or "").partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            raise errors.missing_api_key()
        grant = directory.find("clerk", key.strip())
        if grant is None:
            raise errors.invalid_api_key()
        return grant

    def decode(self, request: Request, operation: Operation) -> Json:
        """Read the query of a GET, the JSON body of anything else; operations without parameters read neither."""
        if operation.params is None:
            return {}
        if request.method == "GET":
            return dict(parse_qsl(request.query, keep_blank_values=True))
        try:
            body = orjson.loads(request.body) if request.body else {}
        except orjson.JSONDecodeError:
            raise errors.malformed() from None
        if not isinstance(body, dict):
            raise errors.malformed()
        return body

    def invalid(self, operation: Operation, errors: list[Any], data: Json) -> Refusal:
        """Name the first thing wrong."""
        from mocks.clerk.parameters import explain

        return explain(errors)

    def unserved(self, request: Request) -> Refusal:
        """Answer an unknown path."""
        return errors.unknown_path()

    def failure(self, status: int, message: str = "") -> Refusal:
        """Answer with a bare status."""
        return errors.failure(status, message)

    def headers(self, exchange: Exchange) -> list[tuple[str, str]]:
        """Give each answer its id."""
        return [("Request-Id", exchange.request_id)]


def listed(tx: Transaction, collection: Collection, params: Listing, render: Callable[[Json], Json]) -> Json:
    """Answer a list, the newest first; `after` is the id to go on after."""
    try:
        page = tx.page(collection, limit=params.limit, after=params.after)
    except KeyError:
        raise errors.invalid("after", "after is the id of nothing in this list.") from None
    return {"data": [render(each) for each in page.items], "has_more": page.has_more}
