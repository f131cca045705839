"""The waitlist."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk import errors
from mocks.clerk.dialect import counted
from mocks.clerk.parameters import Body, Ordered
from mocks.clerk.provider import clerk
from mocks.clerk.resources import listing, waitlist
from mocks.clerk.resources.waitlist import ENTRIES

LARGEST_BULK = 50


class NewEntry(Body):
    """The body of `POST /waitlist_entries`."""

    email_address: str
    notify: bool | None = None


class NewEntries(Body):
    """The body of `POST /waitlist_entries/bulk`: a bare list."""

    items: list[NewEntry]


class Invite(Body):
    """The body of `POST /waitlist_entries/{waitlist_entry_id}/invite`."""

    ignore_existing: bool | None = None


class EntryList(Ordered):
    """The query of `GET /waitlist_entries`."""

    query: str | None = None
    status: list[Literal["pending", "invited", "completed", "rejected"]] | None = Field(None, max_length=10)


@clerk.get("/v1/waitlist_entries", id="ListWaitlistEntries", tier="P1")
def list_entries(tx: Transaction, params: EntryList) -> Json:
    """List who waits."""
    field, descending = listing.ordered(params.order_by, ("created_at", "invited_at", "email_address"))
    found = [
        each
        for each in tx.every(ENTRIES)
        if (params.status is None or each["status"] in params.status)
        and (params.query is None or listing.contains(each["email_address"], params.query))
    ]
    field = "updated_at" if field == "invited_at" else field
    items, total = listing.sifted(
        found, params, lambda each: (each[field], each["id"]), descending=descending
    )
    return counted(items, total, lambda each: waitlist.shown(tx, each))


@clerk.post("/v1/waitlist_entries", id="CreateWaitlistEntry", tier="P1")
def create_entry(tx: Transaction, params: NewEntry) -> Json:
    """Put an address on the waitlist."""
    return waitlist.shown(tx, waitlist.join(tx, params.email_address, notify=params.notify is not False))


@clerk.post("/v1/waitlist_entries/bulk", id="CreateBulkWaitlistEntries", tier="P1")
def create_entries(tx: Transaction, params: NewEntries) -> Json:
    """Put several addresses on the waitlist."""
    if len(params.items) > LARGEST_BULK:
        raise errors.bulk_size_exceeded(LARGEST_BULK)
    made = [waitlist.join(tx, each.email_address, notify=each.notify is not False) for each in params.items]
    return [waitlist.shown(tx, each) for each in made]


@clerk.delete("/v1/waitlist_entries/{waitlist_entry_id}", id="DeleteWaitlistEntry", tier="P1")
def delete_entry(tx: Transaction, waitlist_entry_id: str) -> Json:
    """Take an entry from the waitlist."""
    return waitlist.delete(tx, waitlist.find(tx, waitlist_entry_id))


@clerk.post("/v1/waitlist_entries/{waitlist_entry_id}/invite", id="InviteWaitlistEntry", tier="P1")
def invite_entry(tx: Transaction, params: Invite, waitlist_entry_id: str) -> Json:
    """Invite whoever waits."""
    entry = waitlist.find(tx, waitlist_entry_id)
    waitlist.invite(tx, entry, ignore_existing=bool(params.ignore_existing))
    return waitlist.shown(tx, entry)


@clerk.post("/v1/waitlist_entries/{waitlist_entry_id}/reject", id="RejectWaitlistEntry", tier="P1")
def reject_entry(tx: Transaction, waitlist_entry_id: str) -> Json:
    """Invite somebody not."""
    entry = waitlist.find(tx, waitlist_entry_id)
    waitlist.reject(tx, entry)
    return waitlist.shown(tx, entry)
