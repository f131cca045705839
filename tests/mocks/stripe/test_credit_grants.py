"""Billing credits: what is granted, used by invoices, given back, expired and voided."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx
import pytest
import stripe
from hypothesis import given, settings
from hypothesis import strategies as st

from mocks.stripe.resources import invoice_totals
from mocks.stripe.resources.invoice_totals import Rate, Rules
from tests.mocks.stripe.billing import Journal, price, subscriber
from tests.mocks.stripe.conformance import refused
from tests.mocks.stripe.test_meters import meter, metered, use

Advance = Callable[..., Any]
ANY_METERED: Any = {"scope": {"price_type": "metered"}}
DAY = 86400
START = 1772355600
"""2026-03-01T09:00:00Z, where the fresh world's clock stands."""


@dataclass
class Shop:
    """A subscriber to a metered price of 3 cents a call, and to a plan of 10 dollars."""

    client: stripe.StripeClient
    advance: Advance
    customer: str
    metered: str
    subscription: str

    def grant(self, value: int, **more: Any) -> Any:
        """Grant the customer credits."""
        money: Any = {"type": "monetary", "monetary": {"currency": "usd", "value": value}}
        given: Any = {"customer": self.customer, "amount": money, "applicability_config": ANY_METERED}
        return self.client.v1.billing.credit_grants.create(given | more)

    def billed(self, calls: int) -> Any:
        """Use so many calls, and return the invoice of the period in which that was, an hour after its end."""
        use(self.client, self.customer, calls)
        self.advance(days=31.1)
        return self.client.v1.invoices.list({"subscription": self.subscription, "limit": 1}).data[0]

    def balance(self, grant: str) -> tuple[int, int]:
        """Return the ledger's and the available balance of a grant."""
        filter: Any = {"type": "credit_grant", "credit_grant": grant}
        asked: Any = {"customer": self.customer, "filter": filter}
        [held] = self.client.v1.billing.credit_balance_summary.retrieve(asked).balances
        ledger, available = held.ledger_balance.monetary, held.available_balance.monetary
        assert ledger is not None
        assert available is not None
        return ledger.value, available.value

    def moves(self, **more: Any) -> list[tuple[str, int]]:
        """Return the transactions of the credits' balance, newest first: what each is, and its amount."""
        asked: Any = {"customer": self.customer, **more}
        found = self.client.v1.billing.credit_balance_transactions.list(asked).data
        parts: list[Any] = [each.credit or each.debit for each in found]
        return [(each.type, each.amount.monetary.value) for each in parts]


def credits_of(journal: Journal) -> list[str]:
    """Return the types of the events of credits since the last call."""
    return [each for each in journal.types() if each.startswith("billing.credit")]


@pytest.fixture
def shop(checked: stripe.StripeClient, advance: Advance) -> Shop:
    calls, plan = metered(checked, meter(checked).id).id, price(checked, 1000).id
    owner = subscriber(checked).id
    items: Any = [{"price": plan}, {"price": calls}]
    begun = checked.v1.subscriptions.create({"customer": owner, "items": items})
    return Shop(checked, advance, owner, calls, begun.id)


def test_a_grant_from_beginning_to_end(shop: Shop) -> None:
    journal, grants = Journal(shop.client), shop.client.v1.billing.credit_grants
    made = shop.grant(500, name="Welcome", category="promotional", metadata={"why": "launch"})
    assert journal.types() == [
        "billing.credit_grant.created",
        "billing.credit_balance_transaction.created",
    ]
    assert (made.priority, made.category, made.effective_at, made.expires_at) == (
        50,
        "promotional",
        START,
        None,
    )
    assert shop.balance(made.id) == (500, 500)
    later = {"expires_at": START + 10 * DAY, "metadata": {"why": ""}}
    changed: Any = grants.update(made.id, later)
    assert (changed.expires_at, changed.metadata.to_dict()) == (START + 10 * DAY, {})
    [event] = journal.take()
    assert event.type == "billing.credit_grant.updated"
    assert event.data.previous_attributes.to_dict() == {"expires_at": None, "metadata": {"why": "launch"}}
    assert grants.retrieve(made.id, {"expand": ["customer"]}).customer.id == shop.customer
    assert [each.id for each in grants.list({"customer": shop.customer}).data] == [made.id]
    [moved] = shop.client.v1.billing.credit_balance_transactions.list({"customer": shop.customer}).data
    read: Any = shop.client.v1.billing.credit_balance_transactions.retrieve(
        moved.id, {"expand": ["credit_grant"]}
    )
    assert (read.type, read.debit, read.credit_grant.id) == ("credit", None, made.id)
    shop.advance(days=10)
    assert credits_of(journal) == ["billing.credit_balance_transaction.created"]
    assert shop.moves() == [("credits_expired", 500), ("credits_granted", 500)]
    assert shop.balance(made.id) == (0, 0)
    for step in (grants.expire, grants.void_grant):
        with refused(400):
            step(made.id)


def test_credits_pay_for_usage_when_an_invoice_is_finalized(shop: Shop) -> None:
    made, journal = shop.grant(600), Journal(shop.client)
    preview = shop.client.v1.invoices.create_preview({"subscription": shop.subscription})
    assert preview.total == 1000
    invoice = shop.billed(300)
    assert (invoice.subtotal, invoice.total, invoice.amount_paid) == (1900, 1300, 1300)
    [used] = invoice.total_pretax_credit_amounts
    assert (used.amount, used.type) == (600, "credit_balance_transaction")
    lines = {each.pricing.price_details.price: each for each in invoice.lines.data}
    [on_line] = lines[shop.metered].pretax_credit_amounts
    assert on_line.credit_balance_transaction == used.credit_balance_transaction
    [plan] = [each for id, each in lines.items() if id != shop.metered]
    assert (lines[shop.metered].amount, plan.pretax_credit_amounts) == (900, [])
    moved: Any = shop.client.v1.billing.credit_balance_transactions.retrieve(used.credit_balance_transaction)
    where = moved.debit.credits_applied.to_dict()
    assert where == {"invoice": invoice.id, "invoice_line_item": lines[shop.metered].id}
    types = [each for each in journal.types() if each.startswith(("billing.credit", "invoice.f"))]
    assert types == ["billing.credit_balance_transaction.created", "invoice.finalized"]
    assert shop.balance(made.id) == (0, 0)
    with refused(400):
        shop.client.v1.billing.credit_grants.void_grant(made.id)
    whole = shop.client.v1.invoices.retrieve(
        invoice.id, {"expand": ["total_pretax_credit_amounts.credit_balance_transaction"]}
    )
    assert whole.to_dict()["total_pretax_credit_amounts"][0]["credit_balance_transaction"]["id"] == moved.id
    assert "Billing credits</th>" in httpx.get(invoice.hosted_invoice_url).text
    assert b"Billing credits: -$6.00" in httpx.get(invoice.invoice_pdf).content


def test_what_is_left_goes_on_to_the_next_invoice_and_nothing_falls_below_zero(shop: Shop) -> None:
    made = shop.grant(5000)
    assert shop.billed(300).total == 1000
    assert shop.balance(made.id) == (4100, 4100)
    assert shop.billed(1000).total == 1000
    assert shop.billed(1000).total == 1000 + 3000 - 1100
    assert shop.moves() == [
        ("credits_applied", 1100),
        ("credits_applied", 3000),
        ("credits_applied", 900),
        ("credits_granted", 5000),
    ]


def test_the_order_in_which_grants_are_used(shop: Shop) -> None:
    far = START + 300 * DAY
    ranked = [
        shop.grant(100, name="5: paid"),
        shop.grant(100, name="4: promotional", category="promotional"),
        shop.grant(100, name="3: expires", expires_at=far),
        shop.grant(100, name="2: expires sooner", expires_at=far - DAY),
        shop.grant(100, name="1: priority", priority=10),
        shop.grant(100, name="6: last", priority=90, category="promotional", expires_at=far - 2 * DAY),
    ]
    shop.billed(200)
    read = shop.client.v1.billing.credit_balance_transactions.list({"customer": shop.customer}).data
    names = {each.id: each.name for each in ranked}
    used: list[Any] = [each for each in read if each.type == "debit"]
    assert [names[each.credit_grant][0] for each in reversed(used)] == list("123456")


def test_credits_for_some_prices_and_not_yet_usable_ones_wait(shop: Shop) -> None:
    wider = meter(shop.client, display_name="Other", event_name="others").id
    other = metered(shop.client, wider).id
    shop.grant(100, applicability_config={"scope": {"prices": [{"id": other}]}})
    later = shop.grant(200, effective_at=START + 40 * DAY)
    assert shop.balance(later.id) == (0, 0)
    own = shop.grant(50, applicability_config={"scope": {"prices": [{"id": other}, {"id": shop.metered}]}})
    euros: Any = {"type": "monetary", "monetary": {"currency": "eur", "value": 700}}
    shop.grant(1, amount=euros)
    assert shop.billed(100).total == 1000 + 300 - 50
    assert shop.moves(credit_grant=own.id)[0] == ("credits_applied", 50)
    assert shop.billed(100).total == 1000 + 300 - 200
    filter: Any = {"type": "applicability_scope", "applicability_scope": {"price_type": "metered"}}
    asked: Any = {"customer": shop.customer, "filter": filter}
    held = shop.client.v1.billing.credit_balance_summary.retrieve(asked).balances
    assert sorted((each.ledger_balance.monetary.currency, each.ledger_balance.monetary.value) for each in held if each.ledger_balance.monetary) == [("eur", 700), ("usd", 0)]  # fmt: skip
    asked["filter"] = {"type": "applicability_scope", "applicability_scope": {"prices": [{"id": other}]}}
    held = shop.client.v1.billing.credit_balance_summary.retrieve(asked).balances
    assert [each.available_balance.monetary.value for each in held if each.available_balance.monetary] == [100, 700]  # fmt: skip


def test_a_void_invoice_gives_its_credits_back(shop: Shop) -> None:
    kept, gone = shop.grant(100), shop.grant(200, expires_at=START + 40 * DAY)
    default: Any = {"invoice_settings": {"default_payment_method": ""}}
    for method in shop.client.v1.customers.payment_methods.list(shop.customer).data:
        shop.client.v1.payment_methods.detach(method.id)
    shop.client.v1.customers.update(shop.customer, default)
    invoice = shop.billed(100)
    assert (invoice.status, invoice.total) == ("open", 1000)
    shop.advance(days=9)
    shop.client.v1.invoices.void_invoice(invoice.id)
    assert (shop.balance(kept.id), shop.balance(gone.id)) == ((100, 100), (0, 0))
    back = "credits_application_invoice_voided"
    assert shop.moves(credit_grant=kept.id)[0] == (back, 100)
    assert shop.moves(credit_grant=gone.id)[:2] == [("credits_expired", 200), (back, 200)]


def test_a_grant_of_which_nothing_was_used_is_voided(shop: Shop) -> None:
    journal, grants = Journal(shop.client), shop.client.v1.billing.credit_grants
    made = shop.grant(500, expires_at=START + DAY)
    voided: Any = grants.void_grant(made.id)
    assert (voided.voided_at, voided.expires_at) == (START, START + DAY)
    assert journal.types()[2:] == [
        "billing.credit_grant.updated",
        "billing.credit_balance_transaction.created",
    ]
    assert shop.moves() == [("credits_voided", 500), ("credits_granted", 500)]
    shop.advance(days=2)
    assert credits_of(journal) == []
    expired: Any = grants.expire(shop.grant(5).id)
    assert expired.expires_at == START + 2 * DAY
    with refused(400):
        grants.update(made.id, {"metadata": {"k": "v"}})


def test_grants_of_a_test_clocks_customer_go_by_the_clock(checked: stripe.StripeClient) -> None:
    clocks = checked.v1.test_helpers.test_clocks
    clock = clocks.create({"frozen_time": START})
    owner = checked.v1.customers.create({"test_clock": clock.id}).id
    shop = Shop(checked, lambda: None, owner, "", "")
    made = shop.grant(500, expires_at=START + 5 * DAY)
    assert made.test_clock == clock.id
    clocks.advance(clock.id, {"frozen_time": START + 6 * DAY})
    read: Any = checked.v1.billing.credit_balance_transactions.list({"customer": owner}).data[0]
    assert (read.debit.type, read.created, read.test_clock) == ("credits_expired", START + 5 * DAY, clock.id)


def test_what_cannot_be_granted(shop: Shop) -> None:
    licensed = price(shop.client, 100).id
    money: Any = {"type": "monetary"}
    both: Any = {"scope": {"price_type": "metered", "prices": [{"id": shop.metered}]}}
    of_licensed: Any = {"scope": {"prices": [{"id": licensed}]}}
    with refused(400, None, "applicability_config[scope][prices][0][id]"):
        shop.grant(5, applicability_config=of_licensed)
    with refused(400, "parameters_exclusive", "applicability_config[scope][price_type]"):
        shop.grant(5, applicability_config=both)
    with refused(400, "parameter_missing", "amount[monetary]"):
        shop.grant(5, amount=money)
    with refused(400, None, "expires_at"):
        shop.grant(5, expires_at=START)
    with refused(400, "resource_missing", "customer"):
        shop.grant(5, customer="cus_none")
    for wrong in (-5, 0):
        with refused(400, None, "amount[monetary][value]"):
            shop.grant(wrong)
    with refused(404, "resource_missing", "id"):
        shop.client.v1.billing.credit_grants.expire("credgr_none")
    filter: Any = {"type": "credit_grant", "credit_grant": "credgr_none"}
    with refused(400, "resource_missing", "filter[credit_grant]"):
        shop.client.v1.billing.credit_balance_summary.retrieve({"customer": shop.customer, "filter": filter})


@settings(max_examples=100, deadline=None)
@given(
    amounts=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 100)), min_size=1, max_size=5),
    percent=st.sampled_from(["0", "7.7", "19"]),
    inclusive=st.booleans(),
)
def test_an_invoice_with_credits_is_the_sum_of_its_parts(
    amounts: list[tuple[int, int]], percent: str, inclusive: bool
) -> None:
    lines: list[Any] = [
        {
            "amount": amount,
            "discountable": True,
            "discounts": [],
            "pricing": None,
            "_": {
                "tax_rates": None,
                "credits": [{"amount": amount * share // 100, "credit_balance_transaction": str(place)}],
            },
        }
        for place, (amount, share) in enumerate(amounts)
    ]
    rate = Rate("txr", Decimal(percent), inclusive)
    rules = Rules(currency="usd", reductions={}, rates={"txr": rate}, default_rates=("txr",))
    sums = invoice_totals.compute(lines, rules)
    credits = sum(each["amount"] for each in sums["total_pretax_credit_amounts"])
    taxes = sum(each["amount"] for each in sums["total_taxes"])
    assert credits == sum(amount * share // 100 for amount, share in amounts)
    assert sums["subtotal"] == sum(amount for amount, _ in amounts)
    assert sums["total"] == sums["subtotal"] - credits + (0 if inclusive else taxes)
    assert sums["total_excluding_tax"] == sums["total"] - taxes
    assert sums["total"] >= 0
