"""What the tests of Checkout have in common: opening, paying and reading sessions."""

from __future__ import annotations

from typing import Any

import stripe

START = 1772355600
"""2026-03-01T09:00:00Z, where the fresh world's clock stands."""

URLS = {
    "success_url": "https://app.test/done?id={CHECKOUT_SESSION_ID}",
    "cancel_url": "https://app.test/cancel",
}

OK = {"cardNumber": "4242 4242 4242 4242", "cardExpiry": "12 / 34", "cardCvc": "123", "billingName": "Ada"}


def opened(client: stripe.StripeClient, **given: Any) -> Any:
    """Open a session with the usual addresses."""
    return client.v1.checkout.sessions.create({**URLS, **given})  # type: ignore[typeddict-item]


def confirm(client: stripe.StripeClient, session: str, **given: Any) -> Any:
    """Pay a session headlessly, as Stripe's own page does."""
    answer = client.raw_request("post", f"/v1/payment_pages/{session}/confirm", **given)
    return client.deserialize(answer, api_mode="V1").to_dict()


def retrieved(client: stripe.StripeClient, session: str, *expand: str) -> Any:
    return client.v1.checkout.sessions.retrieve(session, {"expand": list(expand)})
