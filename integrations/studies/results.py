"""What a study has found: who answered, and the lift of each KPI."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select

from integrations.database import Database
from integrations.models import Arm, Kpi, Respondent, Study, SurveyOutcome
from integrations.studies.lift import ArmResult, Lift, holm, measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The lifts of a study's KPIs, the primary one first, from its complete interviews."""

    study_id: str
    lifts: dict[Kpi, Lift]


class Results:
    """Counts respondents and computes lifts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def counts(self, study_id: str) -> dict[Arm, dict[str, int]]:
        """Return how many respondents of each arm had which outcome; those without one yet are `in_survey`."""
        query = (
            select(Respondent.arm, Respondent.outcome, func.count())
            .where(Respondent.study_id == study_id)
            .group_by(Respondent.arm, Respondent.outcome)
        )
        found: dict[Arm, dict[str, int]] = {arm: {} for arm in Arm}
        with self._database.transaction() as session:
            for arm, outcome, count in session.execute(query):
                found[arm]["in_survey" if outcome is None else outcome.value] = count
        return found

    def report(self, study: Study, *, correct: bool = False) -> Report:
        """Compute the lift of each KPI; with `correct`, p-values are corrected for their number (Holm)."""
        kpis = dict.fromkeys(
            [
                study.primary_kpi,
                *map(Kpi, study.secondary_kpis),
                *(question.kpi for question in study.questions if question.kpi is not None),
            ]
        )
        favourable: Counter[tuple[Arm, Kpi]] = Counter()
        respondents: Counter[Arm] = Counter()
        query = select(Respondent.arm, Respondent.answers).where(
            Respondent.study_id == study.id,
            Respondent.outcome == SurveyOutcome.COMPLETE,
            Respondent.erased_at.is_(None),
        )
        with self._database.transaction() as session:
            for arm, answers in session.execute(query):
                respondents[arm] += 1
                favourable.update((arm, kpi) for kpi in _favoured(study, answers))
        lifts = {
            kpi: measure(
                ArmResult(favourable[Arm.CONTROL, kpi], respondents[Arm.CONTROL]),
                ArmResult(favourable[Arm.EXPOSED, kpi], respondents[Arm.EXPOSED]),
            )
            for kpi in kpis
        }
        return Report(study_id=study.id, lifts=holm(lifts) if correct else lifts)


def _favoured(study: Study, answers: dict[str, list[str]]) -> set[Kpi]:
    """Return the KPIs to which a respondent chose a favourable option, in any of the questions that measure them."""
    found = set()
    for question in study.questions:
        top = {option["id"] for option in question.options if option.get("top_box")}
        if question.kpi is not None and top & set(answers.get(question.id, [])):
            found.add(question.kpi)
    return found
