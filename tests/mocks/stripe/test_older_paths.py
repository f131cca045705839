"""Older paths, below a charge and below a customer, do what the newer ones do."""

from typing import Any

from tests.mocks.stripe.room import Room

Json = Any


async def pay(room: Room, card: str) -> str:
    """Pay 20 dollars; return the charge."""
    given = {"amount": 2000, "currency": "usd", "payment_method": card, "confirm": True}
    intent = await room.ok("POST", "/v1/payment_intents", given | {"return_url": "https://app.test/"})
    charge: str = intent["latest_charge"]
    return charge


async def test_a_charge_is_refunded_below_it(room: Room) -> None:
    charge, other = await pay(room, "pm_card_visa"), await pay(room, "pm_card_visa")
    below = f"/v1/charges/{charge}/refunds"
    refund = await room.ok("POST", below, {"amount": 500, "reason": "duplicate"})
    assert (refund["charge"], refund["amount"], refund["reason"]) == (charge, 500, "duplicate")
    changed = await room.ok("POST", f"{below}/{refund['id']}", {"metadata": {"k": "v"}})
    assert await room.ok("GET", f"{below}/{refund['id']}") == changed
    answered = await room.ok("POST", f"/v1/charges/{charge}/refund")
    assert (answered["id"], answered["refunded"]) == (charge, True)
    listed = await room.ok("GET", below)
    assert [each["amount"] for each in listed["data"]] == [1500, 500]
    status, _ = await room.refused("GET", f"/v1/charges/{other}/refunds/{refund['id']}")
    assert status == 404


async def test_a_dispute_is_answered_below_its_charge(room: Room) -> None:
    charge = await pay(room, "pm_card_createDispute")
    path = f"/v1/charges/{charge}/dispute"
    dispute = await room.ok("GET", path)
    assert dispute["charge"] == charge
    assert (await room.ok("POST", path, {"metadata": {"k": "v"}}))["metadata"] == {"k": "v"}
    assert (await room.ok("POST", f"{path}/close"))["status"] == "lost"
    status, error = await room.refused("GET", f"/v1/charges/{await pay(room, 'pm_card_visa')}/dispute")
    assert (status, error["code"]) == (404, "resource_missing")


async def test_a_subscription_is_run_below_its_customer(room: Room) -> None:
    owner, stranger = [(await room.ok("POST", "/v1/customers"))["id"] for _ in "ab"]
    method = await room.ok("POST", "/v1/payment_methods/pm_card_visa/attach", {"customer": owner})
    given = {"currency": "usd", "unit_amount": 900, "product_data": {"name": "Plan"}}
    price = await room.ok("POST", "/v1/prices", given | {"recurring": {"interval": "month"}})
    coupon = await room.ok("POST", "/v1/coupons", {"percent_off": 10, "duration": "forever"})
    path = f"/v1/customers/{owner}/subscriptions"
    wanted = {"items": [{"price": price["id"]}], "default_payment_method": method["id"]}
    made = await room.ok("POST", path, wanted | {"discounts": [{"coupon": coupon["id"]}]})
    assert (made["customer"], made["status"]) == (owner, "active")
    one = f"{path}/{made['id']}"
    assert (await room.ok("GET", f"{one}/discount"))["source"]["coupon"] == coupon["id"]
    assert (await room.ok("DELETE", f"{one}/discount"))["deleted"] is True
    assert (await room.refused("GET", f"{one}/discount"))[0] == 404
    assert (await room.ok("POST", one, {"metadata": {"k": "v"}}))["metadata"] == {"k": "v"}
    assert [each["id"] for each in (await room.ok("GET", path))["data"]] == [made["id"]]
    status, _ = await room.refused("GET", f"/v1/customers/{stranger}/subscriptions/{made['id']}")
    assert status == 404
    assert (await room.ok("DELETE", one))["status"] == "canceled"
    assert (await room.ok("GET", path))["data"] == []
