"""Addresses of Stripe's hosted pages, as the consumer at hand can open them.

They are never stored: they carry the label of the world, which a copy of the world does not share, and begin where
the consumer reached us. Without a request (a timer's event) and through Stripe's own host names they begin with the
real page host, which the consumer's interception leads here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mocks.stripe.ids import account_id

if TYPE_CHECKING:
    from harness.transaction import Transaction

CHECKOUT = "https://checkout.stripe.com"
INVOICE = "https://invoice.stripe.com"
HOOKS = "https://hooks.stripe.com"
REAL = "stripe.com"


def checkout(tx: Transaction, session: str) -> str:
    """Return where a customer pays a Checkout Session."""
    return f"{_base(tx, CHECKOUT)}/c/pay/{session}"


def invoice(tx: Transaction, id: str) -> str:
    """Return where a customer sees and pays an invoice."""
    return f"{_base(tx, INVOICE)}/i/{account_id(tx)}/{id}"


def invoice_pdf(tx: Transaction, id: str) -> str:
    """Return where an invoice's PDF is."""
    return f"{invoice(tx, id)}/pdf"


def authentication(tx: Transaction, intent: str) -> str:
    """Return where a customer authenticates a payment or a set-up (3D Secure)."""
    return f"{_base(tx, HOOKS)}/3d_secure_2/hosted?intent={intent}"


def _base(tx: Transaction, real: str) -> str:
    origin = tx.request.origin if tx.request is not None else ""
    own = not origin or origin.endswith(f".{REAL}")
    return f"{real if own else origin}/~{tx.world.name}"
