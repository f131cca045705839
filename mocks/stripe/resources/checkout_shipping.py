"""Sending what a Checkout Session sells: the rates that it offers, the one that is chosen, and where it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.stripe import errors
from mocks.stripe.resources import checkout_sessions, shapes, shipping_rates
from mocks.stripe.resources.checkout_sessions import SESSIONS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


def check_mode(given: Json, mode: str) -> None:
    """Raise the 400 for shipping in a mode that sends nothing: rates need `payment`, addresses not `setup`."""
    modes = {"shipping_options": ("payment",), "shipping_address_collection": ("payment", "subscription")}
    for name, allowed in modes.items():
        if given.get(name) and mode not in allowed:
            raise errors.invalid(
                f"You can not pass `{name}` in `{mode}` mode.", param=name, rule="checkout_mode"
            )


def offered(tx: Transaction, options: list[Json], currency: str) -> list[Json]:
    """Return the `shipping_options` of a session or payment link; raise the 400s of rates that cannot be offered."""
    rates = []
    for place, option in enumerate(options):
        at = f"shipping_options[{place}]"
        data, id = option.get("shipping_rate_data"), option.get("shipping_rate")
        if data is not None and id is not None:
            raise errors.exclusive(f"{at}[shipping_rate]", f"{at}[shipping_rate_data]")
        if data is not None:
            id = shipping_rates.create(tx, data)["id"]
        if id is None:
            raise errors.missing_parameter(f"{at}[shipping_rate]")
        rates.append(shipping_rates.chosen(tx, id, currency, param=f"{at}[shipping_rate]"))
    return [
        {"shipping_amount": rate["fixed_amount"]["amount"], "shipping_rate": rate["id"]} for rate in rates
    ]


def offer(tx: Transaction, session: Json, given: Json) -> None:
    """Give a new session the shipping that it asks for; the first rate is chosen at first."""
    options = offered(tx, given.get("shipping_options") or [], session["currency"])
    session |= {
        "shipping_address_collection": given.get("shipping_address_collection"),
        "shipping_cost": _cost(options[0]) if options else None,
        "shipping_options": options,
    }


def cost_of(session: Json) -> int:
    """Return what the chosen shipping costs."""
    chosen = session["shipping_cost"]
    return 0 if chosen is None else int(chosen["amount_total"])


def choose(tx: Transaction, session: Json, rate: str) -> None:
    """Let a customer choose another rate of an open session; raise the 400 for one that is not offered."""
    checkout_sessions.check_open(session)
    option = next((each for each in session["shipping_options"] if each["shipping_rate"] == rate), None)
    if option is None:
        raise errors.invalid(
            f"The shipping rate {rate} is not offered by this Checkout Session.",
            param="shipping_rate",
            rule="checkout_shipping",
        )
    before = cost_of(session)
    session["shipping_cost"] = _cost(option)
    session["amount_total"] += option["shipping_amount"] - before
    session["total_details"] = session["total_details"] | {"amount_shipping": option["shipping_amount"]}
    tx.save(SESSIONS, session)


def check(session: Json, shipping: Json | None) -> None:
    """Raise the 400 for an address that is missing, or in a country that the session does not send to."""
    wanted = session["shipping_address_collection"]
    if wanted is None:
        return
    address = {} if shipping is None else shipping["address"]
    if shipping is None or not shipping.get("name") or not (address.get("line1") and address.get("country")):
        raise errors.invalid(
            "Your shipping address is incomplete.",
            param="shipping",
            code="parameter_missing",
            rule="parameter_missing",
        )
    if address["country"] not in wanted["allowed_countries"]:
        raise errors.invalid(
            f"Nothing is sent to {address['country']}: choose another country.",
            param="shipping[address][country]",
            rule="checkout_shipping",
        )


def sample(session: Json) -> Json | None:
    """Return an invented address that a session sends to, None where it asks for none."""
    wanted = session["shipping_address_collection"]
    if wanted is None:
        return None
    address = {"city": "Quillham", "country": wanted["allowed_countries"][0], "line1": "1 Ink Street"}
    return {"address": address | {"postal_code": "10001"}, "name": "Ada Quill"}


def parcel(session: Json) -> Json | None:
    """Return the shipping of a session's payment: where its customer wants it, else what the session was given."""
    entered = session["_"]["payer"].get("shipping")
    data = session["_"].get("payment_intent_data") or {}
    return shapes.shipping(entered or data.get("shipping"), parcel=True)


def collected(shipping: Json) -> Json:
    """Return what a completed session has collected."""
    told = {"address": shapes.address(shipping["address"]), "name": shipping["name"]}
    return {"business_name": None, "individual_name": None, "shipping_details": told}


def choices(tx: Transaction, session: Json) -> list[Json]:
    """Return what the page offers: `id`, `name`, `estimate`, `amount`, and which is `chosen`."""
    chosen = (session["shipping_cost"] or {}).get("shipping_rate")
    rates = (shipping_rates.find(tx, each["shipping_rate"]) for each in session["shipping_options"])
    return [
        {
            "amount": rate["fixed_amount"]["amount"],
            "chosen": rate["id"] == chosen,
            "estimate": shipping_rates.estimate(rate),
            "id": rate["id"],
            "name": rate["display_name"],
        }
        for rate in rates
    ]


def _cost(option: Json) -> Json:
    amount = option["shipping_amount"]
    return {
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "shipping_rate": option["shipping_rate"],
    }
