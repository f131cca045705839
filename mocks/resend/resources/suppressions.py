"""The suppression list: addresses that bounced for good or complained; Resend sends them nothing more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from harness.collection import Collection
from mocks.resend import errors
from mocks.resend.dialect import timestamp
from mocks.resend.resources import addresses

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]
Origin = Literal["bounce", "complaint", "manual"]

SUPPRESSIONS = Collection("resend.suppression", "id", "origin", key="email")


def add(tx: Transaction, address: str, origin: Origin, source: str) -> None:
    """Put an address on the list because of the mail with id `source`; test addresses never get onto it."""
    email = addresses.bare(address)
    if addresses.simulated(email) is not None or tx.get(SUPPRESSIONS, email) is not None:
        return
    entry = {"id": tx.uuid("suppression.id"), "email": email, "origin": origin, "source_id": source}
    tx.insert(SUPPRESSIONS, entry | {"created": tx.now})


def add_by_hand(tx: Transaction, address: str) -> Json:
    """Put an address on the list because the account's owner wants it there; one that is there stays as it is."""
    if not addresses.valid(address):
        raise errors.invalid_address("email")
    email = addresses.bare(address)
    known = tx.get(SUPPRESSIONS, email)
    if known is not None:
        return known
    entry = {"id": tx.uuid("suppression.id"), "email": email, "origin": "manual", "source_id": None}
    return tx.insert(SUPPRESSIONS, entry | {"created": tx.now})


def found(tx: Transaction, id_or_email: str) -> Json | None:
    """Return an entry by its id or its address."""
    return tx.first(SUPPRESSIONS, id=id_or_email) or tx.get(SUPPRESSIONS, id_or_email.lower())


def shown(entry: Json) -> Json:
    """Show an entry; the one that put it there by hand has no source."""
    return {
        "id": entry["id"],
        "email": entry["email"],
        "origin": entry["origin"],
        "source_id": entry["source_id"] or "",
        "created_at": timestamp(entry["created"]),
    }


def origin(tx: Transaction, address: str) -> Origin | None:
    """Return why an address gets no mail, None when it does; `suppressed@resend.dev` stands for one that bounced."""
    email = addresses.bare(address)
    if addresses.simulated(email) == "suppressed":
        return "bounce"
    entry = tx.get(SUPPRESSIONS, email)
    return None if entry is None else entry["origin"]
