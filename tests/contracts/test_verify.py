"""The pacts of the integration layer hold for the mocks: every interaction is played against a running Greenroom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.contracts.verifying import CREDENTIALS, NotKeptError, Verification, only, pact_file
from tests.harness.serving import Served

Json = dict[str, Any]


@pytest.fixture
def verification(server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Verification:
    """A fresh world to verify against; nothing is announced to anybody."""
    monkeypatch.setenv("PACT_DO_NOT_TRACK", "true")
    return Verification(server, tmp_path)


def _unauthorised(interaction: Json) -> bool:
    """Tell whether an interaction is about wrong credentials: it is played with those that stand in it."""
    return bool(interaction["response"]["status"] == 401)


@pytest.mark.parametrize("provider", CREDENTIALS)
def test_the_mock_keeps_the_pact(verification: Verification, provider: str) -> None:
    pact = pact_file(provider)
    headers = CREDENTIALS[provider](verification.env)
    verification.verify(provider, only(pact, lambda each: not _unauthorised(each)), headers)
    verification.verify(provider, only(pact, _unauthorised), {})


def test_a_pact_that_is_not_kept_says_where(verification: Verification) -> None:
    pact = only(pact_file("stripe"), lambda each: each["description"] == "read a customer who is not there")
    pact["interactions"][0]["response"]["body"]["content"]["error"]["code"] = "never_heard_of"
    with pytest.raises(NotKeptError) as broken:
        verification.verify("stripe", pact, CREDENTIALS["stripe"](verification.env))
    for part in ("read a customer who is not there", "$.error.code", "never_heard_of", "resource_missing"):
        assert part in str(broken.value)
