"""stripe for Python, of any version."""

import os
from typing import Any

import stripe

from tests.matrix.checks import checking

env = os.environ
client: Any = stripe.StripeClient(
    env["STRIPE_SECRET_KEY"], base_addresses={"api": env["ADDRESS"]}, max_network_retries=0
)
made: dict[str, str] = {}


def create() -> object:
    """Create a customer."""
    made["id"] = client.customers.create({"email": "ada@shop.test", "name": "Ada"}).id
    return made["id"].startswith("cus_")


def error() -> object:
    """Ask for what is not there."""
    told: Any = checking.refused(lambda: client.customers.retrieve("cus_nobody"), stripe.InvalidRequestError)
    return (told.code, told.http_status) == ("resource_missing", 404)


def webhook() -> object:
    """Verify a delivery, and refuse a changed one."""
    header, secret = env["SIGNATURE"], env["SECRET"]
    event = stripe.Webhook.construct_event(env["BODY"], header, secret)
    checking.refused(
        lambda: stripe.Webhook.construct_event(env["BODY"] + " ", header, secret),
        stripe.SignatureVerificationError,
    )
    return event["type"] == env["EVENT"]


checking.run(
    create=create,
    read=lambda: client.customers.retrieve(made["id"]).name == "Ada",
    list=lambda: [each.id for each in client.customers.list({"limit": 1}).auto_paging_iter()] == [made["id"]],
    error=error,
    webhook=webhook,
)
