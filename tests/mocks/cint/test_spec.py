"""Every answer of every operation against Cint's own document: valid, and complete."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from mocks.cint.provider import EVENTS, cint
from tests.mocks.cint.conformance import Spec
from tests.mocks.cint.room import Room
from tests.mocks.cint.test_target_groups import AGES, ASSISTANT, SUPPLY, USD, profile
from tests.mocks.cint.test_webhooks import ID, URL

OWN = {
    *("oauth_token", "get_respondent", "transition_respondent", "client_callback", "survey_test_link"),
    "shared_report",
}
"""Served, and not in the Demand API's document: other hosts, and what an answer leads to."""

LEFT_OUT = {
    "create_project": set(),
    "list_account_projects": set(),
    "get_launch_fielding_run_from_draft_job": {"failure_reason"},
    "get_schedule_fielding_run_from_draft_job": {"failure_reason"},
}
"""What there is only where something failed."""


RARE = {"highlighted_name", "interlocked_profiles", "interlocked_profile", "next_cursor"}
"""What only searches, interlocked profiles and long lists have."""
LISTS_OF_TEXT = {"download_report"}
"""What is answered as a file."""


@pytest.fixture
async def strict(tmp_path: Path, specs: Path) -> AsyncIterator[Room]:
    room = Room.open(tmp_path, Spec(specs))
    yield room
    await room.close()


async def call_everything(room: Room) -> None:
    """Call every operation that is served."""
    await call_account(room)
    body = {
        "name": "Spring lift",
        "project_manager_id": room.env["CINT_PROJECT_MANAGER_ID"],
        "purchase_order_number": "PO-1",
    }
    project = f"{room.account}/projects/{(await room.ok('POST', f'{room.account}/projects', body))['id']}"
    await room.ok("PUT", project, body)
    await call_draft(room, project)
    group = await call_launched(room, project)
    await call_profiles(room, group)
    await call_allocations(room, group)
    await call_files(room, group)
    await call_own(room, project)


MORE = {
    "profile": profile(AGES),
    "fielding_assistant_assignment": ASSISTANT,
    "supply_allocations": [SUPPLY[0], {"type": "exchange", "percentage_max": 100}, SUPPLY[2]],
    "client_cost_per_interview_note": USD,
}
PERIOD = {"start_fielding_at": "2026-03-04T09:00:00Z", "end_fielding_at": "2026-03-20T09:00:00Z"}


async def call_account(room: Room) -> None:
    own = f"/v1/accounts/{room.env['CINT_ACCOUNT_ID']}"
    manager = room.env["CINT_PROJECT_MANAGER_ID"]
    for path in (
        "countries",
        "locales",
        "industries",
        "industry-lockouts",
        "study-types",
        "suppliers",
        "integration-use-cases",
        "accounts",
        f"demand/questions?locale=eng_us&account_id={room.env['CINT_ACCOUNT_ID']}",
        "demand/questions/43?locale=eng_us",
        "demand/questions/categories",
        "demand/questions-translation?locale=ger_de",
        f"demand/accounts/{room.env['CINT_ACCOUNT_ID']}/questions-translation?locale=eng_us",
        (
            f"demand/accounts/{room.env['CINT_ACCOUNT_ID']}/business-units/{room.env['CINT_BUSINESS_UNIT_ID']}"
            "/rate-card?country_code=us"
        ),
    ):
        await room.ok("GET", f"/v1/{path}")
    wrong = {"locale": "eng_us", "filling_goal": 100, "profile_adjustment_type": "percentage"}
    await room.ok("POST", f"{room.account}/profiles/validate", {**wrong, "profiles": [AGES, AGES]})
    for path in (
        "users",
        "service-clients",
        "business-units",
        "clients",
        f"users/{manager}/business-units",
        "webhooks/events",
    ):
        await room.ok("GET", f"{own}/{path}")
    hook = f"{own}/webhooks/{ID}"
    await room.ok("POST", f"{own}/webhooks", {"id": ID, "url": URL, "events": list(EVENTS)})
    await room.ok("GET", f"{own}/webhooks")
    await room.ok("GET", hook)
    await room.ok("PUT", hook, {"events": ["session-updated"]})
    await room.ok("POST", f"{hook}/regenerate-secret")
    await room.ok("DELETE", hook)


async def call_draft(room: Room, project: str) -> None:
    scheduled = await room.target_group(project, **MORE)
    await room.ok("GET", scheduled)
    await room.ok("PUT", scheduled, room.draft(**MORE))
    job = await room.call("POST", f"{scheduled}/fielding-run-jobs/schedule-from-draft", PERIOD)
    await room.advance(2)
    await room.ok("GET", job.headers["location"])
    await room.ok("POST", f"{(await room.run(scheduled))[0]}/launch-now")
    await room.ok("POST", f"{project}/target-groups/calculate-feasibility", room.feasible())


async def call_launched(room: Room, project: str) -> str:
    group = await room.target_group(project, **MORE)
    await room.launch(group)
    run = (await room.run(group))[0]
    for verb in ("pause", "resume", "complete", "relaunch"):
        await room.ok("POST", f"{run}/{verb}")
    await room.ok("PUT", run, PERIOD)
    details = await room.ok("GET", f"{group}/details")
    names = (
        "name",
        "project_manager_id",
        "expected_length_of_interview_minutes",
        "expected_incidence_rate",
        "live_url",
        "test_url",
    )
    await room.ok("PUT", f"{group}/details", {name: details[name] for name in names} | {"client_cpi": USD})
    await room.ok("PUT", f"{group}/cost-per-interview", {"target_group_cpi": USD})
    await room.ok("PUT", f"{group}/filling-strategy", {"filling_strategy": "automated"})
    await room.ok("POST", f"{project}/compute-target-group-transitions", {})
    room.trigger("respondents.come", count=40)
    await room.advance(3600)
    for path in ("", "/overview", "/target-groups"):
        await room.ok("GET", f"{project}{path}")
    await room.ok("GET", f"{room.account}/projects")
    await room.ok("PUT", f"{group}/fielding-assistant-assignment", ASSISTANT)
    for path in (
        "/overview",
        "/performance",
        "/details",
        "/fielding-runs",
        "/changelog?page_size=1",
        "/fielding-assistant-assignment",
        "/completes-aggregated-by-interval",
    ):
        await room.ok("GET", f"{group}{path}")
    for path in ("/rate-card", "/quota-distribution?target_group_filling_goal=100"):
        await room.ok("GET", f"{group}{path}")
    await room.ok("POST", f"{group}/calculate-feasibility", {"filling_goal": 100})
    return group


async def call_profiles(room: Room, group: str) -> None:
    v2 = group.replace("/demand/", "/demand/v2/")
    conditions = {"object": "selection_conditions", "data": ["1"]}
    made = await room.ok("POST", f"{v2}/profiles", {"question_id": 43, "conditions": conditions})
    one = f"{v2}/profiles/{made['id']}"
    await room.ok("PUT", f"{one}/conditions", {"object": "selection_conditions", "data": ["1", "2"]})
    for verb in ("enable-quotas", "disable-quotas"):
        await room.ok("POST", f"{one}/{verb}")
    await room.ok("GET", one)
    await room.ok("PUT", f"{v2}/profiles/filling-goal", {"filling_goal": 300})
    for path in ("profiles", "all-profiles"):
        await room.ok("GET", f"{v2}/{path}")


async def call_allocations(room: Room, group: str) -> None:
    at = f"{group.replace('/demand/', '/demand/v2/')}/supply-allocations"
    await room.ok(
        "POST", at, {"type": "group", "name": "B", "percentage_max": 50, "suppliers": [{"id": 102}]}
    )
    found = (await room.ok("GET", at))["supply_allocations"]
    whole = {"type": "exchange", "percentage_max": 90, "percentage_min": 0}
    id = next(each["id"] for each in found if each["type"] == "exchange")
    await room.ok("PUT", f"{at}/{id}", whole)


async def call_files(room: Room, group: str) -> None:
    """Reconcile a complete, and ask for a report."""
    done = next(each["id"] for each in room.sessions(group) if each["client"] == 10)
    at = f"{room.account}/reconciliations"
    id = (await reconcile(room, f"{done},101"))["request_id"]
    await room.advance(3)
    for path in (
        "?name=file",
        "/reason-codes",
        f"/{id}",
        f"/{id}/target-groups",
        f"/{id}/target-groups/{group.rpartition('/')[2]}",
    ):
        await room.ok("GET", f"{at}{path}")
    at = f"{room.account}/reports"
    wanted = {"start_date": "2026-03-01T00:00:00Z", "end_date": "2026-03-31T00:00:00Z", "filter_ids": []}
    report = await room.ok("POST", f"{at}/completes", wanted)
    await room.advance(4)
    for path in ("", f"/{report['report_id']}/status", f"/{report['report_id']}/share"):
        await room.ok("GET", f"{at}{path}")
    file = await room.client.get(report["report_url"])
    assert (file.status_code, file.headers["content-type"]) == (200, "text/csv")
    assert done not in file.text
    room.answered["download_report"] = None


async def call_own(room: Room, project: str) -> None:
    """Call what the document has not: the S2S host, and the pages that browsers are sent to."""
    group = await room.target_group(project, **MORE, live_url="http://127.0.0.1:9/s?rid=[%RID%]")
    await room.launch(group)
    came = room.trigger("respondents.come", count=1, target_group_id=group.rpartition("/")[2])["respondents"]
    await room.s2s("GET", came[0])
    await room.s2s("POST", "transition", {"id": came[0], "status": 5})
    await room.client.get(f"/~{room.world.name}/s/ClientCallBack.aspx?RID={came[0]}")
    await room.client.get((await room.ok("GET", f"{group}/details"))["links"]["test_client_survey"])
    (report, *_) = (await room.ok("GET", f"{room.account}/reports"))["reports_requests"]
    shared = await room.ok("GET", f"{room.account}/reports/{report['report_id']}/share")
    await room.client.get(shared["report_pre_signed_url"])


async def reconcile(room: Room, text: str, name: str = "file") -> Any:
    """Submit a file of reversals, with a fresh token."""
    await room.sign_in()
    answer = await room.client.post(
        f"{room.account}/reconciliations?name={name}",
        content=text,
        headers={"Content-Type": "text/csv", "idempotency-key": f"{name} {text[:200]}"},
    )
    room._check("POST", f"{room.account}/reconciliations", answer)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_every_operation_that_is_served_answers_as_the_document_says_and_completely(
    strict: Room,
) -> None:
    await call_everything(strict)
    served = set(cint.operations) - OWN
    assert set(strict.answered) == served
    assert strict.reached == set(cint.operations), "no operation is without a call"
    spec = strict.spec
    assert spec is not None
    for id in served:
        schema = spec.schema(id, cint.operations[id].status)
        if schema is not None and id not in LISTS_OF_TEXT:
            _check_complete(spec, id, schema, strict.answered[id])


def _check_complete(spec: Spec, id: str, schema: Any, answer: Any) -> None:
    """Fail unless an answer, and the items of its lists, have every property that the document knows."""
    if isinstance(answer, list):
        return _check_complete(spec, id, spec.resolved(schema)["items"], answer[0])
    missing = spec.properties(schema) - set(answer) - LEFT_OUT.get(id, set())
    assert not missing - RARE, (id, missing)
    for name, value in spec.resolved(schema).get("properties", {}).items():
        items = spec.resolved(value).get("items")
        if items is not None and answer.get(name) and isinstance(answer[name][0], dict):
            _check_complete(spec, id, items, answer[name][0])
    return None


async def test_operations_have_the_documents_own_ids_paths_and_statuses(specs: Path) -> None:
    spec = Spec(specs)
    cint.load()
    for id, operation in cint.operations.items():
        if id in OWN:
            continue
        method, path, described = spec.operations[id]
        assert (operation.method, operation.path) == (method, f"/v1{path}")
        assert str(operation.status) in described["responses"]


def test_the_event_types_are_the_documents(specs: Path) -> None:
    spec = Spec(specs)
    events = spec.document["components"]["schemas"]["WebhookEvents"]["items"]["enum"]
    assert set(events) == set(EVENTS)
