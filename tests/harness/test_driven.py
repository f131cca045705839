"""What the run says of operations that no SDK drives."""

import pytest

from tests.harness import driven
from tests.harness.driven import Room, lacking, of_requests
from tests.needs import ROOT

ROOM = Room("shop", {"python": ("shop-python",), "node": ("shop-js", "shop-cli")}, frozenset(), {"python": frozenset({"old"}), "node": frozenset()})  # fmt: skip
ALL = {("shop", "python", "read"), ("shop", "node", "read"), ("shop", "node", "old")}


def request(
    agent: str, operation: str | None = "read", status: int = 200, query: str = ""
) -> dict[str, object]:
    return {
        "provider": "shop",
        "operation": operation,
        "status": status,
        "query": query,
        "request_headers": {"User-Agent": agent},
    }


def test_nothing_is_said_where_all_is_driven_or_excused() -> None:
    assert lacking(ROOM, {"read", "old"}, ALL) == []


def test_a_new_operation_is_missed_for_each_sdk() -> None:
    found = lacking(ROOM, {"read", "old", "new"}, ALL)
    assert [each.partition(" by ")[0] for each in found] == ["shop: no test calls new"] * 2


def test_an_excuse_that_is_not_needed_is_told() -> None:
    [driven_after_all] = lacking(ROOM, {"read", "old"}, ALL | {("shop", "python", "old")})
    assert "need not excuse" in driven_after_all
    [gone] = lacking(ROOM, {"read"}, ALL)
    assert gone == "shop: driven.toml excuses old, which is not served"


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (request("shop-python/1.0"), [("shop", "python", "read")]),
        (request("shop-cli 2"), [("shop", "node", "read")]),
        (request("curl/8"), []),
        (request("node", query="q=1&user-agent=shop-js%2F2"), [("shop", "node", "read")]),
        (request("shop-python/1.0", status=404), []),
        (request("shop-python/1.0", operation=None), []),
        (request("shop-python/1.0") | {"provider": "other"}, []),
    ],
)
def test_only_successes_of_an_sdk_count(seen: dict[str, object], told: list[tuple[str, str, str]]) -> None:
    assert list(of_requests([seen], {"shop": ROOM})) == told


@pytest.mark.parametrize("room", sorted(driven.rooms()))
def test_the_files_and_operations_that_are_named_exist(room: str) -> None:
    told = driven.rooms()[room]
    assert [file for file in told.files if not (ROOT / file).is_file()] == []
    assert driven.served(room)
    assert [id for ids in told.never.values() for id in ids if id not in driven.served(room)] == []
