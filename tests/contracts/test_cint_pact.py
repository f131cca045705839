"""What the integration layer relies on of Cint: its token host and the Demand API."""

from datetime import UTC, datetime

import pytest
from pact import match

from integrations.errors import ProviderError, ProviderRefusedError
from integrations.services import Services
from integrations.studies.cint_gateway import CintGateway, TargetGroup
from tests.contracts.cint_objects import CINT, RID, refusal
from tests.contracts.pacts import Exchange, Json, uuid, word

TOKEN = "invented-token"
DEMAND = {
    "Authorization": word(f"Bearer {TOKEN}", r"Bearer \S+"),
    "Cint-API-Version": "2025-02-17",
}
ULID = word("01J0000000000000000000MADE", "[0-9A-Z]{26}")
KEY = {"idempotency-key": "key-1"}
ACCOUNT = "/v1/accounts/101"
PROJECTS = "/v1/demand/accounts/101/projects"
GROUP = f"{PROJECTS}/project-1/target-groups/group-1"
OF_ACCOUNT = "${CINT_ACCOUNT_ID}"
OF_PROJECTS = f"/v1/demand/accounts/{OF_ACCOUNT}/projects"
OF_GROUP = f"{OF_PROJECTS}/${{cint_project_first_lift}}/target-groups/${{cint_study_first_lift}}"
WANTED = TargetGroup(
    name="Spring lift",
    project_manager_id=RID,
    business_unit_id="7",
    locale="eng_gb",
    filling_goal=100,
    minutes=5,
    incidence_rate=0.8,
    starts_at=datetime(2026, 3, 1, 10, tzinfo=UTC),
    ends_at=datetime(2026, 3, 15, 10, tzinfo=UTC),
    live_url="https://surveys.test/1?rid=[%RID%]",
    test_url="https://surveys.test/1?rid=[%RID%]&test=1",
)
OF_WANTED = {
    "$.project_manager_id": "${CINT_PROJECT_MANAGER_ID}",
    "$.business_unit_id": "${CINT_BUSINESS_UNIT_ID}",
}


def demand(services: Services) -> CintGateway:
    """Return the gateway with a token in its hand, so that only the call in question is made."""
    services.cint._token = (TOKEN, float("inf"))
    return services.cint


# --- tokens ------------------------------------------------------------------------------------------------------

ASKED: Json = {
    "client_id": word("invented-client", r"\S+"),
    "client_secret": word("invented-client-secret", r"\S+"),
    "grant_type": "client_credentials",
    "lucid_scopes": "app:api",
    "audience": "https://api.luc.id",
}


@CINT.interaction(
    "obtain a token",
    Exchange(
        method="POST",
        path="/oauth/token",
        sent=ASKED,
        sent_of={"$.client_id": "${CINT_CLIENT_ID}", "$.client_secret": "${CINT_CLIENT_SECRET}"},
        answer={"access_token": word(TOKEN, r"\S+"), "expires_in": match.int(86400)},
    ),
)
def test_a_token_is_obtained(services: Services) -> None:
    assert services.cint._access_token() == TOKEN


@CINT.interaction(
    "refuse a token to unknown clients",
    Exchange(
        method="POST",
        path="/oauth/token",
        sent=ASKED,
        status=401,
        answer={"error": "access_denied", "error_description": match.str("Unauthorized")},
    ),
)
def test_an_unknown_client_gets_no_token(services: Services) -> None:
    with pytest.raises(ProviderError) as refused:
        services.cint._access_token()
    assert (refused.value.status, refused.value.code) == (401, "access_denied")


# --- who runs the account ----------------------------------------------------------------------------------------


@CINT.interaction(
    "list the project managers",
    Exchange(
        method="GET",
        path=f"{ACCOUNT}/users",
        path_of=f"/v1/accounts/{OF_ACCOUNT}/users",
        query={"user_type": "project_manager"},
        headers=DEMAND,
        answer={"users": match.each_like({"id": uuid()}, min=1)},
    ),
)
def test_the_first_project_manager_is_taken(services: Services) -> None:
    assert demand(services).project_manager() == RID


@CINT.interaction(
    "read a manager's business unit",
    Exchange(
        method="GET",
        path=f"{ACCOUNT}/users/{RID}/business-units",
        path_of=f"/v1/accounts/{OF_ACCOUNT}/users/${{CINT_PROJECT_MANAGER_ID}}/business-units",
        headers=DEMAND,
        answer={"business_unit_id": match.type(7)},
    ),
)
def test_the_business_unit_of_a_manager_is_read(services: Services) -> None:
    assert demand(services).business_unit(RID) == "7"


# --- projects, target groups and their launch --------------------------------------------------------------------


@CINT.interaction(
    "create a project",
    Exchange(
        method="POST",
        path=PROJECTS,
        path_of=OF_PROJECTS,
        headers={**DEMAND, **KEY},
        sent={"name": "Spring lift", "project_manager_id": RID},
        sent_of={"$.project_manager_id": "${CINT_PROJECT_MANAGER_ID}"},
        status=202,
        answer={"id": ULID},
    ),
)
def test_a_project_is_created(services: Services) -> None:
    made = demand(services).create_project(
        name="Spring lift", project_manager_id=RID, idempotency_key="key-1"
    )
    assert made == "01J0000000000000000000MADE"


@CINT.interaction(
    "create a target group",
    Exchange(
        method="POST",
        path=f"{PROJECTS}/project-1/target-groups",
        path_of=f"{OF_PROJECTS}/${{cint_project_first_lift}}/target-groups",
        headers={**DEMAND, **KEY},
        sent=WANTED.body(),
        sent_of=OF_WANTED,
        status=201,
        answer={"id": ULID},
    ),
)
def test_a_target_group_is_created(services: Services) -> None:
    assert demand(services).create_target_group("project-1", WANTED, idempotency_key="key-1")


@CINT.interaction(
    "ask what a target group would cost",
    Exchange(
        method="POST",
        path=f"{PROJECTS}/project-1/target-groups/calculate-feasibility",
        path_of=f"{OF_PROJECTS}/${{cint_project_first_lift}}/target-groups/calculate-feasibility",
        headers=DEMAND,
        sent={
            "business_unit_id": match.int(7),
            "locale": "eng_gb",
            "collects_pii": False,
            "incidence_rate": 0.8,
            "length_of_interview": 5,
            "filling_goal": 100,
            "start_date": "2026-03-01T10:00:00.000Z",
            "end_date": "2026-03-15T10:00:00.000Z",
        },
        numbers_of={"$.business_unit_id": "${CINT_BUSINESS_UNIT_ID}"},
        answer={
            "suggested_price": {"value": word("1.50", r"[0-9.]+"), "currency_code": word("GBP", "[A-Z]{3}")},
            "suggested_filling_goal_range": {"min": match.int(1), "max": match.int(100)},
        },
    ),
)
def test_a_target_group_has_its_price(services: Services) -> None:
    assert demand(services).feasibility("project-1", WANTED).suggested_price.currency_code == "GBP"


@CINT.interaction(
    "refuse a target group of a project that is not there",
    Exchange(
        method="POST",
        path=f"{PROJECTS}/nothing/target-groups",
        path_of=f"{OF_PROJECTS}/nothing/target-groups",
        headers={**DEMAND, **KEY},
        sent=WANTED.body(),
        sent_of=OF_WANTED,
        status=404,
        answer=refusal("not_found_error"),
    ),
)
def test_a_project_that_is_not_there_is_told(services: Services) -> None:
    with pytest.raises(ProviderRefusedError) as refused:
        demand(services).create_target_group("nothing", WANTED, idempotency_key="key-1")
    assert (refused.value.status, refused.value.code) == (404, "not_found_error")


@CINT.interaction(
    "begin a launch",
    Exchange(
        method="POST",
        path=f"{GROUP}/fielding-run-jobs/launch-from-draft",
        path_of=f"{OF_GROUP}/fielding-run-jobs/launch-from-draft",
        headers={**DEMAND, **KEY},
        sent={"end_fielding_at": "2026-03-15T10:00:00.000Z"},
        status=201,
        answer_headers={"location": word("/v1/jobs/01J0000000000000000000MADE", r"\S+/[0-9A-Z]{26}")},
    ),
)
def test_a_launch_is_begun(services: Services) -> None:
    job = demand(services).launch("project-1", "group-1", ends_at=WANTED.ends_at, idempotency_key="key-1")
    assert job == "01J0000000000000000000MADE"


@CINT.interaction(
    "read a launch",
    Exchange(
        method="GET",
        path=f"{GROUP}/fielding-run-jobs/launch-from-draft/job-1",
        path_of=f"{OF_GROUP}/fielding-run-jobs/launch-from-draft/${{cint_launch_first_lift}}",
        headers=DEMAND,
        answer={"status": "Completed", "created_fielding_run_id": ULID},
    ),
)
def test_a_launch_is_read(services: Services) -> None:
    job = demand(services).launch_job("project-1", "group-1", "job-1")
    assert (job.status, job.created_fielding_run_id) == ("Completed", "01J0000000000000000000MADE")


@CINT.interaction(
    "read an overview",
    Exchange(
        method="GET",
        path=f"{GROUP}/overview",
        path_of=f"{OF_GROUP}/overview",
        headers=DEMAND,
        answer={
            "status": "live",
            "progress": {
                "current_completes": match.int(120),
                "current_prescreens": match.int(200),
                "filling_goal": match.int(160),
            },
        },
    ),
)
def test_an_overview_is_read(services: Services) -> None:
    found = demand(services).overview("project-1", "group-1")
    assert (found.status, found.progress.current_completes) == ("live", 120)


RUN = Exchange(
    method="GET",
    path=f"{GROUP}/fielding-runs/run-1",
    path_of=f"{OF_GROUP}/fielding-runs/${{cint_run_first_lift}}",
    headers=DEMAND,
    answer={"id": ULID},
    answer_headers={"etag": word('"1"', r'(W/)?"?[^"]+"?')},
)


@CINT.interactions(
    {
        "read a fielding run": RUN,
        "complete a fielding run": Exchange(
            method="POST",
            path=f"{GROUP}/fielding-runs/run-1/complete",
            path_of=f"{OF_GROUP}/fielding-runs/${{cint_run_first_lift}}/complete",
            headers={**DEMAND, "If-Match": '"1"'},
            status=204,
        ),
    }
)
def test_a_run_is_completed(services: Services) -> None:
    demand(services).complete("project-1", "group-1", "run-1")
