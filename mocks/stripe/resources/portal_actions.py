"""What customers do in the billing portal: cancel, renew, switch plans, change cards and their own details.

Each is allowed by a feature of the session's configuration, and does what the API does. (Stripe docs: customer portal.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.stripe import errors
from mocks.stripe.resources import (
    customers,
    ending,
    payment_methods,
    portal_configurations,
    portal_sessions,
    prices,
    promotion_codes,
    setup_intents,
    subscribing,
)
from mocks.stripe.resources.amounts import cost
from mocks.stripe.resources.intents import SETUP_INTENTS
from mocks.stripe.resources.portal_sessions import SESSIONS
from mocks.stripe.resources.subscription_changes import Terms

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.stripe.resources.subscription_edit import Asked

Json = dict[str, Any]

DETAILS = ("name", "email", "phone")
"""What of a customer the page lets change, of what a configuration may allow."""


def configuration_of(tx: Transaction, session: Json) -> Json:
    """Return the configuration that a session was made with."""
    return portal_configurations.get(tx, session["configuration"])


def allowed(tx: Transaction, session: Json, feature: str) -> Json:
    """Return a feature's settings; raise the 400 when the configuration does not allow it."""
    found: Json = configuration_of(tx, session)["features"][feature]
    if not found["enabled"]:
        raise errors.invalid("This is not available here.", rule="portal_feature_disabled")
    return found


def cancel(tx: Transaction, session: Json, id: str, feedback: str | None = None) -> None:
    """Cancel a subscription as the configuration says: at the end of its period, or at once."""
    feature = allowed(tx, session, "subscription_cancel")
    subscription = portal_sessions.own_subscription(tx, session["customer"], id, at="subscription")
    reasons = feature["cancellation_reason"]
    if feedback is not None and reasons["enabled"] and feedback in reasons["options"]:
        subscription["cancellation_details"] |= {"feedback": feedback}
    if feature["mode"] == "at_period_end":
        subscribing.update(tx, subscription, {"cancel_at_period_end": True})
        return
    prorations = feature["proration_behavior"]
    ending.cancel(tx, subscription, prorate=prorations != "none", invoice_now=prorations == "always_invoice")


def renew(tx: Transaction, session: Json, id: str) -> None:
    """Take back a cancellation that is still to come."""
    allowed(tx, session, "subscription_cancel")
    subscription = portal_sessions.own_subscription(tx, session["customer"], id, at="subscription")
    subscribing.update(tx, subscription, {"cancel_at_period_end": False})


def keep(tx: Transaction, session: Json, id: str) -> None:
    """Take the coupon that the session's flow offers to who does not cancel."""
    allowed(tx, session, "subscription_cancel")
    flow = (session["flow"] or {}).get("subscription_cancel") or {}
    if not flow.get("retention") or flow["subscription"] != id:
        raise errors.invalid("There is no offer.", rule="portal_feature_disabled")
    _redeem(tx, session, id, {"coupon": flow["retention"]["coupon_offer"]["coupon"]})


def redeem_code(tx: Transaction, session: Json, id: str, typed: str) -> None:
    """Redeem a promotion code that the customer has typed for a subscription; raise the 400s of one that is no good."""
    feature = allowed(tx, session, "subscription_update")
    code = promotion_codes.by_code(tx, typed.strip(), session["customer"])
    if "promotion_code" not in feature["default_allowed_updates"] or code is None:
        raise errors.invalid(promotion_codes.UNKNOWN, param="promotion_code", rule="promotion_code")
    _redeem(tx, session, id, {"promotion_code": code["id"]})


def _redeem(tx: Transaction, session: Json, id: str, wanted: Json) -> None:
    subscription = portal_sessions.own_subscription(tx, session["customer"], id, at="subscription")
    held = [{"discount": each} for each in subscription["discounts"]]
    subscribing.update(tx, subscription, {"discounts": [*held, wanted]})


def waits_for_period(tx: Transaction, session: Json, id: str, item: Asked) -> bool:
    """Tell whether a change is one that the configuration lets wait for the end of the period."""
    feature = allowed(tx, session, "subscription_update")
    kinds = {each["type"] for each in feature["schedule_at_period_end"]["conditions"]}
    subscription = portal_sessions.own_subscription(tx, session["customer"], id, at="subscription")
    held, wanted = subscription["items"][0], item.given()
    before, after = (prices.get(tx, each["price"]) for each in (held, {"price": held["price"]} | wanted))
    quantities = held["quantity"], wanted.get("quantity", held["quantity"])
    cheaper = cost(after, quantities[1]) < cost(before, quantities[0])
    shorter = _days(after["recurring"]) < _days(before["recurring"])
    return bool(kinds & ({"decreasing_item_amount"} if cheaper else set())) or (
        shorter and "shortening_interval" in kinds
    )


def _days(recurring: Json) -> int:
    length: int = {"day": 1, "week": 7, "month": 30, "year": 365}[recurring["interval"]]
    return length * int(recurring["interval_count"])


def check_offered(tx: Transaction, session: Json, subscription: Json, wanted: Json) -> None:
    """Raise the 400 for a change that neither the session's flow nor the configuration offers."""
    flow = (session["flow"] or {}).get("subscription_update_confirm") or {"items": []}
    if wanted not in flow["items"]:
        _check_offered(tx, configuration_of(tx, session), subscription, wanted)


def switch(tx: Transaction, session: Json, id: str, item: Asked) -> None:
    """Switch a subscription to another price or quantity of those that the configuration, or the session's flow, offers."""
    feature = allowed(tx, session, "subscription_update")
    subscription = portal_sessions.own_subscription(tx, session["customer"], id, at="subscription")
    wanted = item.given()
    check_offered(tx, session, subscription, wanted)
    terms = Terms(behavior=feature["proration_behavior"], off_session=False)
    given: Json = {} if feature["billing_cycle_anchor"] is None else _anchor(feature)
    flow = (session["flow"] or {}).get("subscription_update_confirm") or {}
    if flow.get("discounts") is not None and wanted in flow["items"]:
        named = [
            {name: value for name, value in each.items() if value is not None} for each in flow["discounts"]
        ]
        given["discounts"] = [*({"discount": each} for each in subscription["discounts"]), *named]
    if subscription["status"] == "trialing" and feature["trial_update_behavior"] == "end_trial":
        given["trial_end"] = "now"
    subscribing.update(tx, subscription, given, [item], terms)


def _check_offered(tx: Transaction, configuration: Json, subscription: Json, wanted: Json) -> None:
    """Raise the 400 for a price, or a number of it, that a configuration does not offer."""
    offered = {each["id"] for each in portal_configurations.choices(tx, configuration)}
    held = {each["price"] for each in subscription["items"]}
    known = wanted.keys() <= {"id", "price", "quantity"} and wanted["price"] in offered | held
    if not known or (wanted["price"] not in offered and "quantity" not in wanted):
        raise errors.invalid("This plan is not available here.", rule="portal_feature_disabled")
    if "quantity" not in wanted:
        return
    limits = portal_configurations.quantities(tx, configuration, wanted["price"])
    least, most = limits or (0, -1)
    if wanted["quantity"] < least or (most is not None and wanted["quantity"] > most):
        raise errors.invalid("This quantity is not available here.", rule="portal_feature_disabled")


def _anchor(feature: Json) -> Json:
    return {"billing_cycle_anchor": feature["billing_cycle_anchor"]}


def add_card(tx: Transaction, session: Json, method: str) -> Json:
    """Save a card by a setup intent and make it the customer's default, unless its holder has to be asked first."""
    allowed(tx, session, "payment_method_update")
    intent = setup_intents.create(tx, customer=session["customer"], payment_method_types=["card"])
    session["_"] |= {"setup_intent": intent["id"]}
    tx.save(SESSIONS, session)
    return _saved(tx, session, setup_intents.confirm(tx, intent, payment_method=method))


def authenticate(tx: Transaction, session: Json, *, succeeded: bool) -> Json | None:
    """End the authentication that a new card waits for."""
    intent = waiting(tx, session)
    if intent is None:
        return None
    return _saved(tx, session, setup_intents.authenticate(tx, intent, succeeded=succeeded))


def waiting(tx: Transaction, session: Json) -> Json | None:
    """Return the setup intent of a card whose holder is to be asked."""
    id = session["_"]["setup_intent"]
    found = None if id is None else tx.get(SETUP_INTENTS, id)
    return found if found is not None and found["status"] == "requires_action" else None


def make_default(tx: Transaction, session: Json, method: str) -> None:
    """Make one of the customer's cards the one that is charged."""
    allowed(tx, session, "payment_method_update")
    _default(tx, session, _own(tx, session, method))


def remove_card(tx: Transaction, session: Json, method: str) -> None:
    """Forget one of the customer's cards."""
    allowed(tx, session, "payment_method_update")
    payment_methods.detach(tx, _own(tx, session, method))


def change_details(tx: Transaction, session: Json, given: dict[str, str]) -> None:
    """Change what is known of the customer, as far as the configuration lets them."""
    feature = allowed(tx, session, "customer_update")
    customer = customers.get(tx, session["customer"])
    sent = {name: given[name].strip() or None for name in DETAILS if name in given}
    customers.change(
        customer, {name: value for name, value in sent.items() if name in feature["allowed_updates"]}
    )
    customers.save(tx, customer)


def _saved(tx: Transaction, session: Json, intent: Json) -> Json:
    if intent["status"] == "succeeded":
        _default(tx, session, payment_methods.get(tx, intent["payment_method"]))
    return intent


def _default(tx: Transaction, session: Json, method: Json) -> None:
    customer = customers.get(tx, session["customer"])
    customers.change(customer, {"invoice_settings": {"default_payment_method": method["id"]}})
    customers.save(tx, customer)


def _own(tx: Transaction, session: Json, method: str) -> Json:
    found = tx.get(payment_methods.PAYMENT_METHODS, method)
    if found is None or found["customer"] != session["customer"]:
        raise errors.no_such("payment_method", method, param="payment_method")
    return found
