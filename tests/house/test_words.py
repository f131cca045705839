"""What is written in the tree is finished, invented, and no secret."""

import re
from pathlib import Path

import pytest

from tests.house.sources import ROOT, project_files

TEXT = {
    "",
    ".cfg",
    ".css",
    ".html",
    ".j2",
    ".js",
    ".json",
    ".mako",
    ".md",
    ".mjs",
    ".py",
    ".sql",
    ".toml",
    ".txt",
    ".yaml",
    ".yml",
}

UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK|NotImplemented" + r"Error)\b")
# The alphabet of a real key: long enough to be one, and in live mode.
LIVE_KEY = re.compile(r"\b(?:sk|rk|pk)_live_[0-9A-Za-z]{16,}")
MAIL_ADDRESS = re.compile(r"(?<![\\\w.+-])[\w.+-]+@((?:[a-z0-9-]+\.)+[a-z]{2,})\b", re.IGNORECASE)
# RFC 2606 and RFC 6761 keep these names free of people; resend.dev is where Resend's test addresses live.
INVENTED = re.compile(
    r"(?:^|\.)(?:test|example|invalid|localhost|local|example\.(?:com|net|org)|resend\.dev)$", re.IGNORECASE
)


def text_files() -> list[Path]:
    """List the project's text files, save this one (it names what it forbids) and what tools generate."""
    generated = {ROOT / "tests/node/package-lock.json", ROOT / "LICENSE"}
    skipped = generated | {Path(__file__).resolve()}
    files = [file for file in project_files() if file.suffix in TEXT and file not in skipped]
    return [file for file in files if file.suffix != ".lock"]


def found(pattern: re.Pattern[str]) -> list[str]:
    """List every match as `file:line: match`."""
    return [
        f"{file.relative_to(ROOT)}:{number}: {match.group()}"
        for file in text_files()
        for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1)
        for match in pattern.finditer(line)
    ]


def test_nothing_is_left_for_later() -> None:
    assert found(UNFINISHED) == []


def test_no_live_key_is_committed() -> None:
    assert found(LIVE_KEY) == []


def test_mail_addresses_belong_to_nobody() -> None:
    addresses = found(MAIL_ADDRESS)
    assert [line for line in addresses if not INVENTED.search(line.rpartition("@")[2])] == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (UNFINISHED, "# TO" + "DO: later"),
        (UNFINISHED, "raise NotImplemented" + "Error"),
        (LIVE_KEY, "sk_" + "live_" + "A" * 24),
        (MAIL_ADDRESS, "write to someone@mail.somewhere.com"),
    ],
)
def test_the_patterns_find_what_they_should(pattern: re.Pattern[str], text: str) -> None:
    assert pattern.search(text)
