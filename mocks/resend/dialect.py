"""How Resend speaks: Bearer keys, JSON bodies, its error envelope, idempotency keys, cursors and timestamps."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from harness import instants, jsons
from harness.dialect import Dialect, Directory, Exchange, Grant, bearer, bearer_of
from mocks.resend import errors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harness.collection import Collection
    from harness.dialect import Ask
    from harness.errors import Refusal
    from harness.messages import Request
    from harness.provider import Operation
    from harness.transaction import Transaction
    from mocks.resend.parameters import Listing

Json = dict[str, Any]

SENDING = frozenset({"emails/send", "emails/send-batch"})
"""The operations that a `sending_access` key may call, and that remember an Idempotency-Key."""

BATCH = "emails/send-batch"
ARRAYS = {BATCH: "emails", "contacts/update-topics": "topics"}
"""Operations whose body is an array, and the name under which they take it (of the latter the SDKs send both forms)."""
REPEATED = frozenset({"emails/metrics"})
"""Operations that take a parameter of their query several times, as they take its values with commas between."""
RATE = 5
"""Requests a second that an account may make, as its headers tell; only a fault enforces it."""


class ResendDialect(Dialect):
    """Resend's REST protocol."""

    provider = "resend"
    content_type = "application/json; charset=utf-8"

    def authenticate(self, request: Request, directory: Directory) -> Grant:
        """Find the world of `Authorization: Bearer re_…`."""
        key = bearer_of(request)
        if not key:
            raise errors.missing_api_key()
        grant = directory.find("resend", key)
        if grant is None:
            raise errors.invalid_api_key()
        return grant

    def authorize(self, tx: Transaction, grant: Grant, operation: Operation) -> None:
        """Refuse deleted and restricted keys, and requests without User-Agent."""
        from mocks.resend.resources import api_keys

        key = api_keys.use(tx, grant)
        if key is None:
            raise errors.invalid_api_key()
        if key["permission"] == "sending_access" and operation.id not in SENDING:
            raise errors.restricted_api_key()
        if tx.request is not None and not tx.request.header("user-agent"):
            tx.deviation(errors.missing_user_agent())

    def proof(self, env: Mapping[str, str], path: str, ask: Ask) -> dict[str, str]:
        """Show the API key."""
        return bearer(env["RESEND_API_KEY"])

    def decode(self, request: Request, operation: Operation) -> Json:
        """Read the query of a GET, the JSON body of anything else; operations without parameters read neither."""
        if operation.params is None:
            return {}
        if request.method == "GET":
            return _query(request.query, repeated=operation.id in REPEATED)
        try:
            body = jsons.read(request.body) if request.body else {}
        except ValueError:
            raise errors.malformed() from None
        if isinstance(body, list) and operation.id in ARRAYS:
            return {ARRAYS[operation.id]: body}
        if operation.id == BATCH or not isinstance(body, dict):
            raise errors.malformed()
        return body

    def invalid(self, operation: Operation, errors: list[Any], data: Json) -> Refusal:
        """Name the first thing wrong, as Resend does."""
        from mocks.resend.parameters import explain

        return explain(errors, data)

    def unserved(self, request: Request) -> Refusal:
        """Answer an unknown path."""
        return errors.no_endpoint()

    def method_not_allowed(self, request: Request, allowed: frozenset[str]) -> Refusal:
        """Answer a known path with another method."""
        return errors.method_not_allowed()

    def failure(self, status: int, message: str = "") -> Refusal:
        """Answer with a bare status."""
        return errors.failure(status, message)

    def idempotency_key(self, request: Request, operation: Operation) -> str | None:
        """Sending remembers its Idempotency-Key for 24 hours; other operations ignore it."""
        key = request.header("idempotency-key")
        if key is None or operation.id not in SENDING:
            return None
        if not 1 <= len(key) <= 256:
            raise errors.invalid_idempotency_key()
        return key

    def key_reused(self, key: str) -> Refusal:
        """Refuse a key that comes again with another payload."""
        return errors.key_reused()

    def headers(self, exchange: Exchange) -> list[tuple[str, str]]:
        """Return the rate limit headers that every answer carries (names as in recorded answers)."""
        return list(_RATE_HEADERS)


_RATE_HEADERS = (
    ("ratelimit-limit", str(RATE)),
    ("ratelimit-policy", f"{RATE};w=1"),
    ("ratelimit-remaining", str(RATE - 1)),
    ("ratelimit-reset", "1"),
)


def _query(text: str, *, repeated: bool) -> Json:
    found: dict[str, str] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        found[name] = f"{found[name]},{value}" if repeated and name in found else value
    return found


# --- timestamps and lists ----------------------------------------------------------------------------------------


def timestamp(instant: int) -> str:
    """Write an instant as Resend's REST answers do: PostgreSQL's text, `2023-04-03 22:13:42.674981+00`.

    Zeros at the end of the fraction are left out, and a whole second has none (recorded answers).
    """
    text = instants.moment(instant).strftime("%Y-%m-%d %H:%M:%S")
    fraction = instant % instants.SECOND
    return f"{text}.{fraction:06d}".rstrip("0") + "+00" if fraction else text + "+00"


def listed(
    tx: Transaction, collection: Collection, params: Listing, render: Callable[[Json], Json], **where: Any
) -> Json:
    """Answer a list: newest first, `after` and `before` are ids and exclude each other; `where` filters by index."""
    _one_cursor(params)
    try:
        page = tx.page(collection, where=where, limit=params.limit, after=params.after, before=params.before)
    except KeyError as error:
        cursor = "after" if error.args[0] == params.after else "before"
        raise _unknown_cursor(cursor) from None
    return {"object": "list", "has_more": page.has_more, "data": [render(each) for each in page.items]}


def _one_cursor(params: Listing) -> None:
    if params.after is not None and params.before is not None:
        raise errors.invalid("The `after` and `before` parameters cannot be used together.", field="after")


def _unknown_cursor(cursor: str) -> Refusal:
    return errors.invalid(f"Invalid `{cursor}` cursor.", field=cursor, rule="unknown_cursor")


def sliced(items: Sequence[Json], params: Listing) -> Json:
    """Answer a list of what hangs on one thing, by the same cursors as `listed`."""
    _one_cursor(params)
    cursor = "after" if params.after is not None else "before"
    id = getattr(params, cursor)
    first, last = 0, len(items)
    if id is not None:
        at = next((number for number, each in enumerate(items) if each["id"] == id), None)
        if at is None:
            raise _unknown_cursor(cursor)
        first, last = (at + 1, last) if cursor == "after" else (0, at)
    if cursor == "before" and id is not None:
        found = items[max(first, last - params.limit) : last]
    else:
        found = items[first : first + params.limit]
    return {"object": "list", "has_more": len(found) < last - first, "data": list(found)}


def find(tx: Transaction, collection: Collection, id: str, thing: str) -> Json:
    """Return the document of an id in a path; refuse what is no UUID (422) and what is unknown (404)."""
    document = tx.get(collection, id)
    if document is not None:
        return document
    if not is_uuid(id):
        raise errors.invalid_id()
    raise errors.not_found(thing)


def is_uuid(text: str) -> bool:
    """Tell whether a text is a UUID in its usual spelling of 36 characters."""
    parts = text.split("-")
    if [len(part) for part in parts] != [8, 4, 4, 4, 12]:
        return False
    return all(character in "0123456789abcdefABCDEF" for part in parts for character in part)
