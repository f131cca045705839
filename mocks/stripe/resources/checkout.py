"""Opening Checkout Sessions: what Stripe checks, and what a new session holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from harness.instants import SECOND
from mocks.stripe import errors
from mocks.stripe.ids import client_secret, new_id
from mocks.stripe.parameters import merged
from mocks.stripe.resources import (
    bank_debits,
    checkout_items,
    checkout_sessions,
    checkout_shipping,
    checkout_totals,
    customers,
    payment_method_configurations,
    promotion_codes,
    setup_intents,
    subscribing,
)
from mocks.stripe.resources.money import check_currency

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]
Mode = Literal["payment", "setup", "subscription"]

SHORTEST_TRIAL_SECONDS = 48 * 3600
"""Checkout shows a trial only when its end is this far away (Stripe docs: trials in Checkout)."""

_DATA_OF = {
    "payment": "payment_intent_data",
    "setup": "setup_intent_data",
    "subscription": "subscription_data",
}
_KEPT = (
    "allow_promotion_codes",
    "billing_address_collection",
    "cancel_url",
    "client_reference_id",
    "customer_email",
    "locale",
    "payment_method_types",
    "return_url",
    "submit_type",
    "success_url",
    "ui_mode",
)


def open_session(tx: Transaction, given: Json, items: list[Json]) -> Json:
    """Open a session; `items` hold `price` (document), `quantity` and `metadata`, `given` the sent parameters.

    Raises the 400s of parameters that contradict each other.
    """
    prices = [item["price"] for item in items]
    mode: Mode = given.get("mode") or checkout_items.infer_mode(prices)
    customer = _check_customer(tx, given, mode)
    _check_data(given, mode)
    checkout_shipping.check_mode(given, mode)
    _check_ways_out(given)
    id = new_id(tx, "cs_test")
    session = checkout_sessions.blank(
        id=id,
        created=tx.seconds,
        customer=None if customer is None else customer["id"],
        customer_creation=_customer_creation(given, mode),
        customer_details=_details(customer, given.get("customer_email")),
        expires_at=_expiry(tx, given.get("expires_at")),
        metadata=merged({}, given.get("metadata") or {}),
        mode=mode,
    )
    session |= {name: given[name] for name in _KEPT if given.get(name) is not None}
    if session["ui_mode"] == "embedded_page":
        session |= {
            "client_secret": client_secret(tx, id),
            "redirect_on_completion": given.get("redirect_on_completion") or "always",
        }
    if given.get("allow_promotion_codes") and given.get("discounts") is not None:
        raise errors.exclusive("allow_promotion_codes", "discounts")
    session["_"] = {name: given[name] for name in ("customer_update", _DATA_OF[mode]) if given.get(name)}
    if mode == "setup":
        _set_up(tx, session, given, items)
    else:
        _sell(tx, session, given, items, customer)
    return checkout_sessions.insert(tx, session)


def apply_code(tx: Transaction, session: Json, typed: str) -> None:
    """Redeem a promotion code that the customer has typed, in place of another; nothing typed takes it back.

    Raises the 400s of a session that takes no codes, and of a code that cannot be redeemed with it.
    """
    checkout_sessions.check_open(session)
    if not session["allow_promotion_codes"]:
        raise errors.invalid(
            "This Checkout Session takes no promotion codes.", rule="checkout_promotion_code"
        )
    code = promotion_codes.by_code(tx, typed.strip(), session["customer"])
    if typed.strip() and code is None:
        raise errors.invalid(promotion_codes.UNKNOWN, param="promotion_code", rule="promotion_code")
    customer = None if session["customer"] is None else customers.get(tx, session["customer"])
    asked = [] if code is None else [{"promotion_code": code["id"]}]
    given = {"discounts": asked, "subscription_data": session["_"].get("subscription_data")}
    checkout_totals.apply(tx, session, given, session["_"]["line_items"], customer)
    checkout_items.check_total(session["amount_total"], session["currency"])
    tx.save(checkout_sessions.SESSIONS, session)


def _sell(tx: Transaction, session: Json, given: Json, items: list[Json], customer: Json | None) -> None:
    """Give a session of mode payment or subscription what it sells and costs."""
    if not items:
        raise errors.missing_parameter("line_items")
    prices, mode = [item["price"] for item in items], session["mode"]
    checkout_items.check_mode(mode, prices, customer=customer)
    lines = [
        checkout_items.build(tx, each["price"], each["quantity"], each["metadata"], each["tax_rates"])
        for each in items
    ]
    trial = mode == "subscription" and _trial_end(tx, given.get("subscription_data") or {}) is not None
    for line in lines if trial else ():
        if line["_"]["recurring"]:
            line["amount_subtotal"] = 0
    session["currency"] = prices[0]["currency"]
    _choose_kinds(tx, session, given)
    bank_debits.check_currency(session["payment_method_types"], session["currency"])
    checkout_shipping.offer(tx, session, given)
    checkout_totals.apply(tx, session, given, lines, customer)
    checkout_items.check_total(session["amount_total"], session["currency"])
    if mode == "payment":
        session |= {
            "invoice_creation": checkout_sessions.NO_INVOICE,
            "payment_method_collection": "if_required",
        }
    else:
        session["payment_method_collection"] = given.get("payment_method_collection") or "always"


def _set_up(tx: Transaction, session: Json, given: Json, items: list[Json]) -> None:
    """Give a session of mode setup its setup intent."""
    if items:
        raise errors.invalid(
            "You can not pass `line_items` in `setup` mode.", param="line_items", rule="checkout_mode"
        )
    if given.get("currency") is None and given.get("payment_method_types") is None:
        raise errors.missing_parameter("currency")
    if given.get("currency") is not None:
        check_currency(given["currency"])
    session["currency"] = given.get("currency")
    _choose_kinds(tx, session, given)
    data = given.get("setup_intent_data") or {}
    intent = setup_intents.create(
        tx,
        customer=session["customer"],
        metadata=data.get("metadata"),
        description=data.get("description"),
        payment_method_types=session["payment_method_types"],
    )
    session["_"] |= {"line_items": [], "setup_intent": intent["id"]}
    session |= {
        "payment_status": "no_payment_required",
        "setup_intent": intent["id"],
    }


def _choose_kinds(tx: Transaction, session: Json, given: Json) -> None:
    """Let a session that names no kinds of payment methods offer what a configuration does and its currency takes."""
    named = given.get("payment_method_configuration")
    if given.get("payment_method_types") is None:
        session |= payment_method_configurations.chosen(tx, named, session["currency"])
    elif named is not None:
        raise errors.exclusive("payment_method_configuration", "payment_method_types")
    elif "card" not in session["payment_method_types"]:
        session["payment_method_options"] = {}


def _check_customer(tx: Transaction, given: Json, mode: Mode) -> Json | None:
    if given.get("customer") and given.get("customer_email"):
        raise errors.exclusive("customer", "customer_email")
    customers.check_email(given.get("customer_email"), param="customer_email")
    if given.get("customer_creation") and (given.get("customer") or mode == "subscription"):
        raise errors.invalid(
            "`customer_creation` can only be used in `payment` and `setup` mode, and without `customer`.",
            param="customer_creation",
            rule="checkout_customer",
        )
    if given.get("customer"):
        return customers.get(tx, given["customer"])
    if given.get("customer_update"):
        raise errors.invalid(
            "`customer_update` can only be used with `customer`.",
            param="customer_update",
            rule="checkout_customer",
        )
    return None


def _check_data(given: Json, mode: Mode) -> None:
    """Raise the 400 for parameters that belong to another mode."""
    for other, name in _DATA_OF.items():
        if other != mode and given.get(name) is not None:
            raise errors.invalid(
                f"You can not pass `{name}` in `{mode}` mode.", param=name, rule="checkout_mode"
            )
    for name, modes in (("submit_type", ("payment",)), ("payment_method_collection", ("subscription",))):
        if given.get(name) is not None and mode not in modes:
            raise errors.invalid(
                f"You can not pass `{name}` in `{mode}` mode.", param=name, rule="checkout_mode"
            )


def _check_ways_out(given: Json) -> None:
    """Raise the 400s of the addresses that a customer leaves by: a page of its own has others than an embedded one."""
    embedded = given.get("ui_mode") == "embedded_page"
    for name in ("success_url", "cancel_url", "return_url"):
        _check_url(given.get(name), name)
    wrong = ("success_url", "cancel_url") if embedded else ("return_url", "redirect_on_completion")
    for name in wrong:
        if given.get(name) is not None:
            raise errors.invalid(
                f"`{name}` cannot be used with the `ui_mode` {given.get('ui_mode') or 'hosted_page'}.",
                param=name,
                rule="checkout_ui_mode",
            )
    never = given.get("redirect_on_completion") == "never"
    if never and given.get("return_url") is not None:
        raise errors.invalid(
            "`return_url` cannot be used when `redirect_on_completion` is `never`.",
            param="return_url",
            rule="checkout_ui_mode",
        )
    needed = "return_url" if embedded else "success_url"
    if not given.get(needed) and not never:
        raise errors.missing_parameter(needed)


def _check_url(url: str | None, param: str) -> None:
    if url is None:
        return
    parts = urlsplit(url.replace(checkout_sessions.PLACEHOLDER, "id"))
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise errors.invalid("Not a valid URL", param=param, code="url_invalid", rule="url_invalid")


def _expiry(tx: Transaction, asked: int | None) -> int:
    now = tx.seconds
    if asked is None:
        return now + checkout_sessions.LIFETIME // SECOND
    if asked < now + checkout_sessions.SHORTEST // SECOND:
        raise errors.invalid(
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.",
            param="expires_at",
        )
    if asked > now + checkout_sessions.LIFETIME // SECOND:
        raise errors.invalid(
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
            param="expires_at",
        )
    return asked


def _trial_end(tx: Transaction, data: Json) -> int | None:
    end = subscribing.end_of_trial(tx, data)
    if data.get("trial_end") is not None and end is not None and end < tx.seconds + SHORTEST_TRIAL_SECONDS:
        raise errors.invalid(
            "The `trial_end` date has to be at least 2 days in the future.",
            param="subscription_data[trial_end]",
        )
    return end


def _customer_creation(given: Json, mode: Mode) -> str | None:
    if given.get("customer"):
        return None
    return "always" if mode == "subscription" else given.get("customer_creation") or "if_required"


def _details(customer: Json | None, email: str | None) -> Json | None:
    """Return what is known of the customer before they pay; null when nothing is."""
    email = email if customer is None else customer["email"]
    return None if customer is None and email is None else checkout_sessions.details(email=email)
