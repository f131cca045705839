"""Requests that Schemathesis makes of Vercel's own document: no 5xx, valid answers, no trace of what was refused."""

import asyncio
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from mocks.vercel.provider import vercel
from mocks.vercel.resources.accounts import TEAM_ID, USER_ID
from mocks.vercel.seed import PROJECT_ID
from tests.mocks.vercel.room import Room, Spec

Json = Any
vercel.load()


@dataclass
class Target:
    """A room with one of each thing in it, whose ids are in `things` by the name of the path's parameter."""

    room: Room
    runner: asyncio.Runner
    things: dict[str, str]

    def send(self, method: str, path: str, query: Json, body: Json) -> tuple[int, Json, bool]:
        """Send a request; return status, body, and whether it left everything as it was."""
        before = self.room.state()
        address = path + ("?" + "&".join(f"{name}={value}" for name, value in query.items()) if query else "")
        answer = self.runner.run(self.room.call(method, address, body))
        told = answer.json() if answer.content and "stream" not in answer.headers["content-type"] else None
        return answer.status_code, told, self.room.state() == before


@pytest.fixture(scope="module")
def target(specs: Path) -> Iterator[Target]:
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        room = Room.open(Path(folder), Spec(specs))
        yield Target(room, runner, runner.run(furnish(room)))
        runner.run(room.close())


async def furnish(room: Room) -> dict[str, str]:
    """Make one of each thing; return their ids by the path's parameters."""
    deployment = await room.deploy(target="production")
    check = await room.ok(
        "POST", f"/v1/deployments/{deployment['id']}/checks", {"name": "A", "blocking": False}
    )
    await room.advance(30)
    hook = await room.ok(
        "POST", "/v1/webhooks", {"url": "http://127.0.0.1:9/", "events": ["project.created"]}
    )
    drain = {"url": "http://127.0.0.1:9/", "deliveryFormat": "json", "sources": ["edge"]}
    shared = {"evs": [{"key": "S", "value": "1"}], "type": "encrypted", "target": ["preview"]}
    environments = f"/v9/projects/{PROJECT_ID}/custom-environments"
    return {
        "idOrName": PROJECT_ID,
        "projectId": PROJECT_ID,
        "deploymentId": deployment["id"],
        "idOrUrl": deployment["id"],
        "teamId": TEAM_ID,
        "uid": USER_ID,
        "checkId": check["id"],
        "domain": "platform.vercel.app",
        "aliasId": "platform.vercel.app",
        "idOrAlias": "platform.vercel.app",
        "environmentSlugOrId": (await room.ok("POST", environments, {"slug": "qa"}))["id"],
        "tokenId": (await room.ok("POST", "/v3/user/tokens", {"name": "x"}))["token"]["id"],
        "/v1/projects/{idOrName}/env/{id}": (await room.variable())["id"],
        "/v1/webhooks/{id}": hook["id"],
        "/v1/log-drains/{id}": (await room.ok("POST", "/v1/log-drains", drain))["id"],
        "/v1/env/{id}": (await room.ok("POST", "/v1/env", shared))["created"][0]["id"],
        "id": deployment["id"],
    }


def served(spec: Spec) -> Json:
    """Return of Vercel's document the operations that are served, without their answers."""
    paths: dict[str, Json] = {}
    for path, item in spec.document["paths"].items():
        for method, operation in item.items():
            if isinstance(operation, dict) and operation.get("operationId") in vercel.operations:
                answers = {"default": {"description": "any"}}
                paths.setdefault(path, {})[method] = operation | {"responses": answers}
    kept = {name: spec.document[name] for name in ("openapi", "info", "components")}
    return kept | {"paths": paths}


@pytest.fixture(scope="module")
def operations(specs: Path) -> dict[str, Any]:
    schema = schemathesis.openapi.from_dict(served(Spec(specs)))
    return {found.ok().definition.raw["operationId"]: found.ok() for found in schema.get_all_operations()}


REMOVING = {"deleteProject", "deleteDeployment", "removeTeamMember"}
OWN = {"inviteUserToTeam", "pullEnv", "pullEnvBranch", "pullEnvTarget", "requestRollback", "uploadFile"}
OWN |= {"getProjectsByIdOrNameCustomEnvironments", "listDeploymentBuilds", "listRequestLogs"}
OWN |= {"addProjectAlias"}
"""Served, and not in the document, or not JSON."""


PUBLISHED = [each for each in vercel.operations if "-" not in each and each not in OWN]


@pytest.mark.parametrize(
    "id", sorted(PUBLISHED, key=lambda name: (vercel.operations[name].method == "DELETE", name))
)
def test_no_request_breaks_an_operation(id: str, target: Target, operations: dict[str, Any]) -> None:
    operation = operations[id]
    others = st.sampled_from(sorted(target.things.values())) | st.just("x%20y")

    @seed(7)
    @settings(
        max_examples=15,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), other=st.none() | others)
    def run(case: Any, other: str | None) -> None:
        path = operation.path
        if id in REMOVING:
            other = other or "unknown"
        for name, thing in target.things.items():
            if name.startswith("/") and path.startswith(name):
                path = path.replace("{id}", other or thing)
        for name, thing in target.things.items():
            path = path.replace(f"{{{name}}}", other or thing)
        if id in REMOVING and (PROJECT_ID in path or "dpl_" in path):
            return
        query = {
            name: value
            for name, value in dict(case.query or {}).items()
            if name not in ("teamId", "slug") and str(value).isascii() and str(value).isalnum()
        }
        body = case.body if isinstance(case.body, dict | list) else None
        status, told, untouched = target.send(operation.method.upper(), path, query, body)
        assert status < 500, told
        if status >= 400:
            assert {"code", "message"} <= set(told["error"])
            assert untouched

    run()
