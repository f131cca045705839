"""Lists and counts of users: every filter, every order, both ways through pages."""

from typing import Any

import pytest

from tests.mocks.clerk.room import START_MS, Room

HOUR = 3_600_000


@pytest.fixture
async def people(room: Room) -> dict[str, str]:
    """Four users, an hour apart; Ada and Cleo belong to an organisation, Bob is banned, Ada has signed in."""
    wanted: dict[str, Any] = {
        "ada": {"username": "countess", "phone_number": ["+15555550100"], "last_name": "Byron"},
        "bob": {"external_id": "crm-2", "last_name": None},
        "cleo": {"external_id": "crm-3", "web3_wallet": ["0x" + "a" * 40], "last_name": "Almeida"},
        "dan": {"username": "dan_dare", "last_name": "Dare"},
    }
    ids = {}
    for name, more in wanted.items():
        ids[name] = (await room.user(f"{name}@northwind.test", first_name=name.title(), **more))["id"]
        await room.pass_time(hours=1)
    made = await room.organization(ids["ada"])
    await room.ok(
        "POST", f"/organizations/{made['id']}/memberships", {"user_id": ids["cleo"], "role": "org:member"}
    )
    await room.ok("POST", f"/users/{ids['bob']}/ban")
    await room.ok("POST", "/sessions", {"user_id": ids["ada"]})
    return ids | {"organization": made["id"]}


async def names(room: Room, people: dict[str, str], query: str) -> list[str]:
    """Return who is found, and check that the count says the same."""
    called = {id: name for name, id in people.items()}
    for name, id in people.items():
        query = query.replace(f"{{{name}}}", id)
    found = [called[user["id"]] for user in await room.ok("GET", f"/users?{query}")]
    narrowed = "&".join(
        each
        for each in query.split("&")
        if each.split("=")[0] not in ("limit", "offset", "order_by", "starting_after")
    )
    if "limit=" not in query and "offset=" not in query and "starting_after=" not in query:
        counted = await room.ok("GET", f"/users/count?{narrowed}")
        assert counted == {"object": "total_count", "total_count": len(found)}
    return found


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "dan cleo bob ada"),
        ("order_by=created_at", "ada bob cleo dan"),
        ("order_by=%2Bcreated_at", "ada bob cleo dan"),
        ("order_by=+created_at", "ada bob cleo dan"),
        ("limit=2", "dan cleo"),
        ("limit=2&offset=1", "cleo bob"),
        ("offset=9", ""),
        ("starting_after={cleo}", "bob ada"),
        ("starting_after={cleo}&order_by=created_at", "dan"),
        ("starting_after={cleo}&query=northwind", "bob ada"),
        ("email_address=ADA@northwind.test&email_address=dan@northwind.test", "dan ada"),
        ("email_address=nobody@northwind.test", ""),
        ("email_address[]=ada@northwind.test", "ada"),
        ("phone_number=%2B15555550100", "ada"),
        ("username=Dan_Dare&username=countess", "dan ada"),
        ("external_id=crm-2", "bob"),
        ("external_id=-crm-2", "dan cleo ada"),
        ("web3_wallet=0x" + "A" * 40, "cleo"),
        ("user_id={ada}&user_id=%2B{bob}", "bob ada"),
        ("user_id=-{ada}", "dan cleo bob"),
        ("organization_id={organization}", "cleo ada"),
        ("organization_id=-{organization}", "dan bob"),
        ("organization_id={organization}&query=cleo", "cleo"),
        ("query=ALM", "cleo"),
        ("query=5550", "ada"),
        ("query={dan}", "dan"),
        ("email_address_query=O@NORTH", "cleo"),
        ("phone_number_query=0100", "ada"),
        ("username_query=DARE", "dan"),
        ("name_query=ada byron", "ada"),
        ("banned=true", "bob"),
        ("banned=false", "dan cleo ada"),
        (f"created_at_after={START_MS}", "dan cleo bob"),
        (f"created_at_before={START_MS + HOUR}", "ada"),
        (f"last_sign_in_at_after={START_MS}", "ada"),
        (f"last_active_at_before={START_MS + 9 * HOUR}", "ada"),
        (f"last_active_at_since={START_MS + 9 * HOUR}", ""),
        ("provider=oauth_google&provider_user_id=1", ""),
        ("order_by=-email_address", "dan cleo bob ada"),
        ("order_by=first_name", "ada bob cleo dan"),
        ("order_by=last_name", "cleo ada dan bob"),
        ("order_by=-last_name", "bob dan ada cleo"),
        ("order_by=last_sign_in_at&limit=1", "ada"),
        ("order_by=-updated_at&limit=2", "ada bob"),
        ("order_by=username&limit=2", "ada dan"),
        ("order_by=web3wallet&limit=1", "cleo"),
        ("order_by=phone_number&limit=1", "ada"),
        ("order_by=-last_active_at&banned=false&limit=1&offset=2", "ada"),
    ],
)
async def test_filters_and_orders(room: Room, people: dict[str, str], query: str, expected: str) -> None:
    assert await names(room, people, query) == expected.split()


async def test_pages_of_a_list_meet_without_gap_or_overlap(room: Room, people: dict[str, str]) -> None:
    found = []
    for offset in range(5):
        found += await names(room, people, f"limit=1&offset={offset}")
    assert found == ["dan", "cleo", "bob", "ada"]
    cursor, walked = "", []
    while page := await room.ok("GET", f"/users?limit=1{cursor}"):
        walked.append(page[0]["id"])
        cursor = f"&starting_after={page[0]['id']}"
    assert walked == [people[name] for name in found]


async def test_more_than_a_hundred_values_are_refused(room: Room) -> None:
    query = "&".join(f"user_id=user_{number}" for number in range(101))
    assert await room.refused("GET", f"/users?{query}") == (422, "form_param_array_size_exceeded", "user_id")
