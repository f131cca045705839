"""Every call of a provider and every delivery is written down: who, what, why, and how it ended.

Contents are not: requests, answers and bodies have no column. What is kept is minimised by `RULES`, field by field;
after AUDIT_RETENTION_DAYS an entry is deleted, and who is forgotten is erased from those that remain.
An audit that cannot be written stops no call: that is logged, and the call goes on.
"""

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Receive, Scope, Send

from integrations.clock import Clock
from integrations.database import Database
from integrations.models import AuditEntry, Direction
from integrations.settings import Settings

_log = logging.getLogger(__name__)

_LONGEST = 200
_MAIL = re.compile(r"[^\s@/\"'<>,;]+@[^\s@/\"'<>,;]+")
_KEY = re.compile(
    r"\b(?:sk|rk|pk|whsec|re|ak)_[0-9A-Za-z_+/=-]{6,}|\bey[0-9A-Za-z_-]{8,}\.\S+|\b(?:Bearer|Basic) \S+"
)
_NUMBER = re.compile(r"(?<![\w-])\+?(?:[0-9][ -]?){7,18}[0-9](?![\w-])")
_BATCH = 1000


def minimised(text: str) -> str:
    """Return a text without mail addresses, keys and long numbers (cards, phones), and not longer than it need be."""
    for pattern, stand_in in ((_KEY, "(key)"), (_MAIL, "(mail)"), (_NUMBER, "(number)")):
        text = pattern.sub(stand_in, text)
    return text[:_LONGEST]


def _word(text: str) -> str:
    """Return an id or a code as it is; what is neither could be anything."""
    return text if re.fullmatch(r"[\w.:-]{1,120}", text) else "(hidden)"


#: How each field of an entry is minimised before it is written; those that are not named hold nothing of a person's.
RULES: Mapping[str, Callable[[str], str]] = {
    "actor": _word,
    "reason": minimised,
    "operation": minimised,
    "code": _word,
    "reference": _word,
}


@dataclass(slots=True)
class Purpose:
    """On whose behalf something is done, and why. A request learns of its caller once it is known."""

    actor: str
    reason: str
    organisation_id: str | None = None
    scope: Scope | None = None

    def told(self) -> str:
        """Return the reason; of a request the route, which names no thing, instead of its path."""
        if self.scope is None:
            return self.reason
        path = getattr(self.scope.get("route"), "path", None)
        return f"{self.reason} {path}" if path is not None else self.reason


_purpose: ContextVar[Purpose | None] = ContextVar("purpose", default=None)


def purpose() -> Purpose:
    """Return what is being done; outside of requests, deliveries and sweeps it is the layer's own doing."""
    return _purpose.get() or Purpose("layer", "called from Python")


@contextmanager
def acting(actor: str, reason: str) -> Iterator[Purpose]:
    """Say on whose behalf, and why, what is done in the block."""
    told = Purpose(actor, reason)
    token = _purpose.set(told)
    try:
        yield told
    finally:
        _purpose.reset(token)


class Requests:
    """Gives each request of the HTTP app a purpose of its own: the route, and the caller when they are known."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with acting("anybody", scope["method"]) as told:
            told.scope = scope
            await self._app(scope, receive, send)


class Audit:
    """Writes the entries, lists them, and deletes those that are too old."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._days = settings.audit_retention_days
        self._clock = clock

    @contextmanager
    def call(self, provider: str, operation: str) -> Iterator[dict[str, Any]]:
        """Write down a call of a provider; the block fills in how it ended."""
        begun, told = self._clock.monotonic(), {"outcome": "broken", "attempts": 0}
        try:
            yield told
        finally:
            self._write(Direction.OUTGOING, provider, operation, begun, told)

    @contextmanager
    def delivery(
        self, provider: str, event_type: str | None, event_id: str | None
    ) -> Iterator[dict[str, Any]]:
        """Write down a delivery; the block fills in what became of it."""
        begun, told = self._clock.monotonic(), {"outcome": "failed", "attempts": 1, "reference": event_id}
        try:
            yield told
        finally:
            self._write(Direction.INCOMING, provider, event_type, begun, told)

    def list(
        self, *, provider: str | None = None, direction: Direction | None = None, limit: int = 100
    ) -> Sequence[AuditEntry]:
        """Return entries, newest first."""
        query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
        if provider is not None:
            query = query.where(AuditEntry.provider == provider)
        if direction is not None:
            query = query.where(AuditEntry.direction == direction)
        with self._database.transaction() as session:
            return session.scalars(query).all()

    def retire(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Delete the entries whose time is over; return how many."""
        before = self._clock.now() - timedelta(days=self._days)
        done = 0
        while not stopping():
            with self._database.transaction() as session:
                due = session.scalars(select(AuditEntry.id).where(AuditEntry.at < before).limit(_BATCH)).all()
                session.execute(delete(AuditEntry).where(AuditEntry.id.in_(due)))
            done += len(due)
            if len(due) < _BATCH:
                break
        return done

    def _write(
        self, direction: Direction, provider: str, operation: str | None, begun: float, told: dict[str, Any]
    ) -> None:
        if self._days == 0:
            return
        why = purpose()
        values: dict[str, Any] = {
            "at": self._clock.now(),
            "direction": direction,
            "provider": provider,
            "operation": operation,
            "actor": why.actor,
            "reason": why.told(),
            "organisation_id": why.organisation_id,
            "milliseconds": round((self._clock.monotonic() - begun) * 1000),
            "status": None,
            "code": None,
            "reference": None,
            **told,
        }
        values |= {name: rule(values[name]) for name, rule in RULES.items() if values[name] is not None}
        try:
            with self._database.transaction() as session:
                session.add(AuditEntry(**values))
        except SQLAlchemyError:
            _log.exception("the audit of %s at %s could not be written", operation, provider)
