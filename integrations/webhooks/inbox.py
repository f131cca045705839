"""Every authentic event is kept before anything is done about it, and takes effect once.

Two deliveries of one event may be worked on at the same time: whatever an event causes is written so that a second
time changes nothing (mirrors by numbered reads, mails by their key, reports by their event). An event that was
processed is never processed again.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import ValidationError
from sqlalchemy import select, update

from integrations.audit import Audit, acting
from integrations.clock import Clock
from integrations.database import Database, insert_if_absent
from integrations.errors import EventFailedError, WebhookRejectedError
from integrations.models import ERASED, InboxEvent, InboxStatus
from integrations.tracing import Tracing

_log = logging.getLogger(__name__)


class Outcome(StrEnum):
    """What a delivery led to. `ignored`: kept, but of a type or about an object that does not concern the platform."""

    PROCESSED = "processed"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingEvent:
    """An authentic event; `payload` is its body exactly as it came."""

    provider: str
    event_id: str
    type: str
    payload: str


def not_an_event(provider: str, error: ValidationError) -> WebhookRejectedError:
    """Return the refusal of an authentic body that is no event of this provider; it shows none of the body's values."""
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    fields = "; ".join(f"{'.'.join(map(str, each['loc'])) or 'body'}: {each['msg']}" for each in problems)
    return WebhookRejectedError(422, f"This is not a {provider} event: {fields}")


class Inbox:
    """Keeps webhook events and runs their handlers."""

    def __init__(
        self, database: Database, clock: Clock, audit: Audit, tracing: Tracing | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit
        self._tracing = tracing

    def receive(self, event: IncomingEvent, handle: Callable[[], bool]) -> Outcome:
        """Keep an event and let `handle` take its effect; `handle` says whether the event concerned us.

        Raises `EventFailedError` when `handle` raises: the failure is kept with the event, and the same event may
        come again.
        """
        with (
            acting("webhook", f"{event.provider} {event.type} {event.event_id}"),
            self._audit.delivery(event.provider, event.type, event.event_id) as told,
            nullcontext()
            if self._tracing is None
            else self._tracing.delivery(event.provider, event.type, told),
        ):
            outcome = self._take(event, handle)
            told["outcome"] = outcome.value
            return outcome

    def _take(self, event: IncomingEvent, handle: Callable[[], bool]) -> Outcome:
        if not self._begin(event):
            return Outcome.DUPLICATE
        try:
            concerned = handle()
        except Exception as error:
            self._settle(event, InboxStatus.FAILED, f"{type(error).__name__}: {error}")
            _log.exception("%s event %s (%s) failed", event.provider, event.event_id, event.type)
            raise EventFailedError(event.provider, event.event_id, event.type) from error
        self._settle(event, InboxStatus.PROCESSED, None)
        return Outcome.PROCESSED if concerned else Outcome.IGNORED

    def list(self, *, status: InboxStatus | None = None, limit: int = 100) -> list[InboxEvent]:
        """Return events, newest first."""
        query = select(InboxEvent).order_by(InboxEvent.id.desc()).limit(limit)
        if status is not None:
            query = query.where(InboxEvent.status == status)
        with self._database.transaction() as session:
            return list(session.scalars(query))

    def unfinished(
        self, provider: str, *, before: datetime, attempts: int, limit: int = 500
    ) -> Sequence[str]:
        """Return the bodies of events that were received before an instant and not processed, oldest first.

        Those that failed `attempts` times, and those whose body was erased, are left alone.
        """
        query = (
            select(InboxEvent.payload)
            .where(
                InboxEvent.provider == provider,
                InboxEvent.status != InboxStatus.PROCESSED,
                InboxEvent.received_at < before,
                InboxEvent.attempts < attempts,
                InboxEvent.payload != ERASED,
            )
            .order_by(InboxEvent.id)
            .limit(limit)
        )
        with self._database.transaction() as session:
            return session.scalars(query).all()

    def erase(self, provider: str, event_id: str) -> None:
        """Erase the body of an event that names who is to be forgotten."""
        with self._database.transaction() as session:
            session.execute(
                update(InboxEvent)
                .where(InboxEvent.provider == provider, InboxEvent.event_id == event_id)
                .values(payload=ERASED)
            )

    def _begin(self, event: IncomingEvent) -> bool:
        """Write an event down and count the attempt; say whether it still has to be processed."""
        with self._database.transaction() as session:
            insert_if_absent(
                session,
                InboxEvent,
                {
                    "provider": event.provider,
                    "event_id": event.event_id,
                    "type": event.type,
                    "payload": event.payload,
                    "status": InboxStatus.RECEIVED,
                    "attempts": 0,
                    "received_at": self._clock.now(),
                },
            )
            kept = session.scalars(
                select(InboxEvent)
                .where(InboxEvent.provider == event.provider, InboxEvent.event_id == event.event_id)
                .with_for_update()
            ).one()
            if kept.status is InboxStatus.PROCESSED:
                return False
            kept.attempts += 1
            return True

    def _settle(self, event: IncomingEvent, status: InboxStatus, error: str | None) -> None:
        done = status is InboxStatus.PROCESSED
        with self._database.transaction() as session:
            session.execute(
                update(InboxEvent)
                .where(
                    InboxEvent.provider == event.provider,
                    InboxEvent.event_id == event.event_id,
                    # A second delivery may have succeeded meanwhile: that stands.
                    InboxEvent.status != InboxStatus.PROCESSED,
                )
                .values(status=status, error=error, processed_at=self._clock.now() if done else None)
            )
