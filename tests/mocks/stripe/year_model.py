"""What Stripe's rules make of a subscriber's year, worked out without the mock: one subscriber at a time, amounts and instants only.

Rules: a period follows every month from the anchor; its invoice is a draft for an hour and then charged; a failed charge is
tried again after 3, 5 and 7 days, then the subscription ends; changes are prorated by the second; credit is set off.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count
from typing import Any

from tests.mocks.stripe.year_parts import Charge, Invoice, Told, months_after, nearest
from tests.mocks.stripe.year_story import COUPONS, DAY, PRICES, YEAR, Step, Subscriber

RETRIES = (3 * DAY, 5 * DAY, 7 * DAY)
LEAST_CHARGE = 50


@dataclass(slots=True)
class Life:
    """One subscriber's year."""

    who: Subscriber
    now: int = 0
    status: str = "none"
    price: int = 0
    anchor: int = 0
    period: tuple[int, int] = (0, 0)
    trial: bool = False
    coupon: str | None = None
    coupon_ends: int | None = None
    ending: bool = False
    good: bool = True
    delinquent: bool = False
    balance: int = 0
    billed: int = 0
    waiting: list[int] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)
    refunds: list[Told] = field(default_factory=list)
    money: list[Told] = field(default_factory=list)
    events: list[Told] = field(default_factory=list)
    due: list[tuple[int, int, str, Callable[[], None]]] = field(default_factory=list)
    numbers: Any = field(default_factory=count)
    final: int = 0

    def live(self) -> Life:
        """Let the year pass."""
        for step in self.who.steps:
            if step.at <= YEAR:
                self._until(step.at)
                self._do(step)
        self._until(YEAR)
        return self

    # --- time ------------------------------------------------------------------------------------------------------

    def _until(self, instant: int) -> None:
        while self.due and self.due[0][0] <= instant:
            self.now, _, _, act = heapq.heappop(self.due)
            act()
        self.now = instant

    def _at(self, instant: int, name: str, act: Callable[[], None]) -> None:
        heapq.heappush(self.due, (instant, next(self.numbers), name, act))

    def _forget(self, *names: str) -> None:
        self.due = [each for each in self.due if each[2] not in names]
        heapq.heapify(self.due)

    def _tell(self, type: str, *about: Any) -> None:
        self.events.append((self.now, type, *about))

    def _tell_invoice(self, what: str, invoice: Invoice) -> None:
        self._tell(f"invoice.{what}", invoice.status, invoice.total, invoice.due, invoice.attempts)

    def _tell_subscription(self, what: str) -> None:
        self._tell(f"customer.subscription.{what}", self.status, PRICES[self.price])

    def _tell_customer(self) -> None:
        self._tell("customer.updated", self.balance, self.delinquent)

    # --- what the subscriber does ------------------------------------------------------------------------------------

    def _do(self, step: Step) -> None:
        match step.what:
            case "subscribe":
                self._subscribe()
            case "card":
                self._card(good=step.good)
            case "refund":
                self._refund(step.share)
            case _ if self.status == "canceled":
                pass
            case "change":
                self._change(step.price, at_once=step.at_once)
            case "cancel":
                self._cancel(settled=step.settled)
            case _:
                self._leave(ending=step.what == "leave")

    def _card(self, *, good: bool) -> None:
        self.good = good
        self._tell("payment_method.attached")
        self._tell_customer()

    def _subscribe(self) -> None:
        self._tell("customer.created", self.balance, self.delinquent)
        self._card(good=True)
        self.price, self.coupon = self.who.price, self.who.coupon
        trial = self.who.trial_days * DAY
        self.trial, self.status = bool(trial), "trialing" if trial else "active"
        self.anchor = self.now + trial
        self.period = (self.now, self.anchor if trial else months_after(self.now, 1))
        if self.coupon is not None:
            months = COUPONS[self.coupon].get("duration_in_months")
            self.coupon_ends = None if months is None else months_after(self.now, int(months))
            self._tell("customer.discount.created")
        before = self.events
        self.events = []
        invoice = self._draft("subscription_create", [0 if trial else PRICES[self.price]], own=True)
        self._tell_customer()
        self._tell_subscription("created")
        self._tell_invoice("created", invoice)
        self._open(invoice)
        if invoice.due:
            self._charge(invoice)
        self._paid(invoice, was_open=False)
        self.events = before + sorted(self.events, key=_rank)
        self._plan()
        if trial:
            self._at(self.anchor - 3 * DAY, "warn", lambda: self._tell_subscription("trial_will_end"))

    def _change(self, price: int, *, at_once: bool) -> None:
        other = price != self.price
        if self.status != "trialing" and other:
            credit = self._rest(self.billed)
            self.price = price
            self.billed = PRICES[price] - self._off(PRICES[price])
            pair = [-credit, self._rest(self.billed)]
            self.waiting = pair + self.waiting  # the newest change comes first on the invoice
            for amount in pair:
                self._tell("invoiceitem.created", amount)
        self.price = price
        invoice = None
        if at_once and self.waiting and self.status != "trialing":
            invoice = self._draft("subscription_update", [], own=False)
        if other or invoice is not None:
            self._tell_subscription("updated")
        if invoice is not None:
            self._tell_invoice("created", invoice)
            self._open(invoice)
            self._collect(invoice, was_open=False)

    def _cancel(self, *, settled: bool) -> None:
        invoice = None
        if settled:
            if self.status != "trialing":
                self.waiting.insert(0, -self._rest(self.billed))
                self._tell("invoiceitem.created", self.waiting[0])
            if self.waiting:
                invoice = self._draft("subscription_update", [], own=False)
                invoice.automatic = False
        self._end()
        if invoice is None:
            return
        self._tell_invoice("created", invoice)
        self._open(invoice)
        if invoice.due == 0 or self._charge(invoice):
            self._paid(invoice, was_open=False)
        else:
            invoice.attempts = 1
            self._tell_invoice("payment_failed", invoice)

    def _leave(self, *, ending: bool) -> None:
        if self.ending == ending:
            return
        self.ending = ending
        self._forget("renew", "upcoming")
        self._plan()
        self._tell_subscription("updated")

    def _refund(self, share: int) -> None:
        paid = [each for each in self.charges if each.state == "succeeded" and not each.refunded]
        if not paid:
            return
        charge = paid[-1]
        charge.refunded = charge.amount // share
        self.refunds.append((self.now, charge.refunded))
        self.money.append((self.now, "refund", -charge.refunded, 0))
        self._tell("refund.created", charge.refunded)
        self._tell("charge.refunded", charge.amount, charge.refunded)
        self._at(self.now + 300, "refund", lambda: self._refund_arrives(charge.refunded))

    def _refund_arrives(self, amount: int) -> None:
        self._tell("refund.updated", amount)
        self._tell("charge.refund.updated", amount)

    # --- what time does ------------------------------------------------------------------------------------------------

    def _plan(self) -> None:
        end = self.period[1]
        self._at(end, "renew", self._renew)
        if end - 7 * DAY > self.now and not self.ending:
            self._at(end - 7 * DAY, "upcoming", self._upcoming)

    def _upcoming(self) -> None:
        own = PRICES[self.price]
        total = sum(self.waiting) + own - self._off(own)
        self._tell("invoice.upcoming", "draft", total, self._owed(total), 0)

    def _renew(self) -> None:
        if self.ending:
            self._end()
            return
        if self.status == "trialing":
            self.status = "active"
        end = self.period[1]
        number = next(each for each in count(1) if months_after(self.anchor, each) > end)
        self.period = (end, months_after(self.anchor, number))
        invoice = self._draft("subscription_cycle", [PRICES[self.price]], own=True)
        self._tell_subscription("updated")
        self._tell_invoice("created", invoice)
        self._at(self.now + 3600, f"finalize {id(invoice)}", lambda: self._finalize(invoice))
        self._plan()

    def _finalize(self, invoice: Invoice) -> None:
        self._open(invoice)
        self._collect(invoice, was_open=True, from_draft=True)

    def _end(self) -> None:
        """End the subscription: nothing of it is collected by itself any more."""
        self.status = "canceled"
        self._forget("renew", "upcoming", "warn")
        for status in ("draft", "open"):
            for invoice in self.invoices:
                if invoice.status == status and invoice.automatic:
                    invoice.automatic = False
                    self._forget(f"finalize {id(invoice)}", f"retry {id(invoice)}")
                    self._tell_invoice("updated", invoice)
        self._tell_subscription("deleted")

    # --- money -----------------------------------------------------------------------------------------------------------

    def _off(self, amount: int) -> int:
        """Return what the coupon takes off an amount at present."""
        if self.coupon is None or (self.coupon_ends is not None and self.coupon_ends <= self.now):
            return 0
        coupon = COUPONS[self.coupon]
        if "amount_off" in coupon:
            return min(int(coupon["amount_off"]), amount)
        return nearest(Fraction(int(coupon["percent_off"]) * amount, 100))

    def _rest(self, amount: int) -> int:
        start, end = self.period
        return nearest(Fraction(amount * (end - self.now), end - start))

    def _owed(self, total: int) -> int:
        due = max(0, total + self.balance)
        return due if due >= LEAST_CHARGE else 0

    def _draft(self, reason: str, lines: list[int], *, own: bool) -> Invoice:
        """Gather what waits and what the period costs; a coupon that is used up or over is taken away."""
        off = self._off(sum(lines))
        invoice = Invoice(self.now, reason, self.waiting + lines, off)
        invoice.due = self._owed(invoice.total)
        self.waiting = []
        self.invoices.append(invoice)
        if own:
            self.billed = sum(lines) - off
        over = self.coupon_ends is not None and self.coupon_ends <= self.now
        if over or (off and self.coupon is not None and COUPONS[self.coupon]["duration"] == "once"):
            self.coupon = self.coupon_ends = None
            self._tell("customer.discount.deleted")
        return invoice

    def _open(self, invoice: Invoice) -> None:
        self.final += 1
        invoice.due = self._owed(invoice.total)
        rest = invoice.total + self.balance - invoice.due
        for target in (min(0, invoice.total + self.balance), rest):
            if target != self.balance:
                self.balance = target
                self._tell_customer()
        invoice.status, invoice.number, invoice.balance = "open", self.final, self.balance
        self._tell_invoice("finalized", invoice)
        if invoice.due:
            self._tell("payment_intent.created", invoice.due)

    def _charge(self, invoice: Invoice) -> bool:
        """Try to charge what is due."""
        charge = Charge(self.now, invoice.due, "succeeded" if self.good else "failed")
        self.charges.append(charge)
        self._tell(f"charge.{charge.state}", charge.amount, 0)
        self._tell(f"payment_intent.{'succeeded' if self.good else 'payment_failed'}", charge.amount)
        if self.good:
            self._at(self.now + 2, "settle", lambda: self._settle(charge))
            self._at(self.now + 15, "payment", lambda: self._tell("invoice_payment.paid", charge.amount))
        return self.good

    def _settle(self, charge: Charge) -> None:
        self.money.append((self.now, "charge", charge.amount, (charge.amount * 29 + 500) // 1000 + 30))
        self._tell("charge.updated", charge.amount, charge.refunded)

    def _collect(self, invoice: Invoice, *, was_open: bool, from_draft: bool = False) -> None:
        """Charge an invoice by itself; a failure is tried again, or ends the subscription."""
        if invoice.due == 0 or self._charge(invoice):
            invoice.attempts += 1 if invoice.due else 0
            self._paid(invoice, was_open=was_open and not from_draft)
            return
        invoice.attempts += 1
        again = invoice.attempts <= len(RETRIES)
        if again:
            at = self.now + RETRIES[invoice.attempts - 1]
            self._at(at, f"retry {id(invoice)}", lambda: self._collect(invoice, was_open=True))
        else:
            invoice.automatic = False
        if was_open:
            self._tell_invoice("updated", invoice)
        self._tell_invoice("payment_failed", invoice)
        if not again:
            self._end()
        elif self.status == "active":
            self.status = "past_due"
            self._tell_subscription("updated")
        self._be_delinquent(now=True)

    def _paid(self, invoice: Invoice, *, was_open: bool) -> None:
        invoice.status, invoice.paid, invoice.automatic = "paid", invoice.due, False
        if invoice.attempts == 0 and invoice.due:
            invoice.attempts = 1
        for what in (*(("updated",) if was_open else ()), "paid", "payment_succeeded"):
            self._tell_invoice(what, invoice)
        latest = [each for each in self.invoices if each.status != "draft"][-1]
        if self.status == "past_due" and latest is invoice:
            self.status = "active"
            self._tell_subscription("updated")
        self._be_delinquent(now=False)

    def _be_delinquent(self, *, now: bool) -> None:
        if self.delinquent != now:
            self.delinquent = now
            self._tell_customer()


FIRST_ORDER = (
    "charge.succeeded",
    "customer.updated",
    "customer.subscription.created",
    "payment_intent.succeeded",
    "payment_intent.created",
    "invoice.created",
    "invoice.finalized",
    "invoice.paid",
    "invoice.payment_succeeded",
    "customer.discount.deleted",
)
"""The order in which what begins a subscription is announced (published logs of `stripe listen`)."""


def _rank(event: Told) -> int:
    return FIRST_ORDER.index(event[1])
