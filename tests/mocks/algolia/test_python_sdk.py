"""algoliasearch for Python, sync and async, unmodified, against a running server: every operation that is served."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from algoliasearch.search.client import SearchClientSync
from algoliasearch.search.models.attribute_criteria_computed_by import AttributeCriteriaComputedBy
from algoliasearch.search.models.search_params_object import SearchParamsObject

from tests.harness.serving import Served
from tests.mocks.algolia.sdk import Face, World, config

CAMPAIGN = {"objectID": "1", "campaignName": "Summer Glow", "orgId": "org_1", "totalBudget": 20000}


@pytest.fixture(params=["sync", "async"])
async def client(request: pytest.FixtureRequest, fresh_world: World) -> AsyncIterator[Face]:
    face = Face.of(request.param, config(fresh_world, hosts=2))
    yield face
    await face.close()


async def test_a_record_lives_as_the_platform_uses_it(client: Face) -> None:
    saved = await client.save_object("campaigns", CAMPAIGN)
    await client.wait_for_task("campaigns", saved.task_id)
    await client.set_settings("campaigns", {"attributesForFaceting": ["filterOnly(orgId)"]})
    found = await client.search_single_index("campaigns", {"query": "sum", "filters": "orgId:'org_1'"})
    hit = found.hits[0]
    assert (hit.object_id, hit.campaignName, found.nb_hits) == ("1", "Summer Glow", 1)
    assert hit.highlight_result["campaignName"].actual_instance.value == "<em>Sum</em>mer Glow"
    other = await client.search_single_index("campaigns", {"query": "sum", "filters": "orgId:'org_2'"})
    assert other.nb_hits == 0
    deleted = await client.delete_object("campaigns", "1")
    await client.wait_for_task("campaigns", deleted.task_id)
    again = await client.delete_object("campaigns", "1")
    assert again.task_id > deleted.task_id > saved.task_id
    assert (await client.search_single_index("campaigns")).nb_hits == 0


async def test_clearing_and_filling_an_index_that_does_not_exist(client: Face) -> None:
    cleared = await client.clear_objects("campaigns")
    await client.wait_for_task("campaigns", cleared.task_id)
    many = [{"objectID": str(number), "campaignName": f"Campaign {number}"} for number in range(2500)]
    batches = await client.save_objects("campaigns", many, wait_for_tasks=True)
    assert [len(each.object_ids) for each in batches] == [1000, 1000, 500]
    [index] = (await client.list_indices()).items
    assert (index.name, index.entries, index.pending_task) == ("campaigns", 2500, False)
    seen: list[str] = []
    await client.browse_objects("campaigns", lambda page: seen.extend(hit.object_id for hit in page.hits))
    assert seen == [str(number) for number in range(2500)]


async def test_records_are_read_and_changed(client: Face) -> None:
    auto = await client.save_object("campaigns", {"campaignName": "Nameless"})
    await client.add_or_update_object("campaigns", "1", CAMPAIGN)
    await client.partial_update_object(
        "campaigns", "1", {"totalBudget": {"_operation": "Increment", "value": 1}, "status": "DRAFT"}
    )
    record = await client.get_object("campaigns", "1", attributes_to_retrieve=["totalBudget", "status"])
    assert record == {"objectID": "1", "totalBudget": 20001, "status": "DRAFT"}
    several = await client.get_objects(
        {
            "requests": [
                {"indexName": "campaigns", "objectID": auto.object_id},
                {"indexName": "campaigns", "objectID": "none"},
            ]
        }
    )
    assert several.results == [{"campaignName": "Nameless", "objectID": auto.object_id}, None]
    assert await client.refused("get_object", "campaigns", "none") == (404, "ObjectID does not exist")
    await client.partial_update_objects("campaigns", [{"objectID": "new", "a": 1}], create_if_not_exists=True)
    await client.delete_objects("campaigns", ["new", auto.object_id])
    assert (await client.search_single_index("campaigns")).nb_hits == 1


async def test_batches_of_several_indices_and_deleting_by_filters(client: Face) -> None:
    done = await client.multiple_batch(
        {
            "requests": [
                {"action": "addObject", "indexName": "a", "body": {"objectID": "1", "size": 1}},
                {"action": "updateObject", "indexName": "b", "body": {"objectID": "2", "size": 2}},
                {"action": "partialUpdateObject", "indexName": "a", "body": {"objectID": "3", "size": 3}},
                {"action": "clear", "indexName": "b"},
            ]
        }
    )
    assert sorted(done.task_id) == ["a", "b"]
    assert done.object_ids == ["1", "2", "3", ""]
    batch = await client.batch(
        "a", {"requests": [{"action": "partialUpdateObjectNoCreate", "body": {"objectID": "9"}}]}
    )
    await client.wait_for_task("a", batch.task_id)
    gone = await client.delete_by("a", {"numericFilters": ["size>2"]})
    await client.wait_for_task("a", gone.task_id)
    found = await client.search({"requests": [{"indexName": "a"}, {"indexName": "b", "query": "x"}]})
    assert [each.actual_instance.nb_hits for each in found.results] == [1, 0]
    status, message = await client.refused("delete_by", "a", {})
    assert (status, message.partition(" ")[0]) == (400, "DeleteByQuery")


async def test_facets_are_counted_and_searched(client: Face) -> None:
    await client.set_settings("shop", {"attributesForFaceting": ["searchable(brand)", "size"]})
    brands = ["Acme", "Acme", "Ajax", "Bolt"]
    await client.save_objects(
        "shop", [{"objectID": str(n), "brand": b, "size": n} for n, b in enumerate(brands)]
    )
    found = await client.search_single_index("shop", SearchParamsObject(facets=["*"], hits_per_page=0))
    assert found.facets["brand"] == {"Acme": 2, "Ajax": 1, "Bolt": 1}
    assert found.facets_stats["size"].max == 3
    values = await client.search_for_facet_values("shop", "brand", {"facetQuery": "a"})
    assert [(each.value, each.count) for each in values.facet_hits] == [("Acme", 2), ("Ajax", 1)]
    asked = {"requests": [{"indexName": "shop", "type": "facet", "facet": "brand", "facetQuery": "bo"}]}
    [facet] = (await client.search(asked)).results
    assert facet.actual_instance.facet_hits[0].highlighted == "<em>Bo</em>lt"
    status, message = await client.refused("search_for_facet_values", "shop", "size")
    assert (status, "searchable(size)" in message) == (400, True)


async def test_settings_and_replicas(client: Face) -> None:
    assert await client.index_exists("campaigns") is False
    await client.save_object("campaigns", CAMPAIGN)
    await client.set_settings(
        "campaigns", {"replicas": ["by_budget"], "hitsPerPage": 5, "typoTolerance": "false"}
    )
    await client.set_settings("by_budget", {"ranking": ["desc(totalBudget)"]})
    assert await client.index_exists("by_budget") is True
    settings = await client.get_settings("campaigns")
    assert (settings.hits_per_page, settings.replicas) == (5, ["by_budget"])
    assert (await client.get_settings("by_budget")).primary == "campaigns"
    assert (await client.search_single_index("by_budget")).nb_hits == 1
    status, message = await client.refused("set_settings", "campaigns", {"settings": {"hitsPerPage": 5}})
    assert (status, message) == (400, "Invalid object attributes: settings near line:1 column:11")


async def test_what_is_relevant_is_sorted_and_the_attribute_criterion_chosen(client: Face) -> None:
    await client.set_settings(
        "shop", {"searchableAttributes": ["name", "text"], "replicas": ["virtual(cheap)"]}
    )
    await client.set_settings("cheap", {"customRanking": ["asc(price)"]})
    records = [("case", "case for a phone", 1), ("dear", "phone", 9), ("plain", "phone", 5)]
    await client.save_objects(
        "shop", [{"objectID": id, "name": name, "price": price} for id, name, price in records]
    )
    relevant = await client.search_single_index("cheap", {"query": "phone"})
    assert [hit.object_id for hit in relevant.hits] == ["plain", "dear"]
    assert (relevant.nb_hits, relevant.nb_sorted_hits) == (3, 2)
    every = await client.search_single_index(
        "cheap", SearchParamsObject(query="phone", relevancy_strictness=0)
    )
    assert [hit.object_id for hit in every.hits] == ["case", "plain", "dear"]
    asked = SearchParamsObject(
        query="phone for",
        attribute_criteria_computed_by=AttributeCriteriaComputedBy.SUM,
        get_ranking_info=True,
    )
    [hit] = (await client.search_single_index("shop", asked)).hits
    assert hit.ranking_info.first_matched_word == 3 + 1


async def test_indices_are_copied_moved_and_replaced_whole(client: Face) -> None:
    await client.save_object("campaigns", CAMPAIGN)
    copied = await client.operation_index("campaigns", {"operation": "copy", "destination": "spare"})
    await client.wait_for_task("campaigns", copied.task_id)
    moved = await client.operation_index("spare", {"operation": "move", "destination": "backup"})
    await client.wait_for_task("spare", moved.task_id)
    assert await client.refused("search_single_index", "spare") == (404, "Index spare does not exist")
    await client.replace_all_objects("campaigns", [{"objectID": "2"}, {"objectID": "3"}])
    assert [index.name for index in (await client.list_indices()).items] == ["backup", "campaigns"]
    assert [hit.object_id for hit in (await client.search_single_index("campaigns")).hits] == ["2", "3"]
    deleted = await client.delete_index("campaigns")
    await client.wait_for_task("campaigns", deleted.task_id)
    assert await client.index_exists("campaigns") is False


async def test_synonyms(client: Face) -> None:
    await client.save_object("shop", {"objectID": "1", "name": "Fast car"})
    synonym = {"objectID": "s1", "type": "synonym", "synonyms": ["car", "vehicle"]}
    saved = await client.save_synonym("shop", "s1", synonym)
    await client.wait_for_task("shop", saved.task_id)
    assert (await client.search_single_index("shop", {"query": "vehicle"})).nb_hits == 1
    assert (await client.get_synonym("shop", "s1")).synonyms == ["car", "vehicle"]
    oneway = {"objectID": "s2", "type": "onewaysynonym", "input": "auto", "synonyms": ["car"]}
    await client.save_synonyms("shop", [oneway])
    assert (await client.search_synonyms("shop", {"query": "auto"})).nb_hits == 1
    seen: list[str] = []
    await client.browse_synonyms("shop", lambda page: seen.extend(hit.object_id for hit in page.hits))
    assert seen == ["s1", "s2"]
    await client.delete_synonym("shop", "s1")
    assert (await client.search_single_index("shop", {"query": "vehicle"})).nb_hits == 0
    await client.clear_synonyms("shop")
    assert await client.refused("get_synonym", "shop", "s2") == (404, "Synonym set does not exist")


async def test_rules(client: Face) -> None:
    condition = {"pattern": "sale", "anchoring": "contains"}
    rule = {"objectID": "r1", "conditions": [condition], "consequence": {"params": {"filters": "sale:true"}}}
    saved = await client.save_rule("shop", "r1", rule)
    await client.wait_for_task("shop", saved.task_id)
    await client.save_rules("shop", [rule | {"objectID": "r2", "enabled": False}])
    assert (await client.get_rule("shop", "r1")).conditions[0].pattern == "sale"
    assert (await client.search_rules("shop", {"enabled": False})).nb_hits == 1
    seen: list[str] = []
    await client.browse_rules("shop", lambda page: seen.extend(hit.object_id for hit in page.hits))
    assert seen == ["r1", "r2"]
    await client.delete_rule("shop", "r1")
    await client.clear_rules("shop")
    assert await client.refused("get_rule", "shop", "r2") == (404, "ObjectID does not exist")


async def test_keys(client: Face, fresh_world: World, request: pytest.FixtureRequest) -> None:
    made = await client.add_api_key({"acl": ["search"], "description": "CI", "indexes": ["dev_*"]})
    await client.wait_for_api_key(made.key, "add")
    wanted = {"acl": ["search", "browse"], "indexes": ["dev_*"], "maxHitsPerQuery": 20}
    await client.update_api_key(made.key, wanted)
    await client.wait_for_api_key(made.key, "update", wanted)
    assert (await client.get_api_key(made.key)).description == ""
    assert len((await client.list_api_keys()).keys) == 2
    await client.delete_api_key(made.key)
    await client.wait_for_api_key(made.key, "delete")
    await client.restore_api_key(made.key)
    kind = "sync" if isinstance(client.client, SearchClientSync) else "async"
    own = Face.of(kind, config(fresh_world, made.key))
    assert await own.refused("search_single_index", "live") == (403, "Index not allowed with this API key")
    assert (await own.get_api_key(made.key)).description == "<redacted>"
    assert await own.refused("list_indices") == (403, "Method not allowed with this API key")
    await own.close()


async def test_tasks_of_the_application_and_logs(client: Face) -> None:
    saved = await client.save_object("campaigns", CAMPAIGN)
    await client.wait_for_app_task(saved.task_id)
    await client.search_single_index("campaigns", {"query": "sum"})
    [entry] = (await client.get_logs(length=1, type="query")).logs
    assert (entry.index, entry.query_nb_hits, entry.answer_code) == ("campaigns", "1", "200")


async def test_secured_keys_are_held_to_their_restrictions(
    client: Face, fresh_world: World, server: Served
) -> None:
    await client.set_settings("campaigns", {"attributesForFaceting": ["filterOnly(orgId)"]})
    others = [{"objectID": str(number), "orgId": "org_2"} for number in range(2, 5)]
    await client.save_objects("campaigns", [CAMPAIGN, *others])
    parent = fresh_world["env"]["ALGOLIA_SEARCH_API_KEY"]
    kind = "sync" if isinstance(client.client, SearchClientSync) else "async"
    restrictions: dict[str, Any] = {
        "filters": "orgId:'org_2'",
        "restrictIndices": ["camp*"],
        "validUntil": 1772359200,
        "userToken": "ada",
        "searchParams": {"hitsPerPage": 2},
    }
    secured = await client.generate_secured_api_key(parent, restrictions)
    own = Face.of(kind, config(fresh_world, secured))
    found = await own.search_single_index("campaigns", {"hitsPerPage": 50})
    assert (found.nb_hits, found.hits_per_page) == (3, 2)
    narrowed = await own.search_single_index("campaigns", {"filters": "orgId:'org_1'"})
    assert narrowed.nb_hits == 0
    assert await own.refused("search_single_index", "other") == (403, "Index not allowed with this API key")
    assert await own.refused("list_indices") == (403, "Method not allowed with this API key")
    assert await client.get_secured_api_key_remaining_validity(secured) is not None
    server.control("POST", f"/worlds/{fresh_world['id']}/clock/advance", {"seconds": 3601})
    expired = '"validUntil" parameter expired (less than current date)'
    assert await own.refused("search_single_index", "campaigns") == (400, expired)
    await own.close()


async def test_what_is_wrong_is_the_sdks_own_error(client: Face, fresh_world: World, server: Served) -> None:
    await client.save_object("campaigns", CAMPAIGN)
    status, message = await client.refused(
        "search_single_index", "campaigns", {"filters": "type:Important dates"}
    )
    assert (status, message) == (
        400,
        "filters: Unexpected token string(dates) expected end of filter at col 15",
    )
    faults = f"/worlds/{fresh_world['id']}/faults"
    server.control("POST", faults, {"provider": "algolia", "kind": "rate_limit", "times": 1})
    assert (await client.search_single_index("campaigns")).nb_hits == 1
    server.control("POST", faults, {"provider": "algolia", "kind": "status", "status": 503, "times": 1})
    assert (await client.search_single_index("campaigns")).nb_hits == 1
    assert await client.refused("custom_get", path="1/vaults") == (404, "Path not found")
