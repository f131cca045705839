"""Addresses of Stripe's hosted pages.

Objects hold Stripe's own addresses (`https://checkout.stripe.com/c/pay/cs_test_…`), the same in every world of a seed.
What a consumer is answered begins where the consumer reached us and carries the label of the world, so that it opens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mocks.stripe.ids import account_id

if TYPE_CHECKING:
    from harness.transaction import Transaction

OWN = ".stripe.com"


def checkout(session: str) -> str:
    """Return where a customer pays a Checkout Session."""
    return f"https://checkout.stripe.com/c/pay/{session}"


def invoice(tx: Transaction, id: str) -> str:
    """Return where a customer sees and pays an invoice."""
    return f"https://invoice.stripe.com/i/{account_id(tx)}/{id}"


def receipt(charge: str) -> str:
    """Return where a customer sees the receipt of a payment."""
    return f"https://pay.stripe.com/receipts/payment/{charge}"


def authentication(intent: str) -> str:
    """Return where a customer authenticates a payment or a set-up (3D Secure)."""
    return f"https://hooks.stripe.com/3d_secure_2/hosted?intent={intent}"


def reachable(tx: Transaction, url: str) -> str:
    """Turn one of these addresses into one that the consumer of the present request can open.

    Consumers that reach us through Stripe's own host names, and those without a request, keep the host.
    """
    parts = urlsplit(url)
    origin = tx.request.origin if tx.request is not None else ""
    host = urlsplit(origin).hostname or OWN
    start = f"{parts.scheme}://{parts.netloc}" if host.endswith(OWN) else origin
    query = f"?{parts.query}" if parts.query else ""
    return f"{start}/~{tx.world.name}{parts.path}{query}"
