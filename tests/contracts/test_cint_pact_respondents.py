"""What the integration layer relies on of Cint's server-to-server API: respondents, and how it refuses."""

import pytest

from integrations.errors import ProviderError, RateLimitedError
from integrations.services import Services
from tests.contracts.cint_objects import CINT, RESPONDENT, RID, S2S, refusal
from tests.contracts.pacts import WRONG_KEY, Exchange, uuid

# --- respondents -------------------------------------------------------------------------------------------------


@CINT.interaction(
    "find a respondent in the survey",
    Exchange(
        method="GET",
        path=RESPONDENT,
        path_of="/fulfillment/respondents/${cint_respondent_first_lift}",
        headers=S2S,
        answer={"id": uuid(), "status": 1},
    ),
)
def test_a_respondent_is_in_the_survey(services: Services) -> None:
    assert services.cint.respondent_status(RID) == 1


@CINT.interaction(
    "find a respondent who has completed",
    Exchange(
        method="GET",
        path=RESPONDENT,
        path_of="/fulfillment/respondents/${cint_complete_first_lift}",
        headers=S2S,
        answer={"id": uuid(), "status": 5},
    ),
)
def test_a_respondent_has_completed(services: Services) -> None:
    assert services.cint.respondent_status(RID) == 5


@CINT.interaction(
    "find no respondent",
    Exchange(method="GET", path=RESPONDENT, headers=S2S, status=404, answer=refusal("not_found_error")),
)
def test_an_unknown_respondent_is_none(services: Services) -> None:
    assert services.cint.respondent_status(RID) is None


@CINT.interaction(
    "report a complete",
    Exchange(
        method="POST",
        path="/fulfillment/respondents/transition",
        headers=S2S,
        sent={"id": RID, "status": 5},
        sent_of={"$.id": "${cint_respondent_first_lift}"},
        answer={"id": uuid(), "status": 5},
    ),
)
def test_an_outcome_is_reported(services: Services) -> None:
    services.cint.transition(RID, 5)


@CINT.interactions(
    {
        "refuse a second report": Exchange(
            method="POST",
            path="/fulfillment/respondents/transition",
            headers=S2S,
            sent={"id": RID, "status": 5},
            sent_of={"$.id": "${cint_complete_first_lift}"},
            status=422,
            answer=refusal("invalid_state_error"),
        ),
        "find the respondent of a second report": Exchange(
            method="GET",
            path=RESPONDENT,
            path_of="/fulfillment/respondents/${cint_complete_first_lift}",
            headers=S2S,
            answer={"id": uuid(), "status": 5},
        ),
    }
)
def test_a_report_that_came_through_before_is_fine(services: Services) -> None:
    services.cint.transition(RID, 5)


# --- refusals ----------------------------------------------------------------------------------------------------


@CINT.interaction(
    WRONG_KEY,
    Exchange(method="GET", path=RESPONDENT, headers=S2S, status=401, answer=refusal("authorization_error")),
)
def test_a_wrong_key_is_refused(services: Services) -> None:
    with pytest.raises(ProviderError) as refused:
        services.cint.respondent_status(RID)
    assert (refused.value.status, refused.value.code) == (401, "authorization_error")


@CINT.interaction(
    "answer too many requests",
    Exchange(
        method="GET",
        path=RESPONDENT,
        headers=S2S,
        faults=[{"kind": "rate_limit", "provider": "cint"}],
        status=429,
        answer=refusal("too_many_requests_problem_details", "details"),
    ),
)
def test_too_many_requests_are_told_apart(services: Services) -> None:
    with pytest.raises(RateLimitedError):
        services.cint.respondent_status(RID)
