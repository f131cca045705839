"""What always holds of invoices' amounts and of prorations, whatever the lines, discounts, taxes and currencies."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocks.stripe.resources.amounts import cost, parts
from mocks.stripe.resources.invoice_amounts import owed
from mocks.stripe.resources.invoice_totals import Rate, Reduction, Rules, compute, spread
from mocks.stripe.resources.money import currencies, rounded
from mocks.stripe.resources.proration import Share

CURRENCIES = st.sampled_from(["usd", "jpy", "kwd", "eur", "isk", "huf", "bhd"])
AMOUNTS = st.integers(-500_000, 5_000_000)
PERCENTS = st.decimals(Decimal("0.01"), Decimal(100), places=2)
REDUCTIONS = st.lists(
    st.one_of(
        st.builds(lambda each: {"percent": each}, PERCENTS),
        st.builds(lambda each: {"amount": each}, st.integers(1, 3_000_000)),
        st.builds(lambda each: {"percent": each, "products": frozenset({"a"})}, PERCENTS),
    ),
    max_size=4,
).map(lambda each_of: [Reduction(f"d{number}", **each) for number, each in enumerate(each_of)])
RATES = st.lists(st.tuples(st.decimals(Decimal(0), Decimal(40), places=3), st.booleans()), max_size=3).map(
    lambda each_of: [
        Rate(f"t{number}", percentage, inclusive) for number, (percentage, inclusive) in enumerate(each_of)
    ]
)


@st.composite
def invoices(draw: st.DrawFn) -> tuple[list[dict[str, Any]], Rules]:
    """An invoice's lines, and the discounts and taxes that count for them."""
    reductions, rates, currency = draw(REDUCTIONS), draw(RATES), draw(CURRENCIES)
    step = currencies().steps.get(currency, 1)
    own = reductions[:1]
    lines = [
        {
            "amount": draw(AMOUNTS) * step,
            "discountable": draw(st.booleans()),
            "discounts": [each.id for each in own if draw(st.booleans())],
            "pricing": draw(st.sampled_from([None, {"price_details": {"product": "a"}}])),
            "_": {"tax_rates": draw(st.sampled_from([None, [], [each.id for each in rates[:1]]]))},
        }
        for _ in range(draw(st.integers(1, 6)))
    ]
    rules = Rules(
        currency=currency,
        reductions={each.id: each for each in reductions},
        on_invoice=tuple(each.id for each in reductions[1:]),
        rates={each.id: each for each in rates},
        default_rates=tuple(each.id for each in rates),
        exempt=draw(st.sampled_from(["none", "none", "exempt", "reverse"])),
    )
    return lines, rules


@given(invoices())
def test_invoices_add_up(case: tuple[list[dict[str, Any]], Rules]) -> None:
    lines, rules = case
    sums = compute(lines, rules)
    gross = sum(line["amount"] for line in lines)
    off = [each for line in lines for each in line["discount_amounts"]]
    taxes = [each for line in lines for each in line["taxes"]]
    on_top = sum(each["amount"] for each in taxes if each["tax_behavior"] == "exclusive")
    within = sum(each["amount"] for each in taxes if each["tax_behavior"] == "inclusive")
    assert sums["total"] == gross - sum(each["amount"] for each in off) + on_top
    assert sums["total_excluding_tax"] == sums["total"] - on_top - within
    for name, parts_ in (("total_discount_amounts", off), ("total_taxes", taxes)):
        assert sum(each["amount"] for each in sums[name]) == sum(each["amount"] for each in parts_)
    for each in sums["total_discount_amounts"]:
        assert each["amount"] == sum(one["amount"] for one in off if one["discount"] == each["discount"])
    own = {id for line in lines for id in line["discounts"]}
    assert sums["subtotal"] == gross - sum(each["amount"] for each in off if each["discount"] in own)


@given(invoices())
def test_no_discount_takes_more_than_there_is(case: tuple[list[dict[str, Any]], Rules]) -> None:
    lines, rules = case
    compute(lines, rules)
    for line in lines:
        taken = [each["amount"] for each in line["discount_amounts"]]
        assert all(each >= 0 for each in taken)
        assert sum(taken) <= max(0, line["amount"])
        assert line["discountable"] or not taken
    if rules.exempt != "none":
        assert not any(each["amount"] for line in lines for each in line["taxes"])


@given(invoices())
def test_a_credit_note_of_all_lines_undoes_their_taxes(case: tuple[list[dict[str, Any]], Rules]) -> None:
    lines, rules = case
    plain = Rules(
        rules.currency, {}, rates=rules.rates, default_rates=rules.default_rates, exempt=rules.exempt
    )
    there = [line | {"discounts": []} for line in lines]
    back = [line | {"amount": -line["amount"], "discounts": []} for line in lines]
    assert compute(there, plain)["total"] + compute(back, plain)["total"] == 0


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**8), min_size=1, max_size=20))
def test_shares_add_up_to_the_whole(amount: int, weights: list[int]) -> None:
    shares = spread(amount, weights)
    assert sum(shares) == (amount if sum(weights) else 0)
    assert all(each >= 0 for each in shares)
    assert all(each == 0 for each, weight in zip(shares, weights, strict=True) if weight == 0)


@given(CURRENCIES, st.integers(0, 10**8), st.integers(1, 366 * 86400), st.data())
def test_prorations_are_conserved(currency: str, amount: int, length: int, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, length))
    share = Share(1_772_355_600, 1_772_355_600 + length, 1_772_355_600 + at)
    step = currencies().steps.get(currency, 1)
    amount *= step
    left = share.of(amount, currency)
    assert 0 <= left <= amount
    assert left % step == 0
    assert share.of(-amount, currency) == -left
    assert abs(Decimal(left) - Decimal(amount) * (length - at) / length) <= Decimal(step) / 2
    used = Share(share.start, share.end, share.end - at).of(amount, currency)
    assert abs(left + used - amount) <= step


@given(st.integers(-(10**7), 10**7), st.integers(-(10**7), 10**7), CURRENCIES)
def test_what_is_due_is_never_negative_and_balances_carry_the_rest(
    total: int, balance: int, currency: str
) -> None:
    due, after = owed(total, balance, currency)
    assert due >= 0
    assert total + balance == due + after
    known = currencies()
    assert due == 0 or due >= known.minimums.get(currency, known.default_minimum)
    assert due <= known.maximum


@pytest.mark.parametrize(
    ("exact", "currency", "amount"),
    [
        ("0.5", "usd", 1),
        ("-0.5", "usd", -1),
        ("2.4", "jpy", 2),
        ("15", "kwd", 20),
        ("14", "kwd", 10),
        ("49", "isk", 0),
    ],
)
def test_amounts_are_rounded_to_what_can_be_paid(exact: str, currency: str, amount: int) -> None:
    assert rounded(Decimal(exact), currency) == amount


TIERS = st.lists(
    st.tuples(st.integers(1, 50), st.integers(0, 900), st.integers(0, 900)), min_size=1, max_size=5
)


@given(TIERS, st.integers(0, 300), st.sampled_from(["graduated", "volume"]))
def test_tiers_charge_each_unit_once(tiers: list[tuple[int, int, int]], quantity: int, mode: str) -> None:
    bounds: list[int | None] = []
    reached = 0
    for width, _, _ in tiers:
        reached += width
        bounds.append(reached)
    bounds[-1] = None
    shown = [
        {"up_to": up_to, "unit_amount_decimal": str(unit), "flat_amount_decimal": str(flat)}
        for up_to, (_, unit, flat) in zip(bounds, tiers, strict=True)
    ]
    price = {
        "id": "p",
        "billing_scheme": "tiered",
        "tiers_mode": mode,
        "currency": "usd",
        "_": {"tiers": shown},
    }
    found = parts(price, quantity)
    assert sum(part.quantity for part in found) == quantity
    assert cost(price, quantity) == sum(part.amount for part in found)
    expected = 0
    if mode == "graduated":
        for unit in range(1, quantity + 1):
            number = next(at for at, up_to in enumerate(bounds) if up_to is None or unit <= up_to)
            first = unit == 1 or unit == (bounds[number - 1] or 0) + 1 if number else unit == 1
            expected += tiers[number][1] + (tiers[number][2] if first else 0)
    elif quantity:
        number = next(at for at, up_to in enumerate(bounds) if up_to is None or quantity <= up_to)
        expected = quantity * tiers[number][1] + tiers[number][2]
    assert cost(price, quantity) == expected
