"""Requests that Schemathesis makes of Stripe's own document: no 5xx, valid answers, no trace of what was refused."""

import asyncio
import gzip
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from mocks.stripe.provider import stripe
from mocks.stripe.resources.mandates import MANDATES
from tests.mocks.stripe.conformance import Document
from tests.mocks.stripe.debits import SUCCEEDS, debit
from tests.mocks.stripe.room import Room

Json = Any
SPELLED = {"id": "prod", "customer": "cus", "intent": "pi", "payment_method": "pm", "price": "price"}
stripe.load()


@dataclass
class Target:
    """A room with one of each thing in it, whose ids are in `things` by the path's prefix and parameter."""

    room: Room
    runner: asyncio.Runner
    things: dict[str, str]

    def send(self, method: str, path: str, params: Json) -> tuple[int, Json, bool]:
        """Send a request; return status, body, and whether it left everything as it was."""
        self.runner.run(self.room.runtime.dispatcher.settle(self.room.world))
        before = self.room.state()
        answer = self.runner.run(self.room.call(method, path, params))
        return answer.status_code, answer.json(), self.room.state() == before


@pytest.fixture(scope="module")
def target(stripe_document: Document) -> Iterator[Target]:
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        room = Room.open(Path(folder), stripe_document)
        yield Target(room, runner, runner.run(furnish(room)))
        runner.run(room.close())


async def furnish(room: Room) -> dict[str, str]:
    """Make one of each thing; return their ids by the path that begins theirs."""
    customer = await room.ok("POST", "/v1/customers", {"email": "ada@studio.test"})
    method = await room.ok("POST", "/v1/payment_methods/pm_card_visa/attach", {"customer": customer["id"]})
    payment = {"amount": 2000, "currency": "usd", "customer": customer["id"], "payment_method": method["id"]}
    intent = await room.ok("POST", "/v1/payment_intents", payment | {"confirm": True})
    await room.advance(5)
    refund = await room.ok("POST", "/v1/refunds", {"payment_intent": intent["id"], "amount": 100})
    charge = await room.ok("GET", f"/v1/charges/{intent['latest_charge']}")
    waiting = await room.ok("POST", "/v1/payment_intents", payment)
    setup = await room.ok("POST", "/v1/setup_intents", {"customer": customer["id"]})
    price = {
        "currency": "usd",
        "unit_amount": 900,
        "recurring": {"interval": "month"},
        "product_data": {"name": "X"},
    }
    priced = await room.ok("POST", "/v1/prices", price)
    hook = {"url": "http://127.0.0.1:9/", "enabled_events": ["refund.failed"]}
    default = {"invoice_settings": {"default_payment_method": method["id"]}}
    await room.ok("POST", f"/v1/customers/{customer['id']}", default)
    subscribed = {"customer": customer["id"], "items": [{"price": priced["id"]}]}
    subscription = await room.ok("POST", "/v1/subscriptions", subscribed)
    billing = await furnish_billing(room, customer["id"], priced["id"], subscription)
    session = {"mode": "setup", "currency": "usd", "success_url": "http://127.0.0.1:9/"}
    others = await furnish_others(room, customer["id"], priced["id"])
    return (
        billing
        | others
        | {
            "/v1/customers/{customer}": customer["id"],
            "/v1/payment_methods/{payment_method}": method["id"],
            "/v1/payment_intents/{intent}": waiting["id"],
            "/v1/setup_intents/{intent}": setup["id"],
            "/v1/charges/{charge}": charge["id"],
            "/v1/refunds/{refund}": refund["id"],
            "/v1/balance_transactions/{id}": charge["balance_transaction"],
            "/v1/products/{id}": priced["product"],
            "/v1/prices/{price}": priced["id"],
            "/v1/events/{id}": (await room.ok("GET", "/v1/events"))["data"][0]["id"],
            "/v1/webhook_endpoints/{webhook_endpoint}": (
                await room.ok("POST", "/v1/webhook_endpoints", hook)
            )["id"],
            "/v1/subscriptions/{subscription_exposed_id}": subscription["id"],
            "/v1/subscription_items/{item}": subscription["items"]["data"][0]["id"],
            "/v1/checkout/sessions/{session}": (await room.ok("POST", "/v1/checkout/sessions", session))[
                "id"
            ],
        }
    )


async def furnish_billing(room: Room, customer: str, price: str, subscription: Json) -> dict[str, str]:
    """Make one of each thing that invoices are made of."""
    rate = await room.ok(
        "POST", "/v1/tax_rates", {"display_name": "VAT", "inclusive": False, "percentage": 19}
    )
    coupon = await room.ok("POST", "/v1/coupons", {"percent_off": 25, "duration": "forever"})
    promotion = {"promotion": {"type": "coupon", "coupon": coupon["id"]}, "code": "SPRING"}
    code = await room.ok("POST", "/v1/promotion_codes", promotion)
    charge_of = {"customer": customer, "amount": 700, "currency": "usd"}
    item = await room.ok("POST", "/v1/invoiceitems", charge_of)
    draft = await room.ok(
        "POST", "/v1/invoices", {"customer": customer, "pending_invoice_items_behavior": "include"}
    )
    await room.ok("POST", "/v1/invoiceitems", charge_of)
    moved = await room.ok(
        "POST", f"/v1/customers/{customer}/balance_transactions", {"amount": -5, "currency": "usd"}
    )
    scheduled = {
        "customer": customer,
        "start_date": 1_800_000_000,
        "phases": [{"items": [{"price": price}]}],
    }
    schedule = await room.ok("POST", "/v1/subscription_schedules", scheduled)
    clock = await room.ok("POST", "/v1/test_helpers/test_clocks", {"frozen_time": 1_700_000_000})
    note = await room.ok(
        "POST",
        "/v1/credit_notes",
        {"invoice": subscription["latest_invoice"], "amount": 10, "credit_amount": 10},
    )
    return {
        "/v1/invoices/{invoice}": draft["id"],
        "/v1/invoiceitems/{invoiceitem}": item["id"],
        "/v1/coupons/{coupon}": coupon["id"],
        "/v1/credit_notes/{id}": note["id"],
        "/v1/credit_notes/{credit_note}": note["id"],
        "/v1/plans/{plan}": price,
        "/v1/subscription_schedules/{schedule}": schedule["id"],
        "/v1/test_helpers/test_clocks/{test_clock}": clock["id"],
        "/v1/promotion_codes/{promotion_code}": code["id"],
        "/v1/tax_rates/{tax_rate}": rate["id"],
        "/v1/subscriptions/{subscription}": subscription["id"],
        "{transaction}": moved["id"],
        "{line_item_id}": draft["lines"]["data"][0]["id"],
    }


async def furnish_others(room: Room, customer: str, price: str) -> dict[str, str]:
    """Make one of each thing around payments and billing: disputes, links, files, meters."""
    for card in ("pm_card_createDispute", "pm_card_createIssuerFraudRecord"):
        payment = {"amount": 900, "currency": "usd", "payment_method": card, "confirm": True}
        await room.ok("POST", "/v1/payment_intents", payment)
    dispute = (await room.ok("GET", "/v1/disputes"))["data"][0]
    warning = (await room.ok("GET", "/v1/radar/early_fraud_warnings"))["data"][0]
    features = {"features": {"invoice_history": {"enabled": True}}}
    portal = await room.ok("POST", "/v1/billing_portal/configurations", features)
    items = {"line_items": [{"price": price, "quantity": 1}]}
    link = await room.ok("POST", "/v1/payment_links", items)
    sent = {"purpose": "pci_document"}
    file = (await room.client.post("/v1/files", data=sent, files={"file": ("a.csv", b"a,b")})).json()
    file_link = await room.ok("POST", "/v1/file_links", {"file": file["id"]})
    number = {"type": "eu_vat", "value": "DE123456789"}
    tax_id = await room.ok("POST", f"/v1/customers/{customer}/tax_ids", number)
    measured = {"display_name": "C", "event_name": "calls", "default_aggregation": {"formula": "sum"}}
    meter = await room.ok("POST", "/v1/billing/meters", measured)
    named = {"name": "Reports", "lookup_key": "reports"}
    feature = await room.ok("POST", "/v1/entitlements/features", named)
    product = (await room.ok("GET", f"/v1/prices/{price}"))["product"]
    given = {"entitlement_feature": feature["id"]}
    product_feature = await room.ok("POST", f"/v1/products/{product}/features", given)
    numbered: Json = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2030, "cvc": "123"}
    token = await room.ok("POST", "/v1/tokens", {"card": numbered})
    entered = {"payment_method": "pm_card_visa"}
    confirmation = await room.ok("POST", "/v1/test_helpers/confirmation_tokens", entered)
    posted = {"webhook_endpoint": {"url": "http://127.0.0.1:9/"}, "type": "webhook_endpoint"}
    wanted: Json = {"name": "All", "event_payload": "thin", "enabled_events": ["v1.refund.failed"]}
    destination = await room.ok("POST", "/v2/core/event_destinations", wanted | posted)
    thin = (await room.ok("GET", "/v2/core/events"))["data"][0]
    source = await room.ok("POST", f"/v1/customers/{customer}/sources", {"source": "tok_visa"})
    priced: Json = {"display_name": "Post", "fixed_amount": {"amount": 500, "currency": "usd"}}
    rate = await room.ok("POST", "/v1/shipping_rates", priced)
    quote = await room.ok("POST", "/v1/quotes", items | {"customer": customer})
    credits = await furnish_credits(room, customer, meter["id"])
    await debit(room, "sepa_debit", SUCCEEDS["sepa_debit"])
    [mandate] = room.tx().every(MANDATES)
    return credits | {
        "/v1/mandates/{mandate}": mandate["id"],
        "/v1/shipping_rates/{shipping_rate_token}": rate["id"],
        "/v2/core/event_destinations/{id}": destination["id"],
        "/v2/core/events/{id}": thin["id"],
        "/v1/entitlements/features/{id}": feature["id"],
        "/v1/products/{product}": product,
        "/features/{id}": product_feature["id"],
        "/v1/quotes/{quote}": quote["id"],
        "/v1/tokens/{token}": token["id"],
        "/v1/confirmation_tokens/{confirmation_token}": confirmation["id"],
        "/sources/{id}": source["id"],
        "/v1/disputes/{dispute}": dispute["id"],
        "/v1/radar/early_fraud_warnings/{early_fraud_warning}": warning["id"],
        "/v1/billing_portal/configurations/{configuration}": portal["id"],
        "/v1/payment_links/{payment_link}": link["id"],
        "/v1/files/{file}": file["id"],
        "/v1/file_links/{link}": file_link["id"],
        "/v1/billing/meters/{id}": meter["id"],
        "/tax_ids/{id}": tax_id["id"],
    }


async def furnish_credits(room: Room, customer: str, meter: str) -> dict[str, str]:
    """Make one of each thing around billing credits, alerts and what is offered to pay with."""
    money = {"type": "monetary", "monetary": {"currency": "usd", "value": 500}}
    granted = {"customer": customer, "amount": money}
    config = {"applicability_config": {"scope": {"price_type": "metered"}}}
    grant = await room.ok("POST", "/v1/billing/credit_grants", granted | config)
    moves = await room.ok("GET", "/v1/billing/credit_balance_transactions", {"customer": customer})
    threshold = {"gte": 10, "meter": meter, "recurrence": "one_time"}
    watching = {"alert_type": "usage_threshold", "title": "Ten", "usage_threshold": threshold}
    alert = await room.ok("POST", "/v1/billing/alerts", watching)
    offered = await room.ok("POST", "/v1/payment_method_configurations", {"name": "Europe"})
    domain = await room.ok("POST", "/v1/payment_method_domains", {"domain_name": "shop.studio.test"})
    return {
        "/v1/billing/credit_grants/{id}": grant["id"],
        "/v1/billing/credit_balance_transactions/{id}": moves["data"][0]["id"],
        "/v1/billing/alerts/{id}": alert["id"],
        "/v1/payment_method_configurations/{configuration}": offered["id"],
        "/v1/payment_method_domains/{payment_method_domain}": domain["id"],
    }


def served(folder: Path) -> Json:
    """Return of Stripe's document the operations that are served, without their answers."""
    with gzip.open(folder / "stripe.openapi.json.gz") as file:
        document = json.load(file)
    paths: dict[str, Json] = {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if isinstance(operation, dict) and operation.get("operationId") in stripe.operations:
                answers = {"default": {"description": "any"}}
                paths.setdefault(path, {})[method] = operation | {"responses": answers}
    return {"openapi": "3.0.0", "info": document["info"], "paths": paths}


@pytest.fixture(scope="module")
def operations(specs: Path) -> dict[str, Any]:
    schema = schemathesis.openapi.from_dict(served(specs))
    return {found.ok().definition.raw["operationId"]: found.ok() for found in schema.get_all_operations()}


PUBLISHED = sorted(each.id for each in stripe.operations.values() if not each.public and each.id[0].isupper())
OWN = {
    "PostConfirmationTokens",
    "GetPaymentPagesSession",
    "PostEventsIdRetry",
    "PostPaymentPagesSessionConfirm",
    "PostStripecliSessions",
    "PostSubscriptionsSubscriptionPause",
}
"""Served, and not in the document: what Stripe's CLI and Stripe.js use, and what is newer."""
NOT_JSON = {"GetQuotesQuotePdf"}
"""Answered by a file."""


@pytest.mark.parametrize("id", [each for each in PUBLISHED if each not in OWN | NOT_JSON])
def test_no_request_breaks_an_operation(id: str, target: Target, operations: dict[str, Any]) -> None:
    operation, known = operations[id], stripe.operations[id]
    fields = set(known.params.model_fields) if known.params else set()
    ids = st.sampled_from(sorted(target.things.values()))

    @seed(7)
    @settings(
        max_examples=12,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), prune=st.booleans(), other=st.none() | ids)
    def run(case: Any, prune: bool, other: str | None) -> None:
        path = operation.path
        for prefix, thing in target.things.items():
            if not prefix.startswith("/"):
                continue
            path = path.replace(prefix, prefix[: prefix.index("{")] + (other or thing))
        path = path.replace("{payment_method}", target.things["/v1/payment_methods/{payment_method}"])
        path = path.replace("{transaction}", target.things["{transaction}"])
        path = path.replace("{line_item_id}", target.things["{line_item_id}"])
        sent = case.body if isinstance(case.body, dict) else dict(case.query or {})
        params = {name: value for name, value in sent.items() if name in fields or not prune}
        status, body, untouched = target.send(operation.method.upper(), path, params)
        assert status < 500, body
        if status >= 400:
            named = {"code", "message"} if path.startswith("/v2/") else {"message", "type", "request_log_url"}
            assert named <= set(body["error"])
            assert untouched or status == 402

    run()
