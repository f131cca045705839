"""The standing authority: shown, installed, and what is said when it has expired, is open to others, or is damaged."""

import logging
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from harness import tls
from harness.cli.app import app
from harness.errors import ConfigurationError, StoreError
from harness.intercept import namespace, trust
from harness.tls import Authority
from tests import needs
from tests.harness.serving import free_base

DOMAINS = ("api.stripe.com", "*.algolia.net")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory with an authority."""
    Authority(tmp_path / "tls", DOMAINS)
    return tmp_path


@pytest.fixture
def expired(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory whose authority was made long ago."""
    with monkeypatch.context() as patch:
        patch.setattr(tls, "_now", lambda: datetime(2001, 1, 1, tzinfo=UTC))
        Authority(tmp_path / "tls", DOMAINS)
    return tmp_path


def ran(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def certutil(*words: str) -> str:
    return subprocess.run(["certutil", *words], capture_output=True, text=True, check=True).stdout


def test_it_is_shown_with_what_it_may_vouch_for(data: Path) -> None:
    result = ran("ca", "show", "--data-dir", str(data))
    assert result.exit_code == 0
    assert "state        well" in result.stdout
    assert "algolia.net, api.stripe.com, localhost" in result.stdout
    assert "update-ca-certificates" in result.stdout
    assert f"greenroom ca install --data-dir {data}\n" in result.stdout
    assert ran("ca", "show", "--pem", "--data-dir", str(data)).stdout == (data / "tls" / "ca.pem").read_text()


def test_one_is_made_where_there_is_none(tmp_path: Path) -> None:
    assert ran("ca", "show", "--data-dir", str(tmp_path)).exit_code == 0
    standing = trust.look(tmp_path)
    assert standing is not None
    assert {"api.stripe.com", "algolia.net", "localhost"} <= set(standing.domains)


def test_it_is_installed_for_a_browser_and_replaces_an_older_one(data: Path, tmp_path: Path) -> None:
    available = shutil.which("certutil") is not None
    needs.require("certutil", available=available, reason="certutil is not installed (Debian: libnss3-tools)")
    database = tmp_path / "home" / "nssdb"
    for _ in range(2):
        result = ran("ca", "install", "--data-dir", str(data), "--nssdb", str(database))
        assert result.exit_code == 0, result.output
    listed = certutil("-L", "-d", f"sql:{database}")
    assert listed.count("greenroom") == 1
    assert "C,," in listed
    assert (data / "tls" / "ca.pem").read_text().split() == certutil(
        "-L", "-d", f"sql:{database}", "-n", "greenroom", "-a"
    ).split()


def test_without_certutil_it_says_what_to_install(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(ConfigurationError, match="libnss3-tools"):
        ran_or_raised("ca", "install", "--data-dir", str(data))


def ran_or_raised(*words: str) -> None:
    result = ran(*words)
    if result.exception is not None:
        raise result.exception


def test_a_store_that_cannot_be_made_is_named(data: Path, tmp_path: Path) -> None:
    available = shutil.which("certutil") is not None
    needs.require("certutil", available=available, reason="certutil is not installed (Debian: libnss3-tools)")
    (tmp_path / "file").touch()
    standing = trust.look(data)
    assert standing is not None
    with pytest.raises(ConfigurationError, match=r"the store .*/file/nssdb cannot be made: Not a directory"):
        trust.install(standing, tmp_path / "file" / "nssdb")


def test_an_expired_one_is_not_installed(expired: Path) -> None:
    shown = ran("ca", "show", "--data-dir", str(expired))
    assert shown.exit_code == 1
    assert "it has expired (2010-12-30): start `greenroom up` anew" in shown.stdout
    with pytest.raises(StoreError, match="not installed: it has expired"):
        ran_or_raised("ca", "install", "--data-dir", str(expired))


def test_an_expired_one_is_renewed_at_the_next_start(expired: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        Authority(expired / "tls", DOMAINS)
    assert "has expired (2010-12-30) and was renewed" in caplog.text
    assert "greenroom ca install" in caplog.text
    standing = trust.look(expired)
    assert standing is not None
    assert standing.wrong is None


def test_a_key_that_others_may_read_is_not_used(data: Path) -> None:
    key = data / "tls" / "ca-key.pem"
    key.chmod(0o644)
    with pytest.raises(StoreError, match=r"rights 0644\): `chmod 600 .*ca-key\.pem`.*remove that folder"):
        Authority(data / "tls", DOMAINS)
    with pytest.raises(StoreError, match="not installed: others may use its key"):
        ran_or_raised("ca", "install", "--data-dir", str(data))
    key.chmod(0o600)
    Authority(data / "tls", DOMAINS)


def test_a_damaged_one_is_said_to_be(data: Path) -> None:
    (data / "tls" / "ca.pem").write_text("no certificate")
    with pytest.raises(StoreError, match="is damaged"):
        trust.look(data)


# --- the doctor ------------------------------------------------------------------------------------------------------


def examined(data: Path) -> str:
    base = str(free_base())
    told = ran("doctor", "--url", f"http://127.0.0.1:{base}", "--port", base, "--data-dir", str(data)).stdout
    return re.sub(" +", " ", told)


def test_the_doctor_tells_the_mode_that_works(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(namespace, "missing", lambda: None)
    assert "ok interception `greenroom run` gives a program a network of its own" in examined(data)
    monkeypatch.setattr(namespace, "missing", lambda: "user namespaces cannot be made (no): do this")
    told = examined(data)
    assert "ok interception `greenroom run` uses hooks in Node and CPython" in told
    assert "-- own network user namespaces cannot be made (no): do this" in told


def test_the_doctor_names_each_sdk_once(data: Path) -> None:
    lines = examined(data).splitlines()
    assert len([line for line in lines if "svix SDK" in line]) == 1


def test_the_doctor_looks_at_the_authority(data: Path) -> None:
    assert "ok authority" in examined(data)
    (data / "tls" / "ca-key.pem").chmod(0o640)
    assert "NO authority others may use its key" in examined(data)
