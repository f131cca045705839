"""The same calls on the same seed give the same bytes."""

from pathlib import Path

from harness.collection import events_of
from mocks.stripe.resources.events import delivery_body
from tests.mocks.stripe.room import Room

DAY = 86_400
ENDPOINT = {"api_version": None}


async def story(folder: Path, seed: int) -> list[bytes]:
    """Play the same calls in a world of its own; return every answer, and every event as it is posted."""
    room = Room.open(folder, seed=seed, name="told-twice")  # hosted pages have it in their addresses
    customer = await room.call(
        "POST", "/v1/customers", {"email": "ada@studio.test", "payment_method": "pm_card_visa"}
    )
    id = customer.json()["id"]
    price = {
        "currency": "gbp",
        "unit_amount": 4900,
        "recurring": {"interval": "month"},
        "product_data": {"name": "Plan"},
    }
    made = await room.call("POST", "/v1/prices", price)
    subscription = {"customer": id, "items": [{"price": made.json()["id"]}]}
    cards = await room.call("GET", f"/v1/customers/{id}/payment_methods")
    methods = cards.json()["data"]
    answers = [
        customer,
        made,
        cards,
        await room.call(
            "POST", "/v1/subscriptions", subscription | {"default_payment_method": methods[0]["id"]}
        ),
        await room.call(
            "POST",
            "/v1/payment_intents",
            {
                "amount": 900,
                "currency": "gbp",
                "payment_method": "pm_card_chargeDeclined",
                "confirm": True,
                "return_url": "https://shop.test/",
            },
        ),
        await room.call(
            "POST",
            "/v1/webhook_endpoints",
            {"url": "http://127.0.0.1:9/", "enabled_events": ["invoice.paid"]},
        ),
        await room.call("POST", "/v1/customers", {"emial": "typo"}),
    ]
    await room.advance(40 * DAY)
    lists = ("/v1/events", "/v1/invoices", "/v1/charges", "/v1/balance_transactions", "/v1/balance")
    answers += [await room.call("GET", path) for path in lists]
    events = [delivery_body(event, ENDPOINT) for event in room.tx().every(events_of("stripe"))]
    await room.close()
    first_secret = answers.pop(5).json()["secret"]  # the environment's: fresh in each world
    assert first_secret.startswith("whsec_")
    assert [answer.status_code for answer in answers[:6]] == [200, 200, 200, 200, 402, 400]
    return [answer.content for answer in answers] + events


async def test_same_seed_same_bytes(tmp_path: Path) -> None:
    one, two = await story(tmp_path / "1", 7), await story(tmp_path / "2", 7)
    assert one == two
    assert len(one) > 30
    assert await story(tmp_path / "3", 8) != one
