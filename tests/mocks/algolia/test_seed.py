"""What a scenario puts into the room."""

from typing import Any

from algoliasearch.search.client import SearchClientSync

from mocks.algolia.provider import algolia
from mocks.algolia.seed import populate
from tests.harness.serving import Served
from tests.mocks.algolia.room import Room
from tests.mocks.algolia.sdk import config

STORY: dict[str, Any] = {
    "campaigns": [
        {
            "key": "spring",
            "organisation": "northwind",
            "name": "Spring Roast",
            "description": "A new roast",
            "status": "SUBMITTED",
            "start_date": "2026-03-01",
            "end_date": "2026-04-01",
            "time_zone": "Europe/London",
            "primary_kpi": "AD_RECALL",
            "brand": "Northwind",
            "platform": "INSTAGRAM",
            "currency": "GBP",
            "total_budget": 20000,
            "social_media_budget": 15000,
        },
        {"key": "plain", "organisation": "other", "name": "Plain"},
    ],
    "studies": [
        {
            "key": "spring-lift",
            "organisation": "northwind",
            "campaign": "spring",
            "name": "Spring lift",
            "status": "COLLECTING",
            "funnel_stage": "TOP_FUNNEL",
            "primary_kpi": "AD_RECALL",
            "secondary_kpis": ["BRAND_AWARENESS"],
        }
    ],
    "refs": {"clerk.organisation.northwind": "org_2northwind"},
}


def play(room: Room, story: dict[str, Any]) -> dict[str, str]:
    tx = room.tx()
    refs = populate(tx, story)
    tx.commit()
    return refs


async def test_campaigns_and_studies_are_found_as_the_platform_looks_for_them(room: Room) -> None:
    assert algolia.populate is not None
    refs = play(room, STORY)
    assert refs == {
        "algolia.campaign.spring": "1",
        "algolia.campaign.plain": "2",
        "algolia.study.spring-lift": "spring-lift",
        "algolia.task.campaigns": "100000000000",
        "algolia.task.studies": "100000000001",
    }
    search = room.token("search_key")
    [hit] = (await room.search("campaigns", "roast", filters="orgId:'org_2northwind'", key=search))["hits"]
    del hit["_highlightResult"]
    assert hit == {
        "objectID": "1",
        "id": "1",
        "orgId": "org_2northwind",
        "campaignName": "Spring Roast",
        "description": "A new roast",
        "status": "SUBMITTED",
        "startDate": "2026-03-01T00:00:00.000Z",
        "endDate": "2026-04-01T00:00:00.000Z",
        "timeZone": "Europe/London",
        "primaryKPI": "AD_RECALL",
        "brand": "Northwind",
        "platform": "INSTAGRAM",
        "currency": "GBP",
        "totalBudget": 20000,
        "socialMediaBudget": 15000,
    }
    [study] = (await room.search("brand_lift_studies", "spring", filters="orgId:org_2northwind"))["hits"]
    del study["_highlightResult"]
    assert study == {
        "objectID": "spring-lift",
        "id": "spring-lift",
        "orgId": "org_2northwind",
        "name": "Spring lift",
        "studyStatus": "COLLECTING",
        "funnelStage": "TOP_FUNNEL",
        "primaryKpi": "AD_RECALL",
        "secondaryKpis": ["BRAND_AWARENESS"],
        "campaignSubmissionId": 1,
        "campaignName": "Spring Roast",
        "createdAt": "2026-03-01T09:00:00.000Z",
        "updatedAt": "2026-03-01T09:00:00.000Z",
    }
    assert await room.found("campaigns", filters="orgId:other") == ["2"]


async def test_a_story_may_have_many_records_of_each_kind(room: Room) -> None:
    refs = {
        "clerk.person.ada": "user_1",
        "clerk.organisation.one": "org_1",
        "clerk.organisation.two": "org_2",
    }
    play(room, {"seed": "7", "records": [{"from": 0, "to": 30, "size": 30}], "refs": refs})
    for name in ("campaigns", "brand_lift_studies", "creators"):
        assert (await room.search(name, ""))["nbHits"] == 30
    for owner in ("org_1", "org_2"):
        assert len(await room.found("campaigns", filters=f"orgId:{owner}", hitsPerPage=100)) == 15
        assert len(await room.found("brand_lift_studies", filters=f"orgId:{owner}", hitsPerPage=100)) == 15
    hits = (await room.search("creators", "", hitsPerPage=30))["hits"]
    followers = [hit["followers"] for hit in hits]
    assert followers == sorted(followers, reverse=True)


async def test_records_may_be_told_in_parts(room: Room) -> None:
    for begin in (0, 10, 20):
        play(room, {"seed": "7", "records": [{"from": begin, "to": min(25, begin + 10), "size": 25}]})
    assert (await room.search("campaigns", ""))["nbHits"] == 25
    whole = {hit["objectID"]: hit for hit in (await room.search("creators", "", hitsPerPage=25))["hits"]}
    play(room, {"seed": "7", "records": [{"from": 0, "to": 25, "size": 25}]})
    again = (await room.search("creators", "", hitsPerPage=25))["hits"]
    assert {hit["objectID"]: hit for hit in again} == whole


SCENARIO = """
scenario: 1
title: Much to be searched
organisations: [{key: northwind, name: Northwind, people: 1, campaigns: 1}]
records: {size: 60}
"""


def test_a_scenario_file_may_ask_for_records(server: Served) -> None:
    world = server.create_world(seed=7)
    answer = server.control("POST", f"/worlds/{world['id']}/scenario", {"name": "much", "text": SCENARIO})
    client = SearchClientSync.create_with_config(config(world, world["env"]["ALGOLIA_SEARCH_API_KEY"]))
    asked = {"query": "", "filters": f"orgId:{answer['refs']['clerk.organisation.northwind']}"}
    assert client.search_single_index("campaigns", asked).nb_hits == 61
    assert client.search_single_index("creators", {"query": ""}).nb_hits == 60
    client.close()


async def test_a_story_may_have_nothing_for_the_room(room: Room) -> None:
    assert play(room, {"name": "empty"}) == {}
    assert (await room.ok("GET", "/1/indexes"))["items"] == []


def test_the_starter_can_be_searched_by_organisation(server: Served) -> None:
    world = server.create_world(seed=7)
    refs = server.control("POST", f"/worlds/{world['id']}/scenario", {"name": "starter"})["refs"]
    client = SearchClientSync.create_with_config(config(world, world["env"]["ALGOLIA_SEARCH_API_KEY"]))
    organisation = refs.get("clerk.organisation.northwind", "northwind")
    asked = {"query": "", "filters": f"orgId:'{organisation}'"}
    assert client.search_single_index("campaigns", asked).nb_hits == 3
    [study] = client.search_single_index("brand_lift_studies", asked).hits
    assert study.object_id == refs["algolia.study.first-lift"]
    client.close()
