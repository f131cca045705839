"""The waitlist: who would like to sign up, and is invited or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.clerk import errors, validation
from mocks.clerk.dialect import milliseconds
from mocks.clerk.resources import events, ids, instance, invitations, mails

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

ENTRIES = Collection("clerk.waitlist_entry", "email_address", "status", "invitation_id")


def join(tx: Transaction, text: str, *, notify: bool) -> Json:
    """Put an address on the waitlist; one that is there already stays as it is."""
    address = validation.email(text)
    known = tx.first(ENTRIES, email_address=address)
    if known is not None:
        return known
    entry: Json = {
        "object": "waitlist_entry",
        "id": ids.new(tx, "wle"),
        "email_address": address,
        "status": "pending",
        "is_locked": False,
        "created_at": milliseconds(tx.now),
        "updated_at": milliseconds(tx.now),
        "invitation_id": None,
    }
    tx.insert(ENTRIES, entry, fresh=True)
    events.emit(tx, "waitlistEntry.created", shown(tx, entry))
    if notify:
        subject = f"You are on the waitlist for {instance.APPLICATION}"
        lines = ("Thank you for your interest. We will write when there is room for you.",)
        mails.notice(tx, "waitlist_confirmation", address, subject, lines, None)
    return entry


def find(tx: Transaction, id: str) -> Json:
    """Return an entry; refuse an unknown id."""
    entry = tx.get(ENTRIES, id)
    if entry is None:
        raise errors.not_found(f"No waitlist entry was found with id {id}")
    return entry


def invite(tx: Transaction, entry: Json, *, ignore_existing: bool) -> None:
    """Invite whoever waits."""
    _check_open(entry, also=("rejected",))
    wanted = {"email_address": entry["email_address"], "ignore_existing": ignore_existing}
    made = invitations.create_all(tx, [wanted | {"template_slug": "waitlist_invitation"}])[0]
    entry["invitation_id"] = made["id"]
    _turn(tx, entry, "invited")


def reject(tx: Transaction, entry: Json) -> None:
    """Invite somebody not."""
    _check_open(entry, also=("invited",))
    found = tx.get(invitations.INVITATIONS, entry["invitation_id"] or "")
    if found is not None and found["status"] == "pending":
        invitations.revoke(tx, found)
    entry["invitation_id"] = None
    _turn(tx, entry, "rejected")


def _check_open(entry: Json, *, also: tuple[str, ...]) -> None:
    if entry["status"] not in ("pending", *also):
        told = f"This waitlist entry is {entry['status']} and cannot be changed."
        raise errors.conflict("waitlist_entry_not_pending", "not pending", told, status=409)


def complete(tx: Transaction, invitation_id: str) -> None:
    """Note that somebody who was on the waitlist has accepted the invitation."""
    entry = tx.first(ENTRIES, invitation_id=invitation_id)
    if entry is not None:
        _turn(tx, entry, "completed")


def _turn(tx: Transaction, entry: Json, status: str) -> None:
    entry |= {"status": status, "updated_at": milliseconds(tx.now)}
    tx.save(ENTRIES, entry)
    events.emit(tx, "waitlistEntry.updated", shown(tx, entry))


def delete(tx: Transaction, entry: Json) -> Json:
    """Remove an entry; one that was invited stays."""
    if entry["status"] == "invited":
        told = "Invited waitlist entries cannot be deleted."
        raise errors.conflict("waitlist_entry_cannot_be_deleted", "cannot be deleted", told, status=409)
    tx.delete(ENTRIES, entry["id"])
    return {"object": "waitlist_entry", "id": entry["id"], "deleted": True}


def shown(tx: Transaction, entry: Json) -> Json:
    """Show an entry with the invitation, if there is one."""
    invitation = tx.get(invitations.INVITATIONS, entry["invitation_id"] or "")
    answer = {name: value for name, value in entry.items() if name != "invitation_id"}
    return answer | {"invitation": None if invitation is None else invitations.shown(invitation)}
