"""Subscription items: retrieve, list."""

from __future__ import annotations

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe.parameters import ListParams, StripeParams
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import render, snapshot
from mocks.stripe.resources import embedded, subscriptions


class ListSubscriptionItems(ListParams):
    """GET /v1/subscription_items."""

    subscription: str


@stripe.get("/v1/subscription_items/{item}", id="GetSubscriptionItemsItem", tier="P1")
def retrieve_subscription_item(tx: Transaction, params: StripeParams, item: str) -> Json:
    """Retrieve an item of a subscription."""
    return render(tx, subscriptions.find_item(tx, item), params.expand)


@stripe.get("/v1/subscription_items", id="GetSubscriptionItems", tier="P1")
def list_subscription_items(tx: Transaction, params: ListSubscriptionItems) -> Json:
    """List the items of a subscription."""
    subscription = subscriptions.get(tx, params.subscription)
    items = snapshot(tx, subscription)["items"]["data"]
    return embedded.listing(tx, items, params, url="/v1/subscription_items")
