"""Transactional mail: written down with the fact that causes it, sent afterwards, and never sent twice.

`enqueue` stores the finished mail in the caller's transaction; `deliver` sends it once that is committed. When Resend
does not answer, the mail stays queued and `deliver_pending` sends it later. Every request for one mail carries the
same idempotency key, so that a request whose answer was lost is not repeated to the recipient.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from integrations.clock import Clock
from integrations.database import Database, insert_if_absent
from integrations.errors import ProviderError
from integrations.identifiers import new_id
from integrations.mail.messages import Announcement, Brand, Message, render
from integrations.mail.resend_gateway import OutgoingMail, ResendGateway
from integrations.models import UNSUBSCRIBED, Mail, MailStatus, UndeliverableAddress
from integrations.settings import Settings

_log = logging.getLogger(__name__)

#: Resend remembers an idempotency key for 24 hours; a mail that was tried before that could be sent twice.
_GIVE_UP_AFTER = timedelta(hours=23)
#: Refusals that have nothing to do with the mail: the key, the quota, the rate.
_ALL_THE_SAME = frozenset({401, 429})
#: The tag by which Resend's webhooks name a mail, even before the answer to its request has arrived.
MAIL_TAG = "mail_id"


class MailService:
    """Writes, sends and lists the platform's mails."""

    def __init__(self, database: Database, resend: ResendGateway, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._resend = resend
        self._settings = settings
        self._clock = clock
        self._last_sent: float | None = None
        self.brand = Brand(
            name=settings.mail_brand_name,
            colour=settings.mail_brand_colour,
            logo_url=settings.mail_brand_logo_url,
            address=settings.mail_brand_address,
        )

    def enqueue(
        self,
        session: Session,
        *,
        organisation_id: str | None,
        recipient: str,
        message: Message,
        dedupe_key: str,
    ) -> str | None:
        """Write a mail down and return its id, or None when one with this key was written before."""
        mail_id = new_id()
        leaving = self.unsubscribe_url(mail_id) if isinstance(message, Announcement) else None
        rendered = render(message, self.brand, leaving)
        inserted = insert_if_absent(
            session,
            Mail,
            {
                "id": mail_id,
                "organisation_id": organisation_id,
                "template": message.template,
                "recipient": recipient,
                "dedupe_key": dedupe_key,
                "subject": rendered.subject,
                "html": rendered.html,
                "text": rendered.text,
                "status": MailStatus.QUEUED,
                "attempts": 0,
                "created_at": self._clock.now(),
            },
        )
        return mail_id if inserted else None

    def unsubscribe_url(self, mail_id: str) -> str:
        """Return where the recipient of an announcement goes for no more of them: the id is known to them alone."""
        return f"{self._settings.surveys_url}/mails/{mail_id}/unsubscribe"

    def announce(
        self, *, organisation_id: str | None, recipients: Sequence[str], message: Announcement, key: str
    ) -> list[str]:
        """Write a mail down for each recipient, once for each `key`; return the ids of those that were not there yet.

        They go out as all queued mail does, no faster than `MAILS_PER_SECOND`; addresses that are known to be
        undeliverable, and those whose owners have unsubscribed, are passed over.
        """
        written: list[str] = []
        with self._database.transaction() as session:
            for recipient in dict.fromkeys(each.strip() for each in recipients):
                mail_id = self.enqueue(
                    session,
                    organisation_id=organisation_id,
                    recipient=recipient,
                    message=message,
                    dedupe_key=f"announcement:{key}:{recipient.lower()}",
                )
                if mail_id is not None:
                    written.append(mail_id)
        return written

    def deliver(self, mail_id: str | None) -> None:
        """Send a queued mail, or keep it back if its address is undeliverable. None is no mail: nothing happens.

        A provider's failure is not raised: the mail says what happened to it.
        """
        if mail_id is not None:
            self._send(mail_id)

    def _send(self, mail_id: str) -> bool:
        """Send a queued mail; say whether it is worth while to go on with others."""
        outgoing = self._prepare(mail_id)
        if outgoing is None:
            return True
        try:
            resend_id = self._resend.send(outgoing, idempotency_key=f"mail-{mail_id}")
        except ProviderError as error:
            self._note_failure(mail_id, error)
            return error.status not in _ALL_THE_SAME
        with self._database.transaction() as session:
            mail = session.get_one(Mail, mail_id, with_for_update=True)
            mail.resend_id = resend_id
            mail.error = None
            mail.status = max(mail.status, MailStatus.ACCEPTED, key=MailStatus.rank)
        return True

    def deliver_pending(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Send the mails that are still queued, oldest first, until `stopping` says so; return how many were tried.

        What would befall all of them (a key that does not hold, a quota that is used up) ends it until the next time.
        """
        with self._database.transaction() as session:
            query = select(Mail.id).where(Mail.status == MailStatus.QUEUED).order_by(Mail.created_at)
            waiting = session.scalars(query).all()
        tried = 0
        for mail_id in waiting:
            if stopping():
                break
            self._wait_for_turn()
            tried += 1
            if not self._send(mail_id):
                break
        return tried

    def list(
        self, *, organisation_id: str | None = None, recipient: str | None = None, limit: int = 100
    ) -> list[Mail]:
        """Return mails with their events, newest first."""
        query = select(Mail).options(selectinload(Mail.events)).order_by(Mail.created_at.desc(), Mail.id)
        if organisation_id is not None:
            query = query.where(Mail.organisation_id == organisation_id)
        if recipient is not None:
            query = query.where(Mail.recipient == recipient)
        with self._database.transaction() as session:
            return list(session.scalars(query.limit(limit)))

    def _wait_for_turn(self) -> None:
        """Keep to the pace that Resend allows: who sends faster is told 429, and then waits longer."""
        now = self._clock.monotonic()
        if self._last_sent is not None:
            pause = self._last_sent + 1 / self._settings.mails_per_second - now
            if pause > 0:
                self._clock.sleep(pause)
        self._last_sent = self._clock.monotonic()

    def _prepare(self, mail_id: str) -> OutgoingMail | None:
        with self._database.transaction() as session:
            mail = session.get_one(Mail, mail_id, with_for_update=True)
            if mail.status is not MailStatus.QUEUED:
                return None
            announced = mail.template == Announcement.template
            known = session.get(UndeliverableAddress, mail.recipient.lower())
            if known is not None and (announced or known.reason != UNSUBSCRIBED):
                mail.status = MailStatus.WITHHELD
                return None
            if mail.attempts and self._clock.now() - mail.created_at > _GIVE_UP_AFTER:
                mail.status = MailStatus.FAILED
                mail.error = f"Resend did not accept it in time; last error: {mail.error}"
                return None
            mail.attempts += 1
            tags = {"template": mail.template, MAIL_TAG: mail.id}
            if mail.organisation_id is not None:
                tags["organisation_id"] = mail.organisation_id
            return OutgoingMail(
                sender=self._settings.email_from,
                recipient=mail.recipient,
                subject=mail.subject,
                html=mail.html,
                text=mail.text,
                tags=tags,
                headers=self._leaving(mail.id) if announced else {},
            )

    def _leaving(self, mail_id: str) -> dict[str, str]:
        """Return the headers by which mail programs offer to unsubscribe, with one click (RFC 8058)."""
        return {
            "List-Unsubscribe": f"<{self.unsubscribe_url(mail_id)}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }

    def _note_failure(self, mail_id: str, error: ProviderError) -> None:
        # The mail itself is at fault only here; anything else (credentials, quota, outage) can be mended.
        malformed = error.status in {400, 409, 422} and not error.retryable
        with self._database.transaction() as session:
            mail = session.get_one(Mail, mail_id, with_for_update=True)
            mail.error = str(error)
            if malformed:
                mail.status = max(mail.status, MailStatus.FAILED, key=MailStatus.rank)
        _log.warning("mail %s %s: %s", mail_id, "was refused" if malformed else "stays queued", error)
