"""Algolia: what the outbox indexes is found, within its organisation only."""

from contextlib import suppress

import pytest
from algoliasearch.http.exceptions import RequestException
from algoliasearch.search.client import SearchClientSync

from integrations.errors import ProviderRefusedError
from integrations.models import IndexKind
from tests.external.outside import Outside


@pytest.fixture
def algolia(outside: Outside) -> Outside:
    outside.demand("algolia", "algolia_app_id", "algolia_search_key", "algolia_admin_key")
    return outside


def organisation(outside: Outside, name: str) -> str:
    return outside.services.organisations.create(name=name, billing_email=f"billing@{name.lower()}.test").id


def test_changes_are_found_after_the_outbox_was_worked_off(algolia: Outside) -> None:
    services = algolia.services
    acme, other = organisation(algolia, "Acme"), organisation(algolia, "Other")
    spring = services.campaigns.create(acme, {"name": "Spring launch", "brand": "Northwind"})
    services.campaigns.create(acme, {"name": "Winter"})
    services.campaigns.create(other, {"name": "Spring of others"})
    assert services.outbox.deliver_pending(wait=True) == 3
    found = services.search.find(acme, IndexKind.CAMPAIGNS, "spring")
    assert [hit["objectID"] for hit in found.hits] == [spring.id]
    assert found.hits[0]["campaignName"] == "Spring launch"
    services.campaigns.update(spring.id, {"name": "Easter"})
    services.outbox.deliver_pending(wait=True)
    assert services.search.find(acme, IndexKind.CAMPAIGNS, "spring").total == 0
    assert services.search.find(acme, IndexKind.CAMPAIGNS, "easter").total == 1
    for campaign in services.campaigns.list(acme):
        services.campaigns.delete(campaign.id)
    services.outbox.deliver_pending(wait=True)
    assert services.search.find(acme, IndexKind.CAMPAIGNS).total == 0


def test_before_anything_was_indexed_nothing_is_found(algolia: Outside) -> None:
    algolia.demand_world()
    found = algolia.services.search.find(organisation(algolia, "Acme"), IndexKind.CAMPAIGNS, "spring")
    assert (found.hits, found.total) == ([], 0)


def test_a_browsers_key_sees_its_organisation_only(algolia: Outside) -> None:
    services = algolia.services
    acme, other = organisation(algolia, "Acme"), organisation(algolia, "Other")
    mine = services.campaigns.create(acme, {"name": "Spring"})
    services.campaigns.create(other, {"name": "Spring of others"})
    services.outbox.deliver_pending(wait=True)
    made = services.search.key(acme)
    own = services.algolia._client()
    own._config.set_client_api_key(made.key)
    found = own.search_single_index(made.indices[IndexKind.CAMPAIGNS], {"query": ""})
    assert [hit.object_id for hit in found.hits] == [mine.id]
    widened = {"query": "", "filters": f"orgId:'{other}'"}
    assert own.search_single_index(made.indices[IndexKind.CAMPAIGNS], widened).nb_hits == 0
    with pytest.raises(RequestException):
        own.search_single_index("another_index", {"query": ""})
    with pytest.raises(RequestException):
        own.delete_object(made.indices[IndexKind.CAMPAIGNS], mine.id)
    assert isinstance(own, SearchClientSync)


def test_a_record_too_large_keeps_no_other_out(algolia: Outside) -> None:
    services = algolia.services
    acme = organisation(algolia, "Acme")
    small = services.campaigns.create(acme, {"name": "Small"})
    large = services.campaigns.create(acme, {"name": "Large", "description": "x" * 120_000})
    assert services.outbox.deliver_pending(wait=True) == 1
    (left,) = services.outbox.pending()
    assert (left.object_id, left.refused) == (large.id, True)
    found = services.search.find(acme, IndexKind.CAMPAIGNS)
    assert [hit["objectID"] for hit in found.hits] == [small.id]


def test_filling_an_index_anew_leaves_what_there_is(algolia: Outside) -> None:
    services = algolia.services
    acme = organisation(algolia, "Acme")
    made = services.campaigns.create(acme, {"name": "Spring"})
    services.algolia.wait(
        "campaigns", services.algolia.batch("campaigns", [{"objectID": "ghost", "orgId": acme}], [])
    )
    assert services.search_sync.rebuild(IndexKind.CAMPAIGNS) == 1
    services.outbox.deliver_pending(wait=True)
    found = services.search.find(acme, IndexKind.CAMPAIGNS)
    assert [hit["objectID"] for hit in found.hits] == [made.id]


HOSTILE = (
    "status:DRAFT OR orgId:'{other}'",
    "status:X) OR (orgId:'{other}'",
    "NOT status:X OR orgId:'{other}'",
    "orgId:'{other}'",
    "NOT orgId:'{own}'",
    "status:X OR NOT status:X",
    "'status:X' OR 'orgId:{other}",
)
"""Filters of a caller who wants what is another organisation's."""


@pytest.mark.parametrize("filters", HOSTILE)
def test_no_filter_leads_out_of_the_organisation(algolia: Outside, filters: str) -> None:
    """What cannot be read is refused, and what can narrows: on the server and with a browser's key."""
    services = algolia.services
    acme, other = organisation(algolia, "Acme"), organisation(algolia, "Other")
    mine = services.campaigns.create(acme, {"name": "Mine"})
    services.campaigns.create(other, {"name": "Theirs"})
    services.outbox.deliver_pending(wait=True)
    filters = filters.format(own=acme, other=other)
    with suppress(ProviderRefusedError):
        found = services.search.find(acme, IndexKind.CAMPAIGNS, filters=filters)
        assert {hit["objectID"] for hit in found.hits} <= {mine.id}
    made = services.search.key(acme)
    own = services.algolia._client()
    own._config.set_client_api_key(made.key)
    for more in ({"filters": filters}, {"facetFilters": [[f"orgId:{other}", f"orgId:{acme}"]]}):
        with suppress(RequestException):
            page = own.search_single_index(made.indices[IndexKind.CAMPAIGNS], {"query": "", **more})
            assert {hit.object_id for hit in page.hits} <= {mine.id}


def test_a_rebuild_keeps_synonyms_and_rules(algolia: Outside) -> None:
    services = algolia.services
    acme = organisation(algolia, "Acme")
    services.campaigns.create(acme, {"name": "Autumn"})
    services.outbox.deliver_pending(wait=True)
    client = services.algolia._client()
    task = client.save_synonym(
        "campaigns", "fall", {"objectID": "fall", "type": "synonym", "synonyms": ["fall", "autumn"]}
    )
    client.wait_for_task("campaigns", task.task_id)
    for _ in range(2):
        assert services.search_sync.rebuild(IndexKind.CAMPAIGNS) == 1
        assert services.search.find(acme, IndexKind.CAMPAIGNS, "fall").total == 1


def test_a_wrong_filter_is_refused_in_algolias_words(algolia: Outside) -> None:
    acme = organisation(algolia, "Acme")
    algolia.services.outbox.set_up(IndexKind.CAMPAIGNS)
    with pytest.raises(ProviderRefusedError):
        algolia.services.search.find(acme, IndexKind.CAMPAIGNS, filters="status:")
