"""Deployments: their states by the world's clock, what is announced, production, checks, crons, drains."""

import hashlib
import hmac
from typing import Any

import orjson
import pytest

from harness import instants
from harness.transaction import DELIVERIES
from mocks.vercel.provider import vercel
from mocks.vercel.resources.crons import valid
from mocks.vercel.seed import PROJECT_ID
from tests.mocks.vercel.room import ENV, Room

HOOKS = ["deployment.created", "deployment.ready", "deployment.succeeded", "deployment.promoted"]


async def state(room: Room, id: str) -> str:
    shown: str = (await room.ok("GET", f"/v13/deployments/{id}"))["readyState"]
    return shown


async def test_a_deployment_is_queued_built_and_ready(room: Room) -> None:
    made = await room.deploy()
    assert (made["readyState"], made["target"]) == ("QUEUED", None)
    await room.advance(1)
    assert await state(room, made["id"]) == "BUILDING"
    await room.advance(20)
    shown = await room.ok("GET", f"/v13/deployments/{made['url']}")
    assert (shown["readyState"], shown["aliasAssigned"]) == ("READY", True)
    assert room.announced() == ["deployment.created", "deployment.ready", "deployment.succeeded"]


async def test_production_gets_the_projects_host_names(room: Room) -> None:
    first, second = await room.deploy(target="production"), await room.deploy(target="production")
    await room.advance(30)
    assert room.announced()[-4:] == ["deployment.promoted", *HOOKS[1:]]
    assert (await room.ok("GET", "/v13/deployments/platform.vercel.app"))["id"] == second["id"]
    await room.ok("POST", f"/v1/projects/{PROJECT_ID}/rollback/{first['id']}")
    assert (await room.ok("GET", "/v13/deployments/platform.vercel.app"))["id"] == first["id"]
    listed = (await room.ok("GET", "/v7/deployments?rollbackCandidate=true"))["deployments"]
    assert [each["uid"] for each in listed] == [second["id"]]
    payload = room.events()[-1]["payload"]
    assert (payload["target"], payload["project"]["id"]) == ("production", PROJECT_ID)


async def test_a_preview_cannot_be_promoted(room: Room) -> None:
    made = await room.deploy()
    await room.advance(30)
    refused = await room.refused("POST", f"/v10/projects/{PROJECT_ID}/promote/{made['id']}")
    assert refused[:2] == (409, "conflict")


async def test_a_build_that_fails_and_one_that_is_cancelled(room: Room) -> None:
    failing = await room.deploy(projectSettings={"buildCommand": "exit 1"})
    await room.advance(30)
    shown = await room.ok("GET", f"/v13/deployments/{failing['id']}")
    assert (shown["readyState"], shown["errorCode"]) == ("ERROR", "BUILD_FAILED")
    other = await room.deploy()
    await room.ok("PATCH", f"/v12/deployments/{other['id']}/cancel")
    await room.advance(60)
    assert await state(room, other["id"]) == "CANCELED"
    refused = await room.refused("PATCH", f"/v12/deployments/{other['id']}/cancel")
    assert refused[:2] == (400, "bad_request")
    assert room.announced()[-2:] == ["deployment.created", "deployment.canceled"]


async def test_a_blocking_check_holds_the_host_names_back(room: Room) -> None:
    made = await room.deploy(target="production")
    path = f"/v1/deployments/{made['id']}/checks"
    check = await room.ok("POST", path, {"name": "Smoke", "blocking": True})
    await room.advance(30)
    assert "deployment.succeeded" not in room.announced()
    failed = {"status": "completed", "conclusion": "failed"}
    assert (await room.refused("PATCH", f"{path}/{check['id']}", {"status": "completed"}))[0] == 400
    await room.ok("PATCH", f"{path}/{check['id']}", failed)
    shown = await room.ok("GET", f"/v13/deployments/{made['id']}")
    assert (shown["checksConclusion"], shown["alias"]) == ("failed", [])
    assert room.announced()[-1] == "deployment.checks.failed"
    assert (await room.refused("POST", path, {"name": "Late", "blocking": True}))[0] == 400


async def test_files_that_nobody_uploaded_are_named(room: Room) -> None:
    sha = hashlib.sha1(b"x").hexdigest()
    body = {"name": "platform", "files": [{"file": "a", "sha": sha}]}
    answer = await room.call("POST", "/v13/deployments", body)
    assert answer.json()["error"] == {"code": "missing_files", "message": "Missing files", "missing": [sha]}
    wrong = await room.client.post("/v2/files", content=b"y", headers={"x-vercel-digest": sha})
    assert wrong.status_code == 400


async def test_lists_are_pages_of_instants(room: Room) -> None:
    ids = [(await room.deploy())["id"] for _ in range(5)]
    seen: list[str] = []
    path = "/v7/deployments?limit=2"
    while True:
        page = await room.ok("GET", path)
        seen += [each["uid"] for each in page["deployments"]]
        if page["pagination"]["next"] is None:
            break
        path = f"/v7/deployments?limit=2&until={page['pagination']['next']}"
    assert seen == ids[::-1]


async def test_a_webhook_gets_signed_events_of_its_projects_alone(room: Room) -> None:
    other = await room.ok("POST", "/v11/projects", {"name": "other"})
    hook = {"url": "http://127.0.0.1:9/", "events": HOOKS}
    mine = await room.ok("POST", "/v1/webhooks", hook | {"projectIds": [PROJECT_ID]})
    await room.ok("POST", "/v1/webhooks", hook | {"projectIds": [other["id"]]})
    await room.deploy()
    [delivery] = room.tx().every(DELIVERIES)
    assert delivery["endpoint"] == mine["id"]
    assert vercel.webhooks is not None
    body = b'{"a":1}'
    signed = dict(vercel.webhooks.sign([mine["secret"]], "id", 0, body))
    expected = hmac.new(mine["secret"].encode(), body, "sha1").hexdigest()
    assert signed["x-vercel-signature"] == expected


async def test_a_drain_gets_the_lines_of_builds(room: Room) -> None:
    body = {"url": "http://127.0.0.1:9/", "sources": ["build"], "deliveryFormat": "ndjson"}
    await room.ok("POST", "/v1/log-drains", body)
    await room.ok("POST", "/v1/log-drains", body | {"sources": ["lambda"], "deliveryFormat": "json"})
    await room.deploy()
    await room.advance(30)
    found = [each for each in room.tx().every(DELIVERIES) if each["type"] == "log-drain"]
    assert len(found) == 3
    line = found[0]["request_body"]
    assert line.endswith("\n")
    assert orjson.loads(line)["message"] == "Running build in iad1"
    assert len(await room.ok("GET", "/v1/webhooks")) == 0


def cron_files(*crons: Any) -> dict[str, str]:
    return {"file": "vercel.json", "data": orjson.dumps({"crons": list(crons)}).decode()}


async def test_crons_are_called_by_the_worlds_clock(room: Room) -> None:
    await room.variable("CRON_SECRET", "s3cret", type="sensitive", target=["production"])
    await room.ok("POST", f"/v10/projects/{PROJECT_ID}/domains", {"name": "localhost:9"})
    cron = {"path": "/api/sweep", "schedule": "0 5 * * *"}
    await room.deploy(cron_files(cron), target="production")
    await room.advance(2 * 24 * 3600)
    visits = [each for each in room.tx().every(DELIVERIES) if each["type"] == "visit"]
    assert [each["url"] for each in visits] == ["http://localhost:9/api/sweep"] * 2
    times = [each["attempts"][0]["world_time"] for each in visits]
    assert times == ["2026-03-02T05:00:00.000Z", "2026-03-03T05:00:00.000Z"]
    headers = dict(visits[0]["visit"]["headers"])
    assert headers["User-Agent"] == "vercel-cron/1.0"
    assert headers["Authorization"] == "Bearer s3cret"
    room.trigger("cron", path="/api/sweep")
    await room.deploy(target="production")
    await room.advance(3 * 24 * 3600)
    visits = [each for each in room.tx().every(DELIVERIES) if each["type"] == "visit"]
    assert len(visits) == 3
    assert room.world.clock.now() > instants.parse("2026-03-06T00:00:00Z")


@pytest.mark.parametrize("schedule", ["* * * * * *", "@daily", "0 0 1 * 1", "61 * * * *", "0 0 * * MON", ""])
async def test_crons_that_vercel_does_not_take(room: Room, schedule: str) -> None:
    assert not valid(schedule)
    body = {"name": "platform", "files": [cron_files({"path": "/a", "schedule": schedule})]}
    assert (await room.refused("POST", "/v13/deployments", body))[1] == "invalid_cron_expression"


async def test_triggers_lead_a_deployment_where_it_is_wanted(room: Room) -> None:
    assert room.trigger("deployment.created")["readyState"] == "QUEUED"
    done = room.trigger("deployment.succeeded", branch="new", target=None)
    assert done["alias"] == ["platform-git-new-greenroom.vercel.app"]
    assert room.trigger("deployment.error")["errorMessage"].startswith("Command")
    assert room.trigger("deployment.canceled")["readyState"] == "CANCELED"


async def test_deleting_a_project_takes_everything_along(room: Room) -> None:
    await room.variable()
    await room.deploy(cron_files({"path": "/a", "schedule": "* * * * *"}), target="production")
    await room.advance(30)
    await room.ok("DELETE", f"/v9/projects/{PROJECT_ID}")
    await room.advance(300)
    left = {row[0] for row in room.state()}
    assert not {"vercel.variable", "vercel.deployment", "vercel.alias", "vercel.domain"} & left
    assert (await room.refused("GET", ENV))[0] == 404


async def test_a_story_is_deployed(room: Room) -> None:
    refs = room.told({"name": "starter", "seed": "7"})
    shown = await room.ok("GET", f"/v13/deployments/{refs['vercel.deployment.platform']}")
    assert (shown["readyState"], shown["target"]) == ("READY", "production")
