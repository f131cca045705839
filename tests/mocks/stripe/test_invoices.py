"""Invoices through stripe-python: every answer is checked against Stripe's own document."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
import stripe

from tests.harness.serving import Served
from tests.mocks.stripe.billing import Journal, price, subscribe, subscriber, use_card
from tests.mocks.stripe.conformance import refused

Advance = Callable[..., Any]


@pytest.fixture
def unpaid(checked: stripe.StripeClient) -> Any:
    """The open invoice of an incomplete subscription."""
    made = subscribe(
        checked, subscriber(checked, "pm_card_chargeCustomerFail"), price(checked), expand=["latest_invoice"]
    )
    return made.latest_invoice


def test_invoices_are_listed_and_filtered(checked: stripe.StripeClient, advance: Advance) -> None:
    customers, plan = [subscriber(checked) for _ in range(2)], price(checked)
    subscriptions = [subscribe(checked, each, plan) for each in customers]
    advance(days=31)

    def found(**filters: Any) -> list[tuple[str, str]]:
        invoices = checked.v1.invoices.list(filters).data  # type: ignore[arg-type]
        return [(each.customer, each.status) for each in invoices]

    first, second = (each.id for each in customers)
    assert found() == [(second, "draft"), (first, "draft"), (second, "paid"), (first, "paid")]
    assert found(customer=first) == [(first, "draft"), (first, "paid")]
    assert found(subscription=subscriptions[1].id, status="paid") == [(second, "paid")]
    assert found(status="void") == []
    assert found(created={"gt": subscriptions[0].created}) == [(second, "draft"), (first, "draft")]
    with refused(404, "resource_missing", "invoice"):
        checked.v1.invoices.retrieve("in_no")


def test_lines_beyond_the_tenth_are_on_further_pages(checked: stripe.StripeClient) -> None:
    items: Any = [{"price": price(checked, 100 + each).id} for each in range(12)]
    made = checked.v1.subscriptions.create({"customer": subscriber(checked).id, "items": items})
    invoice = checked.v1.invoices.retrieve(str(made.latest_invoice))
    assert (len(invoice.lines.data), invoice.lines.has_more) == (10, True)
    assert invoice.total == sum(range(100, 112))
    every = [
        line.amount
        for line in checked.v1.invoices.line_items.list(invoice.id, {"limit": 5}).auto_paging_iter()
    ]
    assert every == list(range(100, 112))
    page = checked.v1.invoices.line_items.list(
        invoice.id, {"limit": 2, "ending_before": invoice.lines.data[5].id}
    )
    assert [line.amount for line in page.data] == [103, 104]
    with refused(400, "resource_missing", "starting_after"):
        checked.v1.invoices.line_items.list(invoice.id, {"starting_after": "il_no"})


def test_an_invoice_is_paid_with_another_card(checked: stripe.StripeClient, unpaid: Any) -> None:
    with refused(402, "card_declined"):
        checked.v1.invoices.pay(unpaid.id, {"payment_method": "pm_card_visa_chargeDeclinedInsufficientFunds"})
    paid = checked.v1.invoices.pay(
        unpaid.id, {"payment_method": "pm_card_mastercard", "expand": ["payments"]}
    )
    assert (paid.status, paid.status_transitions.paid_at) == ("paid", paid.created)
    assert [each.status for each in paid.payments.data] == ["paid"]
    assert checked.v1.subscriptions.retrieve(paid.parent.subscription_details.subscription).status == "active"


def test_a_decline_keeps_its_charge_and_its_events(checked: stripe.StripeClient, unpaid: Any) -> None:
    journal = Journal(checked)
    with refused(402, "card_declined"):
        checked.v1.invoices.pay(unpaid.id)
    assert journal.types() == [
        "charge.failed",
        "payment_intent.payment_failed",
        "invoice.updated",
        "invoice.payment_failed",
    ]
    assert len(checked.v1.charges.list({"customer": unpaid.customer}).data) == 2


def test_a_payment_outside_of_stripe_closes_the_invoice(checked: stripe.StripeClient, unpaid: Any) -> None:
    journal = Journal(checked)
    paid = checked.v1.invoices.pay(unpaid.id, {"paid_out_of_band": True, "expand": ["payments"]})
    assert (paid.status, paid.amount_remaining, paid.payments.data[0].status) == ("paid", 0, "canceled")
    assert journal.types() == [
        "payment_intent.canceled",
        "invoice.updated",
        "invoice.paid",
        "invoice.payment_succeeded",
        "customer.subscription.updated",
    ]
    assert checked.v1.charges.list({"customer": unpaid.customer}).data[0].status == "failed"


def test_voiding_the_first_invoice_ends_the_subscription(checked: stripe.StripeClient, unpaid: Any) -> None:
    journal = Journal(checked)
    void = checked.v1.invoices.void_invoice(unpaid.id)
    assert (void.status, void.status_transitions.voided_at, void.auto_advance) == (
        "void",
        void.created,
        False,
    )
    assert journal.types() == ["payment_intent.canceled", "invoice.voided", "customer.subscription.updated"]
    ended = checked.v1.subscriptions.retrieve(void.parent.subscription_details.subscription)
    assert ended.status == "incomplete_expired"
    for forbidden in (
        checked.v1.invoices.void_invoice,
        checked.v1.invoices.pay,
        checked.v1.invoices.finalize_invoice,
    ):
        with refused(400):
            forbidden(unpaid.id)


def test_an_uncollectible_invoice_can_still_be_paid(checked: stripe.StripeClient, unpaid: Any) -> None:
    journal = Journal(checked)
    assert checked.v1.invoices.mark_uncollectible(unpaid.id).status == "uncollectible"
    assert journal.types() == ["invoice.marked_uncollectible"]
    use_card(checked, unpaid.customer, "pm_card_visa")
    assert checked.v1.invoices.pay(unpaid.id).status == "paid"


def test_a_draft_is_finalized_ahead_of_its_hour(checked: stripe.StripeClient, advance: Advance) -> None:
    made = subscribe(checked, subscriber(checked), price(checked))
    advance(days=31)
    (draft,) = checked.v1.invoices.list({"subscription": made.id, "status": "draft"}).data
    journal = Journal(checked)
    opened = checked.v1.invoices.finalize_invoice(draft.id)
    assert (opened.status, opened.attempted) == ("open", False)
    assert journal.types() == ["invoice.finalized", "payment_intent.created"]
    advance(hours=1)
    assert checked.v1.invoices.retrieve(draft.id).status == "paid"
    assert journal.types()[:2] == ["charge.succeeded", "payment_intent.succeeded"]


def test_a_draft_that_is_not_to_advance_waits(checked: stripe.StripeClient, advance: Advance) -> None:
    made = subscribe(checked, subscriber(checked), price(checked))
    advance(days=31)
    (draft,) = checked.v1.invoices.list({"subscription": made.id, "status": "draft"}).data
    checked.v1.invoices.finalize_invoice(draft.id, {"auto_advance": False})
    advance(days=5)
    waiting = checked.v1.invoices.retrieve(draft.id)
    assert (waiting.status, waiting.attempt_count) == ("open", 0)
    assert checked.v1.invoices.pay(draft.id).status == "paid"


def test_voiding_gives_the_applied_credit_back(checked: stripe.StripeClient) -> None:
    customer = subscriber(checked, "pm_card_chargeCustomerFail", balance=-500)
    made = subscribe(checked, customer, price(checked), expand=["latest_invoice"])
    assert made.latest_invoice.amount_due == 1500
    assert checked.v1.customers.retrieve(customer.id).balance == 0
    checked.v1.invoices.void_invoice(made.latest_invoice.id)
    assert checked.v1.customers.retrieve(customer.id).balance == -500


def test_invoice_payments_tell_which_intent_paid(checked: stripe.StripeClient) -> None:
    made = subscribe(checked, subscriber(checked), price(checked))
    (payment,) = checked.v1.invoice_payments.list({"invoice": str(made.latest_invoice)}).data
    assert checked.v1.invoice_payments.retrieve(payment.id, {"expand": ["invoice"]}).invoice.status == "paid"
    intent = payment.payment.payment_intent
    by_intent: Any = {"payment": {"type": "payment_intent", "payment_intent": intent}}
    assert [each.id for each in checked.v1.invoice_payments.list(by_intent).data] == [payment.id]
    assert checked.v1.invoice_payments.list({"status": "open"}).data == []


def test_the_invoices_page_is_shown_and_paid(
    server: Served, checked: stripe.StripeClient, unpaid: Any
) -> None:
    page = httpx.get(unpaid.hosted_invoice_url)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "Amount remaining" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    card = {
        "cardNumber": "4000 0000 0000 9995",
        "cardExpiry": "12 / 34",
        "cardCvc": "123",
        "billingName": "Ada",
    }
    declined = httpx.post(unpaid.hosted_invoice_url, data=card)
    assert declined.status_code == 402
    assert "Your card has insufficient funds." in declined.text
    asked = httpx.post(unpaid.hosted_invoice_url, data=card | {"cardNumber": "4000002760003184"})
    assert "Complete authentication" in asked.text
    paid = httpx.post(unpaid.hosted_invoice_url, data={"authentication": "succeed"}, follow_redirects=True)
    assert paid.status_code == 200
    assert "cardNumber" not in paid.text
    assert checked.v1.invoices.retrieve(unpaid.id).status == "paid"
    pdf = httpx.get(unpaid.invoice_pdf)
    assert (pdf.content[:8], pdf.headers["content-type"]) == (b"%PDF-1.4", "application/pdf")
    assert unpaid.number.encode() in pdf.content
    assert httpx.get(unpaid.hosted_invoice_url.replace("/in_", "/in_no")).status_code == 404
