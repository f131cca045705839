"""The suppression list: addresses that bounced for good or complained; Resend sends them nothing more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from harness.collection import Collection
from mocks.resend.resources import addresses

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]
Origin = Literal["bounce", "complaint"]

SUPPRESSIONS = Collection("resend.suppression", key="email")


def add(tx: Transaction, address: str, origin: Origin, source: str) -> None:
    """Put an address on the list because of the mail with id `source`; test addresses never get onto it."""
    email = addresses.bare(address)
    if addresses.simulated(email) is not None or tx.get(SUPPRESSIONS, email) is not None:
        return
    entry = {"id": tx.uuid("suppression.id"), "email": email, "origin": origin, "source_id": source}
    tx.insert(SUPPRESSIONS, entry | {"created": tx.now})


def origin(tx: Transaction, address: str) -> Origin | None:
    """Return why an address gets no mail, None when it does; `suppressed@resend.dev` stands for one that bounced."""
    email = addresses.bare(address)
    if addresses.simulated(email) == "suppressed":
        return "bounce"
    entry = tx.get(SUPPRESSIONS, email)
    return None if entry is None else entry["origin"]
