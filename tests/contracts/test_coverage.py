"""Nothing that the integration layer calls or receives is without a pact."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from integrations.billing.plan_gateway import PlanGateway
from integrations.billing.stripe_gateway import StripeGateway
from integrations.creators.insightiq_gateway import InsightiqGateway
from integrations.deployment.vercel_gateway import VercelGateway
from integrations.identity.clerk_gateway import ClerkGateway
from integrations.mail.resend_gateway import ResendGateway
from integrations.search.algolia_gateway import AlgoliaGateway
from integrations.studies.cint_gateway import CintGateway
from integrations.video.mux_gateway import MuxGateway
from tests.contracts.pacts import FOLDER
from tests.needs import ROOT

GATEWAYS = (
    StripeGateway,
    PlanGateway,
    ResendGateway,
    ClerkGateway,
    AlgoliaGateway,
    MuxGateway,
    InsightiqGateway,
    CintGateway,
    VercelGateway,
)
NO_CALLS = {"close", "construct_event", "secured_key", "required"}
"""Public methods that call nobody."""


def called() -> set[str]:
    """Return the names of all methods that the tests of pacts call."""
    found: set[str] = set()
    for file in Path(__file__).parent.glob("test_*_pact*.py"):
        tree = ast.parse(file.read_text("utf-8"))
        found |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return found


@pytest.mark.parametrize("gateway", GATEWAYS, ids=lambda each: each.__name__)
def test_every_call_has_a_pact(gateway: type) -> None:
    methods = {name for name, each in vars(gateway).items() if callable(each) and not name.startswith("_")}
    assert methods - NO_CALLS - called() == set(), (
        "tell what is exchanged in tests/contracts, and run `make pacts`"
    )


def test_there_is_no_other_door_to_the_providers() -> None:
    """Whatever calls a provider does so through a guard, and only the gateways above have one."""
    doors = set()
    for file in (ROOT / "integrations").rglob("*.py"):
        if "_guard.call(" in file.read_text("utf-8") or "JsonApi(\n" in file.read_text("utf-8"):
            doors.add(file.stem)
    assert doors == {
        "http_api",
        "stripe_calls",
        "resend_gateway",
        "clerk_gateway",
        "algolia_gateway",
        "mux_gateway",
        "insightiq_gateway",
        "cint_gateway",
        "vercel_gateway",
    }


@pytest.mark.parametrize("provider", ["stripe", "clerk", "resend", "mux", "insightiq", "cint"])
def test_every_receiver_has_messages(provider: str) -> None:
    file = FOLDER / f"integrations-{provider}-webhooks.json"
    assert json.loads(file.read_text("utf-8"))["interactions"]


def test_every_kind_of_event_of_stripes_that_is_handled_has_a_message() -> None:
    """The prefixes that the receiver asks for, read off its source."""
    source = (ROOT / "integrations" / "webhooks" / "stripe.py").read_text("utf-8")
    body = next(
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and node.name == "_handler_for"
    )
    kinds = {
        node.value
        for node in ast.walk(body)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and "." in node.value
        and " " not in node.value
    }
    told = json.loads((FOLDER / "integrations-stripe-webhooks.json").read_text("utf-8"))["interactions"]
    names = [each["description"] for each in told]
    lacking = {kind for kind in kinds if not any(name.startswith(kind) for name in names)}
    assert lacking == {"invoice.upcoming"}  # which is let pass
