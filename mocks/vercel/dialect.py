"""How Vercel speaks: Bearer tokens, a team in the query, JSON, its error envelope, pages by instant, milliseconds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from harness import instants, jsons
from harness.dialect import Dialect, Directory, Exchange, Grant, bearer, bearer_of
from mocks.vercel import errors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.collection import Collection
    from harness.dialect import Ask
    from harness.errors import Refusal
    from harness.messages import Request
    from harness.provider import Operation
    from harness.transaction import Transaction
    from mocks.vercel.parameters import Listing

Json = dict[str, Any]

MILLISECOND = 1000
SCOPE = frozenset({"teamId", "slug"})
"""The query of every operation: which team it is about; none means the personal account."""


class VercelDialect(Dialect):
    """Vercel's REST protocol."""

    provider = "vercel"
    content_type = "application/json; charset=utf-8"
    request_id_form = "iad1::{lower:5}-{digits:13}-{hex:12}"

    def authenticate(self, request: Request, directory: Directory) -> Grant:
        """Find the world of `Authorization: Bearer <token>`."""
        token = bearer_of(request)
        if not token:
            raise errors.missing_token()
        grant = directory.find("vercel", token)
        if grant is None:
            raise errors.invalid_token()
        return grant

    def authorize(self, tx: Transaction, grant: Grant, operation: Operation) -> None:
        """Refuse deleted and expired tokens, and teams that the token does not reach."""
        from mocks.vercel.resources import accounts, tokens

        token = tokens.use(tx, grant)
        if token is None:
            raise errors.invalid_token()
        accounts.check_scope(tx, token)

    def proof(self, env: Mapping[str, str], path: str, ask: Ask) -> dict[str, str]:
        """Show the token."""
        return bearer(env["VERCEL_TOKEN"])

    def decode(self, request: Request, operation: Operation) -> Json:
        """Read the query for what the operation knows of it, and the JSON body of anything but a GET.

        An array as body is given as `items`.
        """
        if operation.params is None:
            return {}
        names = {field.alias or name for name, field in operation.params.model_fields.items()} - SCOPE
        found: Json = {
            name: value for name, value in parse_qsl(request.query, keep_blank_values=True) if name in names
        }
        if request.method == "GET":
            return found
        try:
            body = jsons.read(request.body) if request.body else {}
        except ValueError:
            raise errors.malformed() from None
        if isinstance(body, list) and "items" in names:
            return found | {"items": body}
        if not isinstance(body, dict):
            raise errors.bad_request("Invalid request: should be object.", rule="invalid_body")
        return found | body

    def invalid(self, operation: Operation, errors: list[Any], data: Json) -> Refusal:
        """Name the first thing wrong, as Vercel does."""
        from mocks.vercel.parameters import explain

        return explain(errors)

    def unserved(self, request: Request) -> Refusal:
        """Answer an unknown path."""
        return errors.no_endpoint()

    def method_not_allowed(self, request: Request, allowed: frozenset[str]) -> Refusal:
        """Answer a known path with another method."""
        return errors.wrong_method(allowed)

    def failure(self, status: int, message: str = "") -> Refusal:
        """Answer with a bare status."""
        return errors.failure(status, message)

    def headers(self, exchange: Exchange) -> list[tuple[str, str]]:
        """Return what every answer carries: the rate limit, and Vercel's id of the request."""
        return [
            ("X-RateLimit-Limit", str(errors.LIMIT)),
            ("X-RateLimit-Remaining", str(errors.LIMIT - 1)),
            ("X-RateLimit-Reset", str(exchange.now // instants.SECOND + 60)),
            ("x-vercel-id", exchange.request_id),
            ("server", "Vercel"),
        ]


# --- times and lists ---------------------------------------------------------------------------------------------


def milliseconds(tx: Transaction) -> int:
    """Return the present as Vercel writes instants: whole milliseconds since 1970."""
    return tx.now // MILLISECOND


def added(tx: Transaction, collection: Collection, document: Json, **where: Any) -> Json:
    """Insert a document with `createdAt`: no two of a list share a millisecond, as pages are cut by that instant.

    `where` names the list, by a declared index.
    """
    newest = tx.first(collection, **where)
    created = milliseconds(tx)
    if newest is not None:
        created = max(created, newest["createdAt"] + 1)
    document |= {"createdAt": created}
    return tx.insert(collection, document, at=created * MILLISECOND)


def listed(
    tx: Transaction,
    collection: Collection,
    params: Listing,
    things: str,
    render: Callable[[Json], Json],
    **where: Any,
) -> Json:
    """Answer a list under the name of its `things`: newest first, `until` is the instant that the page before gave as `next`."""
    until = params.until if params.until is not None else params.from_
    page = tx.page(
        collection,
        where=where,
        limit=params.limit,
        until=None if until is None else (until - 1) * MILLISECOND,
        since=None if params.since is None else params.since * MILLISECOND,
    )
    return {
        things: [render(each) for each in page.items],
        "pagination": pagination([each["createdAt"] for each in page.items], more=page.has_more),
    }


def pagination(instants_: list[int], *, more: bool = False) -> Json:
    """Return how a page tells where the next one begins: at the instant of its last item."""
    return {
        "count": len(instants_),
        "next": instants_[-1] if more else None,
        "prev": instants_[0] if instants_ else None,
    }


def find(tx: Transaction, collection: Collection, id: str, thing: str) -> Json:
    """Return the document of an id in a path, if it belongs to the account asked for; refuse any other."""
    from mocks.vercel.resources import accounts

    document = tx.get(collection, id)
    if document is None or document.get("ownerId", accounts.scope(tx)) != accounts.scope(tx):
        raise errors.not_found(thing)
    return document


def without_nothing(shown: Json) -> Json:
    """Leave out the fields that have no value: Vercel's answers lack them."""
    return {name: value for name, value in shown.items() if value is not None}
