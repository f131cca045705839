"""Sending, reading, rescheduling and cancelling mails."""

from __future__ import annotations

from harness.params import Json
from harness.transaction import Transaction
from mocks.resend.dialect import find, listed
from mocks.resend.parameters import Listing, Rescheduled
from mocks.resend.provider import resend
from mocks.resend.resources import addresses, api_keys, emails, lifecycle, message, quotas, templates
from mocks.resend.resources.emails import EMAILS
from mocks.resend.resources.message import Message


@resend.post("/emails", id="emails/send", tier="P0")
def send_email(tx: Transaction, params: Message) -> Json:
    """Send an email, or schedule it."""
    quotas.check(tx)
    wanted, kept = templates.applied(tx, params)
    api_keys.check_domain(tx, addresses.domain(wanted.from_))
    message.check(tx, wanted)
    return {"id": lifecycle.accept(tx, wanted, **kept)["id"]}


@resend.get("/emails", id="emails/list", tier="P0")
def list_emails(tx: Transaction, params: Listing) -> Json:
    """List emails, newest first."""
    return listed(tx, EMAILS, params, emails.summary)


@resend.get("/emails/{email_id}", id="emails/get", tier="P0")
def retrieve_email(tx: Transaction, email_id: str) -> Json:
    """Retrieve an email."""
    return emails.full(find(tx, EMAILS, email_id, "Email"))


@resend.patch("/emails/{email_id}", id="emails/update", tier="P1")
def update_email(tx: Transaction, params: Rescheduled, email_id: str) -> Json:
    """Move a scheduled email."""
    email = find(tx, EMAILS, email_id, "Email")
    lifecycle.reschedule(tx, email, params.scheduled_at)
    return {"object": "email", "id": email["id"]}


@resend.post("/emails/{email_id}/cancel", id="emails/cancel", tier="P1")
def cancel_email(tx: Transaction, email_id: str) -> Json:
    """Cancel a scheduled email."""
    email = find(tx, EMAILS, email_id, "Email")
    lifecycle.cancel(tx, email)
    return {"object": "email", "id": email["id"]}
