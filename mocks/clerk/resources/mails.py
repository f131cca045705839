"""Mails and text messages that Clerk sends: into the world's mail store, and announced as `email.created`."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from harness import instants
from mocks.clerk.dialect import milliseconds
from mocks.clerk.resources import events, ids, instance

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

TEST_LABEL = "+clerk_test@"
"""Addresses with this label get no mail (Clerk's documentation on test mode)."""

SENDER = "notifications"
SMS_SENDER = "+15555550199"


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
    link = ("Accept the invitation", invitation["url"])
    about = {"email_address_id": None, "user_id": None}
    _send(tx, slug, invitation["email_address"], subject, (f"{subject}.",), data, about, link)


def code(
    tx: Transaction, slug: str, to: str, code: str, *, user: Json | None, identification: str | None
) -> None:
    """Send a one-time code; test addresses get none."""
    what = "reset password" if slug == "reset_password_code" else "verification"
    lines = (
        f"Your {what} code is:",
        code,
        "It is good for 10 minutes. If you did not ask for it, you can leave this mail alone.",
    )
    data = {
        "app": _application(tx),
        "otp_code": code,
        "requested_at": instants.iso(tx.now),
        "requested_by": "",
        "theme": _theme(),
        "user": {"public_metadata": {} if user is None else user["public_metadata"]},
    }
    about = {"email_address_id": identification, "user_id": None if user is None else user["id"]}
    _send(tx, slug, to, f"{code} is your {what} code", lines, data, about)


def notice(
    tx: Transaction, slug: str, to: str, subject: str, lines: tuple[str, ...], user: Json | None
) -> None:
    """Tell an address of something that happened."""
    data = {"app": _application(tx), "theme": _theme()}
    about = {"email_address_id": None, "user_id": None if user is None else user["id"]}
    _send(tx, slug, to, subject, lines, data, about)


def text_message(
    tx: Transaction, slug: str, to: str, code: str, *, user_id: str | None, identification: str | None
) -> None:
    """Send a one-time code to a phone: it lies in the mail store under the number, and is announced as `sms.created`."""
    id = ids.new(tx, "sms")
    text = f"{code} is your {instance.APPLICATION} verification code."
    _keep(tx, id, SMS_SENDER, to, text, "", text)
    announced = {
        "object": "sms_message",
        "id": id,
        "slug": slug,
        "from_phone_number": SMS_SENDER,
        "to_phone_number": to,
        "phone_number_id": identification,
        "user_id": user_id,
        "message": text,
        "status": "queued",
        "data": {"otp_code": code},
        "delivered_by_clerk": True,
        "created_at_ms": milliseconds(tx.now),
    }
    events.emit(tx, "sms.created", announced)


def _send(
    tx: Transaction,
    slug: str,
    to: str,
    subject: str,
    lines: tuple[str, ...],
    data: Json,
    about: Json,
    link: tuple[str, str] | None = None,
) -> None:
    """Send a mail of some lines, and a link (its words and address) where there is one; test addresses get none."""
    if TEST_LABEL in to:
        return
    id = ids.new(tx, "ema")
    text = "\n\n".join(lines) + (f"\n\n{link[0]}: {link[1]}\n" if link else "\n")
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in lines)
    anchor = f'<p><a href="{escape(link[1])}">{escape(link[0])}</a></p>' if link else ""
    html = f"<!doctype html><html><body><h1>{escape(subject)}</h1>{paragraphs}{anchor}</body></html>"
    _keep(tx, id, f"{instance.APPLICATION} <{SENDER}@{instance.host_of(tx)}>", to, subject, html, text)
    announced = {
        "object": "email",
        "id": id,
        "slug": slug,
        "status": "queued",
        "from_email_name": SENDER,
        "reply_to_email_name": None,
        "to_email_address": to,
        "subject": subject,
        "body": html,
        "body_plain": text,
        "delivered_by_clerk": True,
        "data": data,
    }
    events.emit(tx, "email.created", announced | about)


def _keep(tx: Transaction, id: str, sender: str, to: str, subject: str, html: str, text: str) -> None:
    tx.send_mail(
        {
            "id": id,
            "from": sender,
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
