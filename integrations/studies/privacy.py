"""What is kept of respondents, for how long, and how one of them is forgotten.

A respondent is known by Cint's id (RID), which Cint can trace to a person. It is needed while they may come back, be
reported, or be reversed; after RESPONDENT_RETENTION_DAYS from the end of the study it is replaced by a pseudonym (HMAC
with a key of ours), and the time of answering by its day. Answers stay: they are of nobody any more. Who asks to be
forgotten loses the answers at once; that somebody was there, and how it ended, remains for the counts and for Cint's bill.
"""

import hmac
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from integrations.clock import Clock
from integrations.database import Database
from integrations.errors import NotFoundError
from integrations.models import Respondent, Study, StudyStatus
from integrations.settings import Settings

_log = logging.getLogger(__name__)

PREFIX = "p-"
_BATCH = 500


class Privacy:
    """Makes pseudonyms of respondents whose time is over, and forgets those who ask."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock

    def pseudonym(self, rid: str) -> str:
        """Return what stands for a respondent: the same for the same id, and nothing leads back from it."""
        if rid.startswith(PREFIX):
            return rid
        key = self._settings.pseudonym_key
        return PREFIX + hmac.digest(key.encode(), rid.strip().lower().encode(), "sha256").hex()[:32]

    def erase(self, study_id: str, rid: str) -> None:
        """Forget a respondent's answers; given again, it changes nothing. Raises `NotFoundError`."""
        rid = rid.strip().lower()
        with self._database.transaction() as session:
            respondent = session.get(Respondent, rid) or session.get(Respondent, self.pseudonym(rid))
            if respondent is None or respondent.study_id != study_id:
                raise NotFoundError("respondent", rid)
            if respondent.erased_at is None:
                respondent.answers = {}
                respondent.erased_at = self._clock.now()

    def retire(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Replace the ids of respondents of studies that ended long ago; return how many."""
        before = self._clock.now() - timedelta(days=self._settings.respondent_retention_days)
        done = 0
        while not stopping():
            with self._database.transaction() as session:
                due = self._due(session, before)
                for rid, entered, answered in due:
                    self._rename(session, rid, entered, answered)
            done += len(due)
            if len(due) < _BATCH:
                break
        if done:
            _log.info("%d respondents are known by pseudonyms from now on", done)
        return done

    @staticmethod
    def _due(session: Session, before: datetime) -> list[tuple[str, datetime, datetime | None]]:
        query = (
            select(Respondent.rid, Respondent.entered_at, Respondent.answered_at)
            .join(Study, Study.id == Respondent.study_id)
            .where(
                Study.status.in_((StudyStatus.COMPLETED, StudyStatus.ARCHIVED)),
                Study.completed_at < before,
                Respondent.rid.not_like(f"{PREFIX}%"),
            )
            .limit(_BATCH)
        )
        return [(rid, entered, answered) for rid, entered, answered in session.execute(query)]

    def _rename(self, session: Session, rid: str, entered: datetime, answered: datetime | None) -> None:
        values = {
            "rid": self.pseudonym(rid),
            "entered_at": _day(entered),
            "answered_at": None if answered is None else _day(answered),
        }
        session.execute(update(Respondent).where(Respondent.rid == rid).values(**values))


def _day(moment: datetime) -> datetime:
    """Return the day of an instant: finer times would single people out."""
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
