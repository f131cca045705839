"""What the integration layer relies on of Stripe when plans change, events are caught up, and the mirror is compared."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import stripe
from pact import match

from integrations.billing.plan_gateway import PlanGateway
from integrations.billing.stripe_states import SubscriptionState, subscription_state
from integrations.services import Services
from integrations.webhooks.catch_up import TYPES
from tests.contracts.pacts import PLAN_CHANGES, Exchange, environment, word
from tests.contracts.stripe_objects import (
    INVOICE,
    KEY,
    PRICE,
    SECONDS,
    STRIPE,
    SUBSCRIPTION,
    customer,
    invoice,
    subscription,
)

BETTER = environment()["NEXT_PUBLIC_PRICE_PROFESSIONAL_MONTHLY"]
OF_SUBSCRIPTION = "/v1/subscriptions/${stripe_subscription_northwind}"


def listed(*things: Any) -> dict[str, Any]:
    """Return a page of a list, of which at least one element is asked for."""
    (thing,) = things
    return {"object": "list", "data": match.each_like(thing), "has_more": match.bool(False)}


def plans(services: Services) -> PlanGateway:
    return services.plan_changes._plans


@STRIPE.interaction(
    "list customers",
    Exchange(method="GET", path="/v1/customers", query={"limit": "100"}, answer=listed(customer())),
)
def test_customers_are_listed(services: Services) -> None:
    assert [each.name for each in services.customers._stripe.customers()] == ["Northwind Coffee"]


@STRIPE.interaction(
    "list subscriptions",
    Exchange(
        method="GET",
        path="/v1/subscriptions",
        query={"status": "all", "expand[0]": "data.schedule", "limit": "100"},
        answer=listed(subscription(status=match.str("active"), items=match.type({"data": []}))),
    ),
)
def test_subscriptions_are_listed(services: Services) -> None:
    assert [each.status for each in services.customers._stripe.subscriptions()] == ["active"]


@STRIPE.interaction(
    "list invoices",
    Exchange(
        method="GET",
        path="/v1/invoices",
        query={"limit": "100"},
        answer=listed(
            invoice(status=match.str("paid"), amount_paid=match.int(19900), amount_remaining=match.int(0))
        ),
    ),
)
def test_invoices_are_listed(services: Services) -> None:
    assert [each.status for each in services.invoices._stripe.invoices()] == ["paid"]


@STRIPE.interaction(
    "list events",
    Exchange(
        method="GET",
        path="/v1/events",
        query={**{f"types[{index}]": name for index, name in enumerate(TYPES)}, "limit": "100"},
        answer=listed(
            {
                "id": word("evt_1", r"evt_\w+"),
                "object": "event",
                "type": match.str("customer.created"),
                "created": SECONDS,
                "data": {"object": match.type({})},
            }
        ),
    ),
)
def test_events_are_listed(services: Services) -> None:
    events, more = services.customers._stripe.events_page(TYPES)
    assert ([each["type"] for each in events], more) == (["customer.created"], False)


# --- changes of plans --------------------------------------------------------------------------------------------


def running() -> SubscriptionState:
    """Return a subscription as the layer knows it."""
    told: Any = {
        **subscription(),
        "id": "sub_Made1",
        "customer": "cus_Made1",
        "default_payment_method": "pm_Made1",
        "created": 1769990400,
        "items": {"object": "list", "data": [{"id": "si_Made1", "price": {"id": PRICE}, **PERIOD}]},
    }
    return subscription_state(stripe.Subscription.construct_from(told, None))


PERIOD = {"current_period_start": 1769990400, "current_period_end": 1772409600}


@STRIPE.interaction(
    "preview another plan",
    Exchange(
        method="POST",
        path="/v1/invoices/create_preview",
        headers={"Idempotency-Key": KEY},
        sent=(
            f"subscription=sub_Made1&subscription_details[items][0][id]=si_Made1"
            f"&subscription_details[items][0][price]={BETTER}"
            "&subscription_details[proration_behavior]=always_invoice"
        ),
        sent_of={
            "$.subscription": "${stripe_subscription_northwind}",
            "$['subscription_details[items][0][id]']": "${stripe_subscription_item_northwind}",
        },
        answer={
            "object": "invoice",
            "currency": "usd",
            "amount_due": match.int(30000),
            "total": match.int(30000),
            "parent": {"subscription_details": {"subscription_proration_date": SECONDS}},
            "lines": {
                "object": "list",
                "data": match.each_like(
                    {
                        "amount": match.int(49900),
                        "description": match.str("Remaining time"),
                        "parent": {"subscription_item_details": {"proration": match.bool(True)}},
                    }
                ),
            },
        },
    ),
)
def test_another_plan_is_previewed(services: Services) -> None:
    seen = plans(services).preview(running(), BETTER, behavior="always_invoice")
    assert (seen.amount_due, len(seen.lines)) == (30000, 1)
    assert seen.proration_date is not None


@STRIPE.interaction(
    "change to a better plan",
    Exchange(
        method="POST",
        path="/v1/subscriptions/sub_Made1",
        path_of=OF_SUBSCRIPTION,
        headers={"Idempotency-Key": KEY},
        sent=(
            f"items[0][id]=si_Made1&items[0][price]={BETTER}"
            "&proration_behavior=always_invoice&payment_behavior=error_if_incomplete"
        ),
        sent_of={"$['items[0][id]']": "${stripe_subscription_item_northwind}"},
        answer={"id": SUBSCRIPTION, "object": "subscription", "latest_invoice": INVOICE},
    ),
)
def test_a_better_plan_begins(services: Services) -> None:
    assert plans(services).change_price(running(), BETTER) == "in_Made1"


@STRIPE.interaction(
    "let a subscription end with its period",
    Exchange(
        method="POST",
        path="/v1/subscriptions/sub_Made1",
        path_of=OF_SUBSCRIPTION,
        headers={"Idempotency-Key": KEY},
        sent="cancel_at_period_end=true",
        answer={"id": SUBSCRIPTION, "object": "subscription", "cancel_at_period_end": True},
    ),
)
def test_a_subscription_ends_with_its_period(services: Services) -> None:
    plans(services).end_with_period("sub_Made1", end=True)


@STRIPE.interaction(
    "let a subscription go on",
    Exchange(
        method="POST",
        path="/v1/subscriptions/sub_Made1",
        path_of=OF_SUBSCRIPTION,
        headers={"Idempotency-Key": KEY},
        sent="cancel_at=",
        answer={"id": SUBSCRIPTION, "object": "subscription", "cancel_at": None},
    ),
)
def test_a_subscription_goes_on(services: Services) -> None:
    plans(services).end_with_period("sub_Made1", end=False)


@STRIPE.interaction(
    "end a subscription now",
    Exchange(
        method="DELETE",
        path="/v1/subscriptions/sub_Made1",
        path_of=OF_SUBSCRIPTION,
        answer={"id": SUBSCRIPTION, "object": "subscription", "status": "canceled"},
    ),
)
def test_a_subscription_is_ended(services: Services) -> None:
    plans(services).cancel("sub_Made1")


# --- changes with the next period, pauses, and use ---------------------------------------------------------------

SCHEDULE = word("sub_sched_Made1", r"sub_sched_\w+")
OF_SCHEDULE = "/v1/subscription_schedules/${stripe_subscription_schedule_northwind}"
BEGAN, ENDS = 1771491600, 1773910800
"""When the month of the state's subscription began, and when it ends, in a world of 1 March 2026, 09:00."""


def schedule(start: int = BEGAN, end: int = ENDS) -> dict[str, Any]:
    """Return what is read of a schedule."""
    phase: dict[str, Any] = {
        "items": match.each_like({"price": word("price_Made1", r"price_\w+"), "quantity": match.int(1)}),
        "start_date": match.int(start),
        "end_date": match.int(end),
        "trial_end": None,
        "discounts": [],
    }
    return {
        "id": SCHEDULE,
        "object": "subscription_schedule",
        "current_phase": {"start_date": match.int(start), "end_date": match.int(end)},
        "phases": match.each_like(phase),
    }


def following(phase: str) -> str:
    """Return the form that lets another plan follow a phase."""
    return (
        f"end_behavior=release&phases[0][items][0][price]=price_Made1&phases[0][items][0][quantity]=1{phase}"
        f"&phases[1][items][0][price]={BETTER}&phases[1][items][0][quantity]=1"
        "&phases[1][duration][interval]=month&phases[1][duration][interval_count]=1"
        "&phases[1][proration_behavior]=none"
    )


UPDATED = Exchange(
    method="POST",
    path="/v1/subscription_schedules/sub_sched_Made1",
    path_of=OF_SCHEDULE,
    headers={"Idempotency-Key": KEY},
    sent=following(f"&phases[0][start_date]={BEGAN}&phases[0][end_date]={ENDS}"),
    sent_of={"$['phases[0][items][0][price]']": "${NEXT_PUBLIC_PRICE_PROFESSIONAL_MONTHLY}"},
    answer={"id": SCHEDULE, "object": "subscription_schedule"},
    state=PLAN_CHANGES,
)


@STRIPE.interactions(
    {
        "put a subscription under a schedule": Exchange(
            method="POST",
            path="/v1/subscription_schedules",
            headers={"Idempotency-Key": KEY},
            sent="from_subscription=sub_Made1",
            sent_of={"$.from_subscription": "${stripe_subscription_northwind}"},
            answer=schedule(),
        ),
        "let another plan follow": UPDATED,
    }
)
def test_another_plan_follows_by_a_schedule(services: Services) -> None:
    plans(services).schedule_price(running(), BETTER, "month")


@STRIPE.interactions(
    {
        "read a schedule": Exchange(
            method="GET",
            path="/v1/subscription_schedules/sub_sched_Made1",
            path_of=OF_SCHEDULE,
            answer=schedule(),
            state=PLAN_CHANGES,
        ),
        "let another plan follow than the one that was to": UPDATED,
    }
)
def test_what_follows_is_chosen_again(services: Services) -> None:
    scheduled = replace(running(), schedule_id="sub_sched_Made1")
    plans(services).schedule_price(scheduled, BETTER, "month")


@STRIPE.interaction(
    "release a schedule",
    Exchange(
        method="POST",
        path="/v1/subscription_schedules/sub_sched_Made1/release",
        path_of=f"{OF_SCHEDULE}/release",
        headers={"Idempotency-Key": KEY},
        answer={"id": SCHEDULE, "object": "subscription_schedule"},
        state=PLAN_CHANGES,
    ),
)
def test_a_schedule_is_released(services: Services) -> None:
    plans(services).release_schedule("sub_sched_Made1")


@STRIPE.interaction(
    "resume a paused subscription",
    Exchange(
        method="POST",
        path="/v1/subscriptions/sub_Made1/resume",
        path_of="/v1/subscriptions/${stripe_subscription_lumen}/resume",
        headers={"Idempotency-Key": KEY},
        sent="billing_cycle_anchor=now",
        answer={"id": SUBSCRIPTION, "object": "subscription"},
        state=PLAN_CHANGES,
    ),
)
def test_a_paused_subscription_is_resumed(services: Services) -> None:
    plans(services).resume("sub_Made1")


@STRIPE.interaction(
    "report use",
    Exchange(
        method="POST",
        path="/v1/billing/meter_events",
        headers={"Idempotency-Key": "study:1"},
        sent=(
            "event_name=respondents&identifier=study%3A1&timestamp=1772355600"
            "&payload[stripe_customer_id]=cus_Made1&payload[value]=300"
        ),
        sent_of={"$['payload[stripe_customer_id]']": "${stripe_organisation_northwind}"},
        answer={"object": "billing.meter_event", "identifier": "study:1"},
        state=PLAN_CHANGES,
    ),
)
def test_use_is_reported(services: Services) -> None:
    at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    plans(services).report_usage("respondents", "cus_Made1", 300, at, identifier="study:1")
