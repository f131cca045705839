"""The JSON of studies."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, model_validator

from integrations.models import Arm, Kpi, QuestionType, StudyStatus
from integrations.schemas import Body, Id, Name, View
from integrations.studies.lift import ArmResult, Lift
from integrations.studies.results import Report

Action = Literal["request-review", "approve", "request-changes", "archive"]


class NewStudy(Body):
    """Body of POST /studies. `filling_goal` counts completes of both arms, `minutes` is the interview's length."""

    organisation_id: Id
    campaign_id: Id
    name: Annotated[str, Field(min_length=5, max_length=100)]
    funnel_stage: Annotated[str, Field(max_length=64)] | None = None
    primary_kpi: Kpi
    secondary_kpis: Annotated[list[Kpi], Field(default_factory=list, max_length=8)]
    locale: Annotated[str, Field(pattern="^[a-z]{3}_[a-z]{2}$")] = "eng_us"
    filling_goal: Annotated[int, Field(ge=2, le=10_000)] = 1000
    minutes: Annotated[int, Field(ge=1, le=45)] = 10
    incidence_rate: Annotated[float, Field(gt=0, le=1, multiple_of=0.01)] = 0.5
    fielding_days: Annotated[int, Field(ge=1, le=60)] = 14

    def values(self) -> dict[str, Any]:
        """Return what was said, by column."""
        given = self.model_dump(exclude={"organisation_id", "campaign_id"})
        return {**given, "secondary_kpis": [kpi.value for kpi in self.secondary_kpis]}


class OptionBody(Body):
    """An answer that can be chosen: favourable or not, or one that ends the survey."""

    text: Name
    top_box: bool = False
    screens_out: bool = False
    fails_quality: bool = False


class QuestionBody(Body):
    """A question; without `kpi` it only sorts out respondents."""

    text: Annotated[str, Field(min_length=1, max_length=500)]
    type: QuestionType = QuestionType.SINGLE_CHOICE
    kpi: Kpi | None = None
    options: Annotated[list[OptionBody], Field(min_length=2, max_length=20)]


class QuestionsBody(Body):
    """Body of PUT /studies/{study_id}/questions."""

    questions: Annotated[list[QuestionBody], Field(min_length=1, max_length=50)]

    @model_validator(mode="after")
    def _options_differ(self) -> Self:
        for question in self.questions:
            texts = [option.text for option in question.options]
            if len(set(texts)) < len(texts):
                raise ValueError(f"the options of {question.text!r} must differ")
        return self


class QuestionView(View):
    """A question of a study."""

    id: str
    position: int
    text: str
    type: QuestionType
    kpi: Kpi | None
    options: list[dict[str, Any]]


class StudyView(View):
    """A study, and where its fielding stands at Cint."""

    id: str
    organisation_id: str
    campaign_id: str
    name: str
    status: StudyStatus
    funnel_stage: str | None
    primary_kpi: Kpi
    secondary_kpis: list[Kpi]
    locale: str
    filling_goal: int
    minutes: int
    incidence_rate: float
    fielding_days: int
    questions: list[QuestionView]
    cint_project_id: str | None
    cint_target_group_id: str | None
    cint_status: str | None
    cint_progress: dict[str, Any]
    error: str | None
    launched_at: datetime | None
    completed_at: datetime | None
    created_at: datetime
    updated_at: datetime


class ProgressView(BaseModel):
    """How many respondents of each arm had which outcome, and how Cint counts."""

    study_id: str
    status: StudyStatus
    respondents: dict[Arm, dict[str, int]]
    cint_status: str | None
    cint_progress: dict[str, Any]


class ArmView(BaseModel):
    """An arm's answers to one KPI; `value` is the favourable share."""

    respondents: int
    favourable: int
    value: float

    @classmethod
    def of(cls, arm: ArmResult) -> Self:
        """Show an arm."""
        return cls(respondents=arm.respondents, favourable=arm.favourable, value=arm.value)


class LiftView(BaseModel):
    """The lift of one KPI. `significant` is never true with an insufficient sample."""

    kpi: Kpi
    control: ArmView
    exposed: ArmView
    absolute_lift: float
    relative_lift: float | None
    z: float
    p_value: float
    adjusted_p_value: float | None
    interval: tuple[float, float]
    sufficient: bool
    significant: bool

    @classmethod
    def of(cls, kpi: Kpi, lift: Lift) -> Self:
        """Show a lift."""
        return cls(
            kpi=kpi,
            control=ArmView.of(lift.control),
            exposed=ArmView.of(lift.exposed),
            absolute_lift=lift.absolute,
            relative_lift=lift.relative,
            z=lift.z,
            p_value=lift.p_value,
            adjusted_p_value=lift.adjusted_p_value,
            interval=lift.interval,
            sufficient=lift.sufficient,
            significant=lift.significant,
        )


class ReportView(BaseModel):
    """What a study has found, the primary KPI first."""

    study_id: str
    lifts: list[LiftView]

    @classmethod
    def of(cls, report: Report) -> Self:
        """Show a report."""
        lifts = [LiftView.of(kpi, lift) for kpi, lift in report.lifts.items()]
        return cls(study_id=report.study_id, lifts=lifts)
