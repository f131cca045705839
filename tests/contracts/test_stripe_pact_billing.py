"""What the integration layer relies on of Stripe when plans change, events are caught up, and the mirror is compared."""

from typing import Any

import stripe
from pact import match

from integrations.billing.plan_gateway import PlanGateway
from integrations.billing.stripe_states import SubscriptionState, subscription_state
from integrations.services import Services
from integrations.webhooks.catch_up import TYPES
from tests.contracts.pacts import Exchange, environment, word
from tests.contracts.test_stripe_pact import (
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
