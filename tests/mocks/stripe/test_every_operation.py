"""Each operation that is served is driven by the newest SDK of either language; one that is not served raises in both."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import stripe

from mocks.stripe.provider import stripe as room
from tests.harness.serving import Receiver, Served
from tests.mocks.stripe import walk
from tests.mocks.stripe.conformance import VERSION, CheckingClient, Document
from tests.mocks.stripe.test_fuzz import OWN

HERE = Path(__file__).parent
SCRIPTS = ("billing", "credits", "destinations", "families", "invoicing", "payments", "rest", "everyday")
ALWAYS_REFUSED = {
    "PostPaymentIntentsIntentApplyCustomerBalance",
    "PostRefundsRefundCancel",
}
"""They belong to other payment methods than cards and debits."""

NO_METHOD = (OWN - {"PostSubscriptionsSubscriptionPause"}) | {"getFileContents"}
"""What Stripe's CLI and Stripe.js use, and contents of files: neither SDK has a method for them."""

REST: Any = {
    "discount": True,
    "source": ["4242", 1, "Ada", True],
    "token": [False, True],
    "confirmed": "succeeded",
    "cash": [500, 1, "funded"],
    "spent": None,
    "lines": 0,
    "refused": "payment_intent_unexpected_state",
    "debited": ["requires_action", "processing", "active"],
    "raised": 2500,
    "below": [1, "v", 200, "v", "lost"],
    "own": [True, "v", "discount", True, "canceled"],
    "dispute": "lost",
    "plan": True,
    "migrated": "flexible",
    "paused": "paused",
    "quoted": [1, 1800, "open"],
    "pdf": "%PDF",
    "accepted": ["accepted", 1800],
    "withdrawn": "canceled",
    "quotes": 2,
    "attached": "open",
    "note": "void",
    "session": {"k": "v"},
    "sent": [False, 1],
}
"""What rest.mjs finds."""

CREDITS: Any = {
    "credits": ["v", 2, "credits_expired", 500, True],
    "moves": 4,
    "alert": ["active", 1, "inactive", "active", "archived"],
    "offers": ["All of Europe", [False, True], False, 1, "active"],
    "kinds": ["card", "sepa_debit"],
}
"""What credits.mjs finds."""

FOUND = {"credits": CREDITS, "rest": REST}
FROZEN = {"mode": "frozen", "now": "2026-03-01T09:00:00Z"}


def wanted() -> set[str]:
    """Return the operations that an SDK can call."""
    room.load()
    served = {each.id for each in room.operations.values() if each.path.startswith(("/v1/", "/v2/"))}
    public = {each.id for each in room.operations.values() if each.public}
    return served - public - NO_METHOD


def driven(server: Served, world: dict[str, Any]) -> set[str]:
    """Return the operations that were called in a world, and answered."""
    found = server.control("GET", f"/worlds/{world['id']}/requests?limit=1000")["requests"]
    return {
        each["operation"]
        for each in found
        if (each["status"] or 500) < 400 or each["operation"] in ALWAYS_REFUSED
    }


@pytest.mark.parametrize("version", [stripe.api_version, VERSION])
def test_every_operation_is_driven_by_stripe_python(
    server: Served, stripe_document: Document, version: str
) -> None:
    """At the document's version each answer is checked by it, too."""
    seen: set[str] = set()
    for family in walk.ALL:
        world = server.create_world(seed=7, clock=FROZEN)
        url = world["urls"]["stripe"]
        hosts: Any = dict.fromkeys(("api", "files", "meter_events"), url)
        family(
            stripe.StripeClient(
                world["env"]["STRIPE_SECRET_KEY"],
                base_addresses=hosts,
                http_client=CheckingClient(stripe_document),
                max_network_retries=0,
                stripe_version=version,
            )
        )
        seen |= driven(server, world)
    assert sorted(wanted() - seen) == []


def test_every_operation_is_driven_by_stripe_node(
    server: Served, node: Callable[..., Any], receiver: Receiver
) -> None:
    seen: set[str] = set()
    for script in SCRIPTS:
        world = server.create_world(seed=7, clock=FROZEN)
        names = {"SDK": "stripe", "STRIPE_PORT": str(server.port + 7), "WORLD": world["id"]}
        names |= {"WORLD_NAME": world["name"], "RECEIVER": receiver.url, "HOOK": receiver.url}
        told = node(HERE / f"{script}.mjs", {**world["env"], **names})
        assert told == FOUND.get(script, told)
        seen |= driven(server, world)
    assert sorted(wanted() - seen) == []


UNSERVED = """
import Stripe from "stripe";
const options = { host: "127.0.0.1", port: Number(process.env.STRIPE_PORT), protocol: "http", maxNetworkRetries: 0 };
const stripe = new Stripe(process.env.STRIPE_SECRET_KEY, options);
const calls = [
  () => stripe.issuing.cards.list(), () => stripe.treasury.financialAccounts.list(), () => stripe.accounts.list(),
  () => stripe.v2.core.accounts.list(), () => stripe.payouts.create({ amount: 1, currency: "usd" }),
];
const told = [];
for (const call of calls) told.push(await call().then(() => "answered", (error) => [error.statusCode, error.message !== ""]));
console.log(JSON.stringify(told));
"""


def test_what_is_not_served_raises_in_stripe_node(
    server: Served, fresh_world: dict[str, Any], node: Callable[..., Any]
) -> None:
    told = node(UNSERVED, {**fresh_world["env"], "STRIPE_PORT": str(server.port + 7)})
    assert told == [[404, True]] * 5


@pytest.mark.parametrize(
    "call",
    [
        lambda c: c.v1.issuing.cards.list(),
        lambda c: c.v1.treasury.financial_accounts.list({}),
        lambda c: c.v1.accounts.list(),
        lambda c: c.v2.core.accounts.list(),
        lambda c: c.v1.payouts.create({"amount": 1, "currency": "usd"}),
    ],
)
def test_what_is_not_served_raises_in_stripe_python(
    newest: stripe.StripeClient, call: Callable[..., Any]
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        call(newest)
    assert caught.value.http_status == 404
    assert (caught.value.headers or {})["Greenroom-Unserved"]
