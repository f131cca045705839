"""Subscriptions and invoices under any sequence of good and bad cards, actions and passing time."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    precondition,
    rule,
)

from harness.errors import Refusal
from mocks.stripe.resources import (
    coupons,
    customers,
    ending,
    invoice_items,
    invoice_steps,
    invoicing,
    subscribing,
    subscriptions,
    tax_rates,
)
from mocks.stripe.resources.invoices import INVOICES
from mocks.stripe.resources.subscription_changes import Terms
from mocks.stripe.resources.subscriptions import SUBSCRIPTIONS
from tests.mocks.stripe.ledger import Ledger, days

CARDS = st.sampled_from(
    [
        *("pm_card_visa", "pm_card_visa", "pm_card_chargeCustomerFail", "pm_card_authenticationRequired"),
        *("pm_usBankAccount_success", "pm_usBankAccount_insufficientFunds", "pm_usBankAccount_processing"),
    ]
)

DOCUMENTED = {
    "subscription": {
        "new": {"incomplete", "trialing", "active"},
        "incomplete": {"active", "incomplete_expired", "canceled"},
        "trialing": {"active", "past_due", "paused", "canceled"},
        "active": {"trialing", "past_due", "unpaid", "paused", "canceled"},
        "past_due": {"active", "trialing", "unpaid", "paused", "canceled"},
        "unpaid": {"active", "trialing", "canceled"},
        "paused": {"active", "canceled"},
        "canceled": set(),
        "incomplete_expired": set(),
    },
    "invoice": {
        "new": {"draft"},
        "draft": {"open"},
        "open": {"paid", "void", "uncollectible"},
        "uncollectible": {"paid", "void"},
        "paid": set(),
        "void": set(),
    },
}
"""Stripe docs: how subscriptions work; how invoicing works."""


class Billing(RuleBasedStateMachine):
    """Whatever happens, money is conserved and states follow the documents."""

    customers: Bundle[str] = Bundle("customers")

    def __init__(self) -> None:
        """Open a world of its own."""
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.ledger = Ledger(Path(self.folder.name))
        self.balances: dict[str, int] = {}
        self.refusals: list[int] = []

    @initialize(target=customers, card=CARDS, currency=st.sampled_from(["usd", "usd", "jpy", "kwd"]))
    def begin(self, card: str, currency: str) -> str:
        """One subscriber who has paid once, and whose card may since have changed; currencies of 2, 0, 3 decimals."""
        self.ledger.currency = currency
        self.step = 10 if currency == "kwd" else 1
        plans = ((2000, "month", 1), (500, "week", 1), (30, "day", 10), (0, "month", 2), (24000, "year", 1))
        self.plans = [self.ledger.plan(*plan) for plan in plans]
        with self.ledger.transaction() as tx:
            off = (
                {"percent_off": "33.3", "duration": "once"},
                {"amount_off": 700, "currency": currency, "duration": "forever"},
            )
            self.coupons = [coupons.create(tx, each)["id"] for each in off]
            tax = {"display_name": "VAT", "percentage": "7.7"}
            self.rates = [tax_rates.create(tx, tax | {"inclusive": each})["id"] for each in (True, False)]
        id = self.add_customer("pm_card_visa", 0)
        self.ledger.subscribe(id, self.plans[0])
        self.ledger.use_card(id, card)
        return id

    @rule(target=customers, card=st.none() | CARDS, balance=st.sampled_from([0, 0, -2500, -10, 40]))
    def another_customer(self, card: str | None, balance: int) -> str:
        return self.add_customer(card, balance)

    def add_customer(self, card: str | None, balance: int) -> str:
        id = self.ledger.customer(card, balance)
        self.balances[id] = balance
        return id

    @rule(
        customer=customers,
        plan=st.integers(0, 4),
        trial=st.sampled_from([None, None, 2, 10]),
        behavior=st.sampled_from(["allow_incomplete", "default_incomplete", "error_if_incomplete"]),
        ending=st.booleans(),
        discounted=st.sampled_from([0, 0, 1, 2]),
        taxed=st.sampled_from([0, 0, 1, 2]),
    )
    def subscribe(
        self,
        customer: str,
        plan: int,
        trial: int | None,
        behavior: str,
        ending: bool,
        discounted: int,
        taxed: int,
    ) -> None:
        given: dict[str, Any] = {"payment_behavior": behavior, "cancel_at_period_end": ending}
        if trial is not None:
            given["trial_period_days"] = trial
        if discounted:
            given["discounts"] = [{"coupon": self.coupons[discounted - 1]}]
        if taxed:
            given["default_tax_rates"] = [self.rates[taxed - 1]]
        self.ledger.subscribe(customer, self.plans[plan], **given)

    @precondition(lambda self: self.ledger.every(SUBSCRIPTIONS))
    @rule(
        data=st.data(),
        plan=st.integers(0, 4),
        quantity=st.sampled_from([None, 0, 1, 7]),
        behavior=st.sampled_from(["create_prorations", "always_invoice", "none"]),
        payment=st.sampled_from(
            ["allow_incomplete", "error_if_incomplete", "pending_if_incomplete", "default_incomplete"]
        ),
        more=st.sampled_from(
            [{}, {}, {"billing_cycle_anchor": "now"}, {"trial_end": "now"}, {"trial_days": 5}]
        ),
    )
    def change_plan(
        self,
        data: st.DataObject,
        plan: int,
        quantity: int | None,
        behavior: str,
        payment: str,
        more: dict[str, Any],
    ) -> None:
        every = self.ledger.every(SUBSCRIPTIONS)
        running = [each["id"] for each in every if each["status"] not in subscriptions.ENDED]
        chosen = data.draw(st.sampled_from(running or [each["id"] for each in every]))
        terms = Terms(behavior=behavior, payment=payment)  # type: ignore[arg-type]
        self.attempt(lambda: self.ledger.change(chosen, self.plans[plan], quantity, terms, more))

    @precondition(lambda self: self.ledger.every(SUBSCRIPTIONS))
    @rule(data=st.data(), prorate=st.booleans(), invoice_now=st.booleans(), later=st.booleans())
    def leave(self, data: st.DataObject, prorate: bool, invoice_now: bool, later: bool) -> None:
        running = [
            each["id"]
            for each in self.ledger.every(SUBSCRIPTIONS)
            if each["status"] not in subscriptions.ENDED
        ]
        if not running:
            return
        chosen = data.draw(st.sampled_from(running))
        with self.ledger.transaction() as tx:
            subscription = subscriptions.find(tx, chosen)
            if later:
                given = {"cancel_at": tx.seconds + 12 * 86400}
                subscribing.update(tx, subscription, given)
            else:
                ending.cancel(tx, subscription, prorate=prorate, invoice_now=invoice_now)

    @rule(data=st.data(), credit=st.booleans(), invoice_now=st.booleans())
    def pause(self, data: st.DataObject, credit: bool, invoice_now: bool) -> None:
        running = [
            each["id"]
            for each in self.ledger.every(SUBSCRIPTIONS)
            if each["status"] in {"active", "past_due"} and each["schedule"] is None
        ]
        if running:
            chosen = data.draw(st.sampled_from(running))
            with self.ledger.transaction() as tx:
                ending.pause(tx, subscriptions.find(tx, chosen), credit=credit, invoice_now=invoice_now)

    @rule(data=st.data(), anchor=st.sampled_from(["now", "unchanged"]))
    def resume(self, data: st.DataObject, anchor: Any) -> None:
        paused = [each["id"] for each in self.ledger.every(SUBSCRIPTIONS) if each["status"] == "paused"]
        if paused:
            chosen = data.draw(st.sampled_from(paused))

            def go_on() -> None:
                with self.ledger.transaction() as tx:
                    ending.resume(tx, subscriptions.find(tx, chosen), anchor=anchor, terms=Terms())

            self.attempt(go_on)

    @rule(customer=customers, amount=st.sampled_from([700, -300, 20, 123456]), gather=st.booleans())
    def invoice_something(self, customer: str, amount: int, gather: bool) -> None:
        def draft() -> None:
            with self.ledger.transaction() as tx:
                held = customers.get(tx, customer)
                sent = {"amount": amount * self.step}
                invoice_items.create(tx, held, sent, None, currency=self.ledger.currency)
                if gather:
                    given = {
                        "customer": customer,
                        "pending_invoice_items_behavior": "include",
                        "auto_advance": True,
                    }
                    invoicing.create(tx, given)

        self.attempt(draft)

    def attempt(self, do: Callable[[], None]) -> None:
        """Do something that may be refused."""
        try:
            do()
        except Refusal as refusal:
            self.refusals.append(refusal.status)

    @rule(customer=customers, card=CARDS)
    def change_card(self, customer: str, card: str) -> None:
        self.ledger.use_card(customer, card)

    @rule(customer=consumes(customers))
    def forget_customer(self, customer: str) -> None:
        for each in self.ledger.every(SUBSCRIPTIONS):
            if each["customer"] == customer and each["status"] not in subscriptions.ENDED:
                with self.ledger.transaction() as tx:
                    subscriptions.cancel_all_of(tx, customer)

    @rule(time=st.sampled_from([0.02, 0.5, 3, 8, 31.1, 31.1, 95]))
    def wait(self, time: float) -> None:
        self.ledger.advance(days(time))

    @precondition(lambda self: any(each["status"] != "paid" for each in self.ledger.every(INVOICES)))
    @rule(
        data=st.data(),
        action=st.sampled_from(["pay", "pay_elsewhere", "finalize", "void", "give_up"]),
        card=st.none() | CARDS,
    )
    def act_on_invoice(self, data: st.DataObject, action: str, card: str | None) -> None:
        unpaid = [each["id"] for each in self.ledger.every(INVOICES) if each["status"] != "paid"]
        chosen = data.draw(st.sampled_from(unpaid))
        try:
            with self.ledger.transaction() as tx:
                invoice = tx.get(INVOICES, chosen)
                assert invoice is not None
                match action:
                    case "pay":
                        invoice_steps.pay(tx, invoice, method=None)
                    case "pay_elsewhere":
                        invoice_steps.pay(tx, invoice, method=card or "pm_card_visa")
                    case "finalize":
                        invoice_steps.finalize_now(tx, invoice, auto_advance=None)
                    case "void":
                        invoice_steps.void(tx, invoice)
                    case "give_up":
                        invoice_steps.give_up(tx, invoice)
        except Refusal as refusal:
            self.refusals.append(refusal.status)

    @precondition(lambda self: self.ledger.every(SUBSCRIPTIONS))
    @rule(data=st.data(), ending=st.booleans())
    def decide_to_leave(self, data: st.DataObject, ending: bool) -> None:
        chosen = data.draw(st.sampled_from([each["id"] for each in self.ledger.every(SUBSCRIPTIONS)]))
        try:
            with self.ledger.transaction() as tx:
                subscribing.update(tx, subscriptions.find(tx, chosen), {"cancel_at_period_end": ending})
        except Refusal as refusal:
            self.refusals.append(refusal.status)

    @invariant()
    def money_is_conserved(self) -> None:
        self.ledger.check_money(self.balances)

    @invariant()
    def refusals_are_stripes(self) -> None:
        assert set(self.refusals) <= {400, 402}

    @invariant()
    def states_are_documented(self) -> None:
        self.ledger.check_states(DOCUMENTED)

    @invariant()
    def nothing_is_due_of_what_has_ended(self) -> None:
        self.ledger.check_timers()

    def teardown(self) -> None:
        self.ledger.close()
        self.folder.cleanup()


TestBilling = Billing.TestCase
TestBilling.settings = settings(
    max_examples=40,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def a_year(folder: Path, seed: int) -> bytes:
    """Tell a year of three subscribers: one pays, one's card fails and is mended, one's fails for good."""
    ledger = Ledger(folder, seed)
    plan = ledger.plan(2000)
    people = [ledger.customer("pm_card_visa") for _ in range(3)]
    for each in people:
        ledger.subscribe(each, plan)
    ledger.use_card(people[1], "pm_card_chargeCustomerFail")
    ledger.use_card(people[2], "pm_card_chargeCustomerFail")
    ledger.advance(days(33))
    ledger.use_card(people[1], "pm_card_visa")
    ledger.advance(days(365))
    paid = [each for each in ledger.every(INVOICES) if each["status"] == "paid"]
    assert [sum(each["customer"] == person for each in paid) for person in people] == [14, 14, 1]
    assert [each["status"] for each in ledger.every(SUBSCRIPTIONS)] == ["active", "active", "canceled"]
    ledger.check_money(dict.fromkeys(people, 0))
    ledger.check_states(DOCUMENTED)
    story = ledger.story()
    ledger.close()
    return story


def test_a_year_of_renewals_ends_the_same_twice(tmp_path: Path) -> None:
    first, second = a_year(tmp_path / "a", 7), a_year(tmp_path / "b", 7)
    assert first == second
    assert a_year(tmp_path / "c", 8) != first


def test_a_mended_card_leaves_no_retry_behind(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    person = ledger.customer("pm_card_visa")
    ledger.subscribe(person, ledger.plan(2000))
    ledger.use_card(person, "pm_card_chargeCustomerFail")
    ledger.advance(days(29.5))
    (failing,) = (each for each in ledger.every(INVOICES) if each["status"] == "open")
    with ledger.transaction() as tx:
        invoice_steps.pay(tx, failing, method="pm_card_visa")
    ledger.check_timers()
    ledger.check_money({person: 0})
    ledger.close()


def test_a_wrong_transition_is_told(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.subscribe(ledger.customer("pm_card_visa"), ledger.plan(2000))
    wrong = {**DOCUMENTED, "subscription": {"new": {"trialing"}}}
    with pytest.raises(AssertionError, match="new → active"):
        ledger.check_states(wrong)
    ledger.close()
