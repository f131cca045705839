"""Checkout Sessions: open, then complete or expired."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from harness.instants import HOUR, MINUTE, SECOND
from mocks.stripe import errors
from mocks.stripe.rendering import Resource, register
from mocks.stripe.resources import addresses, payment_intents, setup_intents, unserved_links
from mocks.stripe.resources.events import emit
from mocks.stripe.resources.intents import PAYMENT_INTENTS, SETUP_INTENTS
from mocks.stripe.versions import before, without

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

LIFETIME = 24 * HOUR
SHORTEST = 30 * MINUTE
"""How long a session is open, and how short `expires_at` can make it."""

RENAMED_SINCE = "2026-03-25.dahlia"
"""Since this version `ui_mode` is `hosted_page`, `embedded_page` or `elements`; before: `hosted`, `embedded`, `custom`."""

PLACEHOLDER = "{CHECKOUT_SESSION_ID}"

SESSIONS = Collection(
    "stripe.checkout_session",
    "customer",
    "payment_intent",
    "payment_link",
    "status",
    "subscription",
    email=lambda each: (each["customer_details"] or {}).get("email"),
    intent=lambda each: [
        each["_"][name] for name in ("payment_intent", "setup_intent") if each["_"].get(name)
    ],
)

_BLANK: Json = {
    "id": "",
    "object": "checkout.session",
    "adaptive_pricing": {"enabled": False},
    "after_expiration": None,
    "allow_promotion_codes": None,
    "amount_subtotal": None,
    "amount_total": None,
    "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
    "billing_address_collection": None,
    "branding_settings": {
        "background_color": "#ffffff",
        "border_style": "rounded",
        "button_color": "#0b5fff",
        "display_name": "Greenroom",
        "font_family": "default",
        "icon": None,
        "logo": None,
    },
    "cancel_url": None,
    "client_reference_id": None,
    "client_secret": None,
    "collected_information": None,
    "consent": None,
    "consent_collection": None,
    "created": 0,
    "currency": None,
    "currency_conversion": None,
    "custom_fields": [],
    "custom_text": {
        "after_submit": None,
        "shipping_address": None,
        "submit": None,
        "terms_of_service_acceptance": None,
    },
    "customer": None,
    "customer_account": None,
    "customer_creation": None,
    "customer_details": None,
    "customer_email": None,
    "discounts": [],
    "expires_at": 0,
    "integration_identifier": None,
    "invoice": None,
    "invoice_creation": None,
    "livemode": False,
    "locale": None,
    "managed_payments": None,
    "metadata": {},
    "mode": "",
    "optional_items": None,
    "origin_context": None,
    "payment_intent": None,
    "payment_link": None,
    "payment_method_collection": "always",
    "payment_method_configuration_details": None,
    "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
    "payment_method_types": ["card"],
    "payment_status": "unpaid",
    "permissions": None,
    "phone_number_collection": {"enabled": False},
    "recovered_from": None,
    "saved_payment_method_options": None,
    "setup_intent": None,
    "shipping_address_collection": None,
    "shipping_cost": None,
    "shipping_options": [],
    "status": "open",
    "submit_type": None,
    "subscription": None,
    "success_url": None,
    "tax_id_collection": {"enabled": False, "required": "never"},
    "total_details": None,
    "ui_mode": "hosted_page",
    "url": None,
    "wallet_options": None,
}
"""Every field of a session, in Stripe's order; never changed in place."""

NO_INVOICE: Json = {
    "enabled": False,
    "invoice_data": {
        "account_tax_ids": None,
        "custom_fields": None,
        "description": None,
        "footer": None,
        "issuer": None,
        "metadata": {},
        "rendering_options": None,
    },
}


def blank(**fields: Any) -> Json:
    """Return a session's document with these fields, all others as they are by default."""
    return _BLANK | fields


def details(**known: Any) -> Json:
    """Return a session's customer details, null where nothing is known."""
    names = ("address", "business_name", "email", "individual_name", "name", "phone", "tax_exempt", "tax_ids")
    return dict.fromkeys(names) | {"tax_exempt": "none"} | known


def view(tx: Transaction, session: Json) -> Json:
    """Return the session as the API shows it: while it is open, with the address of its page."""
    shown = {name: value for name, value in session.items() if name != "_"}
    if session["status"] == "open" and session["ui_mode"] == "hosted_page":
        shown["url"] = addresses.checkout(session["id"])
    return shown


def _link(tx: Transaction, shown: Json) -> None:
    if shown["url"] is not None:
        shown["url"] = addresses.reachable(tx, shown["url"])


def _line_items(tx: Transaction, session: Json) -> Json:
    from mocks.stripe.resources.checkout_items import shown

    items, url = shown(tx, session), f"/v1/checkout/sessions/{session['id']}/line_items"
    return {"object": "list", "data": items[:10], "has_more": len(items) > 10, "url": url}


register(
    Resource(
        "checkout.session",
        SESSIONS,
        expands={
            "customer": "customer",
            "discounts.coupon": "coupon",
            "discounts.promotion_code": "promotion_code",
            "invoice": "invoice",
            "line_items.data.price": "price",
            "payment_intent": "payment_intent",
            "payment_link": "payment_link",
            "setup_intent": "setup_intent",
            "shipping_cost.shipping_rate": "shipping_rate",
            "shipping_options.shipping_rate": "shipping_rate",
            "subscription": "subscription",
            **unserved_links.of("checkout.session"),
        },
        includes={"line_items": _line_items},
        view=view,
        link=_link,
    )
)

_OLD_UI_MODES = {"hosted_page": "hosted", "embedded_page": "embedded", "elements": "custom"}


@before(RENAMED_SINCE, "checkout.session")
def _old_ui_mode(session: Json) -> None:
    session["ui_mode"] = _OLD_UI_MODES[session["ui_mode"]]


before("2025-09-30.clover", "checkout.session")(
    without(
        "branding_settings",
        "customer_account",
        "integration_identifier",
        "managed_payments",
        "origin_context",
    )
)


def find(tx: Transaction, id: str) -> Json:
    """Return a session named in the path; raise the 404."""
    found = tx.get(SESSIONS, id)
    if found is None:
        raise errors.not_found("checkout.session", id, param="session")
    return found


def check_open(session: Json) -> None:
    """Raise the 400 when a session can no longer be paid."""
    if session["status"] == "complete":
        raise errors.invalid(
            "This Checkout Session has already been completed.", rule="checkout_session_state"
        )
    if session["status"] == "expired":
        raise errors.invalid("This Checkout Session has expired.", rule="checkout_session_state")


def expire(tx: Transaction, session: Json) -> None:
    """End an open session and announce it; raise the 400 for another one."""
    if session["status"] != "open":
        raise errors.invalid(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of '
            f"`{session['status']}`.",
            rule="checkout_session_state",
        )
    session["status"] = "expired"
    tx.unschedule(f"expire:{session['id']}")
    tx.save(SESSIONS, session)
    emit(tx, "checkout.session.expired", SESSIONS, session)
    _cancel_intents(tx, session)


def _cancel_intents(tx: Transaction, session: Json) -> None:
    """Cancel what a session would have paid or saved with (spec: checkout.session.setup_intent)."""
    kept = session["_"]
    setup = tx.get(SETUP_INTENTS, kept["setup_intent"]) if kept.get("setup_intent") else None
    if setup is not None and setup["status"] in setup_intents.OPEN:
        setup_intents.cancel(tx, setup)
    payment = tx.get(PAYMENT_INTENTS, kept["payment_intent"]) if kept.get("payment_intent") else None
    if payment is not None and payment["status"] in payment_intents.CANCELABLE:
        payment_intents.cancel(tx, payment)


def insert(tx: Transaction, session: Json) -> Json:
    """Keep a new session, which expires by itself."""
    due = session["expires_at"] * SECOND
    tx.schedule("checkout.expire", due, {"session": session["id"]}, key=f"expire:{session['id']}")
    return tx.insert(SESSIONS, session)


def returning(session: Json, which: str) -> str | None:
    """Return where the customer is sent: `success_url`, `cancel_url` or `return_url`, with the session's id put in."""
    url = session.get(which)
    return None if url is None else str(url).replace(PLACEHOLDER, session["id"])
