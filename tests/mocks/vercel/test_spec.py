"""Every answer against Vercel's own OpenAPI document, where that has the operation."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from mocks.vercel.provider import EVENTS, vercel
from mocks.vercel.resources.accounts import TEAM_ID
from mocks.vercel.seed import PROJECT_ID
from tests.mocks.vercel.room import ENV, NEWER, Room, Spec

UNPUBLISHED = {
    *("pullEnv", "pullEnvTarget", "pullEnvBranch"),
    *("inviteUserToTeam", "requestRollback", "getProjectsByIdOrNameCustomEnvironments"),
    *("listDeploymentBuilds", "listRequestLogs", "addProjectAlias"),
}
"""Served, and not in the document: what the CLI uses, and what is newer."""

vercel.load()


@pytest.fixture
async def strict(tmp_path: Path, specs: Path) -> AsyncIterator[Room]:
    room = Room.open(tmp_path, Spec(specs))
    yield room
    await room.close()


class Caller:
    """Calls operations, each answer checked, and notes their ids."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.called: set[str] = set()

    async def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        found = vercel.routes.find(method, path.partition("?")[0])
        assert isinstance(found, tuple), path
        self.called.add(found[0].id)
        return await self.room.ok(method, path, body, **more)


async def play_projects(ok: Caller) -> None:
    await ok("POST", "/v1/projects", {"name": "old"})
    variable = {"key": "A", "value": "1", "type": "plain", "target": ["development"]}
    linked = {"type": "github", "repo": "northwind/shop"}
    shop = await ok(
        "POST",
        "/v11/projects",
        {
            "name": "shop",
            "framework": "nextjs",
            "environmentVariables": [variable],
            "gitRepository": linked,
        },
    )
    await ok("GET", "/v10/projects")
    await ok("GET", "/v9/projects?limit=1")
    await ok("GET", f"/v9/projects/{shop['id']}")
    await ok("PATCH", f"/v9/projects/{shop['id']}", {"buildCommand": "make", "nodeVersion": "20.x"})
    environments = f"/v9/projects/{PROJECT_ID}/custom-environments"
    matcher = {"type": "startsWith", "pattern": "qa/"}
    made = await ok("POST", environments, {"slug": "qa", "description": "QA", "branchMatcher": matcher})
    await ok("GET", environments)
    await ok("GET", environments.removeprefix("/v9"))
    await ok("GET", f"{environments}/qa")
    await ok("DELETE", f"{environments}/{made['id']}")
    domains = f"/v9/projects/{PROJECT_ID}/domains"
    await ok("POST", domains.replace("v9", "v10"), {"name": "shop.test"})
    await ok("GET", domains)
    await ok("GET", f"{domains}/shop.test")
    await ok("PATCH", f"{domains}/shop.test", {"redirect": "www.shop.test", "redirectStatusCode": 308})
    await ok("GET", "/v6/domains/shop.test/config")
    await ok.room.advance(10)
    await ok("POST", f"{domains}/shop.test/verify")
    await ok("DELETE", f"{domains}/shop.test", {})
    await ok("DELETE", "/v9/projects/shop")


async def play_variables(ok: Caller) -> None:
    body = {"key": "API_URL", "value": "https://a.test", "type": "encrypted", "target": ["production"]}
    first = (await ok("POST", ENV, body | {"comment": "x"}))["created"]
    many = [body | {"target": ["preview"], "gitBranch": "new"}, body]
    done = await ok("POST", ENV, many)
    assert [len(done["created"]), len(done["failed"])] == [1, 1]
    await ok("GET", f"{ENV}?decrypt=true")
    await ok("GET", ENV.replace("v10", "v9"))
    await ok("GET", f"/v1/projects/{PROJECT_ID}/env/{first['id']}")
    await ok("PATCH", f"/v9/projects/{PROJECT_ID}/env/{first['id']}", {"value": "https://b.test"})
    await ok("PATCH", f"{ENV}/{first['id']}", {"value": "https://c.test"})
    for path in ("", "/production", "/preview/new"):
        await ok("GET", f"/v3/env/pull/{PROJECT_ID}{path}")
    await ok("DELETE", f"/v9/projects/{PROJECT_ID}/env/{first['id']}")
    again = (await ok("POST", ENV, body))["created"]
    await ok("DELETE", f"{ENV}/{again['id']}")
    await ok("DELETE", f"/v1/projects/{PROJECT_ID}/env", {"ids": [done["created"][0]["id"]]})
    shared = {"evs": [{"key": "S", "value": "1", "comment": "c"}], "type": "encrypted", "target": ["preview"]}
    made = (await ok("POST", "/v1/env", shared | {"projectId": [PROJECT_ID]}))["created"][0]
    await ok("GET", "/v1/env")
    await ok("GET", f"/v1/env/{made['id']}")
    await ok("PATCH", "/v1/env", {"updates": {made["id"]: {"value": "2"}}})
    await ok("PATCH", f"/v1/env/{made['id']}/unlink/{PROJECT_ID}")
    await ok("DELETE", "/v1/env", {"ids": [made["id"]]})


async def play_deployments(ok: Caller) -> None:
    sha = hashlib.sha1(b"hello").hexdigest()
    answer = await ok.room.client.post("/v2/files", content=b"hello", headers={"x-vercel-digest": sha})
    assert answer.status_code == 200
    ok.called.add("uploadFile")
    files = [{"file": "a.txt", "sha": sha, "size": 5}]
    body = {"name": "platform", "files": files, "target": "production", "meta": {"a": "b"}}
    made = await ok("POST", "/v13/deployments", body)
    path = f"/v1/deployments/{made['id']}/checks"
    check = await ok("POST", path, {"name": "Lighthouse", "blocking": True, "path": "/"})
    await ok("GET", path)
    await ok("GET", f"{path}/{check['id']}")
    await ok("POST", f"{path}/{check['id']}/rerequest")
    await ok.room.advance(30)
    await ok("PATCH", f"{path}/{check['id']}", {"status": "completed", "conclusion": "succeeded"})
    shown = await ok("GET", f"/v13/deployments/{made['id']}")
    assert (shown["readyState"], shown["readySubstate"]) == ("READY", "PROMOTED")
    await ok("GET", f"/v13/deployments/{shown['alias'][0]}")
    await ok("GET", "/v7/deployments?target=production")
    await ok("GET", "/v6/deployments")
    await ok("GET", f"/v6/deployments/{made['id']}/files")
    await ok("GET", f"/v3/deployments/{made['id']}/events")
    follow = await ok.room.call("GET", f"/v3/deployments/{made['id']}/events?follow=1")
    assert len(follow.text.splitlines()) == 3
    logs = f"/v1/projects/{PROJECT_ID}/deployments/{made['id']}/runtime-logs"
    assert (await ok.room.call("GET", logs)).content == b""
    ok.called.add("getRuntimeLogs")
    await ok("POST", f"/v10/projects/{PROJECT_ID}/promote/{made['id']}")
    await ok("POST", f"/v1/projects/{PROJECT_ID}/rollback/{made['id']}")
    await ok("GET", f"/v1/projects/{PROJECT_ID}/promote/aliases")
    await ok("POST", f"/v2/deployments/{made['id']}/aliases", {"alias": "extra.vercel.app"})
    await ok("GET", f"/v2/deployments/{made['id']}/aliases")
    await ok("GET", "/v4/aliases")
    await ok("GET", "/v4/aliases/extra.vercel.app")
    await ok("GET", f"/v9/projects/{PROJECT_ID}")
    await ok("DELETE", "/v2/aliases/extra.vercel.app")
    other = await ok("POST", "/v13/deployments", {"name": "platform", "deploymentId": made["id"]})
    await ok("PATCH", f"/v12/deployments/{other['id']}/cancel")
    await ok("DELETE", f"/v13/deployments/{other['id']}")


async def play_command_line(ok: Caller) -> None:
    """Call the older paths that the command line uses, and the account's domains."""
    body = {"name": "platform", "project": PROJECT_ID, "target": "production"}
    made = await ok("POST", "/v13/deployments", body | {"files": [{"file": "index.html", "data": "<p>"}]})
    await ok.room.advance(30)
    await ok("GET", f"/v11/deployments/{made['id']}/builds")
    await ok("GET", f"/api/logs/request-logs?projectId={PROJECT_ID}")
    await ok("POST", f"/v9/projects/{PROJECT_ID}/rollback/{made['id']}")
    await ok("POST", f"/now/deployments/{made['id']}/aliases", {"alias": "mine.vercel.app"})
    await ok("GET", f"/now/deployments/{made['id']}/aliases")
    await ok("GET", "/v3/now/aliases")
    await ok("GET", "/now/aliases/mine.vercel.app")
    await ok("DELETE", "/now/aliases/mine.vercel.app")
    await ok("DELETE", f"/now/deployments/{made['id']}")
    for name in ("www.mine.test", "other.test"):
        await ok("POST", f"/projects/{PROJECT_ID}/alias", {"domain": name, "target": "PRODUCTION"})
    await ok("GET", "/v4/domains/www.mine.test/config")
    first = await ok("GET", "/v5/domains?limit=1")
    assert [each["name"] for each in first["domains"]] == ["other.test"]
    rest = await ok("GET", f"/v5/domains?limit=1&until={first['pagination']['next']}")
    assert [each["name"] for each in rest["domains"]] == ["mine.test"]
    assert (await ok("GET", "/v5/domains/mine.test"))["domain"]["verified"] is False
    await ok("GET", "/v4/domains/mine.test")
    assert (await ok("GET", "/v4/certs"))["certs"] == []
    await ok.room.advance(10)
    await ok("POST", f"/v9/projects/{PROJECT_ID}/domains/www.mine.test/verify")
    [certificate] = (await ok("GET", "/v4/certs"))["certs"]
    assert certificate["cns"] == ["www.mine.test"]
    await ok.room.advance(61 * 86_400)
    [renewed] = (await ok("GET", "/v4/certs"))["certs"]
    assert renewed["expiration"] > certificate["expiration"]
    await ok("DELETE", "/v6/domains/mine.test")
    await ok("DELETE", "/v3/domains/other.test")
    assert await ok.room.refused("GET", "/v5/domains/mine.test")


async def play_accounts(ok: Caller) -> None:
    await ok("GET", "/v2/user")
    await ok("GET", "/v2/teams")
    await ok("GET", "/v1/teams")
    made = await ok("POST", "/v1/teams", {"slug": "harbour-tea"})
    assert (await ok("GET", "/v2/teams/harbour-tea"))["id"] == made["id"]
    await ok("GET", f"/v2/teams/{TEAM_ID}")
    await ok("GET", "/teams/greenroom")
    await ok("GET", f"/v3/teams/{TEAM_ID}/members")
    invited = await ok(
        "POST", f"/v2/teams/{TEAM_ID}/members", [{"email": "bo@shop.test", "role": "DEVELOPER"}]
    )
    await ok("PATCH", f"/v1/teams/{TEAM_ID}/members/{invited['uid']}", {"role": "VIEWER"})
    await ok("DELETE", f"/v1/teams/{TEAM_ID}/members/{invited['uid']}")
    await ok("GET", "/v6/user/tokens")
    await ok("GET", "/v5/user/tokens")
    token = await ok("POST", "/v3/user/tokens", {"name": "CI", "expiresAt": 1_800_000_000_000})
    await ok("GET", "/v5/user/tokens/current")
    await ok("DELETE", f"/v3/user/tokens/{token['token']['id']}")
    hook = await ok(
        "POST", "/v1/webhooks", {"url": "http://127.0.0.1:9/", "events": ["deployment.ready"],
                                 "projectIds": [PROJECT_ID]}
    )  # fmt: skip
    await ok("GET", "/v1/webhooks")
    await ok("GET", f"/v1/webhooks/{hook['id']}")
    await ok("DELETE", f"/v1/webhooks/{hook['id']}")
    drain = await ok(
        "POST",
        "/v1/log-drains",
        {"url": "http://127.0.0.1:9/", "deliveryFormat": "json", "sources": ["build"]},
    )
    await ok("GET", "/v1/log-drains")
    await ok("GET", f"/v1/log-drains/{drain['id']}")
    await ok("DELETE", f"/v1/log-drains/{drain['id']}")


async def test_every_operation_that_is_served_answers_as_the_spec_says(strict: Room) -> None:
    ok = Caller(strict)
    for part in (play_projects, play_variables, play_deployments, play_command_line, play_accounts):
        await part(ok)
    assert set(vercel.operations) - ok.called == set()


async def test_operations_have_the_specs_own_ids_paths_and_statuses(strict: Room) -> None:
    spec = strict.spec
    assert spec is not None
    paths = {
        operation["operationId"]: path
        for path, item in spec.document["paths"].items()
        for operation in item.values()
        if isinstance(operation, dict) and "operationId" in operation
    }
    for id, operation in vercel.operations.items():
        if id in UNPUBLISHED or "-" in id:
            continue
        assert str(operation.status) in spec.operations[id]["responses"], id
        assert NEWER.get(id, operation.path) == paths[id], id


def test_the_event_types_are_the_specs(specs: Path) -> None:
    body = Spec(specs).operations["createWebhook"]["requestBody"]["content"]["application/json"]["schema"]
    assert set(EVENTS) == set(body["properties"]["events"]["items"]["enum"])
