"""How far this layer is in step with the providers, told from its own tables alone: no provider is asked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from integrations.clock import Clock
from integrations.database import Database
from integrations.models import (
    InboxEvent,
    InboxStatus,
    IndexKind,
    Mail,
    MailStatus,
    MirrorRead,
    SearchChange,
    UsageRecord,
)
from integrations.resilience import CircuitState


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One thing that is kept in step. `failed` are dead letters: nobody tries them again by itself.

    `conflicts` are answers of a provider that came after a newer one, and were dropped for it or are still under way;
    `lag_seconds` is the age of the oldest that waits.
    """

    name: str
    waiting: int
    failed: int
    conflicts: int = 0
    lag_seconds: float = 0.0
    last_success_at: datetime | None = None
    last_failure: str | None = None

    @property
    def state(self) -> str:
        """Return `failing` where something was given up, `behind` where something waits, else `in step`."""
        if self.failed:
            return "failing"
        return "behind" if self.waiting else "in step"


class Synchronisation:
    """Tells how far each part is."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def parts(self) -> list[Part]:
        """Return the parts: events of each provider that sent any, the mirror, the indexes, mail and usage."""
        with self._database.transaction() as session:
            return [*self._events(session), self._mirror(session), *self._others(session)]

    def _events(self, session: Session) -> Iterator[Part]:
        providers = session.scalars(select(InboxEvent.provider).distinct().order_by(InboxEvent.provider))
        for provider in providers.all():
            mine = InboxEvent.provider == provider
            waiting = mine & (InboxEvent.status == InboxStatus.RECEIVED)
            failed = mine & (InboxEvent.status == InboxStatus.FAILED)
            last = session.scalars(
                select(InboxEvent.type).where(failed).order_by(InboxEvent.received_at.desc()).limit(1)
            )
            yield Part(
                name=f"events of {provider}",
                waiting=_count(session, waiting, InboxEvent.id),
                failed=_count(session, failed, InboxEvent.id),
                lag_seconds=self._age(session, InboxEvent.received_at, waiting),
                last_success_at=session.scalar(select(func.max(InboxEvent.processed_at)).where(mine)),
                last_failure=last.first(),
            )

    def _mirror(self, session: Session) -> Part:
        behind = MirrorRead.applied < MirrorRead.issued
        return Part(
            name="mirror", waiting=0, failed=0, conflicts=_count(session, behind, MirrorRead.object_id)
        )

    def _others(self, session: Session) -> Iterator[Part]:
        for kind in IndexKind:
            mine = SearchChange.kind == kind
            waiting = mine & SearchChange.refused.is_(False)
            yield Part(
                name=f"index of {kind}",
                waiting=_count(session, waiting, SearchChange.id),
                failed=_count(session, mine & SearchChange.refused.is_(True), SearchChange.id),
                lag_seconds=self._age(session, SearchChange.changed_at, waiting),
            )
        queued, failed = Mail.status == MailStatus.QUEUED, Mail.status == MailStatus.FAILED
        last = select(Mail.template).where(failed).order_by(Mail.created_at.desc()).limit(1)
        yield Part(
            name="mail",
            waiting=_count(session, queued, Mail.id),
            failed=_count(session, failed, Mail.id),
            lag_seconds=self._age(session, Mail.created_at, queued),
            last_failure=session.scalars(last).first(),
        )
        unreported = UsageRecord.reported_at.is_(None) & UsageRecord.refused.is_(False)
        yield Part(
            name="usage",
            waiting=_count(session, unreported, UsageRecord.id),
            failed=_count(session, UsageRecord.refused.is_(True), UsageRecord.id),
            lag_seconds=self._age(session, UsageRecord.used_at, unreported),
            last_success_at=session.scalar(select(func.max(UsageRecord.reported_at))),
        )

    def _age(
        self, session: Session, column: InstrumentedAttribute[datetime], which: ColumnElement[bool]
    ) -> float:
        oldest = session.scalar(select(func.min(column)).where(which))
        return 0.0 if oldest is None else max(0.0, (self._clock.now() - oldest).total_seconds())


def _count(session: Session, which: ColumnElement[bool], key: InstrumentedAttribute[Any]) -> int:
    return session.scalar(select(func.count(key)).where(which)) or 0


def exposition(parts: list[Part], circuits: dict[str, CircuitState]) -> tuple[bytes, str]:
    """Return the same as Prometheus reads it, with its content type: and which providers are being left alone."""
    registry = CollectorRegistry(auto_describe=False)
    for name, told in (
        ("waiting", "What waits to be brought into step."),
        ("failed", "What was given up."),
        ("conflicts", "Answers that came after newer ones."),
        ("lag_seconds", "Age of the oldest that waits."),
    ):
        gauge = Gauge(f"integrations_{name}", told, ["part"], registry=registry)
        for part in parts:
            gauge.labels(part.name).set(getattr(part, name))
    circuit = Gauge(
        "integrations_circuit_open",
        "Whether a provider is being left alone.",
        ["provider"],
        registry=registry,
    )
    for provider, state in circuits.items():
        circuit.labels(provider).set(state != CircuitState.CLOSED)
    return generate_latest(registry), CONTENT_TYPE_LATEST
