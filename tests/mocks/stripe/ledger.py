"""A world of Stripe alone inside the test's own process: transactions and the clock, without HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harness.errors import Refusal
from harness.instants import DAY
from harness.runtime import Settings, open_runtime
from harness.transaction import TIMERS, Transaction
from mocks.stripe.operations.subscription_parameters import ChangedItem
from mocks.stripe.provider import stripe
from mocks.stripe.resources import (
    bank_debits,
    customers,
    mandates,
    payment_methods,
    prices,
    products,
    subscribing,
    subscriptions,
)
from mocks.stripe.resources.charges import CHARGES
from mocks.stripe.resources.customers import CUSTOMERS
from mocks.stripe.resources.events import EVENTS, delivery_body
from mocks.stripe.resources.invoices import INVOICES
from mocks.stripe.resources.subscription_changes import Terms
from mocks.stripe.resources.subscriptions import SUBSCRIPTIONS

Json = dict[str, Any]
START = "2026-01-31T09:00:00Z"


class Ledger:
    """Customers, subscriptions and invoices of one world, and what is true of them at any time."""

    def __init__(self, folder: Path, seed: int = 7, currency: str = "usd") -> None:
        """Open a Greenroom in a folder; all prices are in one currency."""
        self.currency = currency
        stripe.load()
        self.runtime = open_runtime(Settings(data_dir=folder), {"stripe": stripe})
        self.world = self.runtime.worlds.create(seed=seed, at={"mode": "frozen", "now": START})

    def close(self) -> None:
        """Close the store."""
        self.runtime.store.close()

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Do something in a transaction; a refusal that keeps what was written is swallowed, others undo and raise."""
        tx = Transaction(self.runtime.store, self.world, stripe)
        try:
            yield tx
        except Refusal as refusal:
            if not refusal.keep:
                tx.rollback()
                raise
        tx.commit()

    def advance(self, micros: int) -> int:
        """Run what becomes due, each timer at its instant; return how many ran."""
        timeline, clock, run = self.runtime.timeline, self.world.clock, 0
        target = clock.now() + micros
        while (timer := timeline._next_timer(self.world)) is not None and timer.at <= target:
            clock.pinned = max(clock.now(), timer.at)
            timeline._run(self.world, timer)
            run += 1
        clock.set_to(target)
        return run

    def plan(self, amount: int, interval: str = "month", count: int = 1) -> str:
        """Create a recurring price."""
        with self.transaction() as tx:
            product = products.create(tx, {"name": "Pro"})["id"]
            recurring = {"interval": interval, "interval_count": count}
            given = {"currency": self.currency, "product": product, "unit_amount": amount}
            given["recurring"] = recurring
            return str(prices.create(tx, given)["id"])

    def customer(self, card: str | None, balance: int = 0) -> str:
        """Create a customer with a default card."""
        with self.transaction() as tx:
            id = str(customers.create(tx, {"email": "ada@studio.test", "balance": balance})["id"])
        if card is not None:
            self.use_card(id, card)
        return id

    def use_card(self, customer: str, card: str) -> None:
        """Give a customer another default card, or a bank account that may be debited."""
        with self.transaction() as tx:
            method = payment_methods.attach(tx, payment_methods.get(tx, card), customer)
            if bank_debits.is_debit(method):
                mandates.accept(tx, {"usage": "off_session"}, method, mandates.ON_PAGE)
            held = customers.get(tx, customer)
            settings = held["invoice_settings"] | {"default_payment_method": method["id"]}
            customers.save(tx, held | {"invoice_settings": settings})

    def subscribe(self, customer: str, price: str, **given: Any) -> str | None:
        """Subscribe a customer; None when that was refused."""
        try:
            with self.transaction() as tx:
                item = {"price": prices.get(tx, price), "quantity": 1, "metadata": {}}
                behavior = given.pop("payment_behavior", "allow_incomplete")
                held = customers.get(tx, customer)
                return str(subscribing.subscribe(tx, held, [item], given, behavior=behavior)["id"])
        except Refusal:
            return None

    def change(self, id: str, price: str, quantity: int | None, terms: Terms, more: Json) -> None:
        """Give a subscription's item another price or quantity, as a request would."""
        with self.transaction() as tx:
            subscription = subscriptions.find(tx, id)
            given = {name: value for name, value in more.items() if name != "trial_days"}
            if "trial_days" in more:
                given["trial_end"] = tx.seconds + more["trial_days"] * 86400
            named = {"id": subscription["items"][0]["id"], "price": price}
            item = ChangedItem(**named) if quantity is None else ChangedItem(**named, quantity=quantity)
            subscribing.update(tx, subscription, given, [item], terms)

    def every(self, collection: Any) -> list[Json]:
        """Return all documents of a collection, oldest first."""
        return list(Transaction(self.runtime.store, self.world, stripe).every(collection))

    def story(self) -> bytes:
        """Return all events as they would be delivered, one after the other."""
        endpoint: Json = {"api_version": None}
        return b"\n".join(delivery_body(event, endpoint) for event in self.every(EVENTS))

    # --- what always holds -------------------------------------------------------------------------------------------

    def check_money(self, balances: dict[str, int]) -> None:
        """Fail unless invoices add up, charges are what was paid, and balances carry the difference."""
        invoices = self.every(INVOICES)
        for invoice in invoices:
            lines = invoice["lines"]
            taxes = [each for line in lines for each in line["taxes"]]
            off = sum(each["amount"] for line in lines for each in line["discount_amounts"])
            on_top = sum(each["amount"] for each in taxes if each["tax_behavior"] == "exclusive")
            assert invoice["total"] == sum(line["amount"] for line in lines) - off + on_top
            assert invoice["amount_due"] >= 0
            assert invoice["amount_remaining"] == (
                invoice["amount_due"] if invoice["status"] != "paid" else 0
            )
            assert invoice["amount_paid"] == (invoice["amount_due"] if invoice["status"] == "paid" else 0)
        charged = sum(each["amount"] for each in self.every(CHARGES) if each["status"] == "succeeded")
        assert charged == sum(each["amount_paid"] for each in invoices)
        for customer in self.every(CUSTOMERS):
            final = [each for each in invoices if each["customer"] == customer["id"] and each["number"]]
            carried = sum(each["total"] - each["amount_due"] for each in final if each["status"] != "void")
            assert customer["balance"] == balances[customer["id"]] + carried
            numbers = sorted(each["number"] for each in final)
            assert numbers == [
                f"{customer['invoice_prefix']}-{each:04d}" for each in range(1, len(final) + 1)
            ]

    def check_states(self, transitions: dict[str, dict[str, set[str]]]) -> None:
        """Fail unless the events tell only of transitions that are documented, in the order of time."""
        states: dict[str, str] = {}
        earlier = 0
        for event in self.every(EVENTS):
            assert event["created"] >= earlier
            earlier = event["created"]
            shown = event["body"]["data"]["object"]
            allowed = transitions.get(shown["object"])
            if allowed is None or event["type"] == "invoice.upcoming":
                continue
            before, now = states.get(shown["id"], "new"), shown["status"]
            assert now == before or now in allowed[before], (
                f"{shown['id']}: {before} → {now} by {event['type']}"
            )
            states[shown["id"]] = now
        stored = self.every(SUBSCRIPTIONS) + self.every(INVOICES)
        assert states == {each["id"]: each["status"] for each in stored}

    def check_timers(self) -> None:
        """Fail when anything is due of what has ended."""
        ended = {each["id"] for each in self.every(SUBSCRIPTIONS) if each["status"] in subscriptions.ENDED}
        closed = {each["id"] for each in self.every(INVOICES) if each["status"] in {"paid", "void"}}
        for timer in self.every(TIMERS):
            payload = timer["payload"]
            assert payload.get("subscription") not in ended, timer
            assert payload.get("invoice") not in closed, timer


def days(number: float) -> int:
    """Return days as microseconds."""
    return int(number * DAY)
