"""The parts of a run: the environment, the name server, the border, the report, what is read from options."""

import json
import subprocess
import sys
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest

from harness.errors import ConfigurationError
from harness.intercept import environment, launch, namespace, report
from harness.intercept.environment import Allowed, Mode
from harness.intercept.resolver import answer
from tests.needs import NODE_FOLDER

CERTIFICATE = "-----BEGIN CERTIFICATE-----\nrun\n-----END CERTIFICATE-----\n"


# --- environment -----------------------------------------------------------------------------------------------------


def files(folder: Path, **before: str) -> environment.Files:
    return environment.write_files(folder, [CERTIFICATE], before)


def test_whom_others_were_told_to_trust_is_kept(tmp_path: Path) -> None:
    own = tmp_path / "own.pem"
    own.write_text("OWN\n")
    written = files(tmp_path, NODE_EXTRA_CA_CERTS=str(own), SSL_CERT_FILE=str(own))
    assert written.authorities.read_text() == f"OWN\n{CERTIFICATE}"
    assert written.bundle.read_text().startswith("OWN\n")
    assert written.bundle.read_text().endswith(CERTIFICATE)


@pytest.mark.parametrize("mode", list(Mode))
def test_the_world_wins_and_the_person_s_own_stays(tmp_path: Path, mode: Mode) -> None:
    before = {
        "STRIPE_SECRET_KEY": "a person's own",
        "HOME": "/home/ada",
        "HTTPS_PROXY": "http://proxy.example",
    }
    env = environment.built(
        before, {"STRIPE_SECRET_KEY": "sk_test_world"}, files(tmp_path), mode, fronts=(1, 2)
    )
    assert (env["STRIPE_SECRET_KEY"], env["HOME"]) == ("sk_test_world", "/home/ada")
    assert env["NODE_EXTRA_CA_CERTS"] == str(tmp_path / "authorities.pem")
    assert ("HTTPS_PROXY" in env) is (mode is Mode.ENV)
    assert ("NODE_OPTIONS" in env) is (mode is Mode.HOOK)
    assert ("PYTHONPATH" in env) is (mode is not Mode.ENV)
    if mode is Mode.ENV:
        assert env["NO_PROXY"] == "localhost,127.0.0.1,.localhost"
    else:
        assert json.loads(env["GREENROOM_HOOK"])["sockets"] is (mode is Mode.HOOK)


def test_addresses_of_providers_are_left_out() -> None:
    world = {
        "MUX_BASE_URL": "http://127.0.0.1:4405",
        "GREENROOM_MUX_URL": "http://127.0.0.1:4405",
        "KEY": "k",
    }
    kept = environment.without_addresses(world, ["http://127.0.0.1:4405"])
    assert kept == {"GREENROOM_MUX_URL": "http://127.0.0.1:4405", "KEY": "k"}


def test_hooks_in_a_folder_with_a_space_and_quotes(node: Any, tmp_path: Path) -> None:
    hook = tmp_path / 'a "quoted" folder' / "hook.cjs"
    hook.parent.mkdir()
    hook.write_text("globalThis.hooked = 7")
    options = f'--require "{environment._escaped(str(hook))}"'
    command = ["node", "-p", "hooked"]
    env = {"NODE_OPTIONS": options, "PATH": "/usr/bin:/usr/local/bin:/bin"}
    assert (
        subprocess.run(command, env=env, cwd=NODE_FOLDER, capture_output=True, text=True, check=True).stdout
        == "7\n"
    )


def test_the_hook_of_python_does_nothing_by_itself() -> None:
    """Whoever has it on the path without a run notices nothing."""
    code = "import socket, sys; print(socket.socket.connect.__name__, 'ssl' in sys.modules)"
    env = {"PYTHONPATH": str(environment.PYTHON_HOOK)}
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sitecustomize; {code}"],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "connect False\n"


# --- options ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("db.internal", "db.internal", None),
        ("DB.internal:5432", "db.internal", 5432),
        ("5432", "localhost", 5432),
        ("127.0.0.1:6379", "127.0.0.1", 6379),
    ],
)
def test_what_may_be_allowed(text: str, host: str, port: int | None) -> None:
    assert launch.allowed(text) == Allowed(host, port)


@pytest.mark.parametrize("text", ["", ":5432", "db:", "db:x", "db:70000", "70000x:0"])
def test_what_may_not_be_allowed(text: str) -> None:
    with pytest.raises(ConfigurationError, match="none of HOST"):
        launch.allowed(text)


def test_what_may_be_exposed() -> None:
    assert (launch.exposed("3000"), launch.exposed("3001:3000")) == ((3000, 3000), (3001, 3000))
    for text in ("", "web", "3000:", "0", "70000", "1:2:3"):
        with pytest.raises(ConfigurationError):
            launch.exposed(text)


def test_without_namespaces_hooks_are_used_and_the_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(namespace, "missing", lambda: "user namespaces cannot be made: no")
    assert launch.choose(None) == (Mode.HOOK, "user namespaces cannot be made: no")
    assert launch.choose(Mode.ENV) == (Mode.ENV, "")
    with pytest.raises(ConfigurationError, match=r"--mode netns does not work here: .*use --mode hook"):
        launch.choose(Mode.NETNS)


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("kernel/apparmor_restrict_unprivileged_userns", "1", "AppArmor"),
        ("kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone=1"),
        ("user/max_user_namespaces", "0", "user.max_user_namespaces=10000"),
    ],
)
def test_why_there_are_no_namespaces(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, setting: str, value: str, told: str
) -> None:
    """`unshare` fails, and one of the system's settings says why."""
    program = tmp_path / "unshare"
    program.write_text("#!/bin/sh\necho 'unshare: unshare failed: Operation not permitted' >&2\nexit 1\n")
    program.chmod(0o755)
    (tmp_path / setting).parent.mkdir()
    (tmp_path / setting).write_text(f"{value}\n")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(namespace, "SYSTEM", tmp_path)
    reason = namespace.missing.__wrapped__()
    assert reason is not None
    assert "Operation not permitted" in reason
    assert told in reason


# --- the border ------------------------------------------------------------------------------------------------------


def test_a_border_leads_where_it_should() -> None:
    allowed = [Allowed("localhost", 5432), Allowed("db.internal", 5432), Allowed("api.example", None)]
    border = namespace.border((8443, 8080), [("127.0.0.1", 4400)], allowed, [(3001, 3000)])
    assert border.names == {
        "db.internal": IPv4Address("127.43.0.1"),
        "api.example": IPv4Address("127.43.0.2"),
    }
    assert border.relayed == {
        ("127.0.0.1", 4400): ("127.0.0.1", 4400),
        ("127.0.0.1", 5432): ("127.0.0.1", 5432),
        ("127.43.0.1", 5432): ("db.internal", 5432),
        ("127.43.0.2", 443): ("api.example", 443),
        ("127.43.0.2", 80): ("api.example", 80),
        ("127.0.0.1", 443): ("127.0.0.1", 8443),
        ("127.0.0.1", 80): ("127.0.0.1", 8080),
    }


def query(name: str, kind: int = 1) -> bytes:
    labels = b"".join(bytes((len(each),)) + each.encode() for each in name.split("."))
    return (
        b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
        + labels
        + b"\x00"
        + kind.to_bytes(2, "big")
        + b"\x00\x01"
    )


def test_every_name_is_this_machine() -> None:
    told = answer(query("Api.Stripe.com"), {}) or b""
    assert told[:8] == b"\x12\x34\x85\x80\x00\x01\x00\x01"
    assert told[-4:] == bytes((127, 0, 0, 1))
    own = answer(query("db.internal"), {"db.internal": IPv4Address("127.43.0.1")}) or b""
    assert own[-4:] == bytes((127, 43, 0, 1))
    sixth = answer(query("api.stripe.com", 28), {}) or b""
    assert sixth[3:8] == b"\x80\x00\x01\x00\x00"


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"\x00" * 11,
        query("a")[:14],
        query("a")[:-3],
        b"\x12\x34\x85\x80" + query("a")[4:],
        query("a")[:12] + b"\xff",
    ],
)
def test_what_is_no_query_gets_no_answer(broken: bytes) -> None:
    assert answer(broken, {}) is None


# --- the report ------------------------------------------------------------------------------------------------------


def test_a_report_for_people(tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("192.0.2.1:5432\n192.0.2.1:5432\n?uvloop\n")
    hosts = [
        {"host": "api.stripe.com", "kind": "provider", "owner": "stripe", "calls": 3, "failed": 1},
        {"host": "fonts.googleapis.com", "kind": "standin", "owner": "fonts", "calls": 1, "failed": 0},
        {"host": "telemetry.nextjs.org", "kind": "noise", "owner": "noise", "calls": 1, "failed": 1},
        {"host": "unheard-of.example", "kind": "unknown", "owner": "unknown", "calls": 1, "failed": 1},
    ]
    run = {"calls": 6, "hosts": hosts, "journal": "/data/runs/1.journal"}
    told = report.made(Mode.HOOK, 0, run, tmp_path / "blocked", 2, strict=True)
    assert (report.code(told), report.code({**told, "exit_code": 7})) == (report.STRICT_CODE, 7)
    assert report.text(told).splitlines() == [
        "greenroom: 6 calls; hooks in Node and CPython: other programs are not kept in",
        "  api.stripe.com            3  stripe, 1 of them 4xx or 5xx",
        "  fonts.googleapis.com      1  stand-in (fonts)",
        "  telemetry.nextjs.org      1  nobody (tools), 1 of them 4xx or 5xx",
        "  unheard-of.example        1  nobody, 1 of them 4xx or 5xx",
        "unknown hosts, answered 502: unheard-of.example",
        "connections refused: 192.0.2.1:5432 (2)",
        "not seen by the hooks, because of: uvloop (--mode netns sees them)",
        "2 violations of providers' rules: greenroom violations",
        "one line for each call: /data/runs/1.journal",
        "--strict: this run fails",
    ]
    assert report.made(Mode.HOOK, 0, run, tmp_path / "nothing", 0, strict=False)["failed"] is False
