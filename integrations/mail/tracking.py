"""What becomes of sent mail, as Resend reports it."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from integrations.clock import Clock
from integrations.database import Database, insert_if_absent
from integrations.errors import NotFoundError
from integrations.mail.messages import Announcement
from integrations.models import UNSUBSCRIBED, Mail, MailEvent, MailStatus, UndeliverableAddress

#: A transient bounce (a full mailbox, say) is no reason to write an address off.
_TRANSIENT = "Transient"
#: How an address came to be unsubscribed.
_BY_LINK, _AT_RESEND = "by the link of an announcement", "at Resend"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailReport:
    """One event about one mail, as Resend's webhook tells it.

    `mail_id` is the platform's own id, from the tag; it is None for mail sent by something else. `bounce_type` is
    Resend's: Permanent, Transient or Undetermined.
    """

    event_id: str
    status: MailStatus
    resend_id: str
    mail_id: str | None
    recipients: list[str]
    occurred_at: datetime
    detail: dict[str, object]
    bounce_type: str | None = None


class MailTracking:
    """Follows mails and learns which addresses are undeliverable."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def record(self, report: MailReport) -> bool:
        """Take note of a report, once, in whatever order reports come; say whether the mail is ours.

        Addresses that bounced, complained or are suppressed are marked undeliverable, whoever wrote to them.
        """
        with self._database.transaction() as session:
            self._mark_undeliverable(session, report)
            mail = _find(session, report)
            if mail is None:
                return False
            insert_if_absent(
                session,
                MailEvent,
                {
                    "mail_id": mail.id,
                    "event_id": report.event_id,
                    "type": report.status.value,
                    "detail": report.detail,
                    "occurred_at": report.occurred_at,
                },
            )
            mail.resend_id = report.resend_id
            mail.status = max(mail.status, report.status, key=MailStatus.rank)
            return True

    def leave(self, mail_id: str) -> str:
        """Send no more announcements to the address that got a mail, and return it; raises `NotFoundError`."""
        with self._database.transaction() as session:
            mail = session.get(Mail, mail_id)
            if mail is None or mail.template != Announcement.template:
                raise NotFoundError("announcement", mail_id)
            _unsubscribe(session, mail.recipient, _BY_LINK, self._clock.now())
            return mail.recipient

    def follow_contact(self, address: str, *, unsubscribed: bool, at: datetime) -> None:
        """Take note of what Resend knows of an address: who unsubscribed there may come back there, and only there."""
        with self._database.transaction() as session:
            if unsubscribed:
                _unsubscribe(session, address, _AT_RESEND, at)
                return
            known = session.get(UndeliverableAddress, address.lower())
            if (
                known is not None
                and (known.reason, known.detail) == (UNSUBSCRIBED, _AT_RESEND)
                and known.since <= at
            ):
                session.delete(known)

    def undeliverable(self) -> dict[str, str]:
        """Return all addresses that are passed over, with the reason of each: bounced, complained, suppressed, unsubscribed."""
        with self._database.transaction() as session:
            rows = session.scalars(select(UndeliverableAddress).order_by(UndeliverableAddress.address))
            return {row.address: row.reason for row in rows}

    @staticmethod
    def _mark_undeliverable(session: Session, report: MailReport) -> None:
        fatal = report.status in {MailStatus.COMPLAINED, MailStatus.SUPPRESSED} or (
            report.status is MailStatus.BOUNCED and report.bounce_type != _TRANSIENT
        )
        if not fatal:
            return
        message = report.detail.get("message")
        for recipient in report.recipients:
            address = parseaddr(recipient)[1].lower()
            if not address:
                continue
            told: dict[str, Any] = {
                "address": address,
                "reason": report.status.value,
                "detail": None if message is None else str(message),
                "since": report.occurred_at,
            }
            if not insert_if_absent(session, UndeliverableAddress, told):
                known = session.get_one(UndeliverableAddress, address, with_for_update=True)
                if known.reason == UNSUBSCRIBED:  # less than what is told now
                    known.reason, known.detail, known.since = told["reason"], told["detail"], told["since"]


def _unsubscribe(session: Session, address: str, how: str, at: datetime) -> None:
    told = {"address": address.lower(), "reason": UNSUBSCRIBED, "detail": how, "since": at}
    if not insert_if_absent(session, UndeliverableAddress, told) and how == _BY_LINK:
        known = session.get_one(UndeliverableAddress, address.lower(), with_for_update=True)
        if known.reason == UNSUBSCRIBED:  # at Resend until now, where it could come back
            known.detail = how


def _find(session: Session, report: MailReport) -> Mail | None:
    """Find the mail by our tag (its webhook may overtake the answer to its request), else by Resend's id."""
    by_tag = Mail.id == report.mail_id
    by_resend = Mail.resend_id == report.resend_id
    condition = by_resend if report.mail_id is None else by_tag | by_resend
    return session.scalars(select(Mail).where(condition).with_for_update()).first()
