"""Sessions of the billing portal: links that let one customer manage their billing, and what they do there.

What Stripe does not show is kept in `_`: `secret` (in the link), `opened` (when the link was first opened), `setup_intent`
(a card that waits for its holder).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.rendering import Resource, register
from mocks.stripe.resources import (
    addresses,
    coupons,
    customers,
    portal_configurations,
    prices,
    subscriptions,
)
from mocks.stripe.resources.customers import CUSTOMERS
from mocks.stripe.resources.events import emit
from mocks.stripe.resources.promotion_codes import PROMOTION_CODES

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

UNUSED_SECONDS, USED_SECONDS = 300, 3600
"""How long a link can be opened, and how long it works from then on."""

SESSIONS = Collection("stripe.portal_session", secret=lambda session: session["_"]["secret"])


def _link(tx: Transaction, shown: Json) -> None:
    shown["url"] = addresses.reachable(tx, shown["url"])


register(
    Resource(
        "billing_portal.session",
        SESSIONS,
        expands={"configuration": "billing_portal.configuration"},
        link=_link,
    )
)


def create(tx: Transaction, given: Json) -> Json:
    """Create a link for a customer, and announce it; raises the 400s of flows that the configuration does not allow."""
    customer = customers.get(tx, given["customer"])
    configuration = portal_configurations.get(tx, given.get("configuration"))
    flow = _flow(tx, customer, configuration, given.get("flow_data"))
    secret = f"test_{tx.token('portal.secret', 40)}"
    session: Json = {
        "id": new_id(tx, "bps"),
        "object": "billing_portal.session",
        "configuration": configuration["id"],
        "created": tx.seconds,
        "customer": customer["id"],
        "customer_account": None,
        "flow": flow,
        "livemode": False,
        "locale": given.get("locale"),
        "on_behalf_of": None,
        "return_url": given.get("return_url") or configuration["default_return_url"],
        "url": f"https://billing.stripe.com/p/session/{secret}",
        "_": {"secret": secret, "opened": None, "setup_intent": None},
    }
    tx.insert(SESSIONS, session)
    emit(tx, "billing_portal.session.created", SESSIONS, session)
    return session


def opened(tx: Transaction, secret: str) -> Json | None:
    """Return the session of a link, which has been opened now; None for one that does not work any more."""
    session = tx.first(SESSIONS, secret=secret)
    if session is None or tx.get(CUSTOMERS, session["customer"]) is None:
        return None
    customers.get(tx, session["customer"])
    first = session["_"]["opened"]
    begun, lasts = (session["created"], UNUSED_SECONDS) if first is None else (first, USED_SECONDS)
    if not begun <= tx.seconds < begun + lasts:
        return None
    if first is None:
        session["_"] |= {"opened": tx.seconds}
        tx.save(SESSIONS, session)
    return session


def own_subscription(tx: Transaction, customer: str, id: str, *, at: str) -> Json:
    """Return a running subscription of a customer; raise the 400 for another's, or an ended one."""
    found = subscriptions.get(tx, id, param=at)
    if found["customer"] != customer or found["status"] in subscriptions.ENDED:
        raise errors.invalid(
            f"The subscription {id} is not an active subscription of the customer {customer}.",
            param=at,
            rule="subscription_of_other_customer",
        )
    return found


def _flow(tx: Transaction, customer: Json, configuration: Json, given: Json | None) -> Json | None:
    """Return the flow that a link leads into, every field of it."""
    if given is None:
        return None
    kind = given["type"]
    feature = "subscription_update" if kind == "subscription_update_confirm" else kind
    if not configuration["features"][feature]["enabled"]:
        raise errors.invalid(
            f"The flow {kind} needs the feature {feature}, which is disabled in the configuration "
            f"{configuration['id']}.",
            param="flow_data[type]",
            rule="portal_feature_disabled",
        )
    flow: Json = {"after_completion": _after(given.get("after_completion"))}
    for name in ("subscription_cancel", "subscription_update", "subscription_update_confirm"):
        flow[name] = None
    if kind != "payment_method_update":
        wanted = given.get(kind)
        if wanted is None:
            raise errors.missing_parameter(f"flow_data[{kind}]")
        at = f"flow_data[{kind}][subscription]"
        subscription = own_subscription(tx, customer["id"], wanted["subscription"], at=at)
        flow[kind] = {"subscription": subscription["id"]}
        if kind == "subscription_cancel":
            flow[kind]["retention"] = _retention(tx, subscription, wanted.get("retention"))
        if kind == "subscription_update_confirm":
            items = [_item(tx, subscription, each, place) for place, each in enumerate(wanted["items"])]
            flow[kind] |= {"discounts": _discounts(tx, wanted.get("discounts")), "items": items}
    return flow | {"type": kind}


def _retention(tx: Transaction, subscription: Json, given: Json | None) -> Json | None:
    """Check the coupon that is offered to who is about to cancel."""
    if given is None:
        return None
    param = "flow_data[subscription_cancel][retention][coupon_offer][coupon]"
    coupon = coupons.get(tx, given["coupon_offer"]["coupon"], param=param)
    if coupon["percent_off"] is None and coupons.amount_in(coupon, subscription["currency"]) is None:
        raise errors.invalid(
            f"The coupon {coupon['id']} cannot be applied in {subscription['currency']}.",
            param=param,
            rule="mixed_currencies",
        )
    return {"coupon_offer": {"coupon": coupon["id"]}, "type": "coupon_offer"}


def _discounts(tx: Transaction, given: list[Json] | None) -> list[Json] | None:
    """Check what comes with a change that the customer only needs to confirm."""
    if given is None:
        return None
    for place, each in enumerate(given):
        at = f"flow_data[subscription_update_confirm][discounts][{place}]"
        if each.get("promotion_code") is None:
            coupons.get(tx, each.get("coupon") or "", param=f"{at}[coupon]")
        elif tx.get(PROMOTION_CODES, each["promotion_code"]) is None:
            raise errors.no_such("promotion_code", each["promotion_code"], param=f"{at}[promotion_code]")
    return [{"coupon": each.get("coupon"), "promotion_code": each.get("promotion_code")} for each in given]


def _after(given: Json | None) -> Json:
    given = given or {"type": "portal_homepage"}
    confirmation, redirect = given.get("hosted_confirmation"), given.get("redirect")
    if given["type"] == "redirect" and redirect is None:
        raise errors.missing_parameter("flow_data[after_completion][redirect]")
    message = None if confirmation is None else {"custom_message": confirmation.get("custom_message")}
    return {"hosted_confirmation": message, "redirect": redirect, "type": given["type"]}


def _item(tx: Transaction, subscription: Json, given: Json, place: int) -> Json:
    at = f"flow_data[subscription_update_confirm][items][{place}]"
    item = next((each for each in subscription["items"] if each["id"] == given["id"]), None)
    if item is None:
        raise errors.no_such("subscription_item", given["id"], param=f"{at}[id]")
    price = given.get("price")
    if price is not None:
        prices.get(tx, price, param=f"{at}[price]")
    quantity = given.get("quantity")
    shown = {"id": item["id"], "price": price or item["price"]}
    return shown if quantity is None else shown | {"quantity": quantity}
