"""The survey host: respondents whom Cint sends come in here, answer, and go back.

Who comes is asked at Cint (S2S), and how it ended is reported there before the respondent returns. A response is
stored once for each respondent id; storing comes first, so that an outage of Cint's loses no answer: the same form
may be sent again, and the sweep reports what is still unreported.
"""

import hashlib
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from integrations.clock import Clock
from integrations.database import Database, insert_if_absent
from integrations.errors import ProviderError
from integrations.models import Arm, Question, QuestionType, Respondent, Study, StudyStatus, SurveyOutcome
from integrations.studies.cint_gateway import IN_SURVEY, CintGateway
from integrations.studies.power import seats
from integrations.studies.privacy import Privacy
from integrations.studies.studies import require_study

_log = logging.getLogger(__name__)

#: Where respondents return to; Cint knows the outcome from the S2S report.
RETURN_URL = "https://samplicio.us/s/ClientCallBack.aspx"
S2S_CODES = {
    SurveyOutcome.COMPLETE: 5,
    SurveyOutcome.TERMINATE: 2,
    SurveyOutcome.OVER_QUOTA: 3,
    SurveyOutcome.QUALITY: 4,
}
_ARMS = {"control": Arm.CONTROL, "exposed": Arm.EXPOSED, "0": Arm.CONTROL, "1": Arm.EXPOSED}
_RID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyAnswer:
    """What a visitor gets: a page (with its status), or the way back to Cint."""

    html: str | None = None
    status: int = 200
    return_to: str | None = None


#: How long the request that brought an outcome may take to report it.
_GRACE = timedelta(minutes=1)


class SurveyHost:
    """Lets respondents in, takes their answers and reports them."""

    def __init__(self, database: Database, cint: CintGateway, privacy: Privacy, clock: Clock) -> None:
        self._database = database
        self._privacy = privacy
        self._cint = cint
        self._clock = clock

    def enter(self, study_id: str, rid: str, exposure: str) -> SurveyAnswer:
        """Let a respondent in: the questions, or the way back for one who has no business here.

        Raises `NotFoundError` for an unknown study, `ProviderError` when Cint cannot be asked.
        """
        rid = rid.strip().lower()
        arm = _ARMS.get(exposure.strip().lower())
        with self._database.transaction() as session:
            study = require_study(session, study_id)
            known = session.get(Respondent, rid) or session.get(Respondent, self._privacy.pseudonym(rid))
        if not _RID.fullmatch(rid) or arm is None:
            return _page("This link is not complete. Please use the link you were given.", 400)
        if known is not None and (known.study_id != study_id or known.rid != rid):
            return back(rid)
        if known is not None and known.outcome is not None:
            return self._return(known)
        if self._cint.respondent_status(rid) != IN_SURVEY:
            # Nobody Cint has sent, or who is done: back, and nothing is reported.
            return back(rid)
        full = self._admit(study, rid, arm)
        return self._return(full) if full is not None else self._questions(study, rid, arm)

    def submit(self, study_id: str, fields: Mapping[str, Sequence[str]]) -> SurveyAnswer:
        """Take a form, store its answers once, report the outcome to Cint and send the respondent back."""
        rid = _first(fields, "rid").strip().lower()
        with self._database.transaction() as session:
            study = require_study(session, study_id)
            respondent = session.get(Respondent, rid, with_for_update=True)
            if respondent is None or respondent.study_id != study_id:
                return _page("Please begin at the link you were given.", 400)
            if respondent.outcome is None:
                answers = {question.id: _chosen(question, fields) for question in study.questions}
                if any(not chosen for chosen in answers.values()):
                    return self._questions(study, rid, respondent.arm, unanswered=True)
                respondent.answers = answers
                respondent.outcome = _outcome(study, answers)
                respondent.answered_at = self._clock.now()
        return self._return(respondent)

    def report_pending(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Report the outcomes that Cint has not taken note of, until `stopping` says so; return how many it did.

        Those of the last minute are left to the request that brought them, which may be reporting them right now.
        """
        query = select(Respondent).where(
            Respondent.outcome.is_not(None),
            Respondent.reported_at.is_(None),
            Respondent.answered_at < self._clock.now() - _GRACE,
        )
        with self._database.transaction() as session:
            waiting = list(session.scalars(query.order_by(Respondent.answered_at)))
        done = 0
        for respondent in waiting:
            if stopping():
                break
            try:
                self._report(respondent)
                done += 1
            except ProviderError as error:
                _log.warning("respondent %s is not reported: %s", respondent.rid, error)
                if error.status is None or error.status >= 500:
                    # The others would fare no better now.
                    break
        return done

    def _admit(self, study: Study, rid: str, arm: Arm) -> Respondent | None:
        """Note that a respondent is in the survey; return them if they cannot be: it is closed, or their arm is full."""
        closed = study.status is not StudyStatus.COLLECTING
        with self._database.transaction() as session:
            now = self._clock.now()
            full = closed or _completes(session, study.id, arm) >= _seats(study, arm)
            insert_if_absent(
                session,
                Respondent,
                {
                    "rid": rid,
                    "study_id": study.id,
                    "arm": arm,
                    "outcome": SurveyOutcome.OVER_QUOTA if full else None,
                    "answers": {},
                    "entered_at": now,
                    "answered_at": now if full else None,
                },
            )
            respondent = session.get_one(Respondent, rid)
        return respondent if respondent.outcome is not None else None

    def _return(self, respondent: Respondent) -> SurveyAnswer:
        if respondent.reported_at is None:
            self._report(respondent)
        return back(respondent.rid)

    def _report(self, respondent: Respondent) -> None:
        if respondent.outcome is None:
            return
        self._cint.transition(respondent.rid, S2S_CODES[respondent.outcome])
        with self._database.transaction() as session:
            session.get_one(Respondent, respondent.rid).reported_at = self._clock.now()

    @staticmethod
    def _questions(study: Study, rid: str, arm: Arm, *, unanswered: bool = False) -> SurveyAnswer:
        template = _PAGES.get_template("survey.html")
        html = template.render(
            study_id=study.id,
            rid=rid,
            exposure=arm.value,
            unanswered=unanswered,
            questions=[
                {
                    "id": question.id,
                    "text": question.text,
                    "measure": question.kpi.value if question.kpi else None,
                    "kind": "checkbox" if question.type is QuestionType.MULTIPLE_CHOICE else "radio",
                    "options": _mixed(question, rid),
                }
                for question in study.questions
            ],
        )
        return SurveyAnswer(html=html, status=422 if unanswered else 200)


def back(rid: str) -> SurveyAnswer:
    """Return the way back to Cint; whoever came with no respondent id in order goes back without one."""
    return SurveyAnswer(return_to=f"{RETURN_URL}?RID={rid}")


def _page(text: str, status: int) -> SurveyAnswer:
    return SurveyAnswer(html=_PAGES.get_template("notice.html").render(text=text), status=status)


def _first(fields: Mapping[str, Sequence[str]], name: str) -> str:
    return next(iter(fields.get(name, ())), "")


def _seats(study: Study, arm: Arm) -> int:
    found = seats(study.filling_goal, study.allocation)
    return found.control if arm is Arm.CONTROL else found.exposed


def _completes(session: Session, study_id: str, arm: Arm) -> int:
    query = select(func.count()).where(
        Respondent.study_id == study_id,
        Respondent.arm == arm,
        Respondent.outcome == SurveyOutcome.COMPLETE,
    )
    return session.scalars(query).one()


def _chosen(question: Question, fields: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the options that were chosen; what is no option of the question is left out."""
    known = {option["id"] for option in question.options}
    chosen = [value for value in dict.fromkeys(fields.get(question.id, ())) if value in known]
    return chosen[:1] if question.type is QuestionType.SINGLE_CHOICE else chosen


def _outcome(study: Study, answers: Mapping[str, Sequence[str]]) -> SurveyOutcome:
    """Return how the answers end the survey: inattention counts before screening out."""
    chosen = [
        option
        for question in study.questions
        for option in question.options
        if option["id"] in answers[question.id]
    ]
    if any(option.get("fails_quality") for option in chosen):
        return SurveyOutcome.QUALITY
    if any(option.get("screens_out") for option in chosen):
        return SurveyOutcome.TERMINATE
    return SurveyOutcome.COMPLETE


def _mixed(question: Question, rid: str) -> list[dict[str, object]]:
    """Return the options in an order of the respondent's own, so that none gains from its place."""
    return sorted(
        question.options,
        key=lambda option: hashlib.sha256(f"{rid}|{question.id}|{option['id']}".encode()).digest(),
    )
