"""Quotes: an offer of prices, which becomes a subscription or an invoice when it is accepted.

    draft → open → accepted; either of the first two → canceled

(Stripe docs: quotes overview; API reference: quotes.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from harness.instants import SECOND
from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.parameters import merged
from mocks.stripe.rendering import Resource, register
from mocks.stripe.resources import (
    checkout_items,
    customers,
    quote_totals,
    subscribing,
    test_clocks,
    unserved_links,
)
from mocks.stripe.resources.events import emit

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

QUOTES = Collection("stripe.quote", "customer", "status", "test_clock")

LIVES_SECONDS = 30 * 86_400
"""How long an offer stands unless `expires_at` says otherwise."""

_TEXTS = ("description", "footer", "header")


def lines_of(quote: Json) -> list[Json]:
    """Return the line items of a quote as they are kept."""
    found: list[Json] = quote["_"]["line_items"]
    return found


def _line_items(tx: Transaction, quote: Json) -> Json:
    items, url = checkout_items.shown(tx, quote), f"/v1/quotes/{quote['id']}/line_items"
    return {"object": "list", "data": items[:10], "has_more": len(items) > 10, "url": url}


register(
    Resource(
        "quote",
        QUOTES,
        expands={
            "customer": "customer",
            "default_tax_rates": "tax_rate",
            "discounts": "discount",
            "invoice": "invoice",
            "subscription": "subscription",
            "subscription_schedule": "subscription_schedule",
            "test_clock": "test_helpers.test_clock",
            **unserved_links.of("quote"),
        },
        includes={"line_items": _line_items},
    )
)


def find(tx: Transaction, id: str) -> Json:
    """Return a quote named in the path; raise the 404."""
    found = tx.get(QUOTES, id)
    if found is None:
        raise errors.not_found("quote", id, param="quote")
    test_clocks.enter(tx, found)
    return found


def create(tx: Transaction, given: Json, items: list[Json] | None) -> Json:
    """Draft a quote and announce it; `items` hold `price` (document), `quantity` and `tax_rates`. Raises the 400s."""
    quote: Json = {
        "id": new_id(tx, "qt"),
        "object": "quote",
        "amount_subtotal": 0,
        "amount_total": 0,
        "application": None,
        "application_fee_amount": None,
        "application_fee_percent": None,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "collection_method": "charge_automatically",
        "computed": {},
        "created": tx.seconds,
        "currency": None,
        "customer": None,
        "customer_account": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "expires_at": tx.seconds + LIVES_SECONDS,
        "footer": None,
        "from_quote": None,
        "header": None,
        "invoice": None,
        "invoice_settings": {"days_until_due": None, "issuer": {"type": "self"}},
        "livemode": False,
        "metadata": {},
        "number": None,
        "on_behalf_of": None,
        "status": "draft",
        "status_transitions": {"accepted_at": None, "canceled_at": None, "finalized_at": None},
        "subscription": None,
        "subscription_data": quote_totals.subscription_data(tx, {}),
        "subscription_schedule": None,
        "test_clock": None,
        "total_details": {},
        "transfer_data": None,
        "_": {"line_items": [], "asked": []},
    }
    tx.insert(QUOTES, quote)
    _write(tx, quote, given, items or [])
    emit(tx, "quote.created", QUOTES, quote)
    return quote


def change(tx: Transaction, quote: Json, given: Json, items: list[Json] | None) -> Json:
    """Change a draft, or the metadata of any quote. No event."""
    if quote["status"] != "draft" and not (given.keys() <= {"metadata"} and items is None):
        raise errors.invalid(
            f"Only draft quotes can be changed; this one is `{quote['status']}`.", rule="quote_state"
        )
    _write(tx, quote, given, items)
    return quote


def finalize(tx: Transaction, quote: Json, expires_at: int | None) -> Json:
    """Make an offer of a draft: give it a number and announce it; raise the 400s of one that is incomplete."""
    _check_state(quote, "finalized", ("draft",))
    for name, missing in (("customer", quote["customer"] is None), ("line_items", not lines_of(quote))):
        if missing:
            raise errors.invalid(
                f"A quote must have `{name}` to be finalized.", param=name, rule="quote_incomplete"
            )
    if expires_at is not None:
        quote["expires_at"] = _future(tx, expires_at)
    customer = customers.get(tx, quote["customer"])
    number = tx.count(QUOTES, customer=customer["id"])
    quote |= {"number": f"QT-{customer['invoice_prefix']}-{number:04d}-1", "status": "open"}
    quote["status_transitions"]["finalized_at"] = tx.seconds
    _keep(tx, quote)
    emit(tx, "quote.finalized", QUOTES, quote)
    return quote


def cancel(tx: Transaction, quote: Json) -> Json:
    """Withdraw a quote and announce it; raise the 400 for one that is accepted or canceled."""
    _check_state(quote, "canceled", ("draft", "open"))
    quote["status"] = "canceled"
    quote["status_transitions"]["canceled_at"] = tx.seconds
    _keep(tx, quote)
    emit(tx, "quote.canceled", QUOTES, quote)
    return quote


def accept(tx: Transaction, quote: Json) -> Json:
    """Accept an offer: begin its subscription, or draft its invoice, and announce it."""
    from mocks.stripe.resources import quote_acceptance

    _check_state(quote, "accepted", ("open",))
    quote["status"] = "accepted"
    quote["status_transitions"]["accepted_at"] = tx.seconds
    quote |= quote_acceptance.carry_out(tx, quote)
    _keep(tx, quote)
    emit(tx, "quote.accepted", QUOTES, quote)
    return quote


def _write(tx: Transaction, quote: Json, given: Json, items: list[Json] | None) -> None:
    if given.get("customer") is not None:
        customer = customers.get(tx, given["customer"])
        quote |= {"customer": customer["id"], "test_clock": customer["test_clock"]}
    for name in _TEXTS:
        if name in given:
            quote[name] = given[name]
    if "metadata" in given:
        quote["metadata"] = merged(quote["metadata"], given["metadata"] or {})
    if given.get("collection_method") is not None:
        quote["collection_method"] = given["collection_method"]
    if "days_until_due" in (given.get("invoice_settings") or {}):
        quote["invoice_settings"]["days_until_due"] = given["invoice_settings"]["days_until_due"]
    days = quote["invoice_settings"]["days_until_due"]
    subscribing.check_collection({"collection_method": quote["collection_method"], "days_until_due": days})
    if given.get("expires_at") is not None:
        quote["expires_at"] = _future(tx, given["expires_at"])
    if given.get("subscription_data") is not None:
        told = quote["subscription_data"] | given["subscription_data"]
        quote["subscription_data"] = quote_totals.subscription_data(tx, told)
    quote_totals.apply(tx, quote, given, items)
    _keep(tx, quote)


def _keep(tx: Transaction, quote: Json) -> None:
    """Save a quote, and let it be canceled by itself when the offer has stood for long enough."""
    key = f"quote:{quote['id']}"
    if quote["status"] in {"draft", "open"}:
        due = quote["expires_at"] * SECOND
        tx.schedule("quote.expire", due, {"quote": quote["id"]}, key=key)
    else:
        tx.unschedule(key)
    tx.save(QUOTES, quote)


def _future(tx: Transaction, at: int) -> int:
    if at <= tx.seconds:
        raise errors.invalid(
            "Invalid timestamp: must be an integer Unix timestamp in the future.", param="expires_at"
        )
    return at


def _check_state(quote: Json, done: str, allowed: tuple[str, ...]) -> None:
    if quote["status"] not in allowed:
        raise errors.invalid(
            f"This quote cannot be {done} because its status is `{quote['status']}`.", rule="quote_state"
        )
