"""Requests that Schemathesis makes of Clerk's own document: no 5xx, valid answers, no trace of what was refused."""

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

from mocks.clerk.provider import clerk
from tests.mocks.clerk.published import METHODS, published, read
from tests.mocks.clerk.room import Room, backend_operations

Json = Any


def order(id: str) -> tuple[bool, str]:
    """Leave what takes things away for the end, so that the others find them."""
    return clerk.operations[id].method == "DELETE", id


PUBLISHED = sorted(backend_operations() - {"getHealth"}, key=order)


@dataclass
class Target:
    """A room with one of each thing in it, whose ids are in `things` by the name of the path's parameter."""

    room: Room
    runner: asyncio.Runner
    things: dict[str, str]

    def send(self, method: str, path: str, query: Json, body: Json) -> tuple[int, Json, bool]:
        """Send a request; return status, body, and whether it left everything as it was."""
        before = self.room.state()
        pairs = [
            (name, each)
            for name, value in query.items()
            for each in (value if isinstance(value, list) else [value])
        ]
        asked = (
            str(self.room.client.build_request("GET", "/", params=pairs).url.query, "ascii") if pairs else ""
        )
        answer = self.runner.run(self.room.call(method, f"{path}?{asked}", body))
        found = answer.json() if answer.content else None
        return answer.status_code, found, self.room.state() == before


@pytest.fixture(scope="module")
def target(specs: Path) -> Iterator[Target]:
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        room = Room.open(Path(folder), published(specs))
        yield Target(room, runner, runner.run(furnish(room)))
        runner.run(room.close())


async def furnish(room: Room) -> dict[str, str]:
    """Make one of each thing; return their ids."""
    user = await room.user(
        password="correct horse", phone_number=["+15555550100"], web3_wallet=["0x" + "a" * 40]
    )
    account = room.trigger("externalAccount.connected", user_id=user["id"])
    made = await room.organization(user["id"], max_allowed_memberships=0)
    guest = {"email_address": "guest@northwind.test", "role": "org:member"}
    invited = await room.ok("POST", f"/organizations/{made['id']}/invitations", guest)
    session = await room.ok("POST", "/sessions", {"user_id": user["id"]})
    template = await room.ok("POST", "/jwt_templates", {"name": "hasura", "claims": {}})
    identifier = await room.ok("POST", "/allowlist_identifiers", {"identifier": "*@northwind.test"})
    redirect = await room.ok("POST", "/redirect_urls", {"url": "my-app://callback"})
    token = await room.ok("POST", "/sign_in_tokens", {"user_id": user["id"]})
    domain = await room.ok("POST", f"/organizations/{made['id']}/domains", {"name": "northwind.test"})
    entry = await room.ok("POST", "/waitlist_entries", {"email_address": "carol@northwind.test"})
    own = (await room.ok("GET", "/domains"))["data"][0]
    machine, other = [await room.ok("POST", "/machines", {"name": name}) for name in ("billing", "search")]
    key = await room.ok("POST", "/api_keys", {"name": "export", "subject": user["id"]})
    m2m = await room.ok("POST", "/m2m_tokens", {}, Authorization=f"Bearer {machine['secret_key']}")
    application = await room.ok("POST", "/oauth_applications", {"name": "Partner"})
    actor = await room.ok("POST", "/actor_tokens", {"user_id": user["id"], "actor": {"sub": "s"}})
    return {
        "user_id": user["id"],
        "provider": "oauth_google",
        "external_account_id": account["id"],
        "web3_wallet_identification_id": user["web3_wallets"][0]["id"],
        "email_address_id": user["primary_email_address_id"],
        "phone_number_id": user["primary_phone_number_id"],
        "organization_id": made["id"],
        "invitation_id": invited["id"],
        "session_id": session["id"],
        "client_id": session["client_id"],
        "template_name": "hasura",
        "template_id": template["id"],
        "identifier_id": identifier["id"],
        "id": redirect["id"],
        "sign_in_token_id": token["id"],
        "actor_token_id": actor["id"],
        "domain_id": domain["id"],
        "waitlist_entry_id": entry["id"],
        "own_domain": own["id"],
        "machine_id": machine["id"],
        "other_machine_id": other["id"],
        "apiKeyID": key["id"],
        "m2m_token_id": m2m["id"],
        "oauth_application_id": application["id"],
        "organization_role_id": (await room.ok("GET", "/organization_roles"))["data"][0]["id"],
        "permission_id": (await room.ok("GET", "/organization_permissions"))["data"][0]["id"],
    }


def served(folder: Path) -> Json:
    """Return of Clerk's document the operations that are served, without their answers."""
    document = read(folder, "clerk.bapi.yaml")
    paths: dict[str, Json] = {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in METHODS and operation["operationId"] in PUBLISHED:
                answers = {"default": {"description": "any"}}
                paths.setdefault(path, {})[method] = operation | {"responses": answers}
    components = {name: document["components"][name] for name in ("schemas", "parameters")}
    return {
        "openapi": document["openapi"],
        "info": document["info"],
        "paths": paths,
        "components": components,
    }


@pytest.fixture(scope="module")
def operations(specs: Path) -> dict[str, Any]:
    schema = schemathesis.openapi.from_dict(served(specs))
    return {found.ok().definition.raw["operationId"]: found.ok() for found in schema.get_all_operations()}


@pytest.mark.parametrize("id", PUBLISHED)
def test_no_request_breaks_an_operation(id: str, target: Target, operations: dict[str, Any]) -> None:
    operation = operations[id]
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
        body = case.body if isinstance(case.body, dict | list) else None
        if isinstance(body, dict) and real:
            body = {name: target.things.get(name, value) for name, value in body.items()}
        status, found, untouched = target.send(operation.method.upper(), path, dict(case.query or {}), body)
        assert status < 500, found
        if status >= 400:
            assert {"errors", "clerk_trace_id"} == set(found)
            assert untouched

    run()


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
WRITES = sorted(
    id
    for id in backend_operations()
    if clerk.operations[id].params is not None and clerk.operations[id].method != "GET"
)


@pytest.mark.parametrize("id", WRITES)
def test_no_value_of_a_parameter_breaks_an_operation(id: str, target: Target) -> None:
    operation = clerk.operations[id]
    assert operation.params is not None
    names = sorted(operation.params.model_fields)
    bulk = names == ["items"]

    @seed(7)
    @settings(
        max_examples=20,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        given=st.dictionaries(st.sampled_from(names), VALUES, max_size=3), some=st.lists(VALUES, max_size=3)
    )
    def run(given: Json, some: Json) -> None:
        path = operation.path.removeprefix("/v1")
        for name, thing in target.things.items():
            path = path.replace(f"{{{name}}}", thing)
        status, found, untouched = target.send(operation.method, path, {}, some if bulk else given)
        assert status < 500, found
        assert status < 400 or untouched

    run()
