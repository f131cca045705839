"""What the integration layer relies on of InsightIQ."""

from typing import Any

import pytest
from pact import match

from integrations.creators.insightiq_gateway import WORK_PLATFORMS
from integrations.errors import ProviderError, ProviderRefusedError, RateLimitedError
from integrations.models import Platform
from integrations.services import Services
from tests.contracts.pacts import UNDER_WAY, WRONG_KEY, Contract, Exchange, Json, uuid, word

INSIGHTIQ = Contract("insightiq", "INSIGHTIQ_SANDBOX_URL")
BASIC = {"Authorization": word("Basic aW52ZW50ZWQ6aW52ZW50ZWQ=", r"Basic [\w+/]+=*")}
INSTAGRAM = WORK_PLATFORMS[Platform.INSTAGRAM]
MADE = "0f8fad5b-d9cb-469f-a165-70867728950e"
ANALYTICS = "/v1/social/creators/async/profiles/analytics"
SCREENING = "/v1/safety/social-profile-screening"
SEARCH = "/v1/social/creators/profiles/search"
URL = word("https://www.instagram.com/mira", r"https?://\S+")
RATE = match.number(0.04)
PLATFORM = {"id": uuid(INSTAGRAM), "name": match.str("Instagram")}
PROFILE: Json = {
    "platform_username": match.str("mira"),
    "full_name": match.str("Mira Quill"),
    "url": URL,
    "image_url": URL,
    "is_verified": match.bool(False),
    "follower_count": match.int(60000),
    "engagement_rate": RATE,
}

ACCOUNT: Json = {
    "id": uuid(MADE),
    "user": {"id": uuid(MADE), "name": match.str("Acme")},
    "work_platform": PLATFORM,
    "platform_username": match.str("mira"),
    "status": "CONNECTED",
}


def search(**filters: Any) -> Json:
    """Return the request of a search."""
    order = {"field": "FOLLOWER_COUNT", "order": "DESCENDING"}
    return {"sort_by": order, "work_platform_id": INSTAGRAM, **filters}


def refusal(code: str) -> Json:
    """Return what is read of an error."""
    return {"error": {"code": code, "message": match.str("No.")}}


# --- discovery and jobs ------------------------------------------------------------------------------------------


@INSIGHTIQ.interaction(
    "search creators",
    Exchange(
        method="POST",
        path=SEARCH,
        headers=BASIC,
        sent=search(limit=20, offset=0),
        answer={"data": match.each_like({**PROFILE, "introduction": match.str("Coffee.")}, min=1)},
    ),
)
def test_creators_are_found(services: Services) -> None:
    (hit,) = services.insightiq.search(Platform.INSTAGRAM, {"limit": 20, "offset": 0})
    assert (hit.platform_username, hit.follower_count, hit.engagement_rate) == ("mira", 60000, 0.04)


@INSIGHTIQ.interaction(
    "find no creator",
    Exchange(
        method="POST",
        path=SEARCH,
        sent=search(limit=20, offset=0, follower_count={"min": 900_000_000, "max": 900_000_001}),
        answer={"data": []},
    ),
)
def test_no_creator_may_be_found(services: Services) -> None:
    filters = {"limit": 20, "offset": 0, "follower_count": {"min": 900_000_000, "max": 900_000_001}}
    assert services.insightiq.search(Platform.INSTAGRAM, filters) == []


@INSIGHTIQ.interaction(
    "refuse a page that is too large",
    Exchange(
        method="POST",
        path=SEARCH,
        sent=search(limit=100_000, offset=0),
        status=400,
        answer=refusal("invalid_fields"),
    ),
)
def test_a_page_that_is_too_large_is_refused(services: Services) -> None:
    with pytest.raises(ProviderRefusedError) as refused:
        services.insightiq.search(Platform.INSTAGRAM, {"limit": 100_000, "offset": 0})
    assert (refused.value.status, refused.value.code) == (400, "invalid_fields")


@INSIGHTIQ.interaction(
    "begin an analysis",
    Exchange(
        method="POST",
        path=ANALYTICS,
        sent={"identifier": "mira", "work_platform_id": INSTAGRAM},
        status=202,
        answer={"id": uuid(), "status": "IN_PROGRESS"},
    ),
)
def test_an_analysis_is_begun(services: Services) -> None:
    assert services.insightiq.start_analytics(Platform.INSTAGRAM, "mira").status == "IN_PROGRESS"


@INSIGHTIQ.interaction(
    "read an analysis",
    Exchange(
        method="GET",
        path=f"{ANALYTICS}/{MADE}",
        path_of=f"{ANALYTICS}/${{insightiq_analysis_northwind}}",
        state=UNDER_WAY,
        answer={
            "id": uuid(),
            "status": "SUCCESS",
            "work_platform": PLATFORM,
            "profile": {
                **PROFILE,
                "reputation_history": match.each_like(
                    {"month": word("2026-02", r"\d{4}-\d{2}"), "follower_count": match.int(59000)}, min=1
                ),
                "audience": {
                    "credibility_score": match.number(0.92),
                    "follower_types": match.each_like(
                        {"name": word("REAL", r"[A-Z_]+"), "value": match.number(91.5)}, min=1
                    ),
                },
            },
        },
    ),
)
def test_an_analysis_is_read(services: Services) -> None:
    found = services.insightiq.analytics(MADE)
    assert found.profile is not None
    assert (found.status, found.profile["platform_username"]) == ("SUCCESS", "mira")


@INSIGHTIQ.interaction(
    "begin a screening",
    Exchange(
        method="POST",
        path=SCREENING,
        sent={
            "work_platform_id": INSTAGRAM,
            "profile_url": "https://www.instagram.com/mira",
            "flagging_criteria_id": MADE,
        },
        sent_of={"$.flagging_criteria_id": "${insightiq_criteria_northwind}"},
        state=UNDER_WAY,
        status=202,
        answer={"id": uuid(), "status": "IN_PROGRESS"},
    ),
)
def test_a_screening_is_begun(services: Services) -> None:
    url = "https://www.instagram.com/mira"
    assert services.insightiq.start_screening(Platform.INSTAGRAM, url, MADE).status == "IN_PROGRESS"


@INSIGHTIQ.interaction(
    "read a screening",
    Exchange(
        method="GET",
        path=f"{SCREENING}/{MADE}",
        path_of=f"{SCREENING}/${{insightiq_screening_northwind}}",
        state=UNDER_WAY,
        answer={
            "id": uuid(),
            "status": "SUCCESS",
            "report_summary": {
                "risk_rating": word("LOW", "(LOW|MEDIUM|HIGH)"),
                "total_content_count": match.int(50),
                "flagged_content_count": match.int(0),
            },
        },
    ),
)
def test_a_screening_is_read(services: Services) -> None:
    found = services.insightiq.screening(MADE).report_summary
    assert found is not None
    assert (found.risk_rating, found.total_content_count) == ("LOW", 50)


@INSIGHTIQ.interactions(
    {
        "list flagging criteria": Exchange(
            method="GET",
            path="/v1/safety/flagging-criteria",
            query={"limit": "100"},
            state=UNDER_WAY,
            answer={"data": match.each_like({"id": uuid(), "name": match.str("another")}, min=1)},
        ),
        "create flagging criteria": Exchange(
            method="POST",
            path="/v1/safety/flagging-criteria",
            sent={
                "name": "platform-default",
                "media_types": ["IMAGE", "VIDEO"],
                "time_period_in_months": 12,
                "content_limit": 50,
                "work_platforms": [{"id": each} for each in WORK_PLATFORMS.values()],
                "categories": ["violence", "substances", "sexual_indecent_content", "hate_speech_aggression"],
                "keywords": [],
            },
            answer={"id": uuid(), "name": "platform-default"},
        ),
    }
)
def test_flagging_criteria_are_made_where_there_are_none_of_ours(services: Services) -> None:
    assert services.insightiq.screening_criteria() == MADE


# --- connected accounts ------------------------------------------------------------------------------------------


@INSIGHTIQ.interaction(
    "create a user",
    Exchange(
        method="POST",
        path="/v1/users",
        sent={"name": "Acme", "external_id": "org_1"},
        status=201,
        answer={"id": uuid(), "name": "Acme", "external_id": "org_1"},
    ),
)
def test_a_user_is_created(services: Services) -> None:
    assert services.insightiq.ensure_user(external_id="org_1", name="Acme").id == MADE


@INSIGHTIQ.interactions(
    {
        "create a user who is there already": Exchange(
            method="POST",
            path="/v1/users",
            sent={"name": "Acme", "external_id": "org_1"},
            sent_of={"$.external_id": "${clerk_organisation_northwind}"},
            state=UNDER_WAY,
            status=400,
            answer={"error": {"code": word("user_exists", r"\w*exist\w*"), "message": match.str("No.")}},
        ),
        "read a user by external id": Exchange(
            method="GET",
            path="/v1/users/external_id/org_1",
            path_of="/v1/users/external_id/${clerk_organisation_northwind}",
            state=UNDER_WAY,
            answer={"id": uuid(), "name": match.str("Acme"), "external_id": word("org_1", r"org_\w+")},
        ),
    }
)
def test_a_user_who_is_there_already_is_found(services: Services) -> None:
    assert services.insightiq.ensure_user(external_id="org_1", name="Acme").id == MADE


@INSIGHTIQ.interaction(
    "make a token for the browser",
    Exchange(
        method="POST",
        path="/v1/sdk-tokens",
        sent={"user_id": MADE, "products": ["IDENTITY", "ENGAGEMENT"]},
        sent_of={"$.user_id": "${insightiq_user_northwind}"},
        state=UNDER_WAY,
        status=201,
        answer={"sdk_token": match.str("invented"), "expires_at": match.str("2026-03-08T09:00:00.000000")},
    ),
)
def test_a_browsers_token_is_made(services: Services) -> None:
    assert services.insightiq.sdk_token(MADE).sdk_token == "invented"


@INSIGHTIQ.interaction(
    "read a connected account",
    Exchange(
        method="GET",
        path=f"/v1/accounts/{MADE}",
        path_of="/v1/accounts/${insightiq_account_northwind}",
        state=UNDER_WAY,
        answer=ACCOUNT,
    ),
)
def test_an_account_is_read(services: Services) -> None:
    found = services.insightiq.account(MADE)
    assert found is not None
    assert (found.user.id, found.status) == (MADE, "CONNECTED")


@INSIGHTIQ.interaction(
    "read an account that is not there",
    Exchange(method="GET", path=f"/v1/accounts/{MADE}", status=404, answer=refusal("incorrect_account_id")),
)
def test_an_account_that_is_not_there_is_none(services: Services) -> None:
    assert services.insightiq.account(MADE) is None


@INSIGHTIQ.interaction(
    "list the accounts of a user",
    Exchange(
        method="GET",
        path="/v1/accounts",
        query={"user_id": MADE, "limit": "100"},
        query_of={"user_id": "${insightiq_user_northwind}"},
        state=UNDER_WAY,
        answer={"data": match.each_like(ACCOUNT, min=1)},
    ),
)
def test_the_accounts_of_a_user_are_listed(services: Services) -> None:
    (found,) = services.insightiq.accounts_of(MADE)
    assert (found.user.id, found.status) == (MADE, "CONNECTED")


@INSIGHTIQ.interaction(
    "disconnect an account",
    Exchange(
        method="POST",
        path=f"/v1/accounts/{MADE}/disconnect",
        path_of="/v1/accounts/${insightiq_account_northwind}/disconnect",
        state=UNDER_WAY,
        sent={},
        answer={"id": uuid(), "user": {"id": uuid()}, "status": "NOT_CONNECTED"},
    ),
)
def test_an_account_is_disconnected(services: Services) -> None:
    assert services.insightiq.disconnect(MADE).status == "NOT_CONNECTED"


@INSIGHTIQ.interaction(
    "find the profile of an account",
    Exchange(
        method="GET",
        path="/v1/profiles",
        query={"account_id": MADE},
        query_of={"account_id": "${insightiq_account_northwind}"},
        state=UNDER_WAY,
        answer={
            "data": [{"platform_username": match.str("mira"), "reputation": {"follower_count": match.int(7)}}]
        },
    ),
)
def test_the_profile_of_an_account_is_found(services: Services) -> None:
    found = services.insightiq.profile_of(MADE)
    assert found is not None
    assert found["reputation"]["follower_count"] == 7


# --- refusals ----------------------------------------------------------------------------------------------------


@INSIGHTIQ.interaction(
    WRONG_KEY,
    Exchange(
        method="GET",
        path=f"/v1/accounts/{MADE}",
        headers=BASIC,
        status=401,
        answer=refusal("incorrect_client_credentials"),
    ),
)
def test_wrong_credentials_are_refused(services: Services) -> None:
    with pytest.raises(ProviderError) as refused:
        services.insightiq.account(MADE)
    assert (refused.value.status, refused.value.code) == (401, "incorrect_client_credentials")


@INSIGHTIQ.interaction(
    "answer too many requests",
    Exchange(
        method="POST",
        path=SEARCH,
        sent=search(limit=20, offset=0),
        faults=[{"kind": "rate_limit", "provider": "insightiq"}],
        status=429,
        answer=refusal("rate_limit_exceeded"),
        answer_headers={"Retry-After": word("1", r"\d+")},
    ),
)
def test_too_many_requests_say_when_to_come_again(services: Services) -> None:
    with pytest.raises(RateLimitedError) as refused:
        services.insightiq.search(Platform.INSTAGRAM, {"limit": 20, "offset": 0})
    assert refused.value.refusal.retry_after_seconds == 1
