"""Requests that Schemathesis makes of the Frontend API's document: no 5xx, valid answers, no trace of what was refused."""

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

from mocks.clerk.frontend import API
from mocks.clerk.provider import clerk
from tests.mocks.clerk.published import METHODS, frontend, read
from tests.mocks.clerk.room import OWN, Room
from tests.mocks.clerk.tab import Tab

Json = Any
clerk.load()
LAST = {"frontend/deleteUser", "frontend/deleteOrganization", "frontend/deleteClientSessions"}


def order(id: str) -> tuple[bool, bool, str]:
    """Leave what signs out and takes things away for the end, so that the others find them."""
    return id in LAST, clerk.operations[id].method == "DELETE", id


SERVED = sorted((id for id in clerk.operations if id.startswith("frontend/") and id not in OWN), key=order)


@dataclass
class Target:
    """A browser that is signed in, and one of each thing; `things` are ids by the name of the path's parameter."""

    tab: Tab
    runner: asyncio.Runner
    things: dict[str, str]


@pytest.fixture(scope="module")
def target(specs: Path) -> Iterator[Target]:
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        room = Room.open(Path(folder))
        tab = Tab(room, frontend(specs))
        yield Target(tab, runner, runner.run(furnish(room, tab)))
        runner.run(room.close())


async def furnish(room: Room, tab: Tab) -> dict[str, str]:
    """Sign in and make one of each thing; return their ids."""
    await tab.open()
    begun = await tab.response(
        "POST", "/v1/client/sign_ups", {"email_address": "x+clerk_test@northwind.test"}
    )
    waiting = await tab.response("POST", "/v1/client/sign_ins")
    await room.user("ada+clerk_test@northwind.test", password="correct horse battery")
    session = await tab.sign_in()
    user = session["user"]["id"]
    made = await tab.response("POST", "/v1/organizations", {"name": "Northwind"})
    path = f"/v1/organizations/{made['id']}"
    invited = await tab.response(
        "POST", f"{path}/invitations", {"email_address": "g@h.test", "role": "org:member"}
    )
    domain = await tab.response("POST", f"{path}/domains", {"name": "northwind.test"})
    email = await tab.response(
        "POST", "/v1/me/email_addresses", {"email_address": "b+clerk_test@northwind.test"}
    )
    phone = await tab.response("POST", "/v1/me/phone_numbers", {"phone_number": "+15555550100"})
    await room.ok("POST", "/jwt_templates", {"name": "hasura", "claims": {}})
    return {
        "sign_up_id": begun["id"],
        "sign_in_id": waiting["id"],
        "session_id": session["id"],
        "user_id": user,
        "organization_id": made["id"],
        "invitation_id": invited["id"],
        "domain_id": domain["id"],
        "email_id": email["id"],
        "phone_number_id": phone["id"],
        "template_name": "hasura",
        "suggestion_id": "orgsug_x",
        "request_id": "orgsug_x",
        "external_account_id": "eac_x",
    }


@pytest.fixture(scope="module")
def operations(specs: Path) -> dict[str, Any]:
    document = read(specs, "clerk.fapi.yaml")
    names = {id.removeprefix("frontend/") for id in SERVED}
    paths: dict[str, Json] = {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in METHODS and operation["operationId"] in names:
                answers = {"default": {"description": "any"}}
                paths.setdefault(path, {})[method] = operation | {"responses": answers}
    components = {name: document["components"][name] for name in ("schemas", "parameters")}
    reduced = {
        "openapi": document["openapi"],
        "info": document["info"],
        "paths": paths,
        "components": components,
    }
    schema = schemathesis.openapi.from_dict(reduced)
    found = {each.ok().definition.raw["operationId"]: each.ok() for each in schema.get_all_operations()}
    assert set(found) == names
    return found


@pytest.mark.parametrize("id", SERVED)
def test_no_request_breaks_an_operation(id: str, target: Target, operations: dict[str, Any]) -> None:
    operation, room = operations[id.removeprefix("frontend/")], target.tab.room
    ids = st.sampled_from(sorted(target.things.values()))

    @seed(7)
    @settings(
        max_examples=12,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), real=st.booleans(), other=st.none() | ids)
    def run(case: Any, real: bool, other: str | None) -> None:
        path = operation.path
        for name, thing in target.things.items():
            path = path.replace(f"{{{name}}}", other or thing)
        form = case.body if isinstance(case.body, dict) else None
        if form is not None and real:
            form = {name: target.things.get(name, value) for name, value in form.items()}
        query = {name: value for name, value in (case.query or {}).items() if not name.startswith("_")}
        before = room.state()
        answer = target.runner.run(target.tab.call(operation.method.upper(), path, form, **query))
        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400:
            assert {"errors", "clerk_trace_id"} == set(answer.json())
            assert answer.json()["errors"][0]["code"] in COUNTED or room.state() == before

    run()


COUNTED = ("form_code_incorrect", "form_password_incorrect")
"""Refusals that count a failed attempt."""


def test_the_operations_are_those_of_the_document(specs: Path) -> None:
    document = frontend(specs)
    for id in SERVED:
        path, method, _ = document.operations[id.removeprefix("frontend/")]
        operation = clerk.operations[id]
        plain = path.replace("{organizationID}", "{organization_id}")
        assert (operation.path, operation.method) == (f"{API}{plain}", method)
