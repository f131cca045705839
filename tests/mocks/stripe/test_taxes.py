"""Tax rates through stripe-python: on top of prices and contained in them."""

from typing import Any

import pytest
import stripe

from tests.mocks.stripe.billing import Journal, price, subscribe, subscriber
from tests.mocks.stripe.conformance import refused


def rate(client: stripe.StripeClient, percentage: float, *, inclusive: bool = False) -> str:
    """Create a tax rate and return its id."""
    given: Any = {"display_name": "VAT", "inclusive": inclusive, "percentage": percentage, "country": "DE"}
    return client.v1.tax_rates.create(given).id


def test_rates_are_made_changed_archived_and_listed(checked: stripe.StripeClient) -> None:
    journal = Journal(checked)
    made = checked.v1.tax_rates.create(
        {
            "display_name": "VAT",
            "inclusive": True,
            "percentage": 8.1,
            "tax_type": "vat",
            "metadata": {"a": "1"},
        }
    )
    assert (made.percentage, made.effective_percentage, made.inclusive, made.active) == (8.1, 8.1, True, True)
    changed = checked.v1.tax_rates.update(made.id, {"active": False, "display_name": "MWST"})
    assert (changed.active, changed.display_name) == (False, "MWST")
    assert checked.v1.tax_rates.retrieve(made.id).active is False
    assert [each.id for each in checked.v1.tax_rates.list({"active": False}).data] == [made.id]
    assert checked.v1.tax_rates.list({"inclusive": False}).data == []
    assert journal.types() == ["tax_rate.created", "tax_rate.updated"]
    with refused(400, None, "default_tax_rates[0]"):
        subscribe(checked, subscriber(checked), price(checked), default_tax_rates=[made.id])
    with refused(404, "resource_missing", "tax_rate"):
        checked.v1.tax_rates.retrieve("txr_no")


def test_exclusive_taxes_come_on_top(checked: stripe.StripeClient) -> None:
    vat, city = rate(checked, 19), rate(checked, 7.25)
    made = subscribe(
        checked,
        subscriber(checked),
        price(checked, 1999),
        default_tax_rates=[vat, city],
        expand=["latest_invoice"],
    )
    invoice = made.latest_invoice
    # 1999 × 19 % = 379.81, 1999 × 7.25 % = 144.9275.
    assert [each.amount for each in invoice.total_taxes] == [380, 145]
    assert (invoice.subtotal, invoice.total, invoice.total_excluding_tax) == (1999, 2524, 1999)
    assert invoice.amount_paid == 2524
    line = invoice.lines.data[0]
    assert [each.tax_rate_details.tax_rate for each in line.taxes] == [vat, city]
    assert {each.tax_behavior for each in line.taxes} == {"exclusive"}
    assert [each.id for each in made.default_tax_rates] == [vat, city]


def test_inclusive_taxes_are_contained(checked: stripe.StripeClient) -> None:
    vat = rate(checked, 19, inclusive=True)
    item: Any = {"price": price(checked, 1999).id, "tax_rates": [vat]}
    made = checked.v1.subscriptions.create(
        {"customer": subscriber(checked).id, "items": [item], "expand": ["latest_invoice"]}
    )
    invoice = made.latest_invoice
    # 1999 / 1.19 = 1679.83; 19 % of that are 319.17.
    assert (invoice.total, invoice.total_taxes[0].amount, invoice.total_excluding_tax) == (1999, 319, 1680)
    assert (invoice.subtotal, invoice.subtotal_excluding_tax) == (1999, 1680)
    assert invoice.total_taxes[0].taxable_amount == 1680
    assert made["items"].data[0].tax_rates[0].id == vat


@pytest.mark.parametrize(("exempt", "reason"), [("exempt", "customer_exempt"), ("reverse", "reverse_charge")])
def test_exempt_customers_pay_no_tax(checked: stripe.StripeClient, exempt: str, reason: str) -> None:
    vat = rate(checked, 19)
    customer = subscriber(checked, tax_exempt=exempt)
    made = subscribe(checked, customer, price(checked), default_tax_rates=[vat], expand=["latest_invoice"])
    assert made.latest_invoice.total == 2000
    tax = made.latest_invoice.total_taxes[0]
    assert (tax.amount, tax.taxability_reason) == (0, reason)


def test_taxes_are_taken_of_what_discounts_leave(checked: stripe.StripeClient) -> None:
    vat = rate(checked, 10)
    half = checked.v1.coupons.create({"percent_off": 50, "duration": "once"})
    made = subscribe(
        checked,
        subscriber(checked),
        price(checked),
        default_tax_rates=[vat],
        discounts=[{"coupon": half.id}],
        expand=["latest_invoice"],
    )
    invoice = made.latest_invoice
    assert (invoice.subtotal, invoice.total, invoice.total_taxes[0].amount) == (2000, 1100, 100)
    preview = checked.v1.invoices.create_preview({"subscription": made.id})
    assert preview.total == 2200
    assert checked.v1.subscriptions.update(made.id, {"default_tax_rates": ""}).default_tax_rates == []
    details: Any = {"customer_details": {"tax_exempt": "exempt"}, "customer": str(made.customer)}
    assert checked.v1.invoices.create_preview(details).total == 2000
