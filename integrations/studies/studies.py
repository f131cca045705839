"""Studies: designed on a submitted campaign, reviewed and approved. Fielding is in `fielding.py`."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from integrations.clock import Clock
from integrations.database import Database
from integrations.errors import ConflictError, NotFoundError
from integrations.identifiers import new_id
from integrations.models import (
    CampaignStatus,
    IndexKind,
    Kpi,
    Question,
    Respondent,
    Study,
    StudyStatus,
)
from integrations.search.campaigns import require_campaign
from integrations.search.outbox import SearchOutbox

#: Which status may follow which, by what people do; launching and completing are fielding's.
REVIEW: dict[str, tuple[frozenset[StudyStatus], StudyStatus]] = {
    "request-review": (
        frozenset({StudyStatus.DRAFT, StudyStatus.CHANGES_REQUESTED}),
        StudyStatus.PENDING_APPROVAL,
    ),
    "approve": (frozenset({StudyStatus.PENDING_APPROVAL}), StudyStatus.APPROVED),
    "request-changes": (
        frozenset({StudyStatus.PENDING_APPROVAL, StudyStatus.APPROVED}),
        StudyStatus.CHANGES_REQUESTED,
    ),
    "archive": (frozenset({StudyStatus.COMPLETED}), StudyStatus.ARCHIVED),
}
_EDITABLE = frozenset({StudyStatus.DRAFT, StudyStatus.CHANGES_REQUESTED})


def require_study(session: Session, study_id: str, *, lock: bool = False) -> Study:
    """Return a study, with `lock` so that nobody else changes it meanwhile; raises `NotFoundError`."""
    query = select(Study).where(Study.id == study_id)
    study = session.scalars(query.with_for_update(of=Study) if lock else query).one_or_none()
    if study is None:
        raise NotFoundError("study", study_id)
    return study


class Studies:
    """Keeps studies and their questions."""

    def __init__(self, database: Database, outbox: SearchOutbox, clock: Clock) -> None:
        self._database = database
        self._outbox = outbox
        self._clock = clock

    def create(self, organisation_id: str, campaign_id: str, values: Mapping[str, Any]) -> Study:
        """Make a draft of a study; `values` are columns of `Study`.

        Raises `NotFoundError` for a campaign that is not the organisation's, `ConflictError` for one that has not
        been submitted.
        """
        now = self._clock.now()
        with self._database.transaction() as session:
            campaign = require_campaign(session, campaign_id)
            if campaign.organisation_id != organisation_id:
                raise NotFoundError("campaign", campaign_id)
            if campaign.status is not CampaignStatus.SUBMITTED:
                raise ConflictError(f"Campaign {campaign_id} has not been submitted.")
            study = Study(
                id=new_id(),
                organisation_id=organisation_id,
                campaign=campaign,
                status=StudyStatus.DRAFT,
                cint_progress={},
                questions=[],
                quotas=values.get("quotas") or {},
                created_at=now,
                updated_at=now,
                **{name: value for name, value in values.items() if name != "quotas"},
            )
            session.add(study)
            self._outbox.note(session, IndexKind.STUDIES, study.id)
        return study

    def get(self, study_id: str) -> Study:
        """Return a study with its questions and its campaign; raises `NotFoundError`."""
        with self._database.transaction() as session:
            return require_study(session, study_id)

    def list(self, organisation_id: str) -> list[Study]:
        """Return an organisation's studies, newest first."""
        query = select(Study).where(Study.organisation_id == organisation_id)
        with self._database.transaction() as session:
            return list(session.scalars(query.order_by(Study.created_at.desc(), Study.id)).unique())

    def set_questions(self, study_id: str, questions: Sequence[Mapping[str, Any]]) -> Study:
        """Replace a study's questions: `text`, `type`, `kpi` and `options` of each, in their order.

        Raises `ConflictError` once the study is under review.
        """
        with self._database.transaction() as session:
            study = require_study(session, study_id, lock=True)
            if study.status not in _EDITABLE:
                raise ConflictError(f"Study {study_id} is {study.status}: its questions stand.")
            study.questions = [
                Question(id=new_id(), position=position, **_with_ids(question))
                for position, question in enumerate(questions, 1)
            ]
            self._touch(session, study)
        return study

    def resize(self, study_id: str, values: Mapping[str, Any]) -> Study:
        """Change how many completes a study wants and how they are divided: `filling_goal`, `allocation`.

        Raises `ConflictError` once the study is under review, or has a target group at Cint, which keeps its size.
        """
        with self._database.transaction() as session:
            study = require_study(session, study_id, lock=True)
            at_cint = study.cint_target_group_id is not None
            if at_cint or study.status not in _EDITABLE:
                where = "at Cint" if at_cint else study.status
                raise ConflictError(f"Study {study_id} is {where}: its size stands.")
            for name, value in values.items():
                setattr(study, name, value)
            self._touch(session, study)
        return study

    def review(self, study_id: str, action: str) -> Study:
        """Take a step of `REVIEW`; raises `ConflictError` where the study's status does not allow it."""
        before, after = REVIEW[action]
        with self._database.transaction() as session:
            study = require_study(session, study_id, lock=True)
            if study.status is after:
                return study
            if study.status not in before:
                raise ConflictError(f"Study {study_id} is {study.status}: it cannot {action}.")
            if action == "request-review":
                _demand_measurable(study)
            study.status = after
            self._touch(session, study)
        return study

    def delete(self, study_id: str) -> None:
        """Delete a study that nobody has answered; raises `ConflictError` for others."""
        with self._database.transaction() as session:
            study = require_study(session, study_id, lock=True)
            answered = select(Respondent.rid).where(Respondent.study_id == study_id).limit(1)
            if study.status is StudyStatus.COLLECTING or session.scalars(answered).first() is not None:
                raise ConflictError(f"Study {study_id} has been fielded: archive it instead.")
            session.delete(study)
            self._outbox.note(session, IndexKind.STUDIES, study_id)

    def _touch(self, session: Session, study: Study) -> None:
        study.updated_at = self._clock.now()
        self._outbox.note(session, IndexKind.STUDIES, study.id)


def _with_ids(question: Mapping[str, Any]) -> dict[str, Any]:
    plain = {"top_box": False, "screens_out": False, "fails_quality": False}
    options = [{**plain, **option, "id": str(number)} for number, option in enumerate(question["options"], 1)]
    return {**question, "options": options}


def _demand_measurable(study: Study) -> None:
    """Raise `ConflictError` unless each KPI has a question that can be answered favourably, and otherwise."""
    for kpi in dict.fromkeys([study.primary_kpi, *map(Kpi, study.secondary_kpis)]):
        boxes = [
            {bool(option.get("top_box")) for option in question.options}
            for question in study.questions
            if question.kpi is kpi
        ]
        if {True, False} not in boxes:
            raise ConflictError(
                f"No question measures {kpi}: it needs one with favourable and other options."
            )
