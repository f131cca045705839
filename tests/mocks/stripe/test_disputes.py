"""Disputes and fraud warnings: brought about by test cards, answered, won, lost, closed; and the money they move."""

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from tests.mocks.stripe.conformance import Document, refused
from tests.mocks.stripe.room import Room


def pay(client: stripe.StripeClient, card: str, amount: int = 5000) -> Any:
    return client.v1.payment_intents.create(
        {"amount": amount, "currency": "usd", "payment_method": f"pm_card_{card}", "confirm": True}
    )


def disputed(client: stripe.StripeClient, card: str = "createDispute") -> Any:
    (dispute,) = client.v1.disputes.list({"payment_intent": pay(client, card).id}).data
    return dispute


def balance(client: stripe.StripeClient) -> int:
    shown = client.v1.balance.retrieve()
    return sum(each.amount for each in [*shown.available, *shown.pending])


def types(client: stripe.StripeClient) -> list[str]:
    return [event.type for event in client.v1.events.list({"limit": 100}).data][::-1]


def test_a_dispute_takes_the_money_at_once(checked: stripe.StripeClient) -> None:
    dispute = disputed(checked)
    assert (dispute.status, dispute.reason, dispute.amount) == ("needs_response", "fraudulent", 5000)
    (entry,) = dispute.balance_transactions
    assert (entry.amount, entry.fee, entry.net, entry.reporting_category) == (-5000, 1500, -6500, "dispute")
    assert balance(checked) == 5000 - 175 - 6500
    expanded = checked.v1.disputes.retrieve(
        dispute.id, {"expand": ["charge", "payment_intent", "balance_transactions.source"]}
    )
    assert (expanded.charge.disputed, expanded.payment_intent.status) == (True, "succeeded")
    assert types(checked) == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "charge.updated",
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.updated",
    ]
    with refused(400, "charge_disputed"):
        checked.v1.refunds.create({"charge": expanded.charge.id})


@pytest.mark.parametrize(
    ("evidence", "status", "events"),
    [
        ("winning_evidence", "won", ["charge.dispute.closed", "charge.dispute.funds_reinstated"]),
        ("losing_evidence", "lost", ["charge.dispute.closed"]),
    ],
)
def test_evidence_decides(
    checked: stripe.StripeClient, advance: Callable[..., Any], evidence: str, status: str, events: list[str]
) -> None:
    dispute = disputed(checked)
    staged = checked.v1.disputes.update(
        dispute.id, {"evidence": {"customer_name": "Ada", "product_description": "A film"}, "submit": False}
    )
    assert (staged.status, staged.evidence_details.has_evidence) == ("needs_response", True)
    sent = checked.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": evidence}})
    assert (sent.status, sent.evidence_details.submission_count) == ("under_review", 1)
    (told,) = checked.v1.events.list({"type": "charge.dispute.updated", "limit": 1}).data
    assert told.data.previous_attributes.status == "needs_response"
    with refused(400):
        checked.v1.disputes.update(dispute.id, {"evidence": {"customer_name": "Bo"}})
    before = balance(checked)
    advance(seconds=60)
    ended = checked.v1.disputes.retrieve(dispute.id)
    assert ended.status == status
    assert types(checked)[-len(events) :] == events
    assert balance(checked) - before == (5000 if status == "won" else 0)
    assert len(ended.balance_transactions) == (2 if status == "won" else 1)
    with refused(400):
        checked.v1.disputes.close(dispute.id)


def test_who_does_not_answer_or_gives_up_loses(
    checked: stripe.StripeClient, advance: Callable[..., Any]
) -> None:
    silent, given_up = disputed(checked), disputed(checked, "createDisputeProductNotReceived")
    assert given_up.reason == "product_not_received"
    assert checked.v1.disputes.close(given_up.id).status == "lost"
    checked.v1.disputes.update(silent.id, {"metadata": {"case": "7"}})
    advance(days=11)
    assert checked.v1.disputes.retrieve(silent.id).status == "lost"
    assert balance(checked) == 2 * (5000 - 175 - 6500)


def test_an_inquiry_takes_nothing_until_it_is_escalated(
    checked: stripe.StripeClient, advance: Callable[..., Any]
) -> None:
    inquiry = disputed(checked, "createDisputeInquiry")
    assert (inquiry.status, inquiry.balance_transactions) == ("warning_needs_response", [])
    assert inquiry.is_charge_refundable
    checked.v1.refunds.create({"charge": inquiry.charge, "amount": 1000})
    checked.v1.disputes.update(inquiry.id, {"evidence": {"uncategorized_text": "escalate_inquiry_evidence"}})
    advance(seconds=60)
    escalated = checked.v1.disputes.retrieve(inquiry.id)
    assert (escalated.status, escalated.amount) == ("needs_response", 4000)
    assert [each.amount for each in escalated.balance_transactions] == [-4000]
    closed = checked.v1.disputes.close(disputed(checked, "createDisputeInquiry").id)
    assert closed.status == "warning_closed"


def test_a_full_refund_closes_an_inquiry_and_answers_a_warning(checked: stripe.StripeClient) -> None:
    inquiry = disputed(checked, "createDisputeInquiry")
    checked.v1.refunds.create({"charge": inquiry.charge})
    assert checked.v1.disputes.retrieve(inquiry.id).status == "warning_closed"
    suspected = pay(checked, "createIssuerFraudRecord")
    (warning,) = checked.v1.radar.early_fraud_warnings.list({"payment_intent": suspected.id}).data
    assert warning.actionable
    checked.v1.refunds.create({"payment_intent": suspected.id})
    again = checked.v1.radar.early_fraud_warnings.retrieve(warning.id, {"expand": ["charge"]})
    assert (again.actionable, again.charge.refunded) == (False, True)
    assert types(checked)[-1] == "radar.early_fraud_warning.updated"


def test_several_disputes_share_the_amount(checked: stripe.StripeClient) -> None:
    intent = pay(checked, "createMultipleDisputes", 4999)
    found = checked.v1.disputes.list({"charge": intent.latest_charge}).data
    assert sorted(each.amount for each in found) == [2499, 2500]


def test_a_token_is_charged_and_captured(checked: stripe.StripeClient, advance: Callable[..., Any]) -> None:
    base: Any = {"amount": 2000, "currency": "usd", "source": "tok_visa"}
    paid = checked.v1.charges.create({**base, "description": "A film", "metadata": {"k": "v"}})
    assert (paid.captured, paid.payment_intent) == (True, None)
    assert checked.v1.refunds.create({"charge": paid.id}).amount == 2000
    held = checked.v1.charges.create({**base, "capture": False})
    assert checked.v1.charges.capture(held.id, {"amount": 1500}).amount_captured == 1500
    with refused(400, "charge_already_captured"):
        checked.v1.charges.capture(held.id)
    forgotten = checked.v1.charges.create({**base, "capture": False})
    advance(days=8)
    with refused(400, "charge_expired_for_capture"):
        checked.v1.charges.capture(forgotten.id)
    with pytest.raises(stripe.CardError) as caught:
        checked.v1.charges.create({**base, "source": "tok_chargeCustomerFail"})
    assert checked.v1.charges.retrieve(str(caught.value.error.charge)).status == "failed"
    with refused(400, "resource_missing", "source"):
        checked.v1.charges.create({**base, "source": "tok_nobody"})
    with refused(400):
        checked.v1.charges.capture(pay(checked, "visa").latest_charge)


def test_refunds_of_cards_cannot_be_canceled(
    checked: stripe.StripeClient, advance: Callable[..., Any]
) -> None:
    refund = checked.v1.refunds.create({"payment_intent": pay(checked, "refundFail").id})
    with refused(400):
        checked.v1.refunds.cancel(refund.id)
    advance(seconds=300)
    failed = checked.v1.refunds.retrieve(refund.id)
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")


def test_attempts_to_set_up_are_listed(checked: stripe.StripeClient) -> None:
    intent = checked.v1.setup_intents.create({})
    with pytest.raises(stripe.CardError):
        checked.v1.setup_intents.confirm(intent.id, {"payment_method": "pm_card_visa_chargeDeclined"})
    checked.v1.setup_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    listed = checked.v1.setup_attempts.list({"setup_intent": intent.id, "expand": ["data.payment_method"]})
    assert [each.status for each in listed.data] == ["succeeded", "failed"]
    with refused(400, "resource_missing", "setup_intent"):
        checked.v1.setup_attempts.list({"setup_intent": "seti_no"})


async def test_events_hold_whole_disputes(room: Room, stripe_document: Document) -> None:
    card = "pm_card_createDispute"
    await room.ok(
        "POST",
        "/v1/payment_intents",
        {"amount": 900, "currency": "eur", "payment_method": card, "confirm": True},
    )
    for event in (await room.ok("GET", "/v1/events", {"type": "charge.dispute.*"}))["data"]:
        stripe_document.check_object(event["data"]["object"])
    (dispute,) = (await room.ok("GET", "/v1/disputes", Stripe_Version="2025-04-30.basil"))["data"]
    assert "balance_type" not in dispute["balance_transactions"][0]
    assert await room.refused("POST", f"/v1/disputes/{dispute['id']}", {"evidence": {"receipt": "file_no"}})
