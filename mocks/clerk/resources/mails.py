"""Mails that Clerk sends: into the world's mail store, and announced as `email.created`."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from mocks.clerk.resources import events, ids, instance

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

TEST_LABEL = "+clerk_test@"
"""Addresses with this label get no mail (Clerk's documentation on test mode)."""

SENDER = "notifications"


def invite(tx: Transaction, slug: str, invitation: Json, inviter: str | None, to_what: str) -> None:
    """Send an invitation's link to its address; `slug` names Clerk's template."""
    who = "You have been invited" if inviter is None else f"{inviter} has invited you"
    subject = f"{who} to {to_what}"
    data = {
        "app": _application(tx),
        "action_url": invitation["url"],
        "invitation": {
            "public_metadata": invitation["public_metadata"],
            "expires_in_days": (invitation["expires_at"] - invitation["created_at"]) // 86_400_000,
        },
        "inviter_name": inviter,
        "org": {"name": to_what.removeprefix("join ")},
        "theme": _theme(),
    }
    _send(tx, slug, invitation["email_address"], subject, invitation["url"], data)


def _send(tx: Transaction, slug: str, to: str, subject: str, link: str, data: Json) -> None:
    if TEST_LABEL in to:
        return
    id = ids.new(tx, "ema")
    text = f"{subject}.\n\nAccept the invitation: {link}\n"
    html = (
        f"<!doctype html><html><body><h1>{escape(subject)}</h1>"
        f'<p><a href="{escape(link)}">Accept invitation</a></p></body></html>'
    )
    tx.send_mail(
        {
            "id": id,
            "from": f"{instance.APPLICATION} <{SENDER}@{instance.host_of(tx)}>",
            "to": [to],
            "cc": [],
            "bcc": [],
            "reply_to": [],
            "subject": subject,
            "html": html,
            "text": text,
            "headers": {},
            "attachments": [],
        }
    )
    announced = {
        "object": "email",
        "id": id,
        "slug": slug,
        "status": "queued",
        "from_email_name": SENDER,
        "reply_to_email_name": None,
        "to_email_address": to,
        "email_address_id": None,
        "user_id": None,
        "subject": subject,
        "body": html,
        "body_plain": text,
        "delivered_by_clerk": True,
        "data": data,
    }
    events.emit(tx, "email.created", announced)


def _application(tx: Transaction) -> Json:
    host = instance.host_of(tx)
    return {
        "name": instance.APPLICATION,
        "url": f"https://{host}",
        "domain_name": host,
        "logo_image_url": None,
    }


def _theme() -> Json:
    return {"primary_color": "#6c47ff", "show_clerk_branding": True}
