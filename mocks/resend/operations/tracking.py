"""What a reader's mail program and browser fetch: the picture of a mail, its links, and leaving a broadcast."""

from __future__ import annotations

from harness.messages import Reply
from harness.transaction import Transaction
from mocks.resend import errors
from mocks.resend.provider import resend
from mocks.resend.resources import contacts, metrics, tracking
from mocks.resend.resources.contacts import CONTACTS
from mocks.resend.resources.emails import EMAILS

NOT_KEPT = ("Cache-Control", "no-store, max-age=0")


@resend.get("/_t/o/{email_id}", id="open", tier="P1", public=True)
def opened(tx: Transaction, email_id: str) -> Reply:
    """Show the picture that tells that a mail was opened."""
    email = tx.get(EMAILS, email_id)
    if email is not None:
        tracking.opened(tx, email)
    return Reply(tracking.PIXEL, content_type="image/gif", headers=[NOT_KEPT])


@resend.get("/_t/c/{email_id}/{number}", id="click", tier="P1", public=True)
def clicked(tx: Transaction, email_id: str, number: str) -> Reply:
    """Lead on to where a mail's link leads, and take note."""
    email = tx.get(EMAILS, email_id)
    links = [] if email is None else tracking.links(email["html"] or "")
    if email is None or not number.isdecimal() or int(number) >= len(links):
        raise errors.not_found("Link")
    link = links[int(number)]
    agent = "" if tx.request is None else tx.request.header("user-agent") or ""
    tracking.clicked(tx, email, link, agent)
    return Reply(b"", 302, headers=[("Location", link), NOT_KEPT], content_type="text/plain")


@resend.get("/_t/u/{email_id}", id="unsubscribe", tier="P1", public=True)
@resend.post("/_t/u/{email_id}", id="unsubscribe-one-click", tier="P1", public=True)
def unsubscribe(tx: Transaction, email_id: str) -> Reply:
    """Unsubscribe who got a broadcast's mail from all broadcasts: by its link, or its header (RFC 8058)."""
    email = tx.get(EMAILS, email_id)
    contact = None if email is None else tx.get(CONTACTS, email.get("contact_id") or "")
    if email is None or contact is None:
        raise errors.not_found("Contact")
    if not contact["unsubscribed"]:
        contacts.update(tx, contact, {"unsubscribed": True})
        metrics.left(tx, email)
    page = (
        '<!doctype html><html lang="en"><title>Unsubscribed</title><p>You have been unsubscribed.</p></html>'
    )
    return Reply(page, content_type="text/html; charset=utf-8")
