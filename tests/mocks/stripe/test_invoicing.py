"""Invoices of a merchant's own, invoice items and balances through stripe-python."""

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from tests.mocks.stripe.billing import Journal, price, subscribe, subscriber, use_card
from tests.mocks.stripe.conformance import refused

Advance = Callable[..., Any]
START = 1772355600


def item(client: stripe.StripeClient, customer: Any, amount: int = 1000, **more: Any) -> Any:
    """Create an invoice item in dollars."""
    given: Any = {"customer": customer.id, "amount": amount, "currency": "usd", **more}
    return client.v1.invoice_items.create(given)


def gather(client: stripe.StripeClient, customer: Any, **more: Any) -> Any:
    """Draft an invoice of what is pending."""
    given: Any = {"customer": customer.id, "pending_invoice_items_behavior": "include", **more}
    return client.v1.invoices.create(given)


def test_items_wait_and_are_gathered_finalized_and_paid(checked: stripe.StripeClient) -> None:
    customer = subscriber(checked)
    journal = Journal(checked)
    made = item(checked, customer, 1000, description="Set-up", metadata={"a": "1"})
    assert (made.amount, made.invoice, made.proration, made.quantity) == (1000, None, False, 1)
    priced: Any = {"customer": customer.id, "pricing": {"price": price(checked, 250, None).id}, "quantity": 3}
    pieces = checked.v1.invoice_items.create(priced)
    assert (pieces.amount, pieces.description, pieces.pricing.unit_amount_decimal) == (750, "Pro", 250)
    assert journal.types()[0] == "invoiceitem.created"
    empty = checked.v1.invoices.create({"customer": customer.id})
    assert (empty.total, empty.lines.data, empty.auto_advance, empty.billing_reason) == (
        0,
        [],
        False,
        "manual",
    )
    draft = gather(checked, customer)
    assert (draft.status, draft.number, draft.total, draft.amount_due) == ("draft", None, 1750, 1750)
    assert {line.description for line in draft.lines.data} == {"Set-up", "Pro"}
    line = next(line for line in draft.lines.data if line.description == "Set-up")
    details = line.parent.invoice_item_details
    assert (line.parent.type, details.invoice_item, line.metadata.to_dict()) == (
        "invoice_item_details",
        made.id,
        {"a": "1"},
    )
    assert checked.v1.invoice_items.retrieve(made.id).invoice == draft.id
    assert checked.v1.invoice_items.list({"customer": customer.id, "pending": True}).data == []
    journal.take()
    opened = checked.v1.invoices.finalize_invoice(draft.id)
    assert (opened.status, opened.number) == ("open", f"{customer.invoice_prefix}-0001")
    assert journal.types() == ["invoice.finalized", "payment_intent.created"]
    paid = checked.v1.invoices.pay(draft.id)
    assert (paid.status, paid.amount_paid) == ("paid", 1750)
    assert journal.types()[-2:] == ["invoice.paid", "invoice.payment_succeeded"]
    with refused(400, "invoice_not_editable"):
        checked.v1.invoice_items.update(made.id, {"amount": 5})
    with refused(400, "invoice_not_editable"):
        checked.v1.invoices.update(draft.id, {"description": "late"})
    assert checked.v1.invoices.update(draft.id, {"metadata": {"b": "2"}}).metadata.to_dict() == {"b": "2"}


def test_the_drafts_of_a_deleted_customer_stay_drafts(checked: stripe.StripeClient, advance: Advance) -> None:
    customer = subscriber(checked)
    item(checked, customer, 1000)
    draft = gather(checked, customer, auto_advance=True)
    checked.v1.customers.delete(customer.id)
    advance(days=40)
    left = checked.v1.invoices.retrieve(draft.id)
    assert (left.status, left.auto_advance, left.automatically_finalizes_at) == ("draft", False, None)
    with refused(400, "resource_missing"):
        checked.v1.invoices.finalize_invoice(draft.id)


def test_items_change_and_go_and_their_draft_with_them(checked: stripe.StripeClient) -> None:
    customer = subscriber(checked)
    made = item(checked, customer, 1000)
    changed = checked.v1.invoice_items.update(
        made.id, {"amount": 1200, "description": "More", "metadata": {"a": "b"}}
    )
    assert (changed.amount, changed.description, changed.metadata.to_dict()) == (1200, "More", {"a": "b"})
    draft = gather(checked, customer)
    other = item(checked, customer, 300, invoice=draft.id)
    assert checked.v1.invoices.retrieve(draft.id).total == 1500
    journal = Journal(checked)
    checked.v1.invoice_items.update(other.id, {"amount": 400})
    assert checked.v1.invoices.retrieve(draft.id).total == 1600
    assert checked.v1.invoice_items.delete(other.id).deleted
    assert checked.v1.invoices.retrieve(draft.id).total == 1200
    assert journal.types() == ["invoice.updated", "invoiceitem.deleted", "invoice.updated"]
    with refused(404, "resource_missing", "invoiceitem"):
        checked.v1.invoice_items.retrieve(other.id)
    assert checked.v1.invoices.delete(draft.id).deleted
    assert journal.types() == ["invoice.deleted"]
    # What had been gathered waits again.
    assert checked.v1.invoice_items.retrieve(made.id).invoice is None
    with refused(404, "resource_missing", "invoice"):
        checked.v1.invoices.retrieve(draft.id)


def test_lines_are_added_changed_and_removed(checked: stripe.StripeClient) -> None:
    customer = subscriber(checked)
    waiting = item(checked, customer, 700)
    draft = checked.v1.invoices.create({"customer": customer.id})
    lines: Any = [
        {"invoice_item": waiting.id},
        {"description": "Work", "pricing": {"price": price(checked, 200, None).id}, "quantity": 2},
        {"amount": -100, "description": "Thanks"},
    ]
    full = checked.v1.invoices.add_lines(draft.id, {"lines": lines, "invoice_metadata": {"a": "1"}})
    assert ([line.amount for line in full.lines.data], full.total) == ([700, 400, -100], 1000)
    assert full.metadata.to_dict() == {"a": "1"}
    work = full.lines.data[1].id
    changed = checked.v1.invoices.update_lines(draft.id, {"lines": [{"id": work, "quantity": 5}]})
    assert ([line.amount for line in changed.lines.data], changed.total) == ([700, 1000, -100], 1600)
    line = checked.v1.invoices.line_items.update(draft.id, work, {"description": "Hard work"})
    assert (line.id, line.description) == (work, "Hard work")
    gone: Any = [{"id": full.lines.data[0].id, "behavior": "unassign"}, {"id": work, "behavior": "delete"}]
    left = checked.v1.invoices.remove_lines(draft.id, {"lines": gone})
    assert (left.total, left.amount_due) == (-100, 0)
    assert checked.v1.invoice_items.retrieve(waiting.id).invoice is None
    with refused(400, "resource_missing", "lines[0][id]"):
        checked.v1.invoices.remove_lines(draft.id, {"lines": [{"id": "il_no", "behavior": "delete"}]})


def test_invoices_are_sent_and_due_some_days_later(checked: stripe.StripeClient, advance: Advance) -> None:
    customer = subscriber(checked, None)
    item(checked, customer)
    with refused(400, "parameter_missing", "days_until_due"):
        gather(checked, customer, collection_method="send_invoice")
    draft = gather(checked, customer, collection_method="send_invoice", days_until_due=14, auto_advance=True)
    assert (draft.due_date, draft.automatically_finalizes_at) == (START + 14 * 86400, START + 3600)
    journal = Journal(checked)
    advance(hours=1)
    assert journal.types() == ["invoice.finalized", "payment_intent.created", "invoice.sent"]
    advance(days=14)
    assert journal.types() == ["invoice.overdue"]
    paid = checked.v1.invoices.pay(draft.id, {"paid_out_of_band": True})
    assert (paid.status, paid.amount_remaining) == ("paid", 0)
    item(checked, customer)
    other = gather(checked, customer, collection_method="send_invoice", days_until_due=3)
    assert checked.v1.invoices.send_invoice(other.id).status == "open"


def test_a_subscription_that_is_invoiced_by_mail(checked: stripe.StripeClient, advance: Advance) -> None:
    customer = subscriber(checked, None)
    made = subscribe(checked, customer, price(checked), collection_method="send_invoice", days_until_due=5)
    assert (made.status, made.days_until_due) == ("active", 5)
    advance(hours=1)
    (invoice,) = checked.v1.invoices.list({"subscription": made.id}).data
    assert (invoice.status, invoice.due_date) == ("open", START + 5 * 86400)
    advance(days=5)
    assert checked.v1.subscriptions.retrieve(made.id).status == "past_due"
    checked.v1.invoices.pay(invoice.id, {"paid_out_of_band": True})
    assert checked.v1.subscriptions.retrieve(made.id).status == "active"
    advance(days=26, hours=2)
    assert len(checked.v1.invoices.list({"subscription": made.id, "status": "open"}).data) == 1


def test_drafts_take_discounts_taxes_texts_and_dates(checked: stripe.StripeClient) -> None:
    customer = subscriber(checked)
    item(checked, customer, 2000)
    half = checked.v1.coupons.create({"percent_off": 50, "duration": "once"})
    vat = checked.v1.tax_rates.create({"display_name": "VAT", "inclusive": False, "percentage": 10})
    draft = gather(checked, customer, discounts=[{"coupon": half.id}], default_tax_rates=[vat.id])
    assert (draft.subtotal, draft.total, draft.total_taxes[0].amount) == (2000, 1100, 100)
    fields: Any = [{"name": "Order", "value": "7"}]
    changed = checked.v1.invoices.update(
        draft.id,
        {
            "discounts": "",
            "default_tax_rates": "",
            "custom_fields": fields,
            "description": "March",
            "footer": "Thanks",
            "number": "X-1",
            "collection_method": "send_invoice",
            "due_date": START + 9 * 86400,
        },
    )
    assert (changed.total, changed.description, changed.footer, changed.due_date) == (
        2000,
        "March",
        "Thanks",
        START + 9 * 86400,
    )
    assert changed.custom_fields[0].value == "7"
    assert checked.v1.invoices.finalize_invoice(draft.id).number == "X-1"
    with refused(400, None, "due_date"):
        checked.v1.invoices.create({"customer": customer.id, "due_date": START + 86400})


def test_credit_is_set_off_and_what_is_too_little_is_carried_over(checked: stripe.StripeClient) -> None:
    customer = subscriber(checked)
    moved = checked.v1.customers.balance_transactions.create(
        customer.id, {"amount": -600, "currency": "usd", "description": "Sorry", "metadata": {"a": "1"}}
    )
    assert (moved.type, moved.ending_balance) == ("adjustment", -600)
    item(checked, customer, 1000)
    first = gather(checked, customer)
    assert (first.total, first.amount_due, first.starting_balance) == (1000, 400, -600)
    first = checked.v1.invoices.pay(first.id)
    assert (first.amount_paid, first.ending_balance) == (400, 0)
    item(checked, customer, 30)
    small = checked.v1.invoices.finalize_invoice(gather(checked, customer).id)
    assert (small.status, small.amount_due, small.ending_balance) == ("paid", 0, 30)
    item(checked, customer, 1000)
    last = checked.v1.invoices.finalize_invoice(gather(checked, customer).id)
    assert (last.total, last.amount_due, last.starting_balance) == (1000, 1030, 30)
    checked.v1.invoices.void_invoice(last.id)
    kinds = [
        (each.type, each.amount, each.ending_balance)
        for each in checked.v1.customers.balance_transactions.list(customer.id).data[::-1]
    ]
    assert kinds == [
        ("adjustment", -600, -600),
        ("applied_to_invoice", 600, 0),
        ("invoice_too_small", 30, 30),
        ("applied_to_invoice", -30, 0),
        ("unapplied_from_invoice", 30, 30),
    ]
    changed = checked.v1.customers.balance_transactions.update(
        customer.id, moved.id, {"description": "Pardon"}
    )
    assert changed.description == "Pardon"
    found = checked.v1.customers.balance_transactions.retrieve(customer.id, moved.id)
    assert (found.metadata.to_dict(), found.customer) == ({"a": "1"}, customer.id)
    checked.v1.customers.update(customer.id, {"balance": -5})
    (latest, *_) = checked.v1.customers.balance_transactions.list(customer.id).data
    assert (latest.type, latest.amount) == ("adjustment", -35)


@pytest.mark.parametrize(
    ("currency", "amount", "share"), [("jpy", 3100, 2100), ("kwd", 31000, 21000), ("eur", 3100, 2100)]
)
def test_currencies_without_and_with_three_decimals(
    checked: stripe.StripeClient, advance: Advance, currency: str, amount: int, share: int
) -> None:
    customer = subscriber(checked)
    made = subscribe(checked, customer, price(checked, amount, currency=currency), expand=["latest_invoice"])
    assert (made.latest_invoice.total, made.currency) == (amount, currency)
    advance(days=10)
    checked.v1.subscriptions.update(made.id, {"items": [{"id": made["items"].data[0].id, "quantity": 2}]})
    items = checked.v1.invoice_items.list({"customer": customer.id}).data
    assert sorted(each.amount for each in items) == [-share, 2 * share]


def test_a_price_is_charged_in_the_currency_that_is_asked_for(checked: stripe.StripeClient) -> None:
    plan = price(checked, 2000, currency_options={"eur": {"unit_amount": 1800}})
    made = subscribe(checked, subscriber(checked), plan, currency="eur", expand=["latest_invoice"])
    assert (made.currency, made.latest_invoice.total, made.latest_invoice.currency) == ("eur", 1800, "eur")
    with refused(400, None, "currency"):
        subscribe(checked, subscriber(checked), plan, currency="gbp")


def test_tiers_are_charged_as_they_say(checked: stripe.StripeClient) -> None:
    tiers: Any = [
        {"up_to": 5, "unit_amount": 1000, "flat_amount": 200},
        {"up_to": 10, "unit_amount": 800},
        {"up_to": "inf", "unit_amount_decimal": "0.5"},
    ]
    product = checked.v1.products.create({"name": "Seats"}).id
    totals = {}
    for mode in ("graduated", "volume"):
        given: Any = {
            "currency": "usd",
            "product": product,
            "recurring": {"interval": "month"},
            "billing_scheme": "tiered",
            "tiers": tiers,
            "tiers_mode": mode,
        }
        plan = checked.v1.prices.create(given)
        made = checked.v1.subscriptions.create(
            {
                "customer": subscriber(checked).id,
                "items": [{"price": plan.id, "quantity": 8}],
                "expand": ["latest_invoice"],
            }
        )
        totals[mode] = [
            (line.quantity, line.amount, line.description) for line in made.latest_invoice.lines.data
        ]
    assert totals == {
        "graduated": [
            (5, 5200, "5 × Seats (Tier 1 at $10.00 / month)"),
            (3, 2400, "3 × Seats (Tier 2 at $8.00 / month)"),
        ],
        "volume": [(8, 6400, "8 × Seats (Tier 2 at $8.00 / month)")],
    }


def test_refusals(checked: stripe.StripeClient) -> None:
    customer = subscriber(checked)
    with refused(400, "parameter_missing", "customer"):
        checked.v1.invoices.create({})
    with refused(400, "parameter_missing", "amount"):
        checked.v1.invoice_items.create({"customer": customer.id, "currency": "usd"})
    with refused(400, "parameter_missing", "currency"):
        checked.v1.invoice_items.create({"customer": customer.id, "amount": 5})
    with refused(400, "resource_missing", "invoice"):
        item(checked, customer, invoice="in_no")
    made = subscribe(checked, customer, price(checked))
    with refused(400):
        checked.v1.invoices.delete(made.latest_invoice)
    with refused(404, "invoice_upcoming_none"):
        checked.v1.invoices.create_preview({"customer": subscriber(checked).id})
    with refused(400, "parameter_missing", "customer"):
        checked.v1.invoices.create_preview({})


def test_collection_is_paused_and_goes_on(checked: stripe.StripeClient, advance: Advance) -> None:
    customer = subscriber(checked)
    made = subscribe(checked, customer, price(checked))
    for behavior, status in (
        ("void", "void"),
        ("mark_uncollectible", "uncollectible"),
        ("keep_as_draft", "draft"),
    ):
        checked.v1.subscriptions.update(made.id, {"pause_collection": {"behavior": behavior}})
        advance(days=31, hours=2)
        newest = checked.v1.invoices.list({"subscription": made.id}).data[0]
        assert newest.status == status
    now = checked.v1.subscriptions.retrieve(made.id)["items"].data[0].current_period_end
    until: Any = {"pause_collection": {"behavior": "void", "resumes_at": now + 100}}
    assert checked.v1.subscriptions.update(made.id, until).status == "active"
    journal = Journal(checked)
    advance(days=31, hours=5)
    assert checked.v1.subscriptions.retrieve(made.id).pause_collection is None
    assert "invoice.paid" in journal.types()
    checked.v1.subscriptions.update(made.id, {"pause_collection": {"behavior": "void"}})
    assert checked.v1.subscriptions.update(made.id, {"pause_collection": ""}).pause_collection is None


def test_a_trial_without_card_pauses_and_is_resumed(checked: stripe.StripeClient, advance: Advance) -> None:
    customer = subscriber(checked, None)
    pausing = {"end_behavior": {"missing_payment_method": "pause"}}
    made = subscribe(checked, customer, price(checked), trial_period_days=3, trial_settings=pausing)
    journal = Journal(checked)
    advance(days=3)
    assert journal.types()[-2:] == ["customer.subscription.updated", "customer.subscription.paused"]
    assert checked.v1.subscriptions.retrieve(made.id).status == "paused"
    advance(days=40)
    use_card(checked, customer.id, "pm_card_visa")
    journal.take()
    resumed = checked.v1.subscriptions.resume(
        made.id, {"billing_cycle_anchor": "now", "expand": ["latest_invoice"]}
    )
    assert (resumed.status, resumed.latest_invoice.amount_paid) == ("active", 2000)
    assert "customer.subscription.resumed" in journal.types()
    with refused(400):
        checked.v1.subscriptions.resume(made.id)


@pytest.mark.parametrize("wanted", ["unpaid", "past_due"])
def test_what_becomes_of_an_unpaid_subscription_is_a_setting(
    server: Any, fresh_world: Any, checked: stripe.StripeClient, advance: Advance, wanted: str
) -> None:
    settings = {"subscription_status": wanted, "invoice_status": "uncollectible"}
    given = {"provider": "stripe", "event": "account.updated", **settings}
    server.control("POST", f"/worlds/{fresh_world['id']}/trigger", given)
    customer = subscriber(checked)
    made = subscribe(checked, customer, price(checked))
    use_card(checked, customer.id, "pm_card_chargeCustomerFail")
    advance(days=31 + 15, hours=2)
    (_, failed) = checked.v1.invoices.list({"subscription": made.id}).data[::-1]
    assert (checked.v1.subscriptions.retrieve(made.id).status, failed.status) == (wanted, "uncollectible")
    advance(days=17)
    (latest, *_) = checked.v1.invoices.list({"subscription": made.id}).data
    assert latest.status == ("draft" if wanted == "unpaid" else "open")
    use_card(checked, customer.id, "pm_card_visa")
    checked.v1.invoices.pay(latest.id)
    assert checked.v1.subscriptions.retrieve(made.id).status == "active"
