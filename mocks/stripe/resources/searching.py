"""Searching: which fields each kind of object is searched by, and how its matches are found, newest first.

An equality that all matches must have is looked up in the store's index if there is one (customer, email, product,
currency of prices …), and `created` bounds the rest. What remains is read in chunks until the page is full. One request
reads `MOST_READ` objects at most: then its page is shorter, and `next_page` goes on from there.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from mocks.stripe.errors import invalid
from mocks.stripe.rendering import RESOURCES, Resource, render
from mocks.stripe.resources.search_query import Clause, Field, Kind, Query, matches, read

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from harness.unit import Page

Json = dict[str, Any]

CHUNK = 200
MOST_READ = 10_000
MOST_COUNTED = 10_000
"""Stripe counts no further (API reference: total_count)."""

INDEXED: dict[str, dict[str, Callable[[str], str]]] = {
    "customer": {"email": str.casefold},
    "charge": {"customer": str},
    "payment_intent": {"customer": str},
    "price": {"product": str, "active": str.lower, "type": str.lower, "currency": str.lower},
    "product": {"active": str.lower, "shippable": str.lower},
    "invoice": {"customer": str, "subscription": str, "status": str.lower},
    "subscription": {},
}
"""Fields that the store can look up, and the spelling under which it does."""

ALWAYS: dict[str, Json] = {"price": {"listed": True}}
"""What every match is looked up by as well: prices of deleted plans are not found."""

_NAMES = {"email": "searched_email"}


def _at(path: tuple[str, ...], document: Json) -> Any:
    value: Any = document
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return str(value).lower() if isinstance(value, bool) else value


def _fields(kinds: dict[Kind, str], **paths: str) -> dict[str, Field]:
    """Return fields by kind, named as they are read; `paths` tells where others are."""
    found: dict[str, Field] = {"metadata": Field("string", partial(_at, ("metadata",)))}
    for kind, names in kinds.items():
        for name in names.split():
            found[name] = Field(kind, partial(_at, tuple(paths.get(name, name).split("."))))
    return found


FIELDS: dict[str, dict[str, Field]] = {
    "charge": _fields(
        {
            "token": "billing_details.address.postal_code currency customer disputed refunded status"
            " payment_method_details.card.brand payment_method_details.card.exp_month"
            " payment_method_details.card.exp_year payment_method_details.card.fingerprint"
            " payment_method_details.card.last4",
            "numeric": "amount created",
        }
    ),
    "customer": _fields({"string": "email name phone", "numeric": "created"}),
    "invoice": _fields(
        {
            "token": "currency customer last_finalization_error_code last_finalization_error_type status subscription",
            "string": "number receipt_number",
            "numeric": "created total",
        },
        last_finalization_error_code="last_finalization_error.code",
        last_finalization_error_type="last_finalization_error.type",
        subscription="parent.subscription_details.subscription",
    ),
    "payment_intent": _fields({"token": "currency customer status", "numeric": "amount created"}),
    "price": _fields({"token": "active currency product type", "string": "lookup_key"}),
    "product": _fields({"token": "active shippable", "string": "description name url"}),
    "subscription": _fields({"token": "status", "numeric": "canceled_at created"}),
}
"""Stripe docs: query fields of each resource."""


@dataclass(slots=True)
class Search:
    """A search of one kind of objects."""

    resource: Resource
    query: Query
    text: str

    @classmethod
    def of(cls, object: str, text: str) -> Search:
        """Read a query over a kind of object; raise the 400 of one that cannot be."""
        return cls(RESOURCES[object], read(text, FIELDS[object], f"{object}s"), text)

    def found(self, tx: Transaction, page: str | None, limit: int) -> tuple[list[Json], str | None]:
        """Return a page of matches, and the token of the next one."""
        after, number = None if page is None else self._place(page), 0
        items: list[Json] = []
        last = ""
        for document in self._candidates(tx, after):
            if number == MOST_READ or len(items) == limit + 1:
                break
            number += 1
            last = document["id"]
            if matches(self.query, FIELDS[self.resource.object], document):
                items.append(document)
        if len(items) > limit:
            return items[:limit], self._token(items[limit - 1]["id"])
        return items, self._token(last) if number == MOST_READ else None

    def count(self, tx: Transaction) -> int:
        """Count all matches, as far as Stripe counts."""
        count = 0
        for document in self._candidates(tx, None):
            count += matches(self.query, FIELDS[self.resource.object], document)
            if count == MOST_COUNTED:
                break
        return count

    def _candidates(self, tx: Transaction, after: str | None) -> Iterator[Json]:
        """Yield what may match, newest first."""
        sure = [] if self.query.any else [each for each in self.query.clauses if not each.negated]
        where = self._where(sure)
        since, until = _bounds(sure)
        while True:
            found = self._chunk(tx, where, after, since, until)
            yield from found.items
            if not found.has_more:
                return
            after = found.items[-1]["id"]

    def _chunk(
        self, tx: Transaction, where: Json, after: str | None, since: int | None, until: int | None
    ) -> Page:
        try:
            return tx.page(
                self.resource.collection, where=where, limit=CHUNK, after=after, since=since, until=until
            )
        except KeyError as error:
            raise _bad_page() from error

    def _where(self, sure: list[Clause]) -> Json:
        indexed = INDEXED[self.resource.object]
        return ALWAYS.get(self.resource.object, {}) | {
            _NAMES.get(each.field, each.field): indexed[each.field](each.value)
            for each in sure
            if each.operator == ":" and each.value is not None and each.field in indexed
        }

    def _token(self, last: str) -> str:
        return base64.urlsafe_b64encode(f"{last}\n{self.text}".encode()).decode()

    def _place(self, page: str) -> str:
        try:
            last, _, text = base64.b64decode(page, altchars=b"-_", validate=True).decode().partition("\n")
        except (binascii.Error, UnicodeDecodeError, ValueError) as error:
            raise _bad_page() from error
        if text != self.text:
            raise _bad_page()
        return last


def result(
    tx: Transaction,
    object: str,
    url: str,
    text: str,
    *,
    page: str | None,
    limit: int,
    expand: tuple[str, ...],
) -> Json:
    """Answer a search with a page of rendered matches; `total_count` is there when it is expanded."""
    search = Search.of(object, text)
    items, following = search.found(tx, page, limit)
    inner = tuple(each.removeprefix("data.") for each in expand if each != "total_count")
    for each in expand:
        if each != "total_count" and not each.startswith("data."):
            raise invalid(
                f"This property cannot be expanded ({each}). You may want to try expanding 'data.{each}' instead.",
                param="expand",
                rule="cannot_expand",
            )
    answer: Json = {
        "object": "search_result",
        "data": [render(tx, each, inner) for each in items],
        "has_more": following is not None,
        "next_page": following,
        "url": url,
    }
    if "total_count" in expand:
        answer["total_count"] = search.count(tx)
    return answer


def _bounds(sure: list[Clause]) -> tuple[int | None, int | None]:
    """Return the instants between which the matches of `created` clauses lie, a second wider than need be."""
    lows, highs = [], []
    for each in sure:
        if each.field != "created" or each.value is None:
            continue
        seconds = int(float(each.value))
        if each.operator in {":", ">", ">="}:
            lows.append(seconds - 1)
        if each.operator in {":", "<", "<="}:
            highs.append(seconds + 1)
    since = max(lows) * 1_000_000 if lows else None
    until = min(highs) * 1_000_000 + 999_999 if highs else None
    return since, until


def _bad_page() -> Exception:
    return invalid(
        "Invalid page: use the `next_page` of the answer before, with the same query.",
        param="page",
        rule="search_page",
    )
