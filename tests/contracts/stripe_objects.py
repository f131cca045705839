"""What is relied on of Stripe's objects, as the contracts with Stripe share it."""

from __future__ import annotations

from typing import Any

from pact import match

from tests.contracts.pacts import Contract, environment, word

STRIPE = Contract("stripe", "STRIPE_API_BASE")
AUTHORIZATION = {"Authorization": word("Bearer sk_test_invented", r"Bearer sk_test_\w+")}
KEY = word("0f8fad5bd9cb469fa16570867728950e", "[0-9a-f-]{32,36}")
CUSTOMER, METHOD = word("cus_Made1", r"cus_\w+"), word("pm_Made1", r"pm_\w+")
SUBSCRIPTION, INVOICE = word("sub_Made1", r"sub_\w+"), word("in_Made1", r"in_\w+")
PRICE = environment()["NEXT_PUBLIC_PRICE_ESSENTIAL_MONTHLY"]
OF_CUSTOMER = "/v1/customers/${stripe_organisation_northwind}"
ITEM = word("si_Made1", r"si_\w+")
SECONDS = match.int(1769990400)


def customer(**more: Any) -> dict[str, Any]:
    """Return what is read of a customer."""
    return {
        "id": CUSTOMER,
        "object": "customer",
        "email": match.str("billing@northwind.test"),
        "name": match.str("Northwind Coffee"),
        "metadata": match.type({}),
        "delinquent": match.bool(False),
        "invoice_settings": {"default_payment_method": None},
        **more,
    }


def subscription(**more: Any) -> dict[str, Any]:
    """Return what is read of a subscription."""
    item = {
        "id": ITEM,
        "price": {"id": PRICE},
        "current_period_start": SECONDS,
        "current_period_end": SECONDS,
    }
    return {
        "id": SUBSCRIPTION,
        "object": "subscription",
        "customer": CUSTOMER,
        "status": "active",
        "items": {"object": "list", "data": [item]},
        "cancel_at_period_end": False,
        "cancel_at": None,
        "canceled_at": None,
        "cancellation_details": {"reason": None},
        "schedule": None,
        "default_payment_method": METHOD,
        "created": SECONDS,
        **more,
    }


def invoice(**more: Any) -> dict[str, Any]:
    """Return what is read of an invoice."""
    return {
        "id": INVOICE,
        "object": "invoice",
        "customer": CUSTOMER,
        "parent": {"subscription_details": {"subscription": SUBSCRIPTION}},
        "status": "open",
        "currency": "usd",
        "amount_due": match.int(19900),
        "amount_paid": 0,
        "amount_remaining": match.int(19900),
        "attempt_count": match.int(1),
        "next_payment_attempt": None,
        "hosted_invoice_url": word("https://invoice.stripe.com/i/1", r"https?://\S+"),
        "created": SECONDS,
        **more,
    }


def refusal(kind: str, **more: Any) -> dict[str, Any]:
    """Return what is read of an error."""
    return {"error": {"type": kind, "message": match.str("No."), **more}}
