"""Studies by HTTP, and the survey host that respondents visit."""

from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from integrations.access import PROBLEMS, Caller, CallerOf, ServicesOf
from integrations.body_limit import LimitedBody
from integrations.errors import ConflictError, NotFoundError
from integrations.models import Study
from integrations.services import Services
from integrations.studies.power import POWER, Design, sample_size
from integrations.studies.schemas import (
    Action,
    NewStudy,
    PlanView,
    ProgressView,
    QuestionsBody,
    ReportView,
    StudySize,
    StudyView,
)
from integrations.studies.survey import SurveyAnswer

router = APIRouter(responses=PROBLEMS)
#: Open to everybody: Cint's respondents come with nothing but their link.
surveys = APIRouter(responses=PROBLEMS)

_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    # Browsers hold form-action against the redirect that follows a form, too.
    "Content-Security-Policy": "default-src 'none'; form-action 'self' https://samplicio.us; frame-ancestors 'none'",
}


def _own_study(study_id: str, caller: Caller, services: Services) -> Study:
    study = services.studies.get(study_id)
    if not caller.may_act_for(study.organisation_id):
        raise NotFoundError("study", study_id)
    return study


@router.post("/studies", status_code=201, response_model=StudyView)
def create_study(body: NewStudy, caller: CallerOf, services: ServicesOf) -> Study:
    """Make a draft of a study."""
    return services.studies.create(caller.demand(body.organisation_id), body.campaign_id, body.values())


@router.get("/studies", response_model=list[StudyView])
def list_studies(organisation_id: str, caller: CallerOf, services: ServicesOf) -> list[Study]:
    """List an organisation's studies, newest first."""
    return services.studies.list(caller.demand(organisation_id))


@router.get("/studies/{study_id}", response_model=StudyView)
def show_study(study_id: str, caller: CallerOf, services: ServicesOf) -> Study:
    """Show a study."""
    return _own_study(study_id, caller, services)


@router.patch("/studies/{study_id}", response_model=StudyView)
def resize_study(study_id: str, body: StudySize, caller: CallerOf, services: ServicesOf) -> Study:
    """Change how many completes a study wants, as its plan advises, and how they are divided between the arms."""
    _own_study(study_id, caller, services)
    return services.studies.resize(study_id, body.model_dump(exclude_none=True))


@router.put("/studies/{study_id}/questions", response_model=StudyView)
def set_questions(study_id: str, body: QuestionsBody, caller: CallerOf, services: ServicesOf) -> Study:
    """Replace a study's questions."""
    _own_study(study_id, caller, services)
    return services.studies.set_questions(study_id, [each.model_dump() for each in body.questions])


@router.post("/studies/{study_id}/review/{action}", response_model=StudyView)
def review_study(study_id: str, action: Action, caller: CallerOf, services: ServicesOf) -> Study:
    """Take a step of the review."""
    _own_study(study_id, caller, services)
    return services.studies.review(study_id, action)


@router.post("/studies/{study_id}/launch", status_code=202, response_model=StudyView)
def launch_study(study_id: str, caller: CallerOf, services: ServicesOf) -> Study:
    """Launch an approved study at Cint."""
    _own_study(study_id, caller, services)
    return services.fielding.launch(study_id)


@router.post("/studies/{study_id}/refresh", response_model=StudyView)
def refresh_study(study_id: str, caller: CallerOf, services: ServicesOf) -> Study:
    """Read from Cint where a study stands."""
    _own_study(study_id, caller, services)
    return services.fielding.refresh(study_id)


@router.post("/studies/{study_id}/complete", response_model=StudyView)
def complete_study(study_id: str, caller: CallerOf, services: ServicesOf) -> Study:
    """End fielding now and send the results."""
    _own_study(study_id, caller, services)
    return services.fielding.complete(study_id)


@router.get("/studies/{study_id}/progress")
def show_progress(study_id: str, caller: CallerOf, services: ServicesOf) -> ProgressView:
    """Show how many have answered."""
    study = _own_study(study_id, caller, services)
    return ProgressView.of(study, services.results.counts(study_id))


@router.get("/studies/{study_id}/results")
def show_results(
    study_id: str,
    caller: CallerOf,
    services: ServicesOf,
    *,
    correct: Annotated[bool, Query(description="correct for several KPIs (Holm)")] = False,
) -> ReportView:
    """Show the lift of each KPI, from the answers so far."""
    study = _own_study(study_id, caller, services)
    return ReportView.of(services.results.report(study, correct=correct))


@router.get("/studies/{study_id}/plan")
def plan_study(
    study_id: str,
    caller: CallerOf,
    services: ServicesOf,
    lift: Annotated[float, Query(gt=0, lt=1, description="the smallest lift that matters, in shares")],
    baseline: Annotated[float, Query(gt=0, lt=1, description="control's favourable share")] = 0.3,
    power: Annotated[float, Query(gt=0.1, lt=0.999)] = POWER,
    allocation: Annotated[
        float | None, Query(ge=0.1, le=10, description="exposed for each of control; the study's by default")
    ] = None,
) -> PlanView:
    """Plan a study: how many completes find a lift, what they cost, and what the present goal finds."""
    study = _own_study(study_id, caller, services)
    kpis = len(dict.fromkeys([study.primary_kpi, *study.secondary_kpis]))
    try:
        design = Design(
            baseline=baseline, lift=lift, power=power, kpis=kpis, allocation=allocation or study.allocation
        )
    except ValueError as error:
        raise ConflictError(f"No such study can be planned: {error}.") from error
    sample = sample_size(design)
    estimate = services.fielding.estimate(study_id, sample.completes)
    return PlanView.of(study, design, sample, estimate)


@router.delete("/studies/{study_id}/respondents/{rid}", status_code=204)
def erase_respondent(study_id: str, rid: str, caller: CallerOf, services: ServicesOf) -> None:
    """Forget a respondent's answers, because they ask for it."""
    _own_study(study_id, caller, services)
    services.privacy.erase(study_id, rid)


@router.delete("/studies/{study_id}", status_code=204)
def delete_study(study_id: str, caller: CallerOf, services: ServicesOf) -> None:
    """Delete a study that nobody has answered."""
    _own_study(study_id, caller, services)
    services.studies.delete(study_id)


@surveys.get("/surveys/{study_id}", response_class=HTMLResponse)
def open_survey(
    study_id: str,
    services: ServicesOf,
    rid: Annotated[str, Query(max_length=64)] = "",
    exposure: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """Let a respondent in."""
    return _shown(services.survey_host.enter(study_id, rid, exposure))


@surveys.post("/surveys/{study_id}", response_class=HTMLResponse)
def submit_survey(study_id: str, body: LimitedBody, services: ServicesOf) -> Response:
    """Take a respondent's answers (a form), and send them back to Cint."""
    fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=2000)
    return _shown(services.survey_host.submit(study_id, fields))


def _shown(answer: SurveyAnswer) -> Response:
    if answer.return_to is not None:
        return RedirectResponse(answer.return_to, 303, _HEADERS)
    return HTMLResponse(answer.html, answer.status, _HEADERS)
