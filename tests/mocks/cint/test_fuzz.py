"""Requests that Schemathesis makes of Cint's own document: no 5xx, no trace of what was refused."""

import asyncio
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from mocks.cint.provider import EVENTS, cint
from tests.mocks.cint.conformance import Spec
from tests.mocks.cint.room import Room
from tests.mocks.cint.test_spec import OWN
from tests.mocks.cint.test_webhooks import ID, URL

cint.load()


@dataclass
class Target:
    """A room with one of each thing in it, whose ids are in `things` by the name of the path's parameter."""

    room: Room
    runner: asyncio.Runner
    things: dict[str, str]
    sent: int = 0

    def send(self, method: str, path: str, content: bytes | None) -> tuple[int, Any, bool]:
        """Send a request; return status, body, and whether it left everything as it was."""
        self.runner.run(self.room.runtime.dispatcher.settle(self.room.world))
        before = self.room.state()
        self.sent += 1
        headers = {"idempotency-key": f"fuzz-{self.sent}"}
        answer = self.runner.run(self.room.client.request(method, path, content=content, headers=headers))
        body = answer.json() if answer.content and answer.status_code != 301 else None
        return answer.status_code, body, self.room.state() == before


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        room = Room.open(Path(folder))
        yield Target(room, runner, runner.run(furnish(room)))
        runner.run(room.close())


async def furnish(room: Room) -> dict[str, str]:
    """Make one of each thing; return their ids."""
    account = room.env["CINT_ACCOUNT_ID"]
    body = {"id": ID, "url": URL, "events": list(EVENTS)}
    await room.ok("POST", f"/v1/accounts/{account}/webhooks", body)
    group = await room.live(days=30, filling_goal=10_000)
    draft = await room.target_group(group.partition("/target-groups")[0])
    room.trigger("respondents.come", count=5)
    end = {"end_fielding_at": "2027-01-01T00:00:00Z"}
    job = (await room.call("POST", f"{group}/fielding-run-jobs/launch-from-draft", end)).headers["location"]
    return {
        "account_id": account,
        "user_id": room.env["CINT_PROJECT_MANAGER_ID"],
        "webhook_id": ID,
        "project_id": group.split("/")[6],
        "target_group_id": group.split("/")[8],
        "draft": draft.split("/")[8],
        "fielding_run_id": (await room.run(group))[0].split("/")[10],
        "job_id": job.rpartition("/")[2],
    }


def served(folder: Path) -> Any:
    """Return of Cint's document the operations that are served, without their answers and headers."""
    document = Spec(folder).raw
    paths: dict[str, Any] = {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if isinstance(operation, dict) and operation.get("operationId") in cint.operations:
                answers = {"default": {"description": "any"}}
                paths.setdefault(path, {})[method] = operation | {"responses": answers}
    return {name: document[name] for name in ("openapi", "info", "components")} | {"paths": paths}


@pytest.fixture(scope="module")
def operations(specs: Path) -> dict[str, Any]:
    schema = schemathesis.openapi.from_dict(served(specs))
    return {found.ok().definition.raw["operationId"]: found.ok() for found in schema.get_all_operations()}


MUTATED = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**65), 2**65) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize("id", sorted(set(cint.operations) - OWN))
def test_no_request_breaks_an_operation(id: str, target: Target, operations: dict[str, Any]) -> None:
    operation, known = operations[id], cint.operations[id]
    ids = st.sampled_from(sorted(target.things.values()))

    @seed(7)
    @settings(
        max_examples=12,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=operation.as_strategy(),
        other=st.none() | ids,
        broken=st.none() | MUTATED,
        place=st.integers(0, 9),
    )
    def run(case: Any, other: str | None, broken: Any, place: int) -> None:
        path = known.path
        for name, thing in target.things.items():
            chosen = target.things["draft"] if name == "target_group_id" and place < 3 else thing
            path = path.replace(f"{{{name}}}", other if other and place == 9 else chosen)
        body = case.body if isinstance(case.body, dict) else {}
        if broken is not None and body:
            body = {**body, sorted(body)[place % len(body)]: broken}
        content = json.dumps(body).encode() if known.method in ("POST", "PUT") else None
        query = urlencode(case.query or {}, doseq=True, errors="replace")
        status, answered, untouched = target.send(known.method, f"{path}?{query}", content)
        assert status < 500, answered
        if status >= 400:
            assert {"object", "detail"} <= set(answered)
            assert untouched

    run()


BODIES = (
    st.dictionaries(st.sampled_from(["id", "status", "client_id", "client_secret", "grant_type"]), MUTATED)
    | MUTATED
)


@seed(7)
@settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(body=BODIES, path=st.sampled_from(["/oauth/token", "/fulfillment/respondents/transition"]))
def test_no_request_breaks_the_other_hosts(target: Target, body: Any, path: str) -> None:
    if path == "/oauth/token" and isinstance(body, dict):
        body = target.room.token_request() | body
    before = target.room.state()
    headers = {"Authorization": target.room.tokens["s2s_api_key"]}
    answer = target.runner.run(
        target.room.client.post(path, content=json.dumps(body).encode(), headers=headers)
    )
    assert answer.status_code < 500, answer.text
    if answer.is_error:
        assert target.room.state() == before
        assert {"object", "detail"} <= set(answer.json()) or {"error", "error_description"} == set(
            answer.json()
        )


HTML = st.lists(
    st.sampled_from(["<form>", "<form method=post action='//[x'>", "</form>", "<fieldset data-measure=AD_RECALL>", "</fieldset>", "<input type=radio name=a value=1 data-top-box>", "<select name=s>", "<option value=1>", "</select>", "<input", "'", '"', ">", "<!--", "text", "<textarea name=t>", "<input type=checkbox name=c>"]),
    max_size=14,
).map("".join)  # fmt: skip


@seed(7)
@settings(max_examples=150, deadline=None, database=None)
@given(html=HTML, url=st.sampled_from(["http://127.0.0.1:9/a", "https://survey.test/"]))
def test_no_page_breaks_a_respondent(html: str, url: str) -> None:
    from mocks.cint.resources import forms

    form = forms.read(html, url)
    if form is not None:
        forms.submission(form, forms.answer(form, {"AD_RECALL": True}, "seed"))
