"""Products and prices, events and webhook endpoints, the account."""

from typing import Any

import orjson
import pytest
import stripe

from harness import endpoints
from harness.transaction import DELIVERIES
from mocks.stripe.resources.events import EVENTS, delivery_body
from mocks.stripe.resources.webhook_endpoints import ENDPOINTS
from mocks.stripe.signing import sign
from tests.mocks.stripe.conformance import refused
from tests.mocks.stripe.room import Room

PRODUCTS, PRICES, HOOKS = "/v1/products", "/v1/prices", "/v1/webhook_endpoints"
Json = Any


async def product(room: Room, **params: Any) -> Json:
    return await room.ok("POST", PRODUCTS, {"name": "Film", **params})


# --- products and prices ---------------------------------------------------------------------------------------------------


async def test_a_world_has_the_plans_that_its_environment_names(room: Room) -> None:
    env = room.world.accounts["stripe"]["env"]
    names = ["PAY_AS_YOU_GO", "PAY_AS_YOU_GO_ANNUAL"]
    names += [
        f"{plan}_{each}"
        for plan in ("ESSENTIAL", "PROFESSIONAL", "ADVANCED")
        for each in ("MONTHLY", "ANNUAL")
    ]
    assert sorted(env) == sorted(f"NEXT_PUBLIC_PRICE_{name}" for name in names)
    for name, id in env.items():
        price = await room.ok("GET", f"{PRICES}/{id}", {"expand": ["product"]})
        assert price["recurring"]["interval"] == ("year" if name.endswith("ANNUAL") else "month")
        assert price["product"]["active"] is True
    assert len((await room.ok("GET", PRODUCTS))["data"]) == 4
    assert room.types() == []


async def test_a_product_may_come_with_its_first_price(room: Room) -> None:
    first = {"currency": "usd", "unit_amount": 900, "recurring": {"interval": "month"}}
    size = {"height": "1.5", "length": 2, "weight": 3, "width": 4}
    made = await product(
        room,
        default_price_data=first,
        package_dimensions=size,
        tax_code="txcd_10000000",
        images=["https://x.test/a.png"],
    )
    price = await room.ok("GET", f"{PRICES}/{made['default_price']}")
    assert (price["product"], price["unit_amount"], price["type"]) == (made["id"], 900, "recurring")
    assert made["package_dimensions"] == {"height": 1.5, "length": 2.0, "weight": 3.0, "width": 4.0}
    assert room.types() == ["product.created", "plan.created", "price.created", "product.updated"]
    assert (await room.refused("POST", PRODUCTS, {"name": "B", "id": made["id"]}))[1][
        "code"
    ] == "resource_already_exists"


async def test_a_product_changes_and_goes(room: Room) -> None:
    made = await product(room, description="Long")
    path = f"{PRODUCTS}/{made['id']}"
    await room.ok("POST", path, {"name": "Film"})
    await room.advance(5)
    changed = await room.ok("POST", path, {"description": "", "active": False, "metadata": {"a": "1"}})
    assert (changed["description"], changed["updated"] - changed["created"]) == (None, 5)
    (told,) = (await room.ok("GET", "/v1/events", {"type": "product.updated"}))["data"]
    assert told["data"]["previous_attributes"] == {
        "active": True,
        "description": "Long",
        "metadata": {"a": None},
        "updated": made["updated"],
    }
    assert [each["id"] for each in (await room.ok("GET", PRODUCTS, {"active": False}))["data"]] == [
        made["id"]
    ]
    assert (await room.ok("DELETE", path))["deleted"] is True
    assert (await room.refused("GET", path))[1]["code"] == "resource_missing"
    assert (await room.refused("POST", path, {"name": "X"}))[0] == 404


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({}, "unit_amount"),
        ({"unit_amount": 1, "unit_amount_decimal": "1"}, "unit_amount"),
        ({"unit_amount": -1}, "unit_amount"),
        ({"unit_amount": 1, "recurring": {"interval": "month", "interval_count": 37}}, "recurring[interval_count]"),
        ({"unit_amount": 1, "recurring": {"interval": "hour"}}, "recurring[interval]"),
        ({"unit_amount": 1, "recurring": {"interval": "month", "usage_type": "metered"}}, "recurring[meter]"),
        ({"billing_scheme": "tiered", "tiers_mode": "volume"}, "tiers"),
        ({"billing_scheme": "tiered", "tiers": [{"up_to": "inf", "unit_amount": 1}]}, "tiers_mode"),
        ({"billing_scheme": "tiered", "tiers_mode": "volume", "tiers": [{"up_to": 5, "unit_amount": 1}]}, "tiers"),
        ({"unit_amount_decimal": "one"}, "unit_amount_decimal"),
        ({"custom_unit_amount": {"enabled": False}}, "custom_unit_amount[enabled]"),
        ({"unit_amount": 1, "currency_options": {"xxx": {"unit_amount": 1}}}, "currency_options[xxx]"),
    ],
)  # fmt: skip
async def test_prices_that_cannot_be(room: Room, params: Json, param: str) -> None:
    made = await product(room)
    status, error = await room.refused("POST", PRICES, {"currency": "usd", "product": made["id"], **params})
    assert (status, error["param"]) == (400, param)


async def test_prices_of_every_kind(room: Room) -> None:
    made = await product(room)
    base = {"currency": "usd", "product": made["id"]}
    tiers = [
        {"up_to": 10, "unit_amount": 500},
        {"up_to": "inf", "unit_amount_decimal": "2.5", "flat_amount": 100},
    ]
    tiered = await room.ok(
        "POST",
        PRICES,
        base
        | {
            "billing_scheme": "tiered",
            "tiers_mode": "graduated",
            "tiers": tiers,
            "recurring": {"interval": "week"},
        },
    )
    assert (tiered["unit_amount"], "tiers" in tiered) == (None, False)
    seen = await room.ok("GET", f"{PRICES}/{tiered['id']}", {"expand": ["tiers"]})
    assert [(each["up_to"], each["unit_amount"], each["unit_amount_decimal"]) for each in seen["tiers"]] == [
        (10, 500, "500"),
        (None, None, "2.5"),
    ]
    options = {"eur": {"unit_amount": 850}}
    dollars = await room.ok("POST", PRICES, base | {"unit_amount": 900, "currency_options": options})
    seen = await room.ok("GET", f"{PRICES}/{dollars['id']}", {"expand": ["currency_options"]})
    assert {code: each["unit_amount"] for code, each in seen["currency_options"].items()} == {
        "usd": 900,
        "eur": 850,
    }
    chosen = await room.ok("POST", PRICES, base | {"custom_unit_amount": {"enabled": True, "minimum": 100}})
    assert chosen["custom_unit_amount"] == {"maximum": None, "minimum": 100, "preset": None}
    once = await room.ok("GET", PRICES, {"product": made["id"], "type": "one_time"})
    assert [each["id"] for each in once["data"]] == [chosen["id"], dollars["id"]]
    weekly = await room.ok("GET", PRICES, {"recurring": {"interval": "week"}, "currency": "usd"})
    assert [each["id"] for each in weekly["data"]] == [tiered["id"]]


async def test_a_lookup_key_is_held_by_one_price(room: Room) -> None:
    made = await product(room)
    base = {"currency": "usd", "product": made["id"], "unit_amount": 900, "lookup_key": "film"}
    first = await room.ok("POST", PRICES, base)
    assert (await room.refused("POST", PRICES, base))[1]["param"] == "lookup_key"
    second = await room.ok("POST", PRICES, base | {"transfer_lookup_key": True})
    found = await room.ok("GET", PRICES, {"lookup_keys": ["film", "none"]})
    assert [each["id"] for each in found["data"]] == [second["id"]]
    assert (await room.ok("GET", f"{PRICES}/{first['id']}"))["lookup_key"] is None


async def test_a_price_is_changed_little(room: Room) -> None:
    made = await product(room)
    base = {"currency": "usd", "product": made["id"], "unit_amount": 900, "recurring": {"interval": "month"}}
    price = await room.ok("POST", PRICES, base)
    path, start = f"{PRICES}/{price['id']}", len(room.types())
    await room.ok("POST", path, {"active": False, "tax_behavior": "exclusive"})
    assert room.types()[start:] == ["plan.updated", "price.updated"]
    assert (await room.refused("POST", path, {"tax_behavior": "inclusive"}))[1]["param"] == "tax_behavior"
    assert (await room.refused("POST", path, {"unit_amount": 1}))[1]["code"] == "parameter_unknown"
    assert len(room.types()) == start + 2


# --- events ------------------------------------------------------------------------------------------------------------------


async def test_events_are_listed_by_type_family_and_time(room: Room) -> None:
    for _ in range(3):
        await room.ok("POST", "/v1/customers")
        await product(room)
        await room.advance(60)
    both = {"types": ["customer.created", "product.created"]}
    assert len((await room.ok("GET", "/v1/events", both))["data"]) == 6
    page = await room.ok("GET", "/v1/events", {"type": "customer.*", "limit": 2})
    assert ([each["type"] for each in page["data"]], page["has_more"]) == (["customer.created"] * 2, True)
    after = {"type": "customer.*", "starting_after": page["data"][1]["id"]}
    rest = await room.ok("GET", "/v1/events", after)
    assert (len(rest["data"]), rest["has_more"]) == (1, False)
    before = {"type": "customer.*", "ending_before": rest["data"][0]["id"]}
    assert (await room.ok("GET", "/v1/events", before))["data"] == page["data"]
    oldest = rest["data"][0]
    early = await room.ok("GET", "/v1/events", {"created": {"lt": oldest["created"] + 60}})
    assert len(early["data"]) == 2
    await room.advance(30 * 86_400)
    assert (await room.ok("GET", "/v1/events"))["data"] == []
    assert (await room.refused("GET", f"/v1/events/{oldest['id']}"))[0] == 404


async def test_an_event_is_delivered_in_its_endpoints_version(room: Room) -> None:
    hook = {
        "url": "http://127.0.0.1:9/",
        "enabled_events": ["customer.updated"],
        "api_version": "2025-04-30.basil",
    }
    made = await room.ok("POST", HOOKS, hook)
    assert made["secret"] == room.world.accounts["stripe"]["tokens"]["webhook_secret"]
    owner = await room.ok("POST", "/v1/customers", {"name": "Ada"})
    await room.ok("POST", f"/v1/customers/{owner['id']}", {"name": "Bo"}, Idempotency_Key="k")
    (shown,) = (await room.ok("GET", "/v1/events", {"type": "customer.updated"}))["data"]
    assert (shown["api_version"], shown["pending_webhooks"]) == ("2026-05-27.dahlia", 1)
    assert "customer_account" in shown["data"]["object"]
    tx = room.tx()
    (delivery,) = tx.every(DELIVERIES)
    event, endpoint = tx.get(EVENTS, delivery["event"]), tx.get(ENDPOINTS, made["id"])
    assert event is not None
    assert endpoint is not None
    body = delivery_body(event, endpoint)
    told = orjson.loads(body)
    assert body.startswith(b'{\n  "id": "evt_1')
    assert (told["api_version"], told["request"]["idempotency_key"]) == ("2025-04-30.basil", "k")
    assert "customer_account" not in told["data"]["object"]
    assert told["data"]["previous_attributes"] == {"name": "Ada"}
    headers = dict(sign(endpoint["secrets"], event["id"], 1_900_000_000, body))
    signature = headers["Stripe-Signature"]
    assert stripe.WebhookSignature.verify_header(body.decode(), signature, made["secret"])  # type: ignore[no-untyped-call]
    only_v0 = ",".join(part for part in signature.split(",") if not part.startswith("v1="))
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.WebhookSignature.verify_header(body.decode(), only_v0, made["secret"])  # type: ignore[no-untyped-call]


async def test_each_live_secret_signs_while_one_is_rolled(room: Room) -> None:
    header = dict(sign(["whsec_new", "whsec_old"], "evt_1", 1_900_000_000, b"{}"))["Stripe-Signature"]
    for secret in ("whsec_new", "whsec_old"):
        assert stripe.WebhookSignature.verify_header("{}", header, secret)  # type: ignore[no-untyped-call]
    assert room.types() == []


async def test_endpoints_that_the_harness_added_are_stripes_too(room: Room) -> None:
    tx = room.tx()
    added = endpoints.add(tx, "http://127.0.0.1:9/")
    tx.commit()
    shown = await room.ok("GET", f"{HOOKS}/{added['id']}")
    assert (shown["enabled_events"], shown["api_version"], shown["metadata"]) == (["*"], None, {})
    assert "secret" not in shown
    changed = await room.ok(
        "POST", f"{HOOKS}/{added['id']}", {"metadata": {"a": "1"}, "enabled_events": ["price.created"]}
    )
    assert (changed["metadata"], changed["enabled_events"]) == ({"a": "1"}, ["price.created"])
    start = len(list(room.tx().every(DELIVERIES)))
    await room.ok("POST", f"{HOOKS}/{added['id']}", {"disabled": True})
    await room.ok("POST", PRICES, {"currency": "usd", "unit_amount": 1, "product_data": {"name": "X"}})
    assert len(list(room.tx().every(DELIVERIES))) == start
    await room.ok("DELETE", f"{HOOKS}/{added['id']}")
    assert (await room.refused("GET", f"{HOOKS}/{added['id']}"))[0] == 404


async def test_an_account_has_sixteen_endpoints_at_most(room: Room) -> None:
    hook = {"url": "http://127.0.0.1:9/", "enabled_events": ["*"]}
    secrets = {(await room.ok("POST", HOOKS, hook))["secret"] for _ in range(16)}
    assert len(secrets) == 16
    assert "16" in (await room.refused("POST", HOOKS, hook))[1]["message"]


async def test_the_account_is_the_worlds_own(room: Room) -> None:
    account = await room.ok("GET", "/v1/account")
    assert account["id"].startswith("acct_1")
    assert len(account["id"]) == 22
    owner = await room.ok("POST", "/v1/payment_intents", {"amount": 500, "currency": "usd"})
    assert account["id"][6:16] in owner["id"]


def test_plans_are_recurring_prices_under_their_older_name(checked: stripe.StripeClient) -> None:
    product = checked.v1.products.create({"name": "Old"}).id
    given: Any = {"currency": "usd", "interval": "month", "amount": 900, "product": product, "id": "gold"}
    made = checked.v1.plans.create(given)
    assert (made.id, made.amount, made.interval, made.product) == ("gold", 900, "month", product)
    assert checked.v1.prices.retrieve("gold").unit_amount == 900
    with refused(400, "resource_already_exists", "id"):
        checked.v1.plans.create(given)
    other = checked.v1.plans.create(
        {"currency": "usd", "interval": "year", "amount": 5, "product": {"name": "New"}}
    )
    tiers: Any = {
        "currency": "usd",
        "interval": "month",
        "billing_scheme": "tiered",
        "tiers_mode": "volume",
        "tiers": [{"up_to": "inf", "unit_amount": 5}],
        "product": product,
        "expand": ["tiers"],
    }
    tiered = checked.v1.plans.create(tiers)
    assert tiered.tiers[0].unit_amount == 5
    changed = checked.v1.plans.update("gold", {"nickname": "Gold", "active": False, "metadata": {"a": "1"}})
    assert (changed.nickname, changed.active) == ("Gold", False)
    assert checked.v1.plans.retrieve("gold", {"expand": ["product"]}).product.name == "Old"
    assert {other.id, tiered.id} <= {each.id for each in checked.v1.plans.list({"active": True}).data}
    with refused(404, "resource_missing", "plan"):
        checked.v1.plans.retrieve("no")
