"""What a scenario tells of a subscriber: the beginning at once, all that follows by timers when its instant comes.

Everything goes through the operations that a consumer would call, so that its consequences are the usual ones.
"""

from __future__ import annotations

from harness import instants
from harness.errors import InvalidInput
from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe.operations.coupons import CreateCoupon, create_coupon
from mocks.stripe.operations.meters import CreateMeter, create_meter
from mocks.stripe.operations.payment_methods import AttachMethod, attach_payment_method
from mocks.stripe.operations.subscription_parameters import (
    CancelSubscription,
    CreateSubscription,
    UpdateSubscription,
)
from mocks.stripe.operations.subscription_schedules import (
    CreateSchedule,
    UpdateSchedule,
    create_schedule,
    update_schedule,
)
from mocks.stripe.operations.subscriptions import (
    cancel_subscription,
    create_subscription,
    update_subscription,
)
from mocks.stripe.provider import stripe
from mocks.stripe.resources import subscriptions

CARDS = {"pays": "pm_card_visa", "fails": "pm_card_chargeCustomerFail"}

PAYMENTS = {
    "paid": ("pm_card_visa", "error_if_incomplete"),
    "declined": ("pm_card_chargeCustomerFail", "allow_incomplete"),
    "awaited": ("pm_card_visa", "default_incomplete"),
    "unconfirmed": ("pm_card_authenticationRequired", "allow_incomplete"),
    "none": (None, "allow_incomplete"),
}
"""The card and the payment behaviour with which a first invoice ends as a story tells."""


def subscribe(tx: Transaction, customer: str, told: Json) -> dict[str, str]:
    """Begin the subscription of a customer that a story tells of, plan what happens to it, and return the references.

    Raises InvalidInput for a plan that does not exist.
    """
    template, behavior = PAYMENTS[told.get("payment", "paid")]
    given: Json = {"customer": customer, "items": [{"price": _price(tx, told["plan"])}]}
    given["payment_behavior"] = behavior
    ids: dict[str, str] = {}
    if template is not None:
        given["default_payment_method"] = ids["payment_method"] = _attach(tx, customer, template)
    if "coupon" in told:
        given["discounts"] = [{"coupon": _coupon(tx, told["coupon"])}]
    if "trial_days" in told:
        given["trial_period_days"] = told["trial_days"]
    if "without_card" in told:
        given["trial_settings"] = {"end_behavior": {"missing_payment_method": told["without_card"]}}
    made = create_subscription(tx, CreateSubscription.model_validate(given))
    id = made["id"]
    ids |= {"subscription": id, "invoice": made["latest_invoice"]}
    ids["subscription_item"] = made["items"]["data"][0]["id"]
    if "next_plan" in told:
        ids["subscription_schedule"] = _schedule(tx, made, _price(tx, told["next_plan"]))
    for days, step in _steps(told):
        tx.schedule("story.step", tx.now + days * instants.DAY, {"subscription": id, **step})
    if "state" in told:
        payload = {"subscription": id, "organisation": told["organisation"], "state": told["state"]}
        tx.schedule("story.check", tx.now + told["days_ago"] * instants.DAY, payload)
    return {f"stripe.{kind}.{told['organisation']}": each for kind, each in ids.items()}


def _schedule(tx: Transaction, subscription: Json, price: str) -> str:
    """Let another price begin with the next period, as a merchant does for a smaller plan."""
    begun = create_schedule(tx, CreateSchedule.model_validate({"from_subscription": subscription["id"]}))
    (phase,) = begun["phases"]
    items = [{"price": each["price"], "quantity": each["quantity"]} for each in phase["items"]]
    first = {"items": items, "start_date": phase["start_date"], "end_date": phase["end_date"]}
    month = {"interval": "month", "interval_count": 1}
    then = {"items": [{"price": price, "quantity": 1}], "duration": month, "proration_behavior": "none"}
    given = {"end_behavior": "release", "phases": [first, then]}
    id: str = begun["id"]
    update_schedule(tx, UpdateSchedule.model_validate(given), id)
    return id


def open_meters(tx: Transaction, names: list[str]) -> dict[str, str]:
    """Make the meters that a story tells of, which add up; return the references."""
    refs: dict[str, str] = {}
    for name in names:
        given = {"display_name": name, "event_name": name, "default_aggregation": {"formula": "sum"}}
        refs[f"stripe.meter.{name}"] = create_meter(tx, CreateMeter.model_validate(given))["id"]
    return refs


def _steps(told: Json) -> list[tuple[int, Json]]:
    """Return what happens after the beginning, with the days until then."""
    steps: list[tuple[int, Json]] = [
        (told[f"card_{card}_after_days"], {"card": card})
        for card in ("fails", "pays")
        if f"card_{card}_after_days" in told
    ]
    for each in told.get("changes", ()):
        change = {"plan": each["plan"], "at_once": each.get("at_once", False)}
        steps.append((each["after_days"], {"change": change}))
    if "cancels_after_days" in told:
        steps.append((told["cancels_after_days"], {"cancel": told.get("at_period_end", False)}))
    return steps


@stripe.timer("story.step")
def step(tx: Transaction, payload: Json) -> None:
    """Something that a scenario tells of a subscriber happens, unless the subscription has ended."""
    id = payload["subscription"]
    subscription = subscriptions.find(tx, id)
    if subscription["status"] in subscriptions.ENDED:
        return
    if "card" in payload:
        change_card(tx, id, payload["card"])
    elif "change" in payload:
        change_plan(tx, id, payload["change"]["plan"], at_once=payload["change"]["at_once"])
    else:
        end(tx, id, at_period_end=payload["cancel"])


def change_card(tx: Transaction, id: str, card: str) -> None:
    """Give a subscription another card to pay with: one that `pays`, or one that `fails`."""
    customer = subscriptions.find(tx, id)["customer"]
    method = _attach(tx, customer, CARDS[card])
    update_subscription(tx, UpdateSubscription.model_validate({"default_payment_method": method}), id)


def change_plan(tx: Transaction, id: str, plan: str, *, at_once: bool) -> None:
    """Change a subscription to another plan; what is left of the period is invoiced at once, or with the next one."""
    subscription = subscriptions.find(tx, id)
    behavior = "always_invoice" if at_once else "create_prorations"
    item = {"id": subscription["items"][0]["id"], "price": _price(tx, plan)}
    given = {"items": [item], "proration_behavior": behavior}
    update_subscription(tx, UpdateSubscription.model_validate(given), id)


def end(tx: Transaction, id: str, *, at_period_end: bool) -> None:
    """Cancel a subscription: now, or when its period ends."""
    if at_period_end:
        update_subscription(tx, UpdateSubscription.model_validate({"cancel_at_period_end": True}), id)
    else:
        cancel_subscription(tx, CancelSubscription(), id)


@stripe.timer("story.check")
def check(tx: Transaction, payload: Json) -> None:
    """The present has come: raise InvalidInput when a subscription is in another state than the scenario says."""
    status = subscriptions.find(tx, payload["subscription"])["status"]
    if status != payload["state"]:
        raise InvalidInput(
            f"the scenario says that the subscription of {payload['organisation']} is {payload['state']} by now, but what"
            f" it tells of it makes it {status}"
        )


def _price(tx: Transaction, plan: str) -> str:
    """Return the price of a plan by its name in the environment."""
    account: dict[str, str] = tx.world.accounts["stripe"]["env"]
    price = account.get(f"NEXT_PUBLIC_PRICE_{plan}")
    if price is None:
        known = ", ".join(name.removeprefix("NEXT_PUBLIC_PRICE_") for name in account)
        raise InvalidInput(f"there is no plan {plan!r}; the plans are: {known}")
    return price


def _attach(tx: Transaction, customer: str, template: str) -> str:
    given = AttachMethod.model_validate({"customer": customer})
    method: str = attach_payment_method(tx, given, template)["id"]
    return method


def _coupon(tx: Transaction, told: Json) -> str:
    given: Json = {"percent_off": f"{told['percent_off']:g}", "duration": "forever"}
    if told.get("months") is not None:
        given |= {"duration": "repeating", "duration_in_months": told["months"]}
    coupon: str = create_coupon(tx, CreateCoupon.model_validate(given))["id"]
    return coupon
