"""Who may use the control API, its errors, and its documentation."""

import re
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from harness.application import Application
from harness.runtime import Settings, open_runtime
from tests.harness.controlling import CONTROL, Control
from tests.harness.sample import build


@pytest.mark.parametrize(
    ("method", "origin", "status"),
    [
        ("POST", "https://pages.test", 403),
        ("POST", "null", 403),
        ("POST", "http://127.0.0.1.pages.test", 403),
        ("POST", "http://localhost:3000", 201),
        ("POST", "http://127.0.0.1:4400", 201),
        ("POST", "http://[::1]:3000", 201),
        ("GET", "https://pages.test", 200),
    ],
)
async def test_a_web_page_from_elsewhere_changes_nothing(
    control: Control, method: str, origin: str, status: int
) -> None:
    answer = await control.raw(method, "/worlds", headers={"Origin": origin}, json={})
    assert answer.status_code == status
    assert "access-control-allow-origin" not in answer.headers


async def test_a_token_opens_everything_and_health_needs_none(tmp_path: Path) -> None:
    settings = replace(Settings(data_dir=tmp_path), token="open sesame")
    runtime = open_runtime(settings, {"parcel": build()})
    transport = httpx.ASGITransport(app=Application(runtime))
    async with httpx.AsyncClient(transport=transport) as client:
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic open sesame"}):
            answer = await client.get(f"{CONTROL}/worlds", headers=headers)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"
            assert answer.headers["content-type"] == "application/problem+json"
            assert (await client.get(f"{CONTROL}/docs", headers=headers)).status_code == 401
            assert (await client.get(f"{CONTROL}/health", headers=headers)).status_code == 200
        answer = await client.get(f"{CONTROL}/worlds", headers={"Authorization": "Bearer open sesame"})
        assert answer.status_code == 200
    await runtime.close()


async def test_unknown_paths_and_methods_are_problems(control: Control) -> None:
    assert "/_greenroom/docs" in await control.refused("GET", "/nothing", status=404)
    assert "/_greenroom/docs" in await control.refused("PATCH", "/worlds", status=405)
    assert "there is no world 'w9'; there are: default" in await control.refused(
        "GET", "/worlds/w9", status=404
    )


async def test_a_body_that_is_no_json_or_too_large_is_a_problem(control: Control) -> None:
    json = {"Content-Type": "application/json"}
    assert (await control.raw("POST", "/worlds", content=b"{", headers=json)).status_code == 422
    answer = await control.raw("POST", "/worlds", content=b'"' + b"x" * (1 << 20) + b'"', headers=json)
    assert answer.status_code == 413
    assert "1048576 bytes" in answer.json()["detail"]


async def test_a_failure_of_ours_is_a_problem_and_logged(
    control: Control, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("out of paper")

    monkeypatch.setattr(control.lab.runtime.dispatcher, "counts", fail)
    assert "out of paper" in await control.refused("POST", "~/webhooks/settle", status=500)
    assert "webhooks/settle failed" in caplog.text


async def test_health_and_providers_tell_what_is_served(control: Control) -> None:
    assert (await control.call("GET", "/health"))["status"] == "ok"
    (parcel,) = (await control.call("GET", "/providers"))["providers"]
    assert parcel == {
        "name": "parcel",
        "title": "Parcel",
        "port": 4401,
        "url": "http://127.0.0.1:4401",
        "hosts": ["api.parcel.test"],
        "operations": len(control.lab.runtime.providers["parcel"].operations),
    }


async def test_the_documentation_shows_every_operation_and_loads_nothing(control: Control) -> None:
    page = await control.raw("GET", "/docs")
    assert page.headers["content-type"].startswith("text/html")
    document = await control.call("GET", "/openapi.json")
    for path in document["paths"]:
        assert f'<span class="path">{path}</span>' in page.text
    for name in document["components"]["schemas"]:
        assert f'id="schema-{name}"' in page.text
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page.text)
    assert "<script src" not in page.text
    assert "<link" not in page.text


async def test_every_link_of_the_documentation_leads_somewhere(control: Control) -> None:
    page = (await control.raw("GET", "/docs")).text
    targets = set(re.findall(r'href="#([^"]+)"', page))
    assert targets
    assert targets <= set(re.findall(r'id="([^"]+)"', page))
