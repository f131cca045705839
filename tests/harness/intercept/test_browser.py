"""Chromium, told by two switches or by its own store whom to trust, opens the providers' own addresses."""

import shutil
import subprocess
from pathlib import Path

import pytest

from harness.intercept import trust
from tests import needs
from tests.harness.intercept import running
from tests.harness.serving import Served

SWITCHES = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--virtual-time-budget=20000",
]
PAGE = "https://api.resend.com/emails"
SHOWN = "missing_api_key"
RULES = (
    "MAP *:443 127.0.0.1:$GREENROOM_TLS_PORT, MAP *:80 127.0.0.1:$GREENROOM_HTTP_PORT, EXCLUDE localhost,"
    " EXCLUDE 127.0.0.1"
)


@pytest.fixture
def chromium(tmp_path: Path) -> list[str]:
    """How Chromium is started, with a profile of its own."""
    executable = needs.chromium()
    needs.require("chromium", available=executable is not None, reason="Chromium is not installed")
    return [str(executable), *SWITCHES, f"--user-data-dir={tmp_path / 'profile'}"]


def test_a_browser_in_a_run_sees_greenroom(server: Served, mode: str, chromium: list[str]) -> None:
    """In a network of its own, names lead to Greenroom by themselves; elsewhere the browser is told where they lead."""
    words = [*chromium, "--ignore-certificate-errors-spki-list=$GREENROOM_FINGERPRINT", "--dump-dom", PAGE]
    if mode == "hook":
        words.insert(1, f"--host-resolver-rules={RULES}")
    script = " ".join(f'"{word}"' for word in words)
    done = running.run(server, mode, ["sh", "-c", script])
    assert SHOWN in done.output, done.told
    assert "api.resend.com" in {each["host"] for each in done.report["hosts"]}
    assert done.report["unknown"] == []


def test_an_installed_authority_is_believed(server: Served, chromium: list[str], tmp_path: Path) -> None:
    """The standing authority, bound to the providers' hosts, in the store of a person's own browser."""
    available = shutil.which("certutil") is not None
    needs.require("certutil", available=available, reason="certutil is not installed (Debian: libnss3-tools)")
    standing = trust.look(server.folder / "data")
    assert standing is not None
    trust.install(standing, tmp_path / ".pki" / "nssdb")
    rules = f"--host-resolver-rules=MAP *:443 127.0.0.1:{server.port + 43}, EXCLUDE localhost"
    command = [*chromium, rules, "--dump-dom", PAGE]
    env = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        command, env=env, capture_output=True, text=True, check=False, timeout=running.SECONDS
    )
    assert SHOWN in done.stdout, done.stderr
