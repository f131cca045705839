"""The JSON of studies."""

from datetime import datetime
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, model_validator

from integrations.models import Arm, Kpi, QuestionType, Study, StudyStatus
from integrations.schemas import Body, Id, Name, View
from integrations.studies.fielding import Estimate
from integrations.studies.lift import ArmResult, Lift
from integrations.studies.power import Design, Sample, divided, power_of, seats, smallest_lift
from integrations.studies.results import Report

Action = Literal["request-review", "approve", "request-changes", "archive"]


class AgeQuota(Body):
    """How many percent of the completes are of an age; both ends included."""

    min: Annotated[int, Field(ge=13, le=99)]
    max: Annotated[int, Field(ge=13, le=99)]
    percent: Annotated[int, Field(ge=1, le=100)]


class Quotas(Body):
    """Who is asked; the percentages of each kind sum to 100. Without a kind, anybody is."""

    age: Annotated[list[AgeQuota], Field(default_factory=list, max_length=12)]
    gender: Annotated[
        dict[Literal["female", "male"], Annotated[int, Field(ge=1, le=100)]], Field(default_factory=dict)
    ]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for name, shares in (("age", [each.percent for each in self.age]), ("gender", self.gender.values())):
            if shares and sum(shares) != 100:
                raise ValueError(f"the percentages of {name} must sum to 100")
        ranges = sorted((each.min, each.max) for each in self.age)
        if any(low > high for low, high in ranges) or any(
            first[1] >= second[0] for first, second in pairwise(ranges)
        ):
            raise ValueError("the ranges of age must not overlap")
        return self


#: Completes of both arms.
Goal = Annotated[int, Field(ge=2, le=10_000)]
#: Completes of exposed for each of control.
Allocation = Annotated[float, Field(ge=0.1, le=10)]


class NewStudy(Body):
    """Body of POST /studies. `filling_goal` counts completes of both arms, `minutes` is the interview's length.

    `allocation` is how many completes of exposed are wanted for each of control.
    """

    organisation_id: Id
    campaign_id: Id
    name: Annotated[str, Field(min_length=5, max_length=100)]
    funnel_stage: Annotated[str, Field(max_length=64)] | None = None
    primary_kpi: Kpi
    secondary_kpis: Annotated[list[Kpi], Field(default_factory=list, max_length=8)]
    locale: Annotated[str, Field(pattern="^[a-z]{3}_[a-z]{2}$")] = "eng_us"
    filling_goal: Goal = 1000
    allocation: Allocation = 1.0
    minutes: Annotated[int, Field(ge=1, le=45)] = 10
    incidence_rate: Annotated[float, Field(gt=0, le=1, multiple_of=0.01)] = 0.5
    fielding_days: Annotated[int, Field(ge=1, le=60)] = 14
    quotas: Quotas | None = None

    def values(self) -> dict[str, Any]:
        """Return what was said, by column."""
        given = self.model_dump(exclude={"organisation_id", "campaign_id", "quotas"})
        quotas = {} if self.quotas is None else self.quotas.model_dump()
        return {**given, "secondary_kpis": [kpi.value for kpi in self.secondary_kpis], "quotas": quotas}


class StudySize(Body):
    """Body of PATCH /studies/{study_id}: what is not given stays."""

    filling_goal: Goal | None = None
    allocation: Allocation | None = None


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
    allocation: float
    minutes: int
    incidence_rate: float
    fielding_days: int
    quotas: dict[str, Any]
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
    """How many completes each arm may have, how many respondents of it had which outcome, and how Cint counts."""

    study_id: str
    status: StudyStatus
    goals: dict[Arm, int]
    respondents: dict[Arm, dict[str, int]]
    cint_status: str | None
    cint_progress: dict[str, Any]

    @classmethod
    def of(cls, study: Study, respondents: dict[Arm, dict[str, int]]) -> Self:
        """Show how far a study is."""
        wanted = seats(study.filling_goal, study.allocation)
        return cls(
            study_id=study.id,
            status=study.status,
            goals={Arm.CONTROL: wanted.control, Arm.EXPOSED: wanted.exposed},
            respondents=respondents,
            cint_status=study.cint_status,
            cint_progress=study.cint_progress,
        )


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


class PlanView(BaseModel):
    """What a study needs and can find, and what that costs by Cint's suggested price.

    `control` and `exposed` completes find the lift with the power asked for; `smallest_lift` is what the study's present
    goal finds. Both by `allocation`, exposed for each of control: the study's own where none is asked for.
    """

    study_id: str
    baseline: float
    lift: float
    power: float
    kpis: int
    allocation: float
    control: int
    exposed: int
    completes: int
    power_of_goal: float
    smallest_lift: float | None
    price: str
    cost: str
    currency: str
    feasible: bool

    @classmethod
    def of(cls, study: Study, design: Design, sample: Sample, estimate: Estimate) -> Self:
        """Show a plan."""
        goal = divided(study.filling_goal, design.allocation).control
        return cls(
            study_id=study.id,
            baseline=design.baseline,
            lift=design.lift,
            power=design.power,
            kpis=design.kpis,
            allocation=design.allocation,
            control=sample.control,
            exposed=sample.exposed,
            completes=estimate.completes,
            power_of_goal=power_of(design, goal),
            smallest_lift=smallest_lift(
                design.baseline, goal, power=design.power, kpis=design.kpis, allocation=design.allocation
            ),
            price=str(estimate.price),
            cost=str(estimate.cost),
            currency=estimate.currency,
            feasible=estimate.feasible,
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
