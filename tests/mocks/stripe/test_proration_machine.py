"""Whatever a subscription is changed to within a period, it costs each price for as long as it was held."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mocks.stripe.resources import subscriptions
from mocks.stripe.resources.invoice_items import INVOICE_ITEMS
from mocks.stripe.resources.invoices import INVOICES
from mocks.stripe.resources.money import currencies
from mocks.stripe.resources.subscription_changes import Terms
from tests.mocks.stripe.ledger import Ledger

CURRENCIES = st.sampled_from(["usd", "jpy", "kwd"])
PRICES = (5000, 12340, 99990)
SECOND = 1_000_000
CHANGES = st.lists(
    st.tuples(
        st.integers(0, 600_000),
        st.integers(0, len(PRICES) - 1),
        st.integers(1, 9),
        st.sampled_from(["create_prorations", "always_invoice"]),
    ),
    max_size=4,
)
"""After how many seconds, to which price, how many of it, and whether that is invoiced at once."""


def costs(ledger: Ledger) -> int:
    """Return what a subscription has cost: what was invoiced, and what is yet to be."""
    pending = [each for each in ledger.every(INVOICE_ITEMS) if each["invoice"] is None]
    return int(
        sum(each["total"] for each in ledger.every(INVOICES)) + sum(each["amount"] for each in pending)
    )


@given(CURRENCIES, CHANGES)
@settings(max_examples=40, deadline=None)
def test_each_price_is_paid_for_as_long_as_it_is_held(
    currency: str, changes: list[tuple[int, int, int, str]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder), currency=currency)
        plans = [ledger.plan(amount) for amount in PRICES]
        id = ledger.subscribe(ledger.customer("pm_card_visa"), plans[0])
        assert id is not None
        exact, each = Decimal(0), Decimal(PRICES[0])
        period = _item(ledger)
        whole = left = period["current_period_end"] - period["current_period_start"]
        for after, plan, quantity, behavior in changes:
            ledger.advance(after * SECOND)
            exact += each * after / whole
            left -= after
            each = Decimal(PRICES[plan] * quantity)
            terms = Terms(behavior=behavior)  # type: ignore[arg-type]
            ledger.change(id, plans[plan], quantity, terms, {})
        exact += each * left / whole
        step = currencies().steps.get(currency, 1)
        found = costs(ledger)
        ledger.close()
    assert found % step == 0
    assert abs(found - exact) <= step * len(changes)


@given(CURRENCIES, st.integers(0, 2_600_000), st.integers(1, 2), st.integers(1, 9))
@settings(max_examples=20, deadline=None)
def test_a_change_taken_back_at_once_costs_nothing(
    currency: str, after: int, plan: int, quantity: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder), currency=currency)
        plans = [ledger.plan(amount) for amount in PRICES]
        id = ledger.subscribe(ledger.customer("pm_card_visa"), plans[0])
        assert id is not None
        ledger.advance(after * SECOND)
        before = costs(ledger)
        ledger.change(id, plans[plan], quantity, Terms(), {})
        ledger.change(id, plans[0], 1, Terms(), {})
        found = costs(ledger)
        ledger.close()
    assert found == before


def _item(ledger: Ledger) -> dict[str, Any]:
    """Return the only item of the only subscription."""
    [subscription] = ledger.every(subscriptions.SUBSCRIPTIONS)
    return dict(subscription["items"][0])
