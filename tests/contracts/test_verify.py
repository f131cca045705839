"""The pacts of the integration layer hold for the mocks: every interaction is played against a running Greenroom."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness import registry
from harness.verify.happenings import Happenings
from harness.verify.mocks import Mocks
from harness.verify.pacts import PactFile, Player, chosen, read
from harness.verify.results import Result
from integrations.services import PROVIDERS
from tests.contracts.pacts import FOLDER
from tests.harness.serving import Served
from tests.needs import ROOT

INSTALLED = registry.providers()
HAPPENINGS = Happenings.read(ROOT / "contracts" / "happenings.yaml")
PACTS = read(FOLDER, PROVIDERS)


@pytest.fixture
def mocks(server: Served, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mocks]:
    monkeypatch.setenv("PACT_DO_NOT_TRACK", "true")
    with Mocks(server.url) as opened:
        yield opened


def play(mocks: Mocks, pact: PactFile) -> list[Result]:
    """Play a pact in a fresh world."""
    return Player(mocks, INSTALLED[pact.provider], HAPPENINGS).play(pact)


def pact_of(name: str) -> PactFile:
    """Return the pact of a file."""
    (found,) = [each for each in PACTS if each.file.name == f"integrations-{name}.json"]
    return found


def test_every_provider_has_a_pact() -> None:
    assert {each.provider for each in PACTS if each.http} == set(PROVIDERS)


@pytest.mark.parametrize("pact", PACTS, ids=lambda each: each.file.stem)
def test_the_mock_keeps_the_pact(mocks: Mocks, pact: PactFile) -> None:
    found = play(mocks, pact)
    told = [each for each in found if each.suite != "deliveries"]
    assert len(told) == len(pact.http) + len(pact.messages)
    wrong = [f"{each.name}\n{each.told}" for each in found if each.outcome != "passed"]
    assert not wrong, "\n".join(wrong)


def test_a_pact_that_is_not_kept_says_where(mocks: Mocks) -> None:
    pact = chosen(pact_of("stripe"), ("read a customer who is not there",))
    told = json.loads(json.dumps(pact.http))
    told[0]["response"]["body"]["content"]["error"]["code"] = "never_heard_of"
    (broken,) = play(mocks, replace(pact, http=told))
    for part in ("$.error.code", "never_heard_of", "resource_missing"):
        assert part in broken.told


def test_a_message_that_is_not_announced_so_says_where(mocks: Mocks) -> None:
    pact = pact_of("cint-webhooks")
    told = json.loads(json.dumps(pact.messages))
    told[0]["contents"]["content"]["data"]["colour"] = "green"
    (broken,) = [each for each in play(mocks, replace(pact, messages=told)) if each.outcome == "failed"]
    assert (broken.name, broken.outcome) == ("com.cint.target-group.updated", "failed")
    for part in ("$.data", "colour"):
        assert part in broken.told


def test_the_recipe_for_other_consumers_works(
    server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACT_DO_NOT_TRACK", "true")
    (recipe,) = re.findall(
        r"```python\n(.+?)```", (ROOT / "contracts" / "README.md").read_text("utf-8"), re.DOTALL
    )
    pact = json.loads((FOLDER / "integrations-stripe.json").read_text("utf-8"))
    pact["interactions"] = [each for each in pact["interactions"] if each["description"] == "read a customer"]
    file = tmp_path / "shop-stripe.json"
    file.write_text(json.dumps(pact), "utf-8")
    recipe = recipe.replace("http://127.0.0.1:4400", server.url).replace("pacts/shop-stripe.json", str(file))
    played: dict[str, Any] = {}
    exec(recipe, played)
    (result,) = played["verifier"].results["interactionResults"]
    assert (result["description"], result["result"]) == ("read a customer", "OK")
