"""The same small checks over several versions of each SDK: create, read, list, an error, a verified webhook.

Versions that are installed are run: two of most Node SDKs are with the tests, `make matrix` installs the rest, runs all
and writes the table of what became of them (WRITE_MATRIX=1).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests import needs
from tests.harness.serving import Received, Receiver, Served
from tests.matrix.sdks import HERE, Sdk, listed
from tests.needs import NODE_FOLDER, ROOT

Json = dict[str, Any]
TABLE = ROOT / "docs" / "sdk-matrix.md"
CHECKS = ("create", "read", "list", "error", "webhook")
EVENTS = {
    "stripe": "customer.created",
    "clerk": "user.created",
    "resend": "email.delivered",
    "mux": "video.asset.created",
    "svix": "user.created",
}
"""What happens so that a webhook is delivered; Algolia sends none."""
SERVED_BY = {"svix": "clerk"}
"""svix is no provider of ours: it verifies what Clerk's room signs."""
SECONDS = 120
found: dict[Sdk, Json] = {}


@pytest.fixture(scope="module", autouse=True)
def _table() -> Iterator[None]:
    yield
    if os.environ.get("WRITE_MATRIX"):
        if len(found) < len(listed()):
            pytest.fail("not every version was run: the table stays as it was")
        TABLE.write_text(table(), "utf-8")


def delivered(server: Served, receiver: Receiver, sdk: Sdk) -> dict[str, str]:
    """Return a delivery as the checks find it in their environment; empty for a provider without webhooks."""
    event = EVENTS.get(sdk.provider)
    if event is None:
        return {}
    provider = SERVED_BY.get(sdk.provider, sdk.provider)
    world = server.create_world(seed=7)
    path = f"/worlds/{world['id']}"
    endpoint = server.control("POST", f"{path}/endpoints", {"provider": provider, "url": receiver.url})
    server.control("POST", f"{path}/trigger", {"provider": provider, "event": event})
    server.control("POST", f"{path}/webhooks/settle", {})
    sent: Received = receiver.wait_for(1)[0]
    server.http.delete(f"/_greenroom{path}")
    return {
        "BODY": sent.body.decode(),
        "HEADERS": json.dumps(dict(sent.headers)),
        "SIGNATURE": sent.headers.get("stripe-signature", ""),
        "SECRET": endpoint["secret"],
        "EVENT": json.loads(sent.body)["type"],
    }


def run(sdk: Sdk, env: dict[str, str]) -> Json:
    """Run the checks with one version of an SDK, and with nothing else that is installed here."""
    env = {**env, "PATH": os.environ["PATH"], "PYTHONPATH": str(sdk.entry), "NODE_NO_WARNINGS": "1"}
    if sdk.language == "python":
        module = f"tests.matrix.checks.{sdk.provider}_checks"
        command, cwd, script = [sys.executable, "-S", "-W", "ignore", "-m", module], ROOT, None
    else:
        own = sdk.folder.is_dir()
        env["SDK"] = sdk.package if own else str(sdk.alias)
        guard = (NODE_FOLDER / "loopback_only.mjs").as_uri()
        command = ["node", "--import", guard, "--input-type=module", "-"]
        parts = ("checking.mjs", f"{sdk.provider}_checks.mjs")
        script = "".join((HERE / "checks" / part).read_text("utf-8") for part in parts)
        cwd = sdk.folder if own else NODE_FOLDER
    done = subprocess.run(
        command, input=script, env=env, cwd=cwd, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        pytest.fail(f"{sdk.package} {sdk.version} ended with {done.returncode}\n{done.stderr}", pytrace=False)
    told: Json = json.loads(lines[-1])
    return told


@pytest.mark.parametrize("sdk", listed(), ids=lambda sdk: f"{sdk.language}-{sdk.package}-{sdk.version}")
def test_a_version_of_an_sdk(sdk: Sdk, server: Served, fresh_world: Json, receiver: Receiver) -> None:
    if sdk.language == "node":
        missing = needs.missing_node()
        needs.require("node", available=missing is None, reason=missing or "")
    if not sdk.is_there:
        pytest.skip(f"{sdk.package} {sdk.version} is not installed: `make matrix` does")
    env = {name: str(value) for name, value in fresh_world["env"].items()}
    env["ADDRESS"] = fresh_world["urls"][SERVED_BY.get(sdk.provider, sdk.provider)]
    told = found[sdk] = run(sdk, env | delivered(server, receiver, sdk))
    assert {name for name, each in told.items() if each != "ok"} == {name for name, _ in sdk.known}
    told.update(sdk.known)


def test_the_list_names_two_versions_of_each_sdk() -> None:
    counted: dict[tuple[str, str], set[str]] = {}
    for sdk in listed():
        counted.setdefault((sdk.language, sdk.package), set()).add(sdk.version)
    assert [sdk for sdk, versions in counted.items() if len(versions) < 2] == []


@pytest.mark.skipif("WRITE_MATRIX" in os.environ, reason="the table is about to be written")
def test_the_table_has_every_version() -> None:
    text = TABLE.read_text("utf-8")
    rows = [f"| {sdk.package} | {sdk.language} | {sdk.version} |" for sdk in listed()]
    assert [row for row in rows if row not in text] == [], "write it anew with `make matrix`"


def table() -> str:
    """Write the page: one row for each version."""
    lines = [
        "# SDK matrix",
        "",
        "The same small checks over several versions of each official SDK (each by itself, or where the tests have it), against the mocks: a thing is created,",
        "read and listed, a refusal arrives as the SDK's own error, and a delivered webhook is verified while a changed one is refused.",
        "Made by `make matrix` from `tests/matrix/versions.toml`; `–` is what the SDK of that version does not do.",
        "A version that fails by a fault of its own says what it does.",
        "svix verifies the webhooks of Clerk and Resend, for SDKs that do not.",
        "",
        f"| SDK | language | version | {' | '.join(CHECKS)} |",
        f"| --- | --- | --- | {' | '.join('---' for _ in CHECKS)} |",
    ]
    for sdk in listed():
        cells = [found[sdk].get(name, "–") for name in CHECKS]
        cells = [each.replace("|", "/").replace("\n", " ") for each in cells]
        lines.append(f"| {sdk.package} | {sdk.language} | {sdk.version} | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])
