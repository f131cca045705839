"""Environment variables: targets, branches, types, who may read them, and which of two wins."""

from typing import Any

import pytest

from mocks.vercel.resources.accounts import TEAM_ID, USER_ID
from mocks.vercel.seed import PROJECT_ID
from tests.mocks.vercel.room import ENV, Room

SINGLE = f"/v1/projects/{PROJECT_ID}/env"


async def test_an_encrypted_value_is_cipher_text_until_somebody_asks_for_it(room: Room) -> None:
    made = await room.variable(value="s3cret")
    assert made["value"] != "s3cret"
    assert (made["decrypted"], made["type"]) == (False, "encrypted")
    [listed] = (await room.ok("GET", ENV))["envs"]
    assert listed["value"] == made["value"]
    [listed] = (await room.ok("GET", f"{ENV}?decrypt=true"))["envs"]
    assert (listed["value"], listed["decrypted"]) == ("s3cret", True)
    assert (await room.ok("GET", f"{SINGLE}/{made['id']}"))["value"] == "s3cret"


async def test_a_sensitive_value_is_never_shown_again(room: Room) -> None:
    made = await room.variable(value="s3cret", type="sensitive", target=["production"])
    [listed] = (await room.ok("GET", f"{ENV}?decrypt=true"))["envs"]
    assert (made["value"], listed["value"]) == ("", "")
    assert (await room.ok("GET", f"{SINGLE}/{made['id']}"))["decrypted"] is False
    pulled = await room.ok("GET", f"/v3/env/pull/{PROJECT_ID}/production")
    assert pulled["env"]["API_URL"] == ""


@pytest.mark.parametrize(
    ("role", "production", "preview"),
    [("MEMBER", True, True), ("DEVELOPER", False, True), ("VIEWER", False, False)],
)
async def test_who_may_read_depends_on_the_role(
    room: Room, role: str, production: bool, preview: bool
) -> None:
    await room.variable("P", "1", target=["production"])
    await room.variable("Q", "2", target=["preview"])
    await room.ok("PATCH", f"/v1/teams/{TEAM_ID}/members/{USER_ID}", {"role": role})
    listed = await room.ok("GET", f"{ENV}?decrypt=true")
    shown = {each["key"]: each["decrypted"] for each in listed["envs"]}
    assert shown == {"P": production, "Q": preview}
    assert listed["hiddenProductionEnvCount"] == [production, preview].count(False)
    body = {"key": "R", "value": "3", "type": "plain", "target": ["production"]}
    answer = await room.call("POST", ENV, body)
    assert answer.status_code == (201 if production else 403)


async def test_a_name_may_be_given_once_for_each_environment_and_branch(room: Room) -> None:
    await room.variable(target=["preview"])
    await room.variable(value="branch", target=["preview"], gitBranch="new")
    body = {"key": "API_URL", "value": "x", "type": "plain", "target": ["preview", "production"]}
    status, code, message = await room.refused("POST", ENV, body)
    assert (status, code) == (400, "ENV_CONFLICT")
    assert "`API_URL` already exists for the target preview,production on branch undefined" in message
    # An upsert replaces only what is there for exactly the same environments.
    assert (await room.refused("POST", f"{ENV}?upsert=true", body))[1] == "ENV_CONFLICT"
    await room.ok("POST", f"{ENV}?upsert=true", body | {"target": ["preview"]})
    for path, value in (("/preview", "x"), ("/preview/new", "branch"), ("/preview/other", "x")):
        pulled = await room.ok("GET", f"/v3/env/pull/{PROJECT_ID}{path}")
        assert pulled["env"]["API_URL"] == value


async def test_of_several_the_good_ones_are_added_and_the_others_told(room: Room) -> None:
    body = {"key": "A", "value": "1", "type": "plain", "target": ["production"]}
    done = await room.ok("POST", ENV, [body, body, body | {"key": "1A"}, body | {"key": "B"}])
    assert [each["key"] for each in done["created"]] == ["A", "B"]
    assert [each["error"]["code"] for each in done["failed"]] == ["ENV_CONFLICT", "bad_request"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"key": "1A"}, "invalid characters"),
        ({"key": None}, "should have required property `key`"),
        ({"value": 7}, "`value` should be string"),
        ({"type": "other"}, "should be equal to one of the allowed values"),
        ({"target": ["moon"]}, "should be equal to one of the allowed values"),
        ({"target": []}, "should have required property `target`"),
        ({"extra": 1}, "should NOT have additional property `extra`"),
        ({"type": "sensitive", "target": ["development"]}, "target to development"),
        ({"gitBranch": "x", "target": ["production"]}, "git branch"),
        ({"value": "x" * 65_536}, "64KB"),
    ],
)
async def test_what_vercel_refuses_is_refused(room: Room, change: dict[str, Any], message: str) -> None:
    body: dict[str, Any] = {"key": "A", "value": "1", "type": "plain", "target": ["production"], **change}
    before = room.state()
    status, code, said = await room.refused(
        "POST", ENV, {name: value for name, value in body.items() if value is not None}
    )
    assert (status, code) == (400, "bad_request")
    assert message in said
    assert room.state() == before


async def test_shared_variables_reach_their_projects_and_own_ones_win(room: Room) -> None:
    shared = {"evs": [{"key": "A", "value": "team"}, {"key": "B", "value": "team"}], "target": ["preview"]}
    await room.ok("POST", "/v1/env", shared | {"projectId": [PROJECT_ID]})
    await room.variable("A", "own", target=["preview"])
    pulled = (await room.ok("GET", f"/v3/env/pull/{PROJECT_ID}/preview"))["env"]
    assert (pulled["A"], pulled["B"]) == ("own", "team")
    done = await room.ok("POST", "/v1/env", shared)
    assert [each["error"]["code"] for each in done["failed"]] == ["ENV_CONFLICT", "ENV_CONFLICT"]


async def test_a_deployment_is_told_where_it_is_and_of_what_commit(room: Room) -> None:
    git = {"type": "github", "org": "northwind", "repo": "shop", "ref": "main", "sha": "a" * 40}
    body = {"name": "platform", "gitSource": git, "target": "production"}
    made = await room.ok("POST", "/v13/deployments", body)
    await room.advance(60)
    told = (await room.ok("GET", f"/v3/env/pull/{made['id']}"))["env"]
    assert (told["VERCEL_ENV"], told["VERCEL_URL"]) == ("production", made["url"])
    assert told["VERCEL_PROJECT_PRODUCTION_URL"] == "platform.vercel.app"
    assert (told["VERCEL_GIT_REPO_OWNER"], told["VERCEL_GIT_COMMIT_SHA"]) == ("northwind", "a" * 40)
    pulled = (await room.ok("GET", f"/v3/env/pull/{PROJECT_ID}/production"))["env"]
    assert (pulled["VERCEL_URL"], pulled["VERCEL_GIT_COMMIT_SHA"]) == ("", "")


async def test_changes_and_removal(room: Room) -> None:
    first, second = await room.variable("A"), await room.variable("B")
    path = f"/v9/projects/{PROJECT_ID}/env/{first['id']}"
    assert (await room.refused("PATCH", path, {"key": "B"}))[1] == "ENV_CONFLICT"
    changed = await room.ok("PATCH", path, {"target": "preview", "comment": "x"})
    assert (changed["target"], changed["comment"]) == (["preview"], "x")
    done = await room.ok("DELETE", SINGLE, {"ids": [first["id"], second["id"], "unknown"]})
    assert done == {"deleted": 2, "ids": [first["id"], second["id"]]}
    assert await room.refused("PATCH", path, {}) == (404, "not_found", "Environment Variable not found.")


async def test_an_environment_of_ones_own_takes_its_variables_along(room: Room) -> None:
    made = await room.ok("POST", f"/v9/projects/{PROJECT_ID}/custom-environments", {"slug": "qa"})
    await room.variable("A", "1", target=None, customEnvironmentIds=[made["id"]])
    assert (await room.ok("GET", f"/v3/env/pull/{PROJECT_ID}/qa"))["env"]["A"] == "1"
    await room.ok("DELETE", f"/v9/projects/{PROJECT_ID}/custom-environments/qa")
    assert (await room.ok("GET", ENV))["envs"] == []


async def test_the_personal_account_does_not_see_the_teams_project(room: Room) -> None:
    assert await room.refused("GET", f"/v9/projects/{PROJECT_ID}", team=None) == (
        404,
        "not_found",
        "Project not found.",
    )
    made = await room.ok("POST", "/v11/projects", {"name": "platform"}, team=None)
    assert made["accountId"] == USER_ID
