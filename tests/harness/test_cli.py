"""The commands of `greenroom`, against a running server."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from harness.cli.app import app
from harness.errors import GreenroomError
from tests.harness.serving import START, Receiver, Served, end, free_base, launch, ready_url
from tests.needs import ROOT

Run = Callable[..., Result]


@pytest.fixture
def run(server: Served, fresh_world: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on the server, in the test's own world unless it names another."""
    monkeypatch.setenv("GREENROOM_URL", server.url)
    monkeypatch.setenv("GREENROOM_WORLD", fresh_world["name"])

    def run(*words: str, code: int = 0) -> Result:
        result = CliRunner().invoke(app, list(words))
        if code == 0 and result.exception is not None:
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    return run


def told(run: Run, *words: str) -> Any:
    """Run a command with --json and return what it printed."""
    return json.loads(run(*words, "--json").stdout)


def test_a_world_is_made_listed_forked_reset_and_deleted(run: Run) -> None:
    wishes = ("--seed", "7", "--clock", "frozen", "--now", START, "--lenient", "stripe")
    made = told(run, "world", "create", "cli-made", *wishes)
    assert (made["name"], made["seed"], made["lenient"]) == ("cli-made", 7, ["stripe"])
    assert made["clock"] == {"mode": "frozen", "now": START, "rate": 1.0}
    twin = told(run, "world", "fork", "cli-made", "--name", "cli-twin")
    assert twin["seed"] == 7
    listing = run("world", "list").stdout
    assert "cli-made" in listing
    assert "cli-twin" in listing
    assert told(run, "world", "reset", "cli-made")["env"] == made["env"]
    for name in ("cli-made", "cli-twin"):
        assert run("world", "delete", name).stdout == f"world {name} is deleted\n"
    assert "cli-made" not in run("world", "list").stdout


def test_the_environment_is_printed_as_it_is_read(run: Run, fresh_world: dict[str, Any]) -> None:
    env = fresh_world["env"]
    assert told(run, "env") == env
    assert run("env").stdout.splitlines() == [f"{name}={value}" for name, value in env.items()]
    assert f"export STRIPE_SECRET_KEY={env['STRIPE_SECRET_KEY']}\n" in run("env", "--format", "shell").stdout
    assert (
        json.loads(run("env", "--format", "json", "--world", "default").stdout)["GREENROOM_WORLD"]
        == "default"
    )


def test_time_is_shown_set_and_advanced(run: Run) -> None:
    assert run("clock", "show").stdout == f"{START} (frozen)\n"
    done = told(run, "clock", "advance", "--days", "31", "--hours", "1", "--minutes", "2", "--seconds", "3")
    assert done["now"] == "2026-04-01T10:02:03.000Z"
    assert told(run, "clock", "advance", "--to", "2026-05-01T00:00:00Z")["now"] == "2026-05-01T00:00:00.000Z"
    assert told(run, "clock", "advance", "--to", "1780000000")["now"] == "2026-05-28T20:26:40.000Z"
    assert told(run, "clock", "set", "frozen", "--now", START)["now"] == START
    assert told(run, "clock", "advance", "1d 2h")["now"] == "2026-03-02T11:00:00.000Z"
    assert "is no span of time" in run("clock", "advance", "soon", code=2).output
    assert "120 world seconds per second" in run("clock", "set", "fast", "--rate", "120").stdout
    assert "not both" in run("clock", "advance", code=2).output
    assert "not both" in run("clock", "advance", "--days", "1", "--to", START, code=2).output


def test_snapshots_are_kept_and_restored(run: Run) -> None:
    run("snapshot", "save", "early")
    run("clock", "advance", "--days", "1")
    assert [each["name"] for each in told(run, "snapshot", "list")["snapshots"]] == ["early"]
    assert START in run("snapshot", "restore", "early").stdout
    run("snapshot", "delete", "early")
    assert run("snapshot", "list").stdout == "no snapshots\n"


def test_webhooks_are_added_triggered_held_and_sent_again(
    run: Run, receiver: Receiver, fresh_world: dict[str, Any]
) -> None:
    added = told(run, "webhook", "add", "resend", receiver.url, "--event", "email.bounced")
    assert added["secret"] == fresh_world["env"]["RESEND_WEBHOOK_SECRET"]
    assert run("webhook", "pause", "--provider", "resend").stdout == "1 endpoints are paused\n"
    events = told(run, "trigger", "resend", "email.bounced", "to=ada@people.test", "subject=Hi")["events"]
    assert [event["type"] for event in events] == ["email.sent", "email.bounced"]
    assert run("webhook", "settle").stdout == "0 delivered, 0 failed, 1 scheduled\n"
    assert run("webhook", "resume").stdout == "0 endpoints are paused\n"
    assert run("webhook", "settle").stdout == "1 delivered, 0 failed, 0 scheduled\n"
    (delivery,) = told(run, "webhook", "list", "--state", "delivered")["deliveries"]
    again = told(run, "webhook", "redeliver", delivery["id"])
    assert [attempt["status"] for attempt in again["attempts"]] == [200, 200]
    listing = run("webhook", "list").stdout
    assert added["id"] in listing
    assert delivery["id"] in listing
    assert len(receiver.wait_for(2)) == 2


def test_a_triggers_fields_are_key_and_value(run: Run) -> None:
    assert "'to' is not KEY=VALUE" in run("trigger", "resend", "email.bounced", "to", code=2).output
    assert "to: " in run("trigger", "resend", "email.bounced", "to=[1", code=2).output
    events = told(run, "trigger", "resend", "email.bounced", 'to=["ada@people.test", "bo@people.test"]')[
        "events"
    ]
    assert events[0]["body"]["data"]["to"] == ["ada@people.test", "bo@people.test"]
    result = run("trigger", "resend", "email.bouncd", code=1)
    assert isinstance(result.exception, GreenroomError)
    assert "email.bounced" in str(result.exception)


def test_faults_requests_and_violations_are_shown(
    run: Run, server: Served, fresh_world: dict[str, Any]
) -> None:
    fault = told(run, "fault", "add", "status", "--status", "503", "--provider", "resend", "--times", "2")
    assert told(run, "fault", "list")["faults"] == [fault]
    url, key = fresh_world["urls"]["resend"], fresh_world["env"]["RESEND_API_KEY"]
    headers = {"Authorization": f"Bearer {key}"}
    assert server.http.get(f"{url}/emails", headers=headers).status_code == 503
    run("fault", "clear", fault["id"])
    assert run("fault", "list").stdout == "no faults\n"
    assert server.http.post(f"{url}/emails", headers=headers, json={"subject": 1}).status_code == 422
    newest, oldest = told(run, "requests", "--provider", "resend")["requests"]
    assert (newest["method"], newest["status"]) == ("POST", 422)
    assert (oldest["operation"], oldest["fault"]) == ("emails/list", "status")
    assert "emails/list" in run("requests").stdout
    assert [each["count"] for each in told(run, "violations", "--provider", "resend")["violations"]] == [1]
    assert "emails/send" in run("violations").stdout
    run("violations", "--fail-on", "breaking", code=1)
    run("violations", "--provider", "mux", "--fail-on", "notice")
    assert "all faults are cleared" in run("fault", "clear").stdout


def test_the_surface_is_told_by_tier_without_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    result = CliRunner().invoke(app, ["surface", "resend", "--tier", "P0", "--json"])
    served = json.loads(result.stdout)["providers"]
    assert list(served) == ["resend"]
    assert {each["tier"] for each in served["resend"]} == {"P0"}
    assert "emails/send" in [each["operation"] for each in served["resend"]]
    shown = CliRunner().invoke(app, ["surface"]).stdout
    assert "Resend: " in shown
    assert "PostCustomers" in shown
    assert "no provider 'letter'" in str(CliRunner().invoke(app, ["surface", "letter"]).exception)
    assert CliRunner().invoke(app, ["surface", "--tier", "P7"]).exit_code == 2


def test_the_doctor_finds_the_server(run: Run, server: Served, tmp_path: Path) -> None:
    options = ("--port", str(server.port), "--data-dir", str(tmp_path / "new"))
    findings = {each["name"]: each for each in told(run, "doctor", *options)["findings"]}
    assert findings["server"]["ok"]
    assert findings["ports"]["ok"]
    assert {"resend", "stripe"} <= set(findings["providers"]["told"].split(", "))
    assert findings["stripe SDK"]["ok"]
    assert all(line[:2] in ("ok", "--") for line in run("doctor", *options).stdout.splitlines())


def test_the_doctor_says_what_must_be_mended(tmp_path: Path) -> None:
    base = free_base()
    (tmp_path / "greenroom.db").write_bytes(b"no database" * 100)
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", base + 7))
        busy.listen()
        words = [
            "doctor",
            "--url",
            f"http://127.0.0.1:{base}",
            "--port",
            str(base),
            "--data-dir",
            str(tmp_path),
        ]
        result = CliRunner().invoke(app, words)
    assert result.exit_code == 1
    told = re.sub(" +", " ", result.stdout)
    assert f"NO ports {base + 7} in use" in told
    assert "NO data directory cannot use the database" in told
    assert "-- server no Greenroom answers" in told


def test_the_doctor_names_what_a_room_lacks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Clerk's browser scripts are fetched by a person, into a folder that a variable names."""
    base = str(free_base())
    words = [
        "doctor",
        "--url",
        f"http://127.0.0.1:{base}",
        "--port",
        base,
        "--data-dir",
        str(tmp_path / "new"),
    ]
    monkeypatch.setenv("GREENROOM_CLERK_SCRIPTS", str(tmp_path))
    told = re.sub(" +", " ", CliRunner().invoke(app, words).stdout)
    assert f"-- Clerk no @clerk/clerk-js in {tmp_path}" in told
    assert "npm pack" in told
    (tmp_path / "clerk-clerk-js-5.128.0.tgz").touch()
    assert "--  Clerk " not in CliRunner().invoke(app, words).stdout


# --- the command as a process ------------------------------------------------------------------------------------


def greenroom(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a process of its own."""
    command = [sys.executable, "-m", "harness.cli", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_an_error_is_one_line_and_exit_code_1(server: Served) -> None:
    failed = greenroom("world", "delete", "nobody", "--url", server.url)
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr.startswith("greenroom: there is no world 'nobody'")
    assert failed.stderr.count("\n") == 1


@pytest.mark.parametrize("words", [("wolrd",), ("up", "--port", "0"), ("up", "--port", "65500")])
def test_wrong_usage_is_exit_code_2(words: tuple[str, ...]) -> None:
    assert greenroom(*words).returncode == 2


def test_the_version_is_told() -> None:
    assert greenroom("--version").stdout.startswith("greenroom 0.")


def test_no_server_is_an_error_that_says_what_to_do() -> None:
    result = CliRunner().invoke(app, ["world", "list", "--url", f"http://127.0.0.1:{free_base()}"])
    assert "start it with `greenroom up`" in str(result.exception)


@pytest.fixture
def guarded(tmp_path: Path) -> Any:
    """A server of its own with a token: the process, and its address."""
    process = launch(tmp_path, "--token", "open-sesame")
    url = ready_url(process)
    yield process, url
    end(process)


def test_a_server_tells_its_addresses_and_ends_with_a_stream_open(guarded: Any) -> None:
    process, url = guarded
    port = int(url.rpartition(":")[2])
    lines: list[str] = []
    while not (lines and lines[-1].startswith("data ")):
        lines.append(process.stdout.readline())
    assert lines[0].split() == ["dashboard", f"{url}/_greenroom/"]
    assert lines[1].split() == ["control", "API", f"{url}/_greenroom/docs"]
    told = "".join(lines)
    for offset in (6, 7):
        assert f" http://127.0.0.1:{port + offset}\n" in told
    assert f"https://localhost:{port + 43} (authority: " in told
    assert f"greenroom env --url {url}\n" in told
    with socket.create_connection(("127.0.0.1", port)) as stream:
        request = f"GET /_greenroom/worlds/default/stream HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        stream.sendall(f"{request}Authorization: Bearer open-sesame\r\n\r\n".encode())
        assert b"200 OK" in stream.recv(1000)
        assert end(process) == 0


def test_a_token_is_asked_for_and_taken(guarded: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    _, url = guarded
    refused = CliRunner().invoke(app, ["world", "list", "--url", url])
    assert "GREENROOM_TOKEN" in str(refused.exception)
    monkeypatch.setenv("GREENROOM_TOKEN", "open-sesame")
    assert "default" in CliRunner().invoke(app, ["world", "list", "--url", url]).stdout


def test_up_needs_no_control_api_until_it_is_asked(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom harness.cli.app import app\nimport harness.server\n"
        "from harness.runtime import Settings, open_runtime\n"
        "from pathlib import Path\n"
        "open_runtime(Settings(data_dir=Path(sys.argv[1]))).store.close()\n"
        "print([name for name in ('fastapi', 'httpx', 'aiohttp', 'jinja2', 'rich') if name in sys.modules])"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[]\n"


def test_health_and_top_are_shown(run: Run) -> None:
    shown = run("health").stdout
    assert "PROVIDER" in shown
    assert "stripe" in shown
    found = told(run, "health")
    assert {each["provider"] for each in found["providers"]} >= {"stripe", "clerk"}
    assert found["alerts"] == []
    once = run("top", "--once").stdout
    assert "Greenroom · up for" in once
    assert "default" in once
    assert {each["name"] for each in told(run, "top")["worlds"]} >= {"default"}
