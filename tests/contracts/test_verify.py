"""The pacts of the integration layer hold for the mocks: every interaction is played against a running Greenroom."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from integrations.services import PROVIDERS
from tests.contracts.happenings import HAPPENINGS
from tests.contracts.verifying import NotKeptError, Verification, pact_file
from tests.harness.serving import Served
from tests.needs import ROOT


@pytest.fixture
def verification(server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Verification:
    """A fresh world to verify against; nothing is announced to anybody."""
    monkeypatch.setenv("PACT_DO_NOT_TRACK", "true")
    return Verification(server, tmp_path)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_mock_keeps_the_pact(verification: Verification, provider: str) -> None:
    verification.verify(provider, pact_file(provider))


@pytest.mark.parametrize("provider", HAPPENINGS)
def test_the_mock_announces_what_the_receiver_reads(verification: Verification, provider: str) -> None:
    verification.verify_messages(provider, pact_file(f"{provider}-webhooks"))


def test_a_pact_that_is_not_kept_says_where(verification: Verification) -> None:
    pact, name = pact_file("stripe"), "read a customer who is not there"
    pact["interactions"] = [each for each in pact["interactions"] if each["description"] == name]
    pact["interactions"][0]["response"]["body"]["content"]["error"]["code"] = "never_heard_of"
    with pytest.raises(NotKeptError) as broken:
        verification.verify("stripe", pact)
    for part in (name, "$.error.code", "never_heard_of", "resource_missing"):
        assert part in str(broken.value)


def test_a_message_that_is_not_announced_so_says_where(verification: Verification) -> None:
    pact = pact_file("cint-webhooks")
    (message,) = pact["interactions"]
    message["contents"]["content"]["data"]["colour"] = "green"
    with pytest.raises(NotKeptError) as broken:
        verification.verify_messages("cint", pact)
    for part in ("com.cint.target-group.updated", "$.data", "colour"):
        assert part in str(broken.value)


def test_the_recipe_for_other_consumers_works(server: Served, verification: Verification) -> None:
    (recipe,) = re.findall(
        r"```python\n(.+?)```", (ROOT / "contracts" / "README.md").read_text("utf-8"), re.DOTALL
    )
    pact = pact_file("stripe")
    pact["interactions"] = [each for each in pact["interactions"] if each["description"] == "read a customer"]
    file = verification.folder / "shop-stripe.json"
    file.write_text(json.dumps(pact), "utf-8")
    recipe = recipe.replace("http://127.0.0.1:4400", server.url).replace("pacts/shop-stripe.json", str(file))
    played: dict[str, Any] = {}
    exec(recipe, played)
    (result,) = played["verifier"].results["interactionResults"]
    assert (result["description"], result["result"]) == ("read a customer", "OK")
