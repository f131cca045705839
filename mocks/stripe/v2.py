"""How Stripe's v2 API speaks: JSON bodies, instants as text, errors of code and message, pages behind addresses.

Its operations share the world, the keys and the idempotency of v1. (Stripe docs: API v2 overview.)
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from harness import instants, jsons
from harness.errors import InvalidInput
from mocks.stripe.errors import invalid
from mocks.stripe.forms import nest, read_fields
from mocks.stripe.parameters import Group, as_limit

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.collection import Collection
    from harness.errors import Refusal
    from harness.messages import Request
    from harness.transaction import Transaction

Json = dict[str, Any]

PREFIX = "/v2/"

_BY_STATUS = {
    400: "invalid_fields",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    429: "rate_limit",
}
_BY_RULE = {
    "duplicate_meter_event": "duplicate_meter_event",
    "idempotency_key_reused": "idempotency_error",
    "meter_no_customer": "payload_no_customer_defined",
    "meter_no_value": "payload_no_value_defined",
    "meter_value": "payload_invalid_value",
    "no_meter_event": "invalid_cancel_configuration",
}
_KEPT = frozenset({"archived_meter", "billing_meter_event_session_expired", "no_meter"})
_TYPED = {
    "billing_meter_event_session_expired": "temporary_session_expired",
    "idempotency_error": "idempotency_error",
}
"""The codes whose errors have a type, by which SDKs choose an exception of its own."""


def _instant(value: object) -> object:
    if not isinstance(value, str):
        raise PydanticCustomError("invalid_instant", "not an instant")
    try:
        return instants.parse(value)
    except InvalidInput as error:
        raise PydanticCustomError("invalid_instant", "not an instant") from error


Instant = Annotated[int, BeforeValidator(_instant)]
"""RFC 3339 text, read as microseconds since 1970."""


class InstantRange(Group):
    """`created[gt]`, `[gte]`, `[lt]`, `[lte]`."""

    gt: Instant | None = None
    gte: Instant | None = None
    lt: Instant | None = None
    lte: Instant | None = None

    def bounds(self) -> tuple[int | None, int | None]:
        """Return the first and the last instant that belong to the range, in microseconds."""
        lows = [self.gte, None if self.gt is None else self.gt + 1]
        highs = [self.lte, None if self.lt is None else self.lt - 1]
        return (
            max((each for each in lows if each is not None), default=None),
            min((each for each in highs if each is not None), default=None),
        )


class PageParams(Group):
    """What every v2 list takes: the size of a page, and the page that an earlier answer named."""

    limit: Annotated[int, BeforeValidator(as_limit)] = 20
    page: str | None = None


def read_json(request: Request) -> Json:
    """Return the parameters of a v2 request: its query, and its JSON body; raise the 400 for a body that is none."""
    fields = nest(read_fields(request.query)) if request.query else {}
    if not request.body or request.method == "GET":
        return fields
    try:
        return fields | jsons.read_object(request.body)
    except ValueError:
        raise invalid(
            "The body of a v2 request must be a JSON object, with the content type application/json.",
            rule="content_type",
        ) from None


def refused(refusal: Refusal) -> Json:
    """Return a refusal's body as v2 has it."""
    error, rule = refusal.body["error"], refusal.rule or ""
    code = error.get("code")
    if code not in _KEPT:
        code = _BY_RULE.get(rule) or _BY_STATUS.get(refusal.status, "api_error")
    shown: Json = {"code": code, "message": error["message"]}
    if code in _TYPED:
        shown |= {"doc_url": f"https://docs.stripe.com/error-codes#{code}", "type": _TYPED[code]}
    return {"error": dict(sorted(shown.items()))}


def listing(
    tx: Transaction,
    collection: Collection,
    params: PageParams,
    *,
    path: str,
    show: Callable[[Json], Json],
    one_of: tuple[str, list[str]] | None = None,
    wanted: Callable[[Json], bool] = lambda _: True,
    since: int | None = None,
    until: int | None = None,
) -> Json:
    """Answer a list: a page of what is `wanted` of a collection, newest first, with the addresses of its neighbours.

    `one_of` names an index, and the values to look up in it.
    """
    forward, cursor = _read(params.page)
    found: list[Json] = []
    more = True
    while more and len(found) <= params.limit:
        try:
            page = tx.page(
                collection,
                one_of=one_of,
                limit=params.limit + 1,
                after=cursor if forward else None,
                before=None if forward else cursor,
                since=since,
                until=until,
            )
        except KeyError as error:
            raise _no_page() from error
        kept = [each for each in page.items if wanted(each)]
        found = found + kept if forward else kept + found
        more = page.has_more
        if page.items:
            cursor = page.items[-1 if forward else 0]["id"]
    beyond = len(found) > params.limit
    items = found[: params.limit] if forward else found[-params.limit :]
    sent = params.given() | {"limit": params.limit}
    older = items and (beyond if forward else True)
    newer = items and (params.page is not None if forward else beyond)
    return {
        "data": [show(each) for each in items],
        "next_page_url": _address(path, sent, f"a{items[-1]['id']}") if older else None,
        "previous_page_url": _address(path, sent, f"b{items[0]['id']}") if newer else None,
    }


def _read(page: str | None) -> tuple[bool, str | None]:
    if page is None:
        return True, None
    try:
        text = urlsafe_b64decode(page.encode() + b"=" * (-len(page) % 4)).decode()
    except ValueError as error:
        raise _no_page() from error
    if text[:1] not in {"a", "b"}:
        raise _no_page()
    return text[0] == "a", text[1:]


def _no_page() -> Refusal:
    return invalid("The page is none that this list has given.", param="page", rule="unknown_page")


def _address(path: str, sent: Json, cursor: str) -> str:
    page = urlsafe_b64encode(cursor.encode()).decode().rstrip("=")
    return f"{path}?{urlencode(_fields(sent | {'page': page}))}"


def _fields(value: Any, name: str = "") -> list[tuple[str, str]]:
    """Return parameters as the fields of a query; instants as text."""
    if isinstance(value, dict):
        pairs = [(f"{name}[{key}]" if name else key, each) for key, each in value.items()]
    elif isinstance(value, list):
        pairs = [(f"{name}[{number}]", each) for number, each in enumerate(value)]
    else:
        return [(name, instants.iso(value) if name.startswith("created") else str(value))]
    return [field for key, each in pairs for field in _fields(each, key)]
