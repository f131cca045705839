"""Projects, and the lists that show them."""

from typing import Any

import pytest

from tests.mocks.cint.room import Room


async def test_a_project_is_created_shown_and_changed(room: Room) -> None:
    manager = room.env["CINT_PROJECT_MANAGER_ID"]
    body = {"name": "Spring lift", "project_manager_id": manager, "purchase_order_number": "PO-1"}
    answer = await room.call("POST", f"{room.account}/projects", body)
    assert (answer.status_code, answer.headers["etag"]) == (202, 'W/"1"')
    path = f"{room.account}/projects/{answer.json()['id']}"
    shown = await room.call("GET", path)
    assert shown.headers["etag"] == 'W/"1"'
    assert shown.json() | {"human-readable-id": ""} == {
        "id": answer.json()["id"],
        "human-readable-id": "",
        "name": "Spring lift",
        "project_manager_id": manager,
        "account_id": int(room.env["CINT_ACCOUNT_ID"]),
        "purchase_order_number": "PO-1",
    }
    assert (await room.refused("PUT", path, body, If_Match='W/"7"'))[:2] == (412, "precondition_failed_error")
    await room.ok("PUT", path, body | {"name": "Summer lift"}, If_Match='W/"1"')
    shown = await room.call("GET", path)
    assert (shown.json()["name"], shown.headers["etag"]) == ("Summer lift", 'W/"2"')


@pytest.mark.parametrize(
    "changes",
    [
        {"name": None},
        {"name": "four"},
        {"name": "n" * 129},
        {"name": 12345},
        {"project_manager_id": "pm_mock_123"},
        {"project_manager_id": None},
        {"purchase_order_number": "12"},
    ],
)
async def test_wrong_projects_are_refused(room: Room, changes: Any) -> None:
    body = {"name": "Spring lift", "project_manager_id": room.env["CINT_PROJECT_MANAGER_ID"], **changes}
    body = {name: value for name, value in body.items() if value is not None}
    assert (await room.refused("POST", f"{room.account}/projects", body))[:2] == (400, "bad_request_error")
    assert (await room.ok("GET", f"{room.account}/projects"))["projects"] == []


async def test_what_the_platform_sends_wrongly_is_recorded_in_a_lenient_world(lenient: Room) -> None:
    for body in (
        {"name": "four", "project_manager_id": lenient.env["CINT_PROJECT_MANAGER_ID"]},
        {"name": "n" * 200, "project_manager_id": "pm_mock_123"},
    ):
        await lenient.ok("POST", f"{lenient.account}/projects", body)
    assert lenient.rules() == ["project_name_length", "project_manager_not_uuid"]


async def test_lists_are_read_page_by_page_in_both_directions(room: Room) -> None:
    made = [(await room.project(f"Project {number}")).rpartition("/")[2] for number in range(5)]
    path = f"{room.account}/projects"
    first = await room.ok("GET", f"{path}?page_size=2")
    assert [each["id"] for each in first["projects"]] == [made[4], made[3]]
    assert (first["has_more"], first["next_cursor"]) == (True, made[3])
    second = await room.ok("GET", f"{path}?page_size=2&start_after={first['next_cursor']}")
    assert [each["id"] for each in second["projects"]] == [made[2], made[1]]
    last = await room.ok("GET", f"{path}?page_size=2&start_after={made[1]}")
    assert (last["has_more"], last["next_cursor"]) == (False, None)
    back = await room.ok("GET", f"{path}?page_size=2&end_before={made[0]}")
    assert [each["id"] for each in back["projects"]] == [made[2], made[1]]
    assert back["has_more"] is True


@pytest.mark.parametrize(
    "query",
    [
        "page_size=0",
        "page_size=101",
        "page_size=x",
        "start_after=x",
        "end_before=x",
        "start_after=x&end_before=y",
    ],
)
async def test_wrong_pages_are_refused(room: Room, query: str) -> None:
    assert (await room.refused("GET", f"{room.account}/projects?{query}"))[:2] == (400, "bad_request_error")


async def test_projects_are_found_by_name_readable_id_manager_and_status(room: Room) -> None:
    spring, autumn = await room.project("Spring lift"), await room.project("Autumn lift")
    group = await room.target_group(autumn)
    readable = (await room.ok("GET", group))["human_readable_id"]

    async def found(query: str) -> list[str]:
        listed = (await room.ok("GET", f"{room.account}/projects?{query}"))["projects"]
        return [each["name"] for each in listed]

    assert await found("search_string=spring") == ["Spring lift"]
    assert await found(f"search_string={readable}") == ["Autumn lift"]
    assert await found("name=lift&page_size=1") == ["Autumn lift"]
    assert await found(f"project_manager_id={room.env['CINT_PROJECT_MANAGER_ID']}") == [
        "Autumn lift",
        "Spring lift",
    ]
    assert await found("status=inactive") == []
    assert (await room.refused("GET", f"{room.account}/projects?status=finished"))[0] == 400
    assert (await room.refused("GET", f"{spring}X"))[0] == 404


async def test_accounts_and_definitions(room: Room) -> None:
    (account,) = (await room.ok("GET", "/v1/accounts"))["accounts"]
    assert account["id"] == int(room.env["CINT_ACCOUNT_ID"])
    own = f"/v1/accounts/{account['id']}"
    users = (await room.ok("GET", f"{own}/users?user_type=project_manager"))["users"]
    assert users[0]["id"] == room.env["CINT_PROJECT_MANAGER_ID"]
    unit = await room.ok("GET", f"{own}/users/{users[0]['id']}/business-units")
    units = (await room.ok("GET", f"{own}/business-units"))["business_units"]
    assert unit["business_unit_id"] == units[0]["id"] == int(room.env["CINT_BUSINESS_UNIT_ID"])
    assert [each["currency_code"] for each in units] == ["USD", "GBP", "EUR"]
    assert (await room.ok("GET", f"{own}/service-clients"))["users"]
    assert (await room.ok("GET", f"{own}/clients"))["clients"]
    assert (await room.refused("GET", f"{own}/users/nobody/business-units"))[0] == 404
    for path in (
        "countries",
        "locales",
        "industries",
        "industry-lockouts",
        "study-types",
        "integration-use-cases",
    ):
        assert await room.ok("GET", f"/v1/{path}")
    countries = {each["code"] for each in (await room.ok("GET", "/v1/countries"))["countries"]}
    locales = (await room.ok("GET", "/v1/locales"))["locales"]
    assert {each["country"]["code"] for each in locales} == countries
    suppliers = (await room.ok("GET", "/v1/suppliers"))["suppliers"]
    assert 980 in [each["id"] for each in suppliers]
