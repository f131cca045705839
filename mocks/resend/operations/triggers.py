"""What a receiver, a reader or Resend itself does to a mail, on demand: `greenroom trigger resend email.bounced`.

A trigger takes the mail with `email_id`, or sends a new one from the account's own domain, leads it by the usual way
to where the event can happen, and lets it happen through the functions that the API and the timers use.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from harness import instants
from harness.errors import InvalidInput
from harness.params import Json, Params
from harness.transaction import Transaction
from mocks.resend.provider import resend
from mocks.resend.resources import addresses, emails, inbound, lifecycle, quotas, tracking
from mocks.resend.resources.emails import EMAILS
from mocks.resend.resources.message import Attachment, Message
from mocks.resend.seed import DOMAIN


class OfMail(Params):
    """Which mail: one that exists, or a new one to `to` (`from`, `subject` and `html` as wanted)."""

    email_id: str | None = None
    to: str | list[str] = f"someone@{DOMAIN}"
    from_: str = Field(f"hello@{DOMAIN}", alias="from")
    subject: str = "Triggered"
    html: str = "<p>Sent by a trigger.</p>"


class Bounced(OfMail):
    """How a mail bounces; only a permanent bounce puts the address on the suppression list."""

    type: Literal["Permanent", "Transient", "Undetermined"] = "Permanent"
    sub_type: Literal[
        "Undetermined",
        "General",
        "NoEmail",
        "MailboxFull",
        "MessageTooLarge",
        "ContentRejected",
        "AttachmentRejected",
    ] = "General"
    message: str | None = None


class Clicked(OfMail):
    """Which link was clicked, from where."""

    link: str = f"https://{DOMAIN}/"
    ip_address: str = "192.0.2.1"
    user_agent: str = "Mozilla/5.0"


class Failed(OfMail):
    """Why Resend could not send a mail."""

    reason: str = "reached_daily_quota"


class Suppressed(OfMail):
    """Why the address is on the suppression list."""

    reason: Literal["bounce", "complaint"] = "bounce"


class Received(Params):
    """A mail that comes in: the domain of `to` must be one that receives."""

    to: str | list[str]
    from_: str = Field("someone@customer.test", alias="from")
    cc: list[str] = []
    subject: str = "Re: Triggered"
    html: str | None = None
    text: str | None = "Received by a trigger."
    headers: dict[str, str] = {}
    attachments: list[Attachment] = []


class Quota(Params):
    """Which quota is used up."""

    kind: Literal["daily", "monthly"] = "daily"


@resend.trigger("email.delivered")
def deliver(tx: Transaction, params: OfMail) -> Json:
    """The recipient's server took the mail."""
    email = _mail(tx, params, "delivered")
    lifecycle.enter(tx, email, "delivered")
    return emails.full(email)


@resend.trigger("email.delivery_delayed")
def delay(tx: Transaction, params: OfMail) -> Json:
    """The recipient's server put the mail off."""
    email = _mail(tx, params, "delivery_delayed")
    lifecycle.delay(tx, email)
    return emails.full(email)


@resend.trigger("email.bounced")
def bounce(tx: Transaction, params: Bounced) -> Json:
    """The recipient's server refused the mail."""
    email = _mail(tx, params, "bounced")
    lifecycle.bounce(tx, email, params.type, params.sub_type, params.message)
    return emails.full(email)


@resend.trigger("email.complained")
def complain(tx: Transaction, params: OfMail) -> Json:
    """The recipient marked the mail as spam."""
    email = _mail(tx, params, "complained")
    lifecycle.complain(tx, email)
    return emails.full(email)


@resend.trigger("email.opened")
def open_mail(tx: Transaction, params: OfMail) -> Json:
    """The recipient opened the mail."""
    email = _mail(tx, params, "opened")
    lifecycle.enter(tx, email, "opened")
    return emails.full(email)


@resend.trigger("email.clicked")
def click(tx: Transaction, params: Clicked) -> Json:
    """The recipient clicked a link."""
    email = _mail(tx, params, "clicked")
    details = {
        "ipAddress": params.ip_address,
        "link": params.link,
        "timestamp": instants.iso(tx.now),
        "userAgent": params.user_agent,
    }
    tracking.count(email, params.link)
    lifecycle.enter(tx, email, "clicked", click=details)
    return emails.full(email)


@resend.trigger("email.failed")
def fail(tx: Transaction, params: Failed) -> Json:
    """Resend could not send the mail."""
    email = _mail(tx, params, "failed")
    lifecycle.enter(tx, email, "failed", failed={"reason": params.reason})
    return emails.full(email)


@resend.trigger("email.suppressed")
def suppress(tx: Transaction, params: Suppressed) -> Json:
    """Resend did not send the mail, because the address is on the suppression list."""
    email = _mail(tx, params, "suppressed")
    lifecycle.suppress(tx, email, params.reason)
    return emails.full(email)


@resend.trigger("email.received")
def receive(tx: Transaction, params: Received) -> Json:
    """Somebody wrote to one of the account's domains."""
    wanted = {
        "from": params.from_,
        "to": addresses.as_list(params.to),
        "cc": params.cc,
        "bcc": [],
        "reply_to": [],
        "subject": params.subject,
        "html": params.html,
        "text": params.text,
        "headers": params.headers,
    }
    return inbound.full(tx, inbound.receive(tx, wanted, params.attachments))


@resend.trigger("quota.reached")
def use_up_quota(tx: Transaction, params: Quota) -> Json:
    """The account has used up its quota: sending is refused until the world's day or month is over."""
    return quotas.use_up(tx, params.kind)


def _mail(tx: Transaction, params: OfMail, state: str) -> Json:
    """Return the mail, brought to where `state` can follow."""
    if params.email_id is None:
        email = _sent(tx, params)
    else:
        found = tx.get(EMAILS, params.email_id)
        if found is None:
            raise InvalidInput(
                f"there is no email {params.email_id!r} in world {tx.world.name}; see GET /emails"
            )
        email = found
    lifecycle.reach(tx, email, state)
    return email


def _sent(tx: Transaction, params: OfMail) -> Json:
    for address in (params.from_, *addresses.as_list(params.to)):
        if not addresses.valid(address):
            raise InvalidInput(f"{address!r} is no mail address: use `email@domain` or `Name <email@domain>`")
    wanted = {"from": params.from_, "to": params.to, "subject": params.subject, "html": params.html}
    return lifecycle.accept(tx, Message.model_validate(wanted))
