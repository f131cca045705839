"""What the integration layer relies on of Algolia."""

from typing import Any

import pytest
from pact import match

from integrations.errors import ProviderError, ProviderRefusedError, RateLimitedError
from integrations.services import Services
from tests.contracts.pacts import WRONG_KEY, Contract, Exchange, Json, word

ALGOLIA = Contract("algolia", "GREENROOM_ALGOLIA_URL")
CREDENTIALS = {
    "x-algolia-application-id": word("TESTAPP123", "[A-Z0-9]{10}"),
    "x-algolia-api-key": word("fedcba9876543210fedcba9876543210", "[0-9a-f]{32}"),
}
TASK, STAMP = match.int(100000000000), match.str("2026-03-01T09:00:00.000Z")
RECORD = {"objectID": "1", "orgId": "org_1", "campaignName": "Spring"}
SETTINGS: Json = {
    "searchableAttributes": ["campaignName"],
    "attributesForFaceting": ["filterOnly(orgId)", "status"],
}


def search(**more: str) -> Json:
    """Return the parameters of a search."""
    return {"query": "", "facetFilters": [["orgId:org_1"]], "page": 0, "hitsPerPage": 20, **more}


def found(hits: Any, **counts: Any) -> Json:
    """Return what is read of a page, and what the SDK demands."""
    numbers = {"nbHits": match.int(1), "page": 0, "nbPages": match.int(1), **counts}
    demanded = {
        "hitsPerPage": 20,
        "processingTimeMS": match.int(1),
        "query": "",
        "params": match.str("query="),
    }
    return {"hits": hits, **numbers, **demanded}


def refusal(status: int) -> Json:
    """Return what is read of an error."""
    return {"status": status, "message": match.str("No.")}


# --- writing -----------------------------------------------------------------------------------------------------


@ALGOLIA.interaction(
    "change an index's settings",
    Exchange(
        method="PUT",
        path="/1/indexes/campaigns/settings",
        headers=CREDENTIALS,
        sent=SETTINGS,
        answer={"taskID": TASK, "updatedAt": STAMP},
    ),
)
def test_settings_are_changed(services: Services) -> None:
    assert services.algolia.set_settings("campaigns", SETTINGS) == 100000000000


@ALGOLIA.interaction(
    "save one record and delete another",
    Exchange(
        method="POST",
        path="/1/indexes/campaigns/batch",
        sent={
            "requests": [
                {"action": "updateObject", "body": RECORD},
                {"action": "deleteObject", "body": {"objectID": "2"}},
            ]
        },
        answer={"taskID": TASK, "objectIDs": ["1", "2"]},
    ),
)
def test_records_are_saved_and_deleted_at_once(services: Services) -> None:
    assert services.algolia.batch("campaigns", [RECORD], ["2"]) == 100000000000


@ALGOLIA.interaction(
    "refuse a record that is too large",
    Exchange(
        method="POST",
        path="/1/indexes/campaigns/batch",
        sent={"requests": [{"action": "updateObject", "body": {"objectID": "1", "text": "x" * 100_001}}]},
        status=400,
        answer=refusal(400),
    ),
)
def test_a_record_that_is_too_large_is_refused(services: Services) -> None:
    with pytest.raises(ProviderRefusedError) as refused:
        services.algolia.batch("campaigns", [{"objectID": "1", "text": "x" * 100_001}], [])
    assert refused.value.status == 400


@ALGOLIA.interaction(
    "ask for a task",
    Exchange(
        method="GET",
        path="/1/indexes/campaigns/task/100000000000",
        path_of="/1/indexes/campaigns/task/${algolia_task_campaigns}",
        answer={"status": "published"},
    ),
)
def test_a_task_is_waited_for(services: Services) -> None:
    services.algolia.wait("campaigns", 100000000000)


@ALGOLIA.interaction(
    "move an index",
    Exchange(
        method="POST",
        path="/1/indexes/campaigns_next/operation",
        # Where the pact is verified there is none yet: any other index does.
        path_of="/1/indexes/brand_lift_studies/operation",
        sent={"operation": "move", "destination": "campaigns"},
        answer={"taskID": TASK, "updatedAt": STAMP},
    ),
)
def test_an_index_takes_anothers_place(services: Services) -> None:
    assert services.algolia.move("campaigns_next", "campaigns") == 100000000000


@ALGOLIA.interaction(
    "copy an index's settings, synonyms and rules",
    Exchange(
        method="POST",
        path="/1/indexes/campaigns/operation",
        sent={
            "operation": "copy",
            "destination": "campaigns_next",
            "scope": ["settings", "synonyms", "rules"],
        },
        answer={"taskID": TASK, "updatedAt": STAMP},
    ),
)
def test_an_index_gets_anothers_rules(services: Services) -> None:
    assert services.algolia.copy_rules("campaigns", "campaigns_next") == 100000000000


# --- looking -----------------------------------------------------------------------------------------------------


@ALGOLIA.interaction(
    "browse an index",
    Exchange(
        method="POST",
        path="/1/indexes/campaigns/browse",
        sent={"hitsPerPage": 1000},
        answer={
            "hits": match.each_like({"objectID": match.str("1"), "campaignName": match.str("Spring")}, min=1),
            "hitsPerPage": 1000,
            "query": "",
            "params": match.str("hitsPerPage=1000"),
            "processingTimeMS": match.int(1),
        },
    ),
)
def test_all_records_of_an_index_are_seen(services: Services) -> None:
    assert [record["objectID"] for record in services.algolia.browse("campaigns")] == ["1"]


@ALGOLIA.interaction(
    "read an index's settings",
    Exchange(
        method="GET",
        path="/1/indexes/campaigns/settings",
        answer={
            "searchableAttributes": match.each_like(match.str("campaignName"), min=1),
            "attributesForFaceting": match.each_like(match.str("filterOnly(orgId)"), min=1),
        },
    ),
)
def test_an_indexs_settings_are_read(services: Services) -> None:
    assert services.algolia.settings("campaigns")["attributesForFaceting"] == ["filterOnly(orgId)"]


@ALGOLIA.interaction(
    "read the settings of an index that is not there",
    Exchange(method="GET", path="/1/indexes/nowhere/settings", status=404, answer=refusal(404)),
)
def test_settings_of_an_index_that_is_not_there_are_none(services: Services) -> None:
    with pytest.raises(ProviderError) as refused:
        services.algolia.settings("nowhere")
    assert refused.value.status == 404


# --- searching ---------------------------------------------------------------------------------------------------


@ALGOLIA.interaction(
    "search an organisation's campaigns",
    Exchange(
        method="POST",
        path="/1/indexes/campaigns/query",
        headers=CREDENTIALS,
        sent=search(),
        sent_of={"$.facetFilters[0][0]": "orgId:${clerk_organisation_northwind}"},
        answer=found(
            match.each_like({"objectID": match.str("1"), "campaignName": match.str("Spring")}, min=1)
        ),
    ),
)
def test_an_organisations_campaigns_are_found(services: Services) -> None:
    page = services.algolia.search("campaigns", search())
    assert (page.total, page.page, page.pages) == (1, 0, 1)
    assert [hit["campaignName"] for hit in page.hits] == ["Spring"]


@ALGOLIA.interaction(
    "find nothing of an unknown organisation",
    Exchange(
        method="POST",
        path="/1/indexes/campaigns/query",
        sent=search(),
        answer=found([], nbHits=0, nbPages=0),
    ),
)
def test_nothing_of_others_is_found(services: Services) -> None:
    assert services.algolia.search("campaigns", search()).total == 0


@ALGOLIA.interaction(
    "refuse a filter that cannot be read",
    Exchange(
        method="POST",
        path="/1/indexes/campaigns/query",
        sent=search(filters="status:"),
        status=400,
        answer=refusal(400),
    ),
)
def test_a_filter_that_cannot_be_read_is_refused(services: Services) -> None:
    with pytest.raises(ProviderRefusedError) as refused:
        services.algolia.search("campaigns", search(filters="status:"))
    assert refused.value.status == 400


@ALGOLIA.interaction(
    "search an index that is not there",
    Exchange(method="POST", path="/1/indexes/nowhere/query", sent=search(), status=404, answer=refusal(404)),
)
def test_an_index_that_is_not_there_is_told(services: Services) -> None:
    with pytest.raises(ProviderError) as refused:
        services.algolia.search("nowhere", search())
    assert refused.value.status == 404


# --- refusals ----------------------------------------------------------------------------------------------------


@ALGOLIA.interaction(
    WRONG_KEY,
    Exchange(
        method="POST",
        path="/1/indexes/campaigns/query",
        headers={
            "x-algolia-application-id": "TESTAPP123",
            "x-algolia-api-key": "fedcba9876543210fedcba9876543210",
        },
        sent=search(),
        status=403,
        answer=refusal(403),
    ),
)
def test_a_wrong_key_is_refused(services: Services) -> None:
    with pytest.raises(ProviderError) as refused:
        services.algolia.search("campaigns", search())
    assert (refused.value.status, refused.value.retryable) == (403, False)


@ALGOLIA.interaction(
    "answer too many requests",
    Exchange(
        method="POST",
        path="/1/indexes/campaigns/query",
        sent=search(),
        faults=[{"kind": "rate_limit", "provider": "algolia"}],
        status=429,
        answer=refusal(429),
    ),
)
def test_too_many_requests_are_told_apart(services: Services) -> None:
    with pytest.raises(RateLimitedError):
        services.algolia.search("campaigns", search())
