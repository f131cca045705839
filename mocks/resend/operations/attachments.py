"""Attachments of sent mails, received mails with theirs, and what download addresses give."""

from __future__ import annotations

from harness.messages import Reply
from harness.params import Json
from harness.transaction import Transaction
from mocks.resend.dialect import find, listed, sliced
from mocks.resend.parameters import Listing
from mocks.resend.provider import resend
from mocks.resend.resources import attachments, inbound
from mocks.resend.resources.emails import EMAILS
from mocks.resend.resources.inbound import RECEIVED


@resend.get("/emails/receiving", id="emails/list-receiving", tier="P1")
def list_received(tx: Transaction, params: Listing) -> Json:
    """List received mails, newest first."""
    return listed(tx, RECEIVED, params, lambda mail: inbound.summary(tx, mail))


@resend.get("/emails/receiving/{email_id}", id="emails/get-receiving", tier="P1")
def retrieve_received(tx: Transaction, email_id: str) -> Json:
    """Retrieve a received mail."""
    return inbound.full(tx, find(tx, RECEIVED, email_id, "Email"))


@resend.get("/emails/receiving/{email_id}/attachments", id="emails/list-receiving-attachments", tier="P1")
def list_received_attachments(tx: Transaction, params: Listing, email_id: str) -> Json:
    """List a received mail's attachments."""
    return _listed(tx, params, find(tx, RECEIVED, email_id, "Email")["id"])


@resend.get(
    "/emails/receiving/{email_id}/attachments/{attachment_id}",
    id="emails/get-receiving-attachment",
    tier="P1",
)
def retrieve_received_attachment(tx: Transaction, email_id: str, attachment_id: str) -> Json:
    """Retrieve an attachment of a received mail."""
    return _shown(tx, find(tx, RECEIVED, email_id, "Email")["id"], attachment_id)


@resend.get("/emails/{email_id}/attachments", id="emails/list-attachments", tier="P1")
def list_attachments(tx: Transaction, params: Listing, email_id: str) -> Json:
    """List a sent mail's attachments."""
    return _listed(tx, params, find(tx, EMAILS, email_id, "Email")["id"])


@resend.get("/emails/{email_id}/attachments/{attachment_id}", id="emails/get-attachment", tier="P1")
def retrieve_attachment(tx: Transaction, email_id: str, attachment_id: str) -> Json:
    """Retrieve an attachment of a sent mail."""
    return _shown(tx, find(tx, EMAILS, email_id, "Email")["id"], attachment_id)


@resend.get("/_t/f/{email_id}/{attachment_id}", id="download", tier="P1", public=True)
def download(tx: Transaction, email_id: str, attachment_id: str) -> Reply:
    """Give an attachment's content."""
    held = attachments.found(tx, email_id, attachment_id)
    headers = [("Content-Disposition", "attachment"), ("X-Content-Type-Options", "nosniff")]
    return Reply(attachments.content(held), content_type="application/octet-stream", headers=headers)


def _listed(tx: Transaction, params: Listing, mail: str) -> Json:
    return sliced([attachments.shown(tx, mail, each) for each in attachments.of(tx, mail)], params)


def _shown(tx: Transaction, mail: str, id: str) -> Json:
    return {"object": "attachment", **attachments.shown(tx, mail, attachments.found(tx, mail, id))}
