"""Brand-lift studies: questions, respondents and where fielding stands at Cint."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from integrations.identifiers import new_id
from integrations.models.base import Base, one_of
from integrations.models.campaigns import Campaign, Kpi


class StudyStatus(StrEnum):
    """The life of a study, in the platform's words."""

    DRAFT = "DRAFT"
    PENDING_APPROVAL = "PENDING_APPROVAL"
    CHANGES_REQUESTED = "CHANGES_REQUESTED"
    APPROVED = "APPROVED"
    COLLECTING = "COLLECTING"
    COMPLETED = "COMPLETED"
    ARCHIVED = "ARCHIVED"


class Study(Base):
    """A brand-lift study of a submitted campaign. `filling_goal` is the number of completes, both arms together."""

    __tablename__ = "studies"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id"), index=True)
    name: Mapped[str]
    status: Mapped[StudyStatus] = mapped_column(one_of(StudyStatus), default=StudyStatus.DRAFT, index=True)
    funnel_stage: Mapped[str | None]
    primary_kpi: Mapped[Kpi] = mapped_column(one_of(Kpi))
    secondary_kpis: Mapped[list[str]] = mapped_column(JSON)
    locale: Mapped[str]
    filling_goal: Mapped[int]
    #: How many respondents of exposed are wanted for each of control.
    allocation: Mapped[float] = mapped_column(default=1.0)
    minutes: Mapped[int]
    incidence_rate: Mapped[float]
    fielding_days: Mapped[int]
    #: Who is asked, in shares of the completes: {"age": [{"min", "max", "percent"}], "gender": {"female": percent, …}}.
    quotas: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    #: Where fielding stands at Cint: each id is kept as soon as it is known, so that a launch can be taken up again.
    cint_project_id: Mapped[str | None]
    cint_target_group_id: Mapped[str | None] = mapped_column(unique=True)
    cint_job_id: Mapped[str | None]
    cint_run_id: Mapped[str | None]
    cint_status: Mapped[str | None]
    cint_progress: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    error: Mapped[str | None]
    fielding_starts_at: Mapped[datetime | None]
    fielding_ends_at: Mapped[datetime | None]
    launched_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    campaign: Mapped[Campaign] = relationship(lazy="joined")
    questions: Mapped[list["Question"]] = relationship(
        back_populates="study", order_by="Question.position", lazy="selectin", cascade="all, delete-orphan"
    )


class QuestionType(StrEnum):
    """How many options may be chosen."""

    SINGLE_CHOICE = "SINGLE_CHOICE"
    MULTIPLE_CHOICE = "MULTIPLE_CHOICE"


class Question(Base):
    """A question of a study. Options: [{"id", "text", "top_box", "screens_out", "fails_quality"}]."""

    __tablename__ = "study_questions"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    study_id: Mapped[str] = mapped_column(ForeignKey("studies.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    text: Mapped[str]
    type: Mapped[QuestionType] = mapped_column(one_of(QuestionType))
    #: None for a question that only sorts out respondents.
    kpi: Mapped[Kpi | None] = mapped_column(one_of(Kpi))
    options: Mapped[list[dict[str, Any]]] = mapped_column(JSON)

    study: Mapped[Study] = relationship(back_populates="questions")


class Arm(StrEnum):
    """Whether a respondent saw the campaign."""

    CONTROL = "control"
    EXPOSED = "exposed"


class SurveyOutcome(StrEnum):
    """How a respondent's visit ended."""

    COMPLETE = "complete"
    TERMINATE = "terminate"
    OVER_QUOTA = "over_quota"
    QUALITY = "quality"


class Respondent(Base):
    """One person in one survey, known by Cint's respondent id (RID, lower case), later by a pseudonym.

    Without outcome they are still in it.
    """

    __tablename__ = "respondents"

    rid: Mapped[str] = mapped_column(primary_key=True)
    study_id: Mapped[str] = mapped_column(ForeignKey("studies.id"), index=True)
    arm: Mapped[Arm] = mapped_column(one_of(Arm))
    outcome: Mapped[SurveyOutcome | None] = mapped_column(one_of(SurveyOutcome))
    #: {question id: [option ids]}
    answers: Mapped[dict[str, list[str]]] = mapped_column(JSON, default=dict)
    entered_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    #: When Cint took note of the outcome.
    reported_at: Mapped[datetime | None]
    #: When the answers were forgotten, because the respondent asked for it.
    erased_at: Mapped[datetime | None]
