"""The traffic of any consumer becomes pacts, and the mocks keep them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from tests.harness.serving import Served
from tests.needs import ROOT

Json = dict[str, Any]
MAIL = "pat.secret@studio.test"


@pytest.fixture
def recorded(server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the pacts of what a shop did in a world of its own."""
    monkeypatch.setenv("PACT_DO_NOT_TRACK", "true")
    world = server.create_world(seed="shop", scenario="starter")  # other ids than where it is verified
    shop(world)
    told = CliRunner().invoke(
        app,
        [
            "record",
            "contract",
            "--url",
            server.url,
            "--world",
            world["id"],
            "--consumer",
            "shop",
            "--to",
            str(tmp_path),
        ],
    )
    assert told.exit_code == 0, told.output
    server.http.delete(f"/_greenroom/worlds/{world['id']}")
    return tmp_path


def shop(world: Json) -> None:
    """Do what a shop does, some of it twice."""
    stripe = {"Authorization": f"Bearer {world['env']['STRIPE_SECRET_KEY']}"}
    with httpx.Client(base_url=world["urls"]["stripe"], headers=stripe, trust_env=False) as client:
        old = client.get("/v1/customers", params={"limit": "1"}).json()["data"][0]["id"]
        for _ in range(2):
            client.get(f"/v1/customers/{old}")
        made = client.post(
            "/v1/customers", data={"email": MAIL, "metadata[a]": "b", "description": "once"}
        ).json()["id"]
        client.get(f"/v1/customers/{made}")
        client.get("/v1/invoices", params={"customer": old, "limit": "1"})
        client.post("/v1/setup_intents", data={"customer": made})
        page = {"mode": "subscription", "customer": old, "success_url": "https://shop.test/done"}
        line = {"line_items[0][price]": world["env"]["NEXT_PUBLIC_PRICE_ESSENTIAL_MONTHLY"]}
        client.post("/v1/checkout/sessions", data={**page, **line, "line_items[0][quantity]": "1"})
        client.get("/v1/customers/cus_nobody")
    resend = {"Authorization": f"Bearer {world['env']['RESEND_API_KEY']}", "User-Agent": "shop"}
    mail = {"from": world["env"]["EMAIL_FROM"], "to": [MAIL], "subject": "Hello", "html": "<p>Hello</p>"}
    httpx.post(
        f"{world['urls']['resend']}/emails", json=mail, headers=resend, trust_env=False
    ).raise_for_status()


def pact(folder: Path, provider: str) -> dict[str, Json]:
    told = json.loads((folder / f"shop-{provider}.json").read_text("utf-8"))
    return {each["description"]: each for each in told["interactions"]}


def test_each_operation_and_outcome_is_one_interaction(recorded: Path) -> None:
    assert set(pact(recorded, "stripe")) == {
        "GetCustomers answers 200",
        "GetCustomersCustomer answers 200",
        "GetCustomersCustomer answers 404",
        "GetInvoices answers 200",
        "PostCheckoutSessions answers 200",
        "PostCustomers answers 200",
        "PostSetupIntents answers 200",
    }
    assert set(pact(recorded, "resend")) == {"emails/send answers 200"}


def test_ids_of_the_scenario_come_from_the_state(recorded: Path) -> None:
    read = pact(recorded, "stripe")["GetCustomersCustomer answers 200"]
    assert read["providerStates"] == [{"name": "starter"}]
    assert read["request"]["generators"]["path"]["expression"].startswith(
        "/v1/customers/${stripe_organisation_"
    )
    assert read["request"]["matchingRules"]["path"]["matchers"][0]["regex"] == "^/v1/customers/[^/]+$"
    assert not pact(recorded, "stripe")["GetCustomersCustomer answers 404"]["pending"]


def test_ids_in_forms_and_queries_come_from_the_state_and_those_of_earlier_calls_are_pending(
    recorded: Path,
) -> None:
    found = pact(recorded, "stripe")
    opened = found["PostCheckoutSessions answers 200"]
    assert opened["request"]["generators"]["body"].keys() == {"$.customer", "$['line_items[0][price]']"}
    assert not opened["pending"]
    assert "customer" in found["GetInvoices answers 200"]["request"]["generators"]["query"]
    late = found["PostSetupIntents answers 200"]
    assert late["pending"]
    assert late["comments"]["text"][0].startswith("customer came from earlier calls")


def test_only_what_each_answer_has_is_relied_on(recorded: Path) -> None:
    (item,) = pact(recorded, "stripe")["GetCustomers answers 200"]["response"]["body"]["content"]["data"]
    assert {"id", "object", "created"} <= item.keys()
    read = pact(recorded, "stripe")["GetCustomersCustomer answers 200"]["response"]["body"]["content"]
    assert "description" not in read


def test_no_secret_and_no_person_is_written_down(recorded: Path) -> None:
    for file in recorded.iterdir():
        text = file.read_text("utf-8")
        assert MAIL not in text
        assert "sk_test_" not in text


def test_the_mocks_keep_what_was_recorded(
    server: Served, recorded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    told = CliRunner().invoke(
        app, ["verify", "stripe", "resend", "--url", server.url, "--pacts", str(recorded), "--json"]
    )
    results: Callable[[str], set[str]] = lambda outcome: {  # noqa: E731
        each["name"] for each in json.loads(told.stdout)["results"] if each["outcome"] == outcome
    }
    assert (told.exit_code, results("failed")) == (0, set()), told.stdout
    assert "GetCustomersCustomer answers 200" in results("passed")
