"""What scenarios let happen at Resend in plain words: mail that goes out, and storms of what becomes of it."""

from __future__ import annotations

from pydantic import Field

from harness.params import Json, Params
from harness.transaction import Transaction
from mocks.resend.provider import resend
from mocks.resend.resources import lifecycle
from mocks.resend.resources.message import Message
from mocks.resend.seed import DOMAIN


class Mail(Params):
    """To whom, about what, from a sender of the account's own domain."""

    to: str | list[str]
    subject: str = "News of your campaigns"
    html: str = "<p>There is news of your campaigns.</p>"


class Storm(Params):
    """How many mails, to invented readers of one domain."""

    count: int = Field(20, ge=1, le=2000)
    subject: str = "Your weekly report"
    domain: str = "readers.test"


@resend.happening("mail is sent")
def send(tx: Transaction, params: Mail) -> None:
    """The account sends a mail; what becomes of it follows by itself."""
    _send(tx, params.to, params.subject, params.html)


@resend.happening("bounce storm")
def bounce(tx: Transaction, params: Storm) -> None:
    """Many mails bounce for good at once, as when a domain has gone; each address is on the suppression list then."""
    for email in _mails(tx, params):
        lifecycle.reach(tx, email, "bounced")
        lifecycle.bounce(tx, email, "Permanent", "NoEmail")


@resend.happening("complaints")
def complain(tx: Transaction, params: Storm) -> None:
    """Many readers mark a mail as spam."""
    for email in _mails(tx, params):
        lifecycle.reach(tx, email, "complained")
        lifecycle.complain(tx, email)


def _mails(tx: Transaction, params: Storm) -> list[Json]:
    readers = [f"reader-{tx.token('storm', 10).lower()}@{params.domain}" for _ in range(params.count)]
    return [_send(tx, each, params.subject, "<p>Your weekly report is here.</p>") for each in readers]


def _send(tx: Transaction, to: str | list[str], subject: str, html: str) -> Json:
    wanted = {"from": f"Greenroom <hello@{DOMAIN}>", "to": to, "subject": subject, "html": html}
    return lifecycle.accept(tx, Message.model_validate(wanted))
