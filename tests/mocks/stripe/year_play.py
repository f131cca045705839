"""Plays the year of `year_story` in a room: requests as a platform makes them, and the world's clock between them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness import instants
from tests.mocks.stripe.room import Room
from tests.mocks.stripe.year_story import COUPONS, PRICES, START, YEAR, Step, Subscriber

Json = dict[str, Any]
GOOD, BAD = "pm_card_visa", "pm_card_chargeCustomerFail"


class Year:
    """A room in which the year is played; `customers` and `subscriptions` are ids by the subscriber's number."""

    def __init__(self, folder: Path, seed: int, story: list[Subscriber]) -> None:
        """Open a world whose clock stands at the beginning."""
        self.room = Room.open(folder, seed=seed, at={"mode": "frozen", "now": START})
        self.story = story
        self.begin = self.room.world.clock.now()
        self.prices: list[str] = []
        self.customers: dict[int, str] = {}
        self.subscriptions: dict[int, str] = {}

    async def play(self) -> None:
        """Let the whole year pass."""
        await self._catalogue()
        for step in sorted(step for each in self.story for step in each.steps):
            if step.at <= YEAR:
                await self._reach(step.at)
                await self._do(step)
        await self._reach(YEAR)

    async def _reach(self, seconds: int) -> None:
        target = self.begin + seconds * instants.SECOND
        await self.room.runtime.timeline.advance(self.room.world, target)

    async def _catalogue(self) -> None:
        product = await self.room.ok("POST", "/v1/products", {"name": "Pro"})
        for amount in PRICES:
            given = {
                "currency": "usd",
                "product": product["id"],
                "unit_amount": amount,
                "recurring": {"interval": "month"},
            }
            self.prices.append((await self.room.ok("POST", "/v1/prices", given))["id"])
        for id, coupon in COUPONS.items():
            await self.room.ok("POST", "/v1/coupons", {"id": id, **coupon})

    async def _do(self, step: Step) -> None:
        number = step.number
        if step.what == "subscribe":
            await self._subscribe(self.story[number])
            return
        path = f"/v1/subscriptions/{self.subscriptions[number]}"
        subscription = await self.room.ok("GET", path)
        ended = subscription["status"] == "canceled"
        if step.what == "card":
            await self._card(number, GOOD if step.good else BAD)
        elif step.what == "refund":
            await self._refund(number, step.share)
        elif ended:
            return
        elif step.what == "change":
            (item,) = subscription["items"]["data"]
            behavior = "always_invoice" if step.at_once else "create_prorations"
            items = [{"id": item["id"], "price": self.prices[step.price]}]
            await self.room.ok("POST", path, {"items": items, "proration_behavior": behavior})
        elif step.what == "cancel":
            await self.room.ok("DELETE", path, {"prorate": step.settled, "invoice_now": step.settled})
        else:
            await self.room.ok("POST", path, {"cancel_at_period_end": step.what == "leave"})

    async def _subscribe(self, who: Subscriber) -> None:
        address = f"subscriber-{who.number}@year.test"
        self.customers[who.number] = (await self.room.ok("POST", "/v1/customers", {"email": address}))["id"]
        await self._card(who.number, GOOD)
        given: Json = {"customer": self.customers[who.number], "items": [{"price": self.prices[who.price]}]}
        if who.trial_days:
            given["trial_period_days"] = who.trial_days
        if who.coupon is not None:
            given["discounts"] = [{"coupon": who.coupon}]
        self.subscriptions[who.number] = (await self.room.ok("POST", "/v1/subscriptions", given))["id"]

    async def _card(self, number: int, card: str) -> None:
        customer = self.customers[number]
        held = await self.room.ok("POST", f"/v1/payment_methods/{card}/attach", {"customer": customer})
        given = {"invoice_settings": {"default_payment_method": held["id"]}}
        await self.room.ok("POST", f"/v1/customers/{customer}", given)

    async def _refund(self, number: int, share: int) -> None:
        """Give back the newest charge, or a part of it."""
        params = {"customer": self.customers[number], "limit": 100}
        charges = (await self.room.ok("GET", "/v1/charges", params))["data"]
        paid = [each for each in charges if each["paid"] and not each["amount_refunded"]]
        if paid:
            given = {"charge": paid[0]["id"], "amount": paid[0]["amount"] // share}
            await self.room.ok("POST", "/v1/refunds", given)
