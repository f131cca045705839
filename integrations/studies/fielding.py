"""Fielding a study at Cint: project, target group, launch, progress and end.

Each id is kept as soon as it is known, and each write has a key that follows from the study: a launch that broke off
is taken up where it stopped, and nothing is made twice.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from integrations.clock import Clock
from integrations.database import Database
from integrations.errors import ConflictError, IntegrationError, ProviderRefusedError
from integrations.identifiers import stable_id
from integrations.mail.messages import StudyResults
from integrations.mail.service import MailService
from integrations.mirror import Mirror
from integrations.models import IndexKind, Organisation, Study, StudyStatus
from integrations.search.outbox import SearchOutbox
from integrations.settings import Settings
from integrations.studies.cint_gateway import CintGateway, Overview, TargetGroup
from integrations.studies.results import Results
from integrations.studies.studies import require_study

_log = logging.getLogger(__name__)

#: Cint wants an hour; our requests take time, and clocks differ.
_LEAD, _SHORTEST_LEAD = timedelta(minutes=75), timedelta(minutes=61)
#: Completes that one target group may ask for.
_MOST = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What so many completes would cost, by Cint's suggested price of one; whether a study could have them."""

    completes: int
    price: Decimal
    cost: Decimal
    currency: str
    feasible: bool


class Fielding:
    """Launches studies, follows them and ends them."""

    def __init__(
        self,
        database: Database,
        cint: CintGateway,
        mirror: Mirror,
        results: Results,
        mail: MailService,
        outbox: SearchOutbox,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._database = database
        self._cint = cint
        self._mirror = mirror
        self._results = results
        self._mail = mail
        self._outbox = outbox
        self._settings = settings
        self._clock = clock

    def launch(self, study_id: str) -> Study:
        """Launch an approved study; one that is collecting already is returned as it is.

        Raises `ConflictError` for a study that has not been approved, `ProviderError` when Cint does not do its part:
        then the same call goes on where it stopped.
        """
        study = self._read(study_id)
        if study.status is StudyStatus.COLLECTING:
            return study
        if study.status is not StudyStatus.APPROVED:
            raise ConflictError(f"Study {study_id} is {study.status}: only an approved one can be launched.")
        project_manager = self._cint.project_manager()
        study = self._in_project(study, project_manager)
        if study.cint_target_group_id is None:
            study = self._create_group(study, project_manager)
        job_id = self._start(study)
        study = self._keep(
            study_id,
            cint_job_id=job_id,
            status=StudyStatus.COLLECTING,
            error=None,
            launched_at=self._clock.now(),
        )
        return self.follow_launch(study_id)

    def estimate(self, study_id: str, respondents: int) -> Estimate:
        """Ask Cint what so many completes would cost, and how many it could bring; the study gets its project for that."""
        study = self._read(study_id)
        project_manager = self._cint.project_manager()
        study = self._in_project(study, project_manager)
        starts_at = self._clock.now() + _LEAD
        wanted = replace(
            self._group(study, project_manager, starts_at), filling_goal=max(1, min(respondents, _MOST))
        )
        found = self._cint.feasibility(study.cint_project_id or "", wanted)
        price = Decimal(found.suggested_price.value)
        return Estimate(
            completes=respondents,
            price=price,
            cost=price * respondents,
            currency=found.suggested_price.currency_code,
            feasible=found.suggested_filling_goal_range.get("max", 0) >= respondents,
        )

    def _in_project(self, study: Study, project_manager: str) -> Study:
        """Return a study that has a project at Cint, made if there is none."""
        if study.cint_project_id is not None:
            return study
        project_id = self._cint.create_project(
            name=f"{study.name} ({study.id[:8]})"[:128],
            project_manager_id=project_manager,
            idempotency_key=stable_id("project", study.id),
        )
        return self._keep(study.id, cint_project_id=project_id)

    def follow_launch(self, study_id: str) -> Study:
        """Read the job of a launch; when it has failed, the study is approved again and says why."""
        study = self._read(study_id)
        if study.cint_job_id is None or study.cint_run_id is not None:
            return study
        project, group = _ids(study)
        job = self._cint.launch_job(project, group, study.cint_job_id)
        if job.status == "Completed":
            return self._keep(study_id, cint_run_id=job.created_fielding_run_id)
        if job.status == "Failed":
            reason = job.failure_reason or {}
            text = str(reason.get("description") or reason.get("code") or "the launch failed")
            # A fresh target group at the next try: this one may be what is wrong.
            return self._keep(
                study_id,
                status=StudyStatus.APPROVED,
                error=text,
                cint_target_group_id=None,
                cint_job_id=None,
                fielding_starts_at=None,
            )
        return study

    def refresh(self, study_id: str) -> Study:
        """Read where a study stands at Cint; when fielding has ended there, the study is completed."""
        study = self.follow_launch(study_id)
        if study.cint_target_group_id is None or study.status is not StudyStatus.COLLECTING:
            return study
        key = f"study:{study_id}"
        number = self._mirror.begin_read(key)
        overview = self._cint.overview(*_ids(study))
        with self._database.transaction() as session:
            study = require_study(session, study_id, lock=True)
            if self._mirror.claim(session, key, number):
                _note(study, overview)
        return self._finish(study_id) if overview.status in {"completed", "archived"} else study

    def complete(self, study_id: str) -> Study:
        """End fielding now; one that is completed already is returned as it is."""
        study = self.follow_launch(study_id)
        if study.status is StudyStatus.COMPLETED:
            return study
        if study.status is not StudyStatus.COLLECTING:
            raise ConflictError(f"Study {study_id} is {study.status}: it is not being fielded.")
        if study.cint_run_id is not None:
            self._cint.complete(*_ids(study), study.cint_run_id)
        return self._finish(study_id)

    def of_target_group(self, target_group_id: str) -> str | None:
        """Return the id of the study that a target group fields, or None."""
        query = select(Study.id).where(Study.cint_target_group_id == target_group_id)
        with self._database.transaction() as session:
            return session.scalars(query).one_or_none()

    def poll_collecting(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Refresh the studies that are being fielded, until `stopping` says so; return how many were."""
        query = select(Study.id).where(Study.status == StudyStatus.COLLECTING)
        with self._database.transaction() as session:
            collecting = session.scalars(query.order_by(Study.launched_at)).all()
        done = 0
        for study_id in collecting:
            if stopping():
                break
            try:
                self.refresh(study_id)
                done += 1
            except IntegrationError as error:
                _log.warning("study %s: %s", study_id, error)
        return done

    def _create_group(self, study: Study, project_manager: str) -> Study:
        now = self._clock.now()
        starts_at = study.fielding_starts_at
        if starts_at is None or study.fielding_ends_at is None or starts_at - now < _SHORTEST_LEAD:
            # Kept before the request: if its answer is lost, the same request must be made again.
            starts_at = now + _LEAD
            study = self._keep(
                study.id,
                fielding_starts_at=starts_at,
                fielding_ends_at=starts_at + timedelta(days=study.fielding_days),
            )
        group_id = self._cint.create_target_group(
            study.cint_project_id or "",
            self._group(study, project_manager, starts_at),
            idempotency_key=stable_id("target group", study.id, starts_at.isoformat()),
        )
        return self._keep(study.id, cint_target_group_id=group_id)

    def _group(self, study: Study, project_manager: str, starts_at: datetime) -> TargetGroup:
        return TargetGroup(
            name=study.name[:128],
            project_manager_id=project_manager,
            business_unit_id=self._cint.business_unit(project_manager),
            locale=study.locale,
            filling_goal=study.filling_goal,
            minutes=study.minutes,
            incidence_rate=study.incidence_rate,
            starts_at=starts_at,
            ends_at=study.fielding_ends_at or starts_at + timedelta(days=study.fielding_days),
            live_url=self.survey_url(study.id),
            test_url=f"{self.survey_url(study.id)}&test=1",
            quotas=study.quotas,
        )

    def survey_url(self, study_id: str) -> str:
        """Return the address at which Cint sends respondents in; it fills in the placeholders."""
        return f"{self._settings.surveys_url}/surveys/{study_id}?rid=[%RID%]&exposure=[%exposure%]"

    def _start(self, study: Study) -> str | None:
        project, group = _ids(study)
        ends_at = study.fielding_ends_at or self._clock.now() + timedelta(days=study.fielding_days)
        key = stable_id("launch", study.id, group)
        try:
            return self._cint.launch(project, group, ends_at=ends_at, idempotency_key=key)
        except ProviderRefusedError as error:
            # Launched before, and the answer was lost for longer than Cint remembers the key.
            if error.status != 422 or self._cint.overview(project, group).status == "draft":
                raise
            return None

    def _finish(self, study_id: str) -> Study:
        """Complete a study, once, and send its results."""
        message = self._message(self._read(study_id))
        mail_id = None
        with self._database.transaction() as session:
            study = require_study(session, study_id, lock=True)
            if study.status is StudyStatus.COLLECTING:
                study.status = StudyStatus.COMPLETED
                study.completed_at = study.updated_at = self._clock.now()
                self._outbox.note(session, IndexKind.STUDIES, study_id)
                organisation = session.get_one(Organisation, study.organisation_id)
                mail_id = self._mail.enqueue(
                    session,
                    organisation_id=organisation.id,
                    recipient=organisation.billing_email,
                    message=message,
                    dedupe_key=f"study_results:{study_id}",
                )
        self._mail.deliver(mail_id)
        return study

    def _message(self, study: Study) -> StudyResults:
        report = self._results.report(study)
        lift = report.lifts[study.primary_kpi]
        if not lift.sufficient:
            verdict = "too few answers to tell"
        elif lift.significant:
            verdict = f"significant, {_told(lift.p_value)}"
        else:
            verdict = f"not significant, {_told(lift.p_value)}"
        return StudyResults(
            study=study.name,
            campaign=study.campaign.name,
            kpi=study.primary_kpi.value.replace("_", " ").lower(),
            control=f"{lift.control.value:.1%} of {lift.control.respondents}",
            exposed=f"{lift.exposed.value:.1%} of {lift.exposed.respondents}",
            lift=f"{lift.absolute * 100:+.1f} points",
            verdict=verdict,
            report_url=f"{self._settings.app_url}/brand-lift/{study.id}",
        )

    def _read(self, study_id: str) -> Study:
        with self._database.transaction() as session:
            return require_study(session, study_id)

    def _keep(self, study_id: str, **values: Any) -> Study:
        with self._database.transaction() as session:
            study = require_study(session, study_id, lock=True)
            changed = values.get("status", study.status) is not study.status
            for name, value in values.items():
                setattr(study, name, value)
            if changed:
                study.updated_at = self._clock.now()
                self._outbox.note(session, IndexKind.STUDIES, study_id)
        return study


def _ids(study: Study) -> tuple[str, str]:
    if study.cint_project_id is None or study.cint_target_group_id is None:
        raise ConflictError(f"Study {study.id} is not at Cint.")
    return study.cint_project_id, study.cint_target_group_id


def _told(p_value: float) -> str:
    return "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3f}"


def _note(study: Study, overview: Overview) -> None:
    study.cint_status = overview.status
    cost = {} if overview.current_cost is None else {"cost": overview.current_cost.model_dump()}
    study.cint_progress = {**overview.progress.model_dump(), **cost}
