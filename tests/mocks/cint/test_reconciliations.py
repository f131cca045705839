"""What comes after fielding: reversals, reports, and the allocations of suppliers; every account of them adds up."""

import csv
import io
from typing import Any

import pytest

from tests.mocks.cint.room import Room
from tests.mocks.cint.test_spec import reconcile
from tests.mocks.cint.test_target_groups import AGES, profile

DAY = 86_400
PERIOD = {"start_date": "2026-03-01T00:00:00Z", "end_date": "2026-04-30T00:00:00Z"}


async def fielded(room: Room, **more: Any) -> str:
    group = await room.live(filling_goal=30, **more)
    await room.advance(13 * DAY)
    return group


def ended(room: Room, group: str, client: int) -> list[str]:
    return [each["id"] for each in room.sessions(group) if each["client"] == client]


async def performance(room: Room, group: str) -> tuple[int, str]:
    shown = await room.ok("GET", f"{group}/performance")
    return shown["completes"], shown["completes_cost"]["value"]


async def test_a_reversal_takes_completes_cost_and_quotas_back(room: Room) -> None:
    group = await fielded(room, profile=profile(AGES))
    done, gone = ended(room, group, 10), ended(room, group, 20)
    before = await performance(room, group)
    lines = [f"{done[0]},101", f"{done[1].upper()},106", f"{gone[0]},201", f"{done[0]},101", "x,101"]
    lines += [f"{done[2]},999", f"{done[3]},201"]
    request = await reconcile(room, "\r\n".join(lines))
    at = f"{room.account}/reconciliations/{request['request_id']}"
    assert (await room.ok("GET", at))["status"] == "processing"
    assert await performance(room, group) == before
    await room.advance(2)
    shown = await room.ok("GET", at)
    assert {name: shown[name] for name in shown if name.endswith("_count")} == {
        "submitted_count": 7,
        "expired_count": 0,
        "invalid_count": 4,
        "positive_reversed_count": 1,
        "negative_reversed_count": 2,
    }
    after = await performance(room, group)
    assert after[0] == before[0] - 1
    assert float(after[1]) == pytest.approx(float(before[1]) - 2.46, abs=0.001)
    counts = room.counts(group)
    assert (counts["live.client.26"], counts["live.client.11"]) == (2, 1)
    answer = await room.s2s("GET", done[0])
    assert answer.json()["status"] == 2
    back = await reconcile(room, f"{done[0]},201", "back")
    await room.advance(2)
    assert (await room.ok("GET", f"{room.account}/reconciliations/{back['request_id']}"))[
        "positive_reversed_count"
    ] == 1
    assert (await performance(room, group))[0] == before[0]


async def test_a_reversal_makes_room_to_go_on(room: Room) -> None:
    group = await fielded(room)
    run, status, _ = await room.run(group)
    assert status == "Completed"
    assert (await room.refused("POST", f"{run}/relaunch"))[0] == 422
    done = ended(room, group, 10)
    await reconcile(room, "\n".join(f"{rid},104" for rid in done[:5]))
    await room.advance(2)
    assert (await room.call("POST", f"{run}/relaunch")).status_code == 204


async def test_after_the_25th_of_the_next_month_nothing_is_reversed(room: Room) -> None:
    group = await fielded(room)
    done = ended(room, group, 10)
    await room.advance(41 * DAY)  # 25 April
    await reconcile(room, f"{done[0]},101", "in time")
    await room.advance(DAY)
    late = await reconcile(room, f"{done[1]},101", "late")
    await room.advance(2)
    at = f"{room.account}/reconciliations"
    listed = (await room.ok("GET", f"{at}?name="))["reconciliation_requests"]
    assert [each["result_counts"]["expired"] for each in listed] == [1, 0]
    assert [each["name"] for each in listed] == ["late", "in time"]
    (only,) = (await room.ok("GET", f"{at}?name=LATE&page_size=1"))["reconciliation_requests"]
    assert only["id"] == late["request_id"]


@pytest.mark.parametrize("body", ["", "\n \n"])
async def test_an_empty_file_is_refused(room: Room, body: str) -> None:
    await room.sign_in()
    answer = await room.client.post(
        f"{room.account}/reconciliations?name=x", content=body, headers={"idempotency-key": "k"}
    )
    assert answer.status_code == 400
    assert (await room.client.post(f"{room.account}/reconciliations", content="a,1")).status_code == 400


async def test_a_file_sent_twice_under_one_key_is_one_request(room: Room) -> None:
    await room.sign_in()
    send = {"content": "a,101", "headers": {"idempotency-key": "once"}}
    first, second = [await room.client.post(f"{room.account}/reconciliations?name=x", **send) for _ in "ab"]
    assert first.json() == second.json()


async def rows(room: Room, kind: str, **more: Any) -> list[dict[str, str]]:
    """Ask for a report, and return its rows."""
    at = f"{room.account}/reports"
    report = await room.ok("POST", f"{at}/{kind}", {**PERIOD, **more})
    early = await room.client.get(report["report_url"])
    assert early.status_code == 404
    await room.advance(3)
    assert (await room.ok("GET", f"{at}/{report['report_id']}/status"))["status"] == "COMPLETED"
    answer = await room.client.get(report["report_url"])
    return list(csv.DictReader(io.StringIO(answer.text)))


async def test_reports_overview_and_allocations_add_up(room: Room) -> None:
    group = await fielded(room)
    id = group.rpartition("/")[2]
    completes = await rows(room, "completes", filter="Target Group", filter_ids=[id])
    cost = sum(float(row["cpi"]) for row in completes)
    overview = await room.ok("GET", f"{group}/overview")
    assert len(completes) == overview["progress"]["current_completes"]
    assert cost == pytest.approx(float(overview["current_cost"]["value"]))
    bought = await rows(room, "sample-bought")
    assert sum(int(row["completes"]) for row in bought) == len(completes)
    assert sum(float(row["cost"]) for row in bought) == pytest.approx(cost)
    analysis = await rows(room, "respondent-analysis")
    shown = await room.ok("GET", f"{group}/performance")
    assert sum(int(row["count"]) for row in analysis) == shown["entrants"]
    assert {row["rid"] for row in await rows(room, "term-details")}.isdisjoint(
        row["rid"] for row in completes
    )
    assert len(await rows(room, "reconciliation-eligible-rids")) == len(completes)
    assert await rows(room, "completes", filter="Project", filter_ids=["0" * 26]) == []
    project = await room.ok("GET", f"{group.partition('/target-groups')[0]}/overview")
    assert project["statistics"]["current_completes"] == len(completes)


async def test_a_report_is_shared_by_an_address_that_needs_no_token(room: Room) -> None:
    await fielded(room)
    report = await room.ok("POST", f"{room.account}/reports/completes", PERIOD)
    await room.advance(3)
    shared = await room.ok("GET", f"{room.account}/reports/{report['report_id']}/share")
    url = shared["report_pre_signed_url"]
    del room.client.headers["Authorization"]
    assert (await room.client.get(url)).text.startswith("rid,")
    assert (await room.client.get(url[:-1])).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"start_date": "x", "end_date": "2026-03-30"},
        {"start_date": "2025-01-01", "end_date": "2025-03-01"},
        {"start_date": "2026-01-01", "end_date": "2026-12-01"},
        {**PERIOD, "filter": "Country"},
        {**PERIOD, "filter_ids": ["x"] * 51},
    ],
)
async def test_reports_that_cannot_be_are_refused(room: Room, body: Any) -> None:
    assert (await room.refused("POST", f"{room.account}/reports/completes", body))[0] == 400


async def test_unknown_kinds_of_reports_are_not_found(room: Room) -> None:
    assert (await room.refused("POST", f"{room.account}/reports/everything", PERIOD))[0] == 404


# --- allocations ---------------------------------------------------------------------------------------------------


def supply(group: str) -> str:
    return f"{group.replace('/demand/', '/demand/v2/')}/supply-allocations"


async def test_the_test_suppliers_recipe_lets_nobody_else_in(room: Room) -> None:
    only = [
        {
            "type": "group",
            "name": "Test",
            "percentage_min": 0,
            "percentage_max": 100,
            "suppliers": [{"id": 980}],
        },
        {"type": "exchange", "percentage_min": 0, "percentage_max": 0},
    ]
    group = await room.live(filling_goal=30, supply_allocations=only)
    room.trigger("respondents.come", count=30)
    counts = room.counts(group)
    assert "prescreens" not in counts
    assert counts["live.exchange.41"] > 20


async def test_blocked_suppliers_send_nobody_and_the_rest_is_shared(room: Room) -> None:
    group = await room.live(filling_goal=60)
    assert (await room.ok("GET", supply(group)))["supply_allocations"] == []
    await room.ok("POST", supply(group), {"type": "blocked", "suppliers": [{"id": 101}]})
    half = {"type": "group", "name": "Half", "percentage_max": 50, "suppliers": [{"id": 102}]}
    await room.ok("POST", supply(group), half)
    await room.advance(13 * DAY)
    found = {each["type"]: each for each in (await room.ok("GET", supply(group)))["supply_allocations"]}
    assert {each["supplier_id"] for each in room.sessions(group)} <= {101, 102, 103}
    assert not [each for each in room.sessions(group) if each["supplier_id"] == 101]
    assert found["group"]["completes"] >= 30
    assert found["group"]["total_remaining"] == 0
    overview = await room.ok("GET", f"{group}/overview")
    completes = sum(each["completes"] for each in found.values())
    assert completes == overview["progress"]["current_completes"]
    assert [each["id"] for each in found["exchange"]["suppliers"]] == [103]


async def test_allocations_keep_to_their_rules(room: Room) -> None:
    project = await room.project()
    blocked = {"type": "blocked", "suppliers": [{"id": 101}]}
    whole = {"type": "exchange", "percentage_max": 100}
    for wrong in ([blocked], [whole, whole], [whole, blocked, blocked], [{**whole, "percentage_min": 101}]):
        body = room.draft(supply_allocations=wrong)
        assert (await room.refused("POST", f"{project}/target-groups", body))[0] == 400
    group = await room.target_group(project, supply_allocations=[whole, blocked])
    first, second = (await room.ok("GET", supply(group)))["supply_allocations"]
    changed = await room.ok("PUT", f"{supply(group)}/{first['id']}", whole | {"percentage_max": 70})
    assert (changed["id"], changed["percentage_max"]) == (first["id"], 70)
    assert (await room.refused("PUT", f"{supply(group)}/{second['id']}", whole))[0] == 400
    assert (await room.refused("PUT", f"{supply(group)}/99", whole))[0] == 404
    for body in (
        {"type": "group"},
        {"type": "exchange", "percentage_max": 9},
        {"type": "group", "name": "x"},
    ):
        assert (await room.refused("POST", supply(group), body))[0] == 400
