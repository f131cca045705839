"""Payment links: addresses that open a fresh Checkout Session each time they are visited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import chance
from harness.collection import Collection
from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.parameters import merged
from mocks.stripe.rendering import Resource, register, snapshot
from mocks.stripe.resources import (
    addresses,
    checkout,
    checkout_completion,
    checkout_items,
    checkout_sessions,
    checkout_shipping,
    prices,
)
from mocks.stripe.resources.events import emit, updated

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

LINKS = Collection("stripe.payment_link", "active", slug=lambda link: link["_"]["slug"])

_PAYMENT_DATA = (
    "capture_method",
    "description",
    "metadata",
    "setup_future_usage",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)
INACTIVE = "The link is no longer active."
NOWHERE, PAID = "https://stripe.com", "Your payment was received."
"""The `success_url` of sessions whose customers stay on the page, and what it tells them."""

_BLANK: Json = {
    "id": "",
    "object": "payment_link",
    "active": True,
    "after_completion": {"hosted_confirmation": {"custom_message": None}, "type": "hosted_confirmation"},
    "allow_promotion_codes": False,
    "application": None,
    "application_fee_amount": None,
    "application_fee_percent": None,
    "automatic_tax": {"enabled": False, "liability": None},
    "billing_address_collection": "auto",
    "consent_collection": None,
    "currency": "",
    "custom_fields": [],
    "custom_text": {
        "after_submit": None,
        "shipping_address": None,
        "submit": None,
        "terms_of_service_acceptance": None,
    },
    "customer_creation": "if_required",
    "inactive_message": None,
    "invoice_creation": None,
    "livemode": False,
    "managed_payments": None,
    "metadata": {},
    "on_behalf_of": None,
    "optional_items": None,
    "payment_intent_data": None,
    "payment_method_collection": "always",
    "payment_method_options": None,
    "payment_method_types": None,
    "phone_number_collection": {"enabled": False},
    "restrictions": None,
    "shipping_address_collection": None,
    "shipping_options": [],
    "submit_type": "auto",
    "subscription_data": None,
    "tax_id_collection": {"enabled": False, "required": "never"},
    "transfer_data": None,
    "url": "",
}
"""Every field of a payment link, in Stripe's order; never changed in place."""


def _link(tx: Transaction, shown: Json) -> None:
    shown["url"] = addresses.reachable(tx, shown["url"])


def _line_items(tx: Transaction, link: Json) -> Json:
    items = shown_items(tx, link)
    url = f"/v1/payment_links/{link['id']}/line_items"
    return {"object": "list", "data": items[:10], "has_more": len(items) > 10, "url": url}


register(
    Resource(
        "payment_link",
        LINKS,
        expands={
            "application": "application",
            "automatic_tax.liability.account": "account",
            "invoice_creation.invoice_data.account_tax_ids": "tax_id",
            "invoice_creation.invoice_data.issuer.account": "account",
            "on_behalf_of": "account",
            "shipping_options.shipping_rate": "shipping_rate",
            "subscription_data.invoice_settings.issuer.account": "account",
            "transfer_data.destination": "account",
        },
        includes={"line_items": _line_items},
        link=_link,
    )
)


def create(tx: Transaction, given: Json, items: list[Json]) -> Json:
    """Create a link and announce it; `items` hold `price` (document) and `quantity`.

    Raises the 400s of prices that cannot be sold together.
    """
    of_items = [each["price"] for each in items]
    mode = checkout_items.infer_mode(of_items)
    checkout_items.check_mode(mode, of_items, customer=None)
    _check(given, mode)
    lines = [checkout_items.build(tx, each["price"], each["quantity"], {}, []) for each in items]
    slug = f"test_{tx.token('payment_link.slug', 18, chance.ALPHANUMERIC)}"
    link = _BLANK | {
        "id": new_id(tx, "plink"),
        "currency": of_items[0]["currency"],
        "payment_method_collection": "always" if mode == "subscription" else "if_required",
        "url": f"https://buy.stripe.com/b/{slug}",
        "_": {"line_items": lines, "mode": mode, "slug": slug},
    }
    if mode == "subscription":
        link["customer_creation"] = "always"
    else:
        link["invoice_creation"] = checkout_sessions.NO_INVOICE
    _apply(link, given)
    link["shipping_options"] = checkout_shipping.offered(
        tx, given.get("shipping_options") or [], link["currency"]
    )
    tx.insert(LINKS, link)
    emit(tx, "payment_link.created", LINKS, link)
    return link


def change(tx: Transaction, link: Json, given: Json, quantities: dict[str, int]) -> Json:
    """Change a link (`quantities` by line item), and announce it when that changed anything."""
    _check(given, link["_"]["mode"])
    _apply(link, given)
    lines = link["_"]["line_items"]
    known = {line["id"] for line in lines}
    for place, id in enumerate(quantities):
        if id not in known:
            raise errors.no_such("line_item", id, param=f"line_items[{place}][id]")
    link["_"]["line_items"] = [_resized(tx, line, quantities.get(line["id"])) for line in lines]
    updated(tx, "payment_link.updated", LINKS, link)
    return link


def shown_items(tx: Transaction, link: Json) -> list[Json]:
    """Return a link's line items as the API shows them, with their prices."""
    return [
        line | {"price": snapshot(tx, tx.get(prices.PRICES, line["price"]) or {"object": "price"})}
        for line in link["_"]["line_items"]
    ]


def visited(tx: Transaction, link: Json) -> Json:
    """Open a Checkout Session for whom follows a link; raise the 400 when it is inactive."""
    if not link["active"]:
        raise errors.invalid(link["inactive_message"] or INACTIVE, rule="payment_link_inactive")
    after = link["after_completion"]
    url = after["redirect"]["url"] if after["type"] == "redirect" else NOWHERE
    given: Json = {"metadata": link["metadata"], "mode": link["_"]["mode"], "success_url": url}
    if link["_"]["mode"] == "payment":
        given["customer_creation"] = link["customer_creation"]
        given["submit_type"] = link["submit_type"]
        data = link["payment_intent_data"]
    else:
        given["payment_method_collection"] = link["payment_method_collection"]
        data = link["subscription_data"] and {
            name: link["subscription_data"][name]
            for name in ("description", "metadata", "trial_period_days", "trial_settings")
        }
    for name in ("allow_promotion_codes", "billing_address_collection", "shipping_address_collection"):
        if link[name]:
            given[name] = link[name]
    given["shipping_options"] = [
        {"shipping_rate": each["shipping_rate"]} for each in link["shipping_options"]
    ]
    name = "payment_intent_data" if link["_"]["mode"] == "payment" else "subscription_data"
    if data is not None:
        given[name] = {each: value for each, value in data.items() if value is not None}
    items = [
        {
            "metadata": {},
            "price": prices.get(tx, line["price"]),
            "quantity": line["quantity"],
            "tax_rates": [],
        }
        for line in link["_"]["line_items"]
    ]
    session = checkout.open_session(tx, given, items)
    session["payment_link"] = link["id"]
    if after["type"] == "hosted_confirmation":
        session["_"]["confirmation"] = after["hosted_confirmation"]["custom_message"] or PAID
    return tx.save(checkout_sessions.SESSIONS, session)


def completed(tx: Transaction, session: Json) -> None:
    """Count a completed session of a link, which becomes inactive when it has had all it may have."""
    link = None if session["payment_link"] is None else tx.get(LINKS, session["payment_link"])
    if link is None or link["restrictions"] is None:
        return
    limit = link["restrictions"]["completed_sessions"]
    count = limit["count"] + 1
    link["restrictions"] = {"completed_sessions": limit | {"count": count}}
    link["active"] = link["active"] and count < limit["limit"]
    updated(tx, "payment_link.updated", LINKS, link)


checkout_completion.ON_COMPLETED.append(completed)


def _resized(tx: Transaction, line: Json, quantity: int | None) -> Json:
    if quantity is None or quantity == line["quantity"]:
        return line
    price = prices.get(tx, line["price"])
    fresh = checkout_items.build(tx, price, quantity, line["metadata"], line["_"]["tax_rates"])
    return fresh | {"id": line["id"]}


def _check(given: Json, mode: str) -> None:
    """Raise the 400 for parameters that belong to the other mode."""
    checkout_shipping.check_mode(given, mode)
    wrong = {
        "payment": ("subscription_data", "payment_method_collection"),
        "subscription": ("payment_intent_data", "customer_creation", "submit_type"),
    }
    for name in wrong[mode]:
        if given.get(name) is not None:
            raise errors.invalid(
                f"You can not pass `{name}` in `{mode}` mode.", param=name, rule="checkout_mode"
            )


def _apply(link: Json, given: Json) -> None:
    for name, value in given.items():
        match name:
            case "metadata":
                link[name] = merged(link[name], value)
            case "after_completion":
                link[name] = _after(value)
            case "payment_intent_data":
                link[name] = dict.fromkeys(_PAYMENT_DATA) | {"metadata": {}} | (link[name] or {}) | value
                link[name]["metadata"] = merged({}, link[name]["metadata"] or {})
            case "subscription_data":
                link[name] = _subscription_data(link[name], value)
            case "restrictions":
                before = (link[name] or {}).get("completed_sessions", {"count": 0})
                link[name] = value and {"completed_sessions": before | value["completed_sessions"]}
            case "automatic_tax":
                link[name] = link[name] | {"enabled": value["enabled"]}
            case "invoice_creation" | "tax_id_collection":
                continue  # `false` is all they can be
            case "shipping_options":
                continue  # they can be given to a new link only
            case _:
                link[name] = value


def _subscription_data(before: Json | None, value: Json) -> Json:
    blank = {
        "description": None,
        "invoice_settings": {"issuer": {"type": "self"}},
        "metadata": {},
        "trial_period_days": None,
        "trial_settings": None,
    }
    data: Json = blank | (before or {}) | value
    return data | {"metadata": merged({}, data["metadata"] or {})}


def _after(value: Json) -> Json:
    if value["type"] == "redirect":
        if value.get("redirect") is None:
            raise errors.missing_parameter("after_completion[redirect]")
        return {"redirect": {"url": value["redirect"]["url"]}, "type": "redirect"}
    message = (value.get("hosted_confirmation") or {}).get("custom_message")
    return {"hosted_confirmation": {"custom_message": message}, "type": "hosted_confirmation"}
