"""A year of two hundred monthly subscriptions, played by the clock: as a far simpler model predicts it, and the same every time."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from mocks.stripe.resources.balance import BALANCE_TRANSACTIONS
from mocks.stripe.resources.charges import CHARGES, REFUNDS
from mocks.stripe.resources.events import EVENTS
from mocks.stripe.resources.invoices import INVOICES
from mocks.stripe.resources.subscriptions import SUBSCRIPTIONS
from tests.mocks.stripe.year_model import Life, Told
from tests.mocks.stripe.year_play import Year
from tests.mocks.stripe.year_story import YEAR, subscribers

Json = dict[str, Any]
SUBSCRIBERS = 200
CATALOGUE = ("coupon.", "plan.", "price.", "product.")


class Ledger:
    """What happened in a world that was played, by subscriber, in the words of the model."""

    def __init__(self, year: Year) -> None:
        """Read all there is."""
        tx = year.room.tx()
        self.year = year
        self.begin = year.begin // 1_000_000
        self.number = {id: number for number, id in year.customers.items()}
        self.events, self.invoices, self.charges = (self._empty() for _ in range(3))
        self.refunds, self.money = self._empty(), self._empty()
        self.owner: dict[str, int] = {}
        for invoice in tx.every(INVOICES):
            self._add(self.invoices, invoice, self.invoice(invoice))
        for charge in tx.every(CHARGES):
            told = charge["created"] - self.begin, charge["amount"], charge["status"]
            self._add(self.charges, charge, told)
        for refund in tx.every(REFUNDS):
            owner = self._owner(refund["charge"])
            self.owner[refund["id"]] = owner
            self.refunds[owner].append((refund["created"] - self.begin, refund["amount"]))
        for entry in tx.every(BALANCE_TRANSACTIONS):
            moved = entry["created"] - self.begin, entry["type"], entry["amount"], entry["fee"]
            self.money[self._owner(entry["source"])].append(moved)
        for event in tx.every(EVENTS):
            if not event["type"].startswith(CATALOGUE):
                self._event(event)
        self.statuses = [each["status"] for each in tx.every(SUBSCRIPTIONS)]

    def _empty(self) -> list[list[Told]]:
        return [[] for _ in self.year.customers]

    def _add(self, to: list[list[Told]], document: Json, row: Told) -> None:
        number = self.owner[document["id"]] = self.number[document["customer"]]
        to[number].append(row)

    def _owner(self, id: str) -> int:
        return self.owner[id]

    def invoice(self, invoice: Json) -> Told:
        """Return the model's row of an invoice."""
        number = invoice["number"]
        return (
            invoice["created"] - self.begin,
            invoice["billing_reason"],
            tuple(line["amount"] for line in invoice["lines"]),
            sum(each["amount"] for each in invoice["total_discount_amounts"]),
            invoice["status"],
            invoice["amount_due"],
            invoice["amount_paid"],
            invoice["ending_balance"],
            None if number is None else int(number.rpartition("-")[2]),
            invoice["attempt_count"],
        )

    def _event(self, event: Json) -> None:
        shown = event["body"]["data"]["object"]
        told = (event["created"] // 1_000_000 - self.begin, event["type"], *about(shown))
        customer = shown["id"] if shown["object"] == "customer" else shown.get("customer")
        if shown["object"] in {"refund", "invoice_payment"}:
            number = self._owner(shown["charge"] if "charge" in shown else shown["invoice"])
        else:
            number = self.number[customer]
        self.events[number].append(told)


def about(shown: Json) -> Told:
    """Return what the model tells of the object of an event."""
    match shown["object"]:
        case "invoice":
            return shown["status"], shown["total"], shown["amount_due"], shown["attempt_count"]
        case "subscription":
            return shown["status"], shown["items"]["data"][0]["price"]["unit_amount"]
        case "customer":
            return shown["balance"], shown["delinquent"]
        case "charge":
            return shown["amount"], shown["amount_refunded"]
        case "payment_intent" | "invoiceitem" | "refund":
            return (shown["amount"],)
        case "invoice_payment":
            return (shown["amount_paid"],)
    return ()


async def played(folder: Path, seed: int, count: int = SUBSCRIBERS) -> tuple[Ledger, list[tuple[Any, ...]]]:
    """Play a year; return its ledger and all rows of its world."""
    year = Year(folder, seed, subscribers(seed, count))
    await year.play()
    ledger, rows = Ledger(year), year.room.state()
    assert year.room.rules() == []
    await year.room.close()
    return ledger, rows


def check(ledger: Ledger) -> None:
    """Fail unless everything is as the model predicts it."""
    lives = [Life(each).live() for each in ledger.year.story]
    for life in lives:
        number = life.who.number
        assert ledger.events[number] == life.events, life.who
        assert ledger.invoices[number] == [each.row() for each in life.invoices], life.who
        assert ledger.charges[number] == [(each.created, each.amount, each.state) for each in life.charges]
        assert ledger.refunds[number] == life.refunds
        assert ledger.money[number] == life.money
    assert Counter(ledger.statuses) == Counter(life.status for life in lives)


@pytest.mark.timeout(1200)
async def test_a_year_is_as_the_model_predicts_it_every_time(tmp_path: Path) -> None:
    ledger, rows = await played(tmp_path / "first", 5)
    check(ledger)
    _, again = await played(tmp_path / "second", 5)
    assert again == rows


@pytest.mark.timeout(1200)
async def test_a_year_of_another_seed_is_predicted_too(tmp_path: Path) -> None:
    ledger, _ = await played(tmp_path, 2027)
    check(ledger)


def test_the_story_of_a_seed_has_everything_in_it() -> None:
    lives = [Life(each).live() for each in subscribers(5, SUBSCRIBERS)]
    assert {life.status for life in lives} >= {"active", "past_due", "canceled"}
    told = {event[1] for life in lives for event in life.events}
    assert told >= {
        "charge.refunded",
        "customer.discount.deleted",
        "customer.subscription.deleted",
        "customer.subscription.trial_will_end",
        "invoice.payment_failed",
        "invoiceitem.created",
    }
    assert any(invoice.attempts == 4 for life in lives for invoice in life.invoices)
    assert any(len(invoice.lines) > 3 for life in lives for invoice in life.invoices)
    assert any(invoice.total < 0 for life in lives for invoice in life.invoices)
    assert {step.what for life in lives for step in life.who.steps if step.at < YEAR} == {
        "subscribe",
        "change",
        "card",
        "refund",
        "cancel",
        "leave",
        "stay",
    }
