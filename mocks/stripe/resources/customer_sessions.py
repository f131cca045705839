"""Customer sessions: short-lived secrets that give Stripe's components in a browser access to a customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.stripe import errors
from mocks.stripe.rendering import Resource, register
from mocks.stripe.resources import customers

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

LIFETIME = 1800
"""Seconds that a secret works."""

SESSIONS = Collection("stripe.customer_session", key="client_secret")

_SHEET: Json = {
    "payment_method_allow_redisplay_filters": ["always"],
    "payment_method_remove": "disabled",
}
_MOBILE: Json = {
    "payment_method_allow_redisplay_filters": ["always"],
    "payment_method_redisplay": "disabled",
    "payment_method_remove": "disabled",
    "payment_method_save": "disabled",
    "payment_method_save_allow_redisplay_override": None,
}
_ELEMENT: Json = {
    "payment_method_allow_redisplay_filters": ["always"],
    "payment_method_redisplay": "disabled",
    "payment_method_redisplay_limit": None,
    "payment_method_remove": "disabled",
    "payment_method_save": "disabled",
    "payment_method_save_usage": None,
}
COMPONENTS: dict[str, Json | None] = {
    "buy_button": None,
    "customer_sheet": _SHEET,
    "mobile_payment_element": _MOBILE,
    "payment_element": _ELEMENT,
    "pricing_table": None,
}
"""The components, with what their features are unless they are set; some have none."""

register(Resource("customer_session", SESSIONS, expands={"customer": "customer"}))


def create(tx: Transaction, customer: str, wanted: Json) -> Json:
    """Make a secret for a customer; it has no event. Raises the 400 when no component is enabled."""
    owner = customers.get(tx, customer)
    if not any(each is not None and each["enabled"] for each in wanted.values()):
        raise errors.invalid(
            "At least one component must be enabled.", param="components", rule="no_component_enabled"
        )
    session: Json = {
        "object": "customer_session",
        "client_secret": f"cuss_secret_{tx.token('customer_session.secret', 50)}",
        "components": {name: _component(features, wanted.get(name)) for name, features in COMPONENTS.items()},
        "created": tx.seconds,
        "customer": owner["id"],
        "customer_account": None,
        "expires_at": tx.seconds + LIFETIME,
        "livemode": False,
    }
    return tx.insert(SESSIONS, session)


def _component(features: Json | None, wanted: Json | None) -> Json:
    enabled = wanted is not None and wanted["enabled"]
    if features is None:
        return {"enabled": enabled}
    sent = (wanted or {}).get("features") or {}
    return {"enabled": enabled, "features": features | sent if enabled else None}
