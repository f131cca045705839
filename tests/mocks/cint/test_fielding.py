"""Fielding: launch jobs, runs and their transitions."""

from typing import Any

import pytest

from harness import instants
from tests.mocks.cint.room import Room

NO = (422, "invalid_state_error")


async def test_a_launch_is_a_job_whose_end_makes_the_group_live(room: Room) -> None:
    group = await room.target_group()
    body = {"end_fielding_at": "2026-03-16T09:00:00Z"}
    answer = await room.call("POST", f"{group}/fielding-run-jobs/launch-from-draft", body)
    assert (answer.status_code, answer.content) == (201, b"")
    job = answer.headers["location"]
    assert job.startswith(f"{group}/fielding-run-jobs/launch-from-draft/")
    assert (await room.ok("GET", job))["status"] == "Processing"
    assert (await room.ok("GET", f"{group}/fielding-runs")) == {"data": [], "has_more": False}
    await room.ok("GET", group)
    await room.advance(2)
    done = await room.ok("GET", job)
    assert done["status"] == "Completed"
    path, status, etag = await room.run(group)
    assert (path.rpartition("/")[2], status, etag) == (done["created_fielding_run_id"], "Live", 'W/"1"')
    assert (await room.ok("GET", f"{group}/overview"))["status"] == "live"


async def test_a_launch_that_cannot_be_done_fails_as_a_job(room: Room) -> None:
    group = await room.live()
    again = await room.launch(group)
    assert (again["status"], again["failure_reason"]["code"]) == ("Failed", "TargetGroupInvalidState")
    assert "created_fielding_run_id" not in again
    nowhere = await room.launch(group[:-1] + ("0" if group[-1] != "0" else "1"))
    assert nowhere["failure_reason"] == {
        "code": "TargetGroupNotFound",
        "description": "Target group not found.",
    }
    empty = await room.launch(await room.target_group(filling_goal=0))
    assert empty["failure_reason"]["reasons"][0]["name"] == "filling_goal"
    jobs = f"{group}/fielding-run-jobs/launch-from-draft"
    assert (await room.refused("GET", f"{jobs}/unknown"))[0] == 404
    assert (await room.refused("POST", jobs, {"end_fielding_at": "2020-01-01T00:00:00Z"}))[0] == 400
    assert (await room.refused("POST", jobs, {}))[0] == 400


async def test_a_scheduled_run_begins_at_its_time(room: Room) -> None:
    group = await room.target_group()
    body = {"start_fielding_at": "2026-03-03T09:00:00Z", "end_fielding_at": "2026-03-10T09:00:00Z"}
    path = f"{group}/fielding-run-jobs/schedule-from-draft"
    job = (await room.call("POST", path, body)).headers["location"]
    await room.advance(2)
    assert (await room.ok("GET", job))["status"] == "Completed"
    assert (await room.run(group))[1] == "Scheduled"
    await room.advance(86400 - 3)
    assert (await room.run(group))[1] == "Scheduled"
    await room.advance(1)
    assert (await room.run(group))[1] == "Live"
    early = body | {"start_fielding_at": "2026-03-01T09:00:00Z"}
    assert (await room.refused("POST", path, early))[0] == 400


async def test_launch_now_shifts_the_period(room: Room) -> None:
    group = await room.target_group()
    body = {"start_fielding_at": "2026-03-05T09:00:00Z", "end_fielding_at": "2026-03-08T09:00:00Z"}
    await room.call("POST", f"{group}/fielding-run-jobs/schedule-from-draft", body)
    await room.advance(3600)
    run, _, _ = await room.run(group)
    assert await room.ok("POST", f"{run}/launch-now") == {
        "start_fielding_at": "2026-03-02T10:00:00.000Z",
        "end_fielding_at": "2026-03-05T10:00:00.000Z",
    }
    assert (await room.refused("POST", f"{run}/launch-now"))[:2] == NO


async def test_a_run_is_paused_resumed_completed_and_relaunched(room: Room) -> None:
    group = await room.live()
    run, _, etag = await room.run(group)
    assert (await room.refused("POST", f"{run}/resume"))[:2] == NO
    paused = await room.call("POST", f"{run}/pause", If_Match=etag)
    assert (paused.status_code, paused.headers["etag"], paused.content) == (204, 'W/"2"', b"")
    stale = await room.refused("POST", f"{run}/resume", If_Match=etag)
    assert stale == (
        412,
        "precondition_failed_error",
        "resource could not be modified due to wrong expected version",
    )
    assert (await room.refused("POST", f"{run}/pause"))[:2] == NO
    for verb, status in (
        ("resume", "live"),
        ("complete", "completed"),
        ("relaunch", "live"),
        ("pause", "paused"),
        ("complete", "completed"),
    ):
        await room.ok("POST", f"{run}/{verb}")
        assert (await room.ok("GET", f"{group}/overview"))["status"] == status
        assert (await room.run(group))[1] == status.capitalize()
    assert (await room.refused("POST", f"{group}/fielding-runs/unknown/pause"))[0] == 404


async def test_nobody_comes_to_a_paused_group(room: Room) -> None:
    group = await room.live()
    await room.advance(3 * 86400)
    came = len(room.sessions(group))
    assert came > 5
    run, _, _ = await room.run(group)
    await room.ok("POST", f"{run}/pause")
    await room.advance(2 * 86400)
    assert len(room.sessions(group)) == came
    await room.ok("POST", f"{run}/resume")
    await room.advance(3 * 86400)
    assert len(room.sessions(group)) > came


async def test_a_period_can_be_changed_until_it_is_over(room: Room) -> None:
    group = await room.live(days=1)
    room.trigger("panel.behave", duplicate=1.0)
    run, _, etag = await room.run(group)
    period = {"start_fielding_at": "2026-03-02T09:00:00Z", "end_fielding_at": "2026-03-30T09:00:00Z"}
    answer = await room.call("PUT", run, period, If_Match=etag)
    assert (answer.status_code, answer.headers["etag"]) == (202, 'W/"2"')
    await room.advance(3 * 86400)
    assert (await room.run(group))[1] == "Live"
    assert (await room.refused("PUT", run, period, If_Match=etag))[0] == 412
    past = period | {"end_fielding_at": "2026-03-03T09:00:00Z"}
    assert (await room.refused("PUT", run, past))[0] == 400
    await room.ok("POST", f"{run}/complete")
    assert (await room.refused("PUT", run, period))[:2] == NO


async def test_the_end_of_the_period_completes(room: Room) -> None:
    group = await room.live(days=1, filling_goal=300)
    room.trigger("panel.behave", duplicate=1.0)
    await room.advance(86400)
    run, status, _ = await room.run(group)
    assert status == "Completed"
    assert (await room.refused("POST", f"{run}/relaunch"))[:2] == NO
    last = room.events()[-1]["data"]
    assert last["user"] == {"type": "system_marketplace_user"}
    assert last["changes"] == [{"object": "status_change", "new_value": "completed"}]
    assert last["account_id"] == int(room.env["CINT_ACCOUNT_ID"])


async def test_a_filled_goal_completes(room: Room) -> None:
    group = await room.live(filling_goal=3)
    await room.advance(13 * 86400)
    assert (await room.run(group))[1] == "Completed"
    assert room.counts(group)["completes"] >= 3


@pytest.mark.parametrize(
    ("status", "then"), [("paused", "live"), ("completed", "live"), ("paused", "completed")]
)
async def test_the_marketplace_turns_a_group_by_trigger(room: Room, status: Any, then: str) -> None:
    group = await room.live()
    id = group.rpartition("/")[2]
    for wanted in (status, then):
        told = room.trigger("target-group-updated", target_group_id=id, status=wanted)
        assert told == {"target_group_id": id, "status": wanted}
        assert (await room.run(group))[1] == wanted.capitalize()


async def test_times_are_told_with_milliseconds(room: Room) -> None:
    group = await room.live()
    (run,) = (await room.ok("GET", f"{group}/fielding-runs"))["data"]
    assert run["start_fielding_at"] == "2026-03-02T09:00:02.000Z"
    assert instants.parse(run["end_fielding_at"]) == instants.parse("2026-03-16T09:00:00Z")
