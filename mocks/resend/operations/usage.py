"""Usage of the account's plan."""

from __future__ import annotations

from harness.params import Json
from harness.transaction import Transaction
from mocks.resend.provider import resend
from mocks.resend.resources import usage


@resend.get("/usage", id="usage/get", tier="P1")
def retrieve_usage(tx: Transaction) -> Json:
    """Tell what the account has used, and what of it there is."""
    return usage.told(tx)
