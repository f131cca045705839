"""Insights: events are checked and kept, by SDK and by hand."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from algoliasearch.http.exceptions import RequestException
from algoliasearch.http.hosts import Host, HostsCollection
from algoliasearch.insights.client import InsightsClientSync
from algoliasearch.insights.config import InsightsConfig

from mocks.algolia.resources.insights import EVENTS
from tests.mocks.algolia.room import Room
from tests.mocks.algolia.sdk import World

Json = Any
VIEW: Json = {"eventType": "view", "eventName": "Seen", "index": "i", "userToken": "ada", "objectIDs": ["1"]}


def insights(world: World, key: str) -> InsightsClientSync:
    """Return the SDK's client of a world, with the key that a variable of its environment names."""
    env = world["env"]
    config = InsightsConfig(env["ALGOLIA_APP_ID"], env[key], "us")
    url = urlsplit(env["GREENROOM_ALGOLIA_URL"])
    config.hosts = HostsCollection([Host(str(url.hostname), url.scheme, url.port)])
    return InsightsClientSync.create_with_config(config)


def test_the_sdk_sends_events_and_forgets_users(fresh_world: World) -> None:
    client = insights(fresh_world, "ALGOLIA_SEARCH_API_KEY")
    assert client.push_events({"events": [VIEW]}).message == "OK"
    with pytest.raises(RequestException) as caught:
        client.delete_user_token("ada")  # which a key that searches may not
    assert caught.value.status_code == 403
    with pytest.raises(RequestException) as caught:
        client.push_events({"events": [VIEW | {"eventName": ""}]})
    assert caught.value.status_code == 422
    client.close()
    admin = insights(fresh_world, "ALGOLIA_ADMIN_API_KEY")
    admin.delete_user_token("ada")
    admin.close()


def test_the_sdk_for_node_does_too(node: Callable[..., Any], fresh_world: World) -> None:
    assert node(Path(__file__).with_name("insights.mjs"), fresh_world["env"]) == {"message": "OK"}


@pytest.mark.parametrize(
    "changes",
    [
        {"eventType": "click", "queryID": "a" * 32, "positions": [1]},
        {"eventType": "click"},
        {"eventType": "conversion", "eventSubtype": "purchase", "currency": "GBP", "value": 5},
        {"objectIDs": None, "filters": ["brand%3Aapple:x"]},
        {"timestamp": 1772355600000},
        {"eventType": "instantsearch", "index": None, "objectIDs": None},
    ],
)
async def test_events(room: Room, changes: Json) -> None:
    event = {name: value for name, value in (VIEW | changes).items() if value is not None}
    answer = await room.ok("POST", "/1/events", {"events": [event]}, key=room.token("search_key"))
    assert answer == {"message": "OK", "status": 200}
    [kept] = room.tx().every(EVENTS)
    assert kept["event"] == {"timestamp": 1772355600000} | event
    assert (await room.call("DELETE", "/1/usertokens/ada")).status_code == 204
    assert room.tx().count(EVENTS) == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"eventType": "look"},
        {"eventName": "é"},
        {"userToken": "a b"},
        {"index": ""},
        {"objectIDs": []},
        {"objectIDs": [1]},
        {"objectIDs": ["1"] * 21},
        {"filters": ["a:b"]},
        {"objectIDs": None, "filters": ["apple"]},
        {"eventType": "click", "queryID": "a" * 32},
        {"eventType": "click", "queryID": "a" * 32, "positions": [0]},
        {"eventType": "click", "queryID": "a" * 32, "positions": [1, 2]},
        {"queryID": "A" * 32},
        {"timestamp": 1},
        {"timestamp": "now"},
        {"timestamp": 1872355600000},
        {"eventSubtype": "refund"},
    ],
)
async def test_events_that_are_none(room: Room, changes: Json) -> None:
    before = room.state()
    events = [VIEW, {name: value for name, value in (VIEW | changes).items() if value is not None}]
    assert (await room.refused("POST", "/1/events", {"events": events}))[0] == 422
    assert room.state() == before
    wrong: Json
    for wrong in ([], {}, None, [5], [VIEW] * 1001):
        assert (await room.refused("POST", "/1/events", {"events": wrong}))[0] == 422
