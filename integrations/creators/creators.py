"""Creators: found at InsightIQ, analysed and screened by its jobs, and kept with a risk score.

A job is read again when its webhook comes, by the sweep, or by a caller that waits for it a little: whoever sees it
end first writes the result, and seeing it twice changes nothing.
"""

import logging
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from integrations.clock import Clock
from integrations.creators.credibility import Credibility, believe
from integrations.creators.insightiq_gateway import (
    Analytics,
    CreatorHit,
    InsightiqGateway,
    Screening,
    dashed,
    job_status,
)
from integrations.creators.report import apply_report, facts_of
from integrations.creators.risk import assess
from integrations.database import Database, insert_if_absent
from integrations.errors import NotFoundError, ProviderError
from integrations.identifiers import new_id
from integrations.models import Creator, CreatorJob, JobKind, JobStatus, Platform
from integrations.settings import Settings

_log = logging.getLogger(__name__)

#: After that, a job is not waited for any more.
_GIVE_UP_AFTER = timedelta(hours=24)
_FIRST_POLL, _LONGEST_POLL = 1.0, 4.0
#: Creators whose numbers one sweep has renewed at most.
_STALE = 20


class Creators:
    """Finds, analyses and lists creators."""

    def __init__(
        self, database: Database, insightiq: InsightiqGateway, settings: Settings, clock: Clock
    ) -> None:
        self._database = database
        self._insightiq = insightiq
        self._settings = settings
        self._clock = clock

    def discover(self, platform: Platform, filters: dict[str, Any]) -> list[CreatorHit]:
        """Find creators at InsightIQ; nothing is kept."""
        return self._insightiq.search(platform, filters)

    def get(self, creator_id: str) -> Creator:
        """Return a creator; raises `NotFoundError`."""
        with self._database.transaction() as session:
            creator = session.get(Creator, creator_id)
        if creator is None:
            raise NotFoundError("creator", creator_id)
        return creator

    def jobs(self, creator_id: str) -> list[CreatorJob]:
        """Return the jobs about a creator, newest first."""
        query = select(CreatorJob).where(CreatorJob.creator_id == creator_id)
        with self._database.transaction() as session:
            return list(session.scalars(query.order_by(CreatorJob.created_at.desc(), CreatorJob.job_id)))

    def list(self, *, platform: Platform | None = None, limit: int = 100) -> list[Creator]:
        """Return the creators that are kept, the least risky first, those without a score last."""
        query = select(Creator).order_by(Creator.risk_score.is_(None), Creator.risk_score, Creator.handle)
        if platform is not None:
            query = query.where(Creator.platform == platform)
        with self._database.transaction() as session:
            return list(session.scalars(query.limit(limit)))

    def sync(self, platform: Platform, handle: str, *, wait: bool = False) -> Creator:
        """Keep a creator and have them analysed anew; with `wait`, stay until that is done or the budget is used up.

        While a job about them is under way, no second one is begun.
        """
        creator = self._ensure(platform, handle)
        self._begin(creator, JobKind.ANALYTICS)
        if wait:
            self.wait(creator.id)
        return self.get(creator.id)

    def wait(self, creator_id: str) -> None:
        """Read the open jobs about a creator again and again, ever more slowly, within INSIGHTIQ_JOB_SECONDS."""
        deadline = self._clock.monotonic() + self._settings.insightiq_job_seconds
        pause = _FIRST_POLL
        while True:
            opened = [job for job in self.jobs(creator_id) if job.status is JobStatus.IN_PROGRESS]
            for job in opened:
                self.refresh_job(job.job_id)
            still = [job for job in self.jobs(creator_id) if job.status is JobStatus.IN_PROGRESS]
            if not still or self._clock.monotonic() + pause > deadline:
                return
            self._clock.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_POLL)

    def credibility(self, creator_id: str) -> Credibility:
        """Say how far a creator's numbers can be believed, and why; raises `NotFoundError`."""
        creator = self.get(creator_id)
        return believe(facts_of(creator), creator.report)

    def erase(self, creator_id: str) -> None:
        """Forget a creator: everything that was found out about them, and their jobs. Raises `NotFoundError`."""
        with self._database.transaction() as session:
            creator = session.get(Creator, creator_id, with_for_update=True)
            if creator is None:
                raise NotFoundError("creator", creator_id)
            session.execute(delete(CreatorJob).where(CreatorJob.creator_id == creator_id))
            session.delete(creator)

    def refresh_stale(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Have the creators analysed anew whose numbers are older than CREATOR_FRESH_DAYS; return how many.

        The oldest come first, and a few at a time: InsightIQ counts requests, and webhooks bring most news anyway.
        """
        before = self._clock.now() - timedelta(days=self._settings.creator_fresh_days)
        query = select(Creator).where(Creator.synced_at < before).order_by(Creator.synced_at).limit(_STALE)
        with self._database.transaction() as session:
            stale = list(session.scalars(query))
        done = 0
        for creator in stale:
            if stopping():
                break
            try:
                self._begin(creator, JobKind.ANALYTICS)
                done += 1
            except ProviderError as error:
                _log.warning("creator %s: %s", creator.handle, error)
        return done

    def poll_pending(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Read the jobs that are under way, until `stopping` says so; return how many have ended."""
        query = select(CreatorJob).where(CreatorJob.status == JobStatus.IN_PROGRESS)
        with self._database.transaction() as session:
            pending = list(session.scalars(query.order_by(CreatorJob.created_at)))
        ended = 0
        for job in pending:
            if stopping():
                break
            try:
                self.refresh_job(job.job_id)
            except ProviderError as error:
                _log.warning("job %s: %s", job.job_id, error)
                if self._clock.now() - job.created_at > _GIVE_UP_AFTER:
                    self._end(job.job_id, JobStatus.FAILURE, str(error))
                continue
            with self._database.transaction() as session:
                ended += session.get_one(CreatorJob, job.job_id).status is not JobStatus.IN_PROGRESS
        return ended

    def refresh_job(self, job_id: str) -> bool:
        """Read a job from InsightIQ and write what it found; say whether the job is ours."""
        job_id = dashed(job_id)
        with self._database.transaction() as session:
            job = session.get(CreatorJob, job_id)
        if job is None:
            return False
        if job.status is not JobStatus.IN_PROGRESS:
            return True
        if job.kind is JobKind.ANALYTICS:
            self._analysed(job, self._insightiq.analytics(job_id))
        else:
            self._screened(job, self._insightiq.screening(job_id))
        return True

    def _ensure(self, platform: Platform, handle: str) -> Creator:
        name = handle.strip().removeprefix("@").lower()
        values = {
            "id": new_id(),
            "platform": platform,
            "handle": name,
            "risk_factors": {},
            "created_at": self._clock.now(),
        }
        with self._database.transaction() as session:
            insert_if_absent(session, Creator, values)
            same = select(Creator).where(Creator.platform == platform, Creator.handle == name)
            return session.scalars(same).one()

    def _begin(self, creator: Creator, kind: JobKind) -> None:
        opened = [
            job for job in self.jobs(creator.id) if job.kind is kind and job.status is JobStatus.IN_PROGRESS
        ]
        if opened:
            return
        if kind is JobKind.ANALYTICS:
            job = self._insightiq.start_analytics(creator.platform, creator.handle)
        else:
            criteria = self._insightiq.screening_criteria()
            job = self._insightiq.start_screening(creator.platform, creator.url or "", criteria)
        with self._database.transaction() as session:
            session.add(
                CreatorJob(
                    job_id=dashed(job.id),
                    creator_id=creator.id,
                    kind=kind,
                    status=JobStatus.IN_PROGRESS,
                    created_at=self._clock.now(),
                )
            )

    def _analysed(self, job: CreatorJob, found: Analytics) -> None:
        status = job_status(found.status)
        if status is JobStatus.IN_PROGRESS:
            return
        profile = found.profile or {}
        creator = self.get(job.creator_id)
        named = str(profile.get("platform_username") or "").lower()
        if status is JobStatus.SUCCESS and named != creator.handle:
            # The sandbox answers with canned creators: their numbers must not become this one's.
            self._end(job.job_id, JobStatus.FAILURE, f"The report is about {named or 'nobody'}.")
            return
        if status is JobStatus.FAILURE:
            self._end(job.job_id, status, f"InsightIQ says {found.status}.")
            return
        with self._database.transaction() as session:
            creator = session.get_one(Creator, job.creator_id, with_for_update=True)
            at = self._made_at(found)
            newest = (creator.observed or {}).get("report")
            if newest is None or at >= datetime.fromisoformat(newest["at"]):
                # Jobs may end in another order than they were begun: an older report is no news.
                apply_report(creator, profile, at)
                self._score(creator)
            self._close(session, job.job_id, status, None)
        if creator.url:
            try:
                self._begin(creator, JobKind.SCREENING)
            except ProviderError as error:
                # The score then stands without this factor; the next sync tries again.
                _log.warning("no screening of %s: %s", creator.handle, error)

    def _made_at(self, found: Analytics) -> datetime:
        """Return when a report was made, as far as it says so."""
        made = found.report_generated_at
        if made is None:
            return self._clock.now()
        return made if made.tzinfo is not None else made.replace(tzinfo=UTC)

    def _screened(self, job: CreatorJob, found: Screening) -> None:
        status = job_status(found.status)
        summary = found.report_summary
        if status is JobStatus.IN_PROGRESS:
            return
        if status is JobStatus.FAILURE or summary is None:
            self._end(job.job_id, JobStatus.FAILURE, f"InsightIQ says {found.status}.")
            return
        total, flagged = summary.total_content_count, summary.flagged_content_count
        with self._database.transaction() as session:
            creator = session.get_one(Creator, job.creator_id, with_for_update=True)
            creator.safety_rating = summary.risk_rating
            creator.flagged_share = flagged / total if total and flagged is not None else None
            self._score(creator)
            self._close(session, job.job_id, status, None)

    def _score(self, creator: Creator) -> None:
        risk = assess(facts_of(creator))
        creator.risk_score, creator.risk_level = risk.score, risk.level
        creator.risk_factors = asdict(risk)["factors"]
        creator.synced_at = self._clock.now()

    def _end(self, job_id: str, status: JobStatus, error: str | None) -> None:
        with self._database.transaction() as session:
            self._close(session, job_id, status, error)

    def _close(self, session: Session, job_id: str, status: JobStatus, error: str | None) -> None:
        job = session.get_one(CreatorJob, job_id, with_for_update=True)
        job.status, job.error, job.finished_at = status, error, self._clock.now()
