"""Payments through stripe-python: every operation, every answer checked against Stripe's own document."""

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from tests.harness.serving import Receiver, Served
from tests.mocks.stripe.conformance import refused


def customer(client: stripe.StripeClient, **more: Any) -> Any:
    return client.v1.customers.create({"email": "ada@studio.test", "name": "Ada", **more})


def types(client: stripe.StripeClient) -> list[str]:
    return [event.type for event in client.v1.events.list({"limit": 100}).data][::-1]


def test_a_customer_from_beginning_to_end(checked: stripe.StripeClient) -> None:
    made = customer(checked, metadata={"a": "1", "b": "2"}, address={"city": "Leeds", "country": "GB"})
    changed = checked.v1.customers.update(made.id, {"metadata": {"a": "", "c": "3"}, "name": ""})
    assert (changed.metadata.to_dict(), changed.name) == ({"b": "2", "c": "3"}, None)
    assert checked.v1.customers.retrieve(made.id).address.city == "Leeds"
    (updated,) = checked.v1.events.list({"type": "customer.updated"}).data
    assert updated.data.previous_attributes.to_dict() == {"metadata": {"a": "1", "c": None}, "name": "Ada"}
    checked.v1.customers.update(made.id, {"metadata": {"c": "3"}})
    assert len(checked.v1.events.list({"type": "customer.updated"}).data) == 1
    assert checked.v1.customers.delete(made.id).deleted is True
    assert checked.v1.customers.retrieve(made.id).deleted is True
    with refused(404, "resource_missing", "id"):
        checked.v1.customers.update(made.id, {"name": "x"})


def test_lists_are_paged_both_ways_and_filtered(checked: stripe.StripeClient) -> None:
    made = [customer(checked, email=f"{each % 2}@studio.test").id for each in range(7)][::-1]
    page = checked.v1.customers.list({"limit": 3})
    assert [each.id for each in page.data] == made[:3]
    assert page.has_more
    assert [each.id for each in checked.v1.customers.list({"limit": 2}).auto_paging_iter()] == made
    before = checked.v1.customers.list({"limit": 3, "ending_before": made[5]})
    assert [each.id for each in before.data] == made[2:5]
    assert len(checked.v1.customers.list({"email": "1@studio.test"}).data) == 3
    for wrong, param in (
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "limit"),
        ({"starting_after": "cus_no"}, "starting_after"),
    ):
        with refused(400, None, param):
            checked.v1.customers.list(wrong)


def test_a_payment_succeeds_settles_and_is_refunded(
    checked: stripe.StripeClient, advance: Callable[..., Any]
) -> None:
    owner = customer(checked)
    method = checked.v1.payment_methods.attach("pm_card_visa", {"customer": owner.id})
    intent = checked.v1.payment_intents.create(
        {
            "amount": 2000,
            "currency": "usd",
            "customer": owner.id,
            "payment_method": method.id,
            "confirm": True,
        }
    )
    assert (intent.status, intent.amount_received) == ("succeeded", 2000)
    advance(seconds=10)
    charge = checked.v1.charges.retrieve(
        intent.latest_charge, {"expand": ["balance_transaction", "customer"]}
    )
    assert (charge.balance_transaction.fee, charge.balance_transaction.net) == (88, 1912)
    assert charge.customer.id == owner.id
    part = checked.v1.refunds.create({"payment_intent": intent.id, "amount": 500})
    rest = checked.v1.refunds.create({"charge": charge.id})
    assert (part.status, rest.amount) == ("succeeded", 1500)
    with refused(400, "charge_already_refunded"):
        checked.v1.refunds.create({"charge": charge.id})
    assert [each.id for each in checked.v1.refunds.list({"charge": charge.id}).data] == [rest.id, part.id]
    checked.v1.refunds.update(part.id, {"metadata": {"why": "late"}})
    assert checked.v1.refunds.retrieve(part.id).metadata.to_dict() == {"why": "late"}
    entries = checked.v1.balance_transactions.list().data
    assert sum(each.net for each in entries) == -88
    checked.v1.balance_transactions.retrieve(entries[0].id)
    balance = checked.v1.balance.retrieve()
    assert sum(each.amount for each in [*balance.available, *balance.pending]) == -88
    told = types(checked)
    assert told[:6] == [
        "customer.created",
        "payment_method.attached",
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "charge.updated",
    ]


@pytest.mark.parametrize(
    ("template", "code", "decline"),
    [
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error"),
    ],
)
def test_a_declined_card_is_a_402_that_keeps_the_failed_charge(
    checked: stripe.StripeClient, template: str, code: str, decline: str
) -> None:
    intent = checked.v1.payment_intents.create({"amount": 2000, "currency": "usd"})
    with pytest.raises(stripe.CardError) as caught:
        checked.v1.payment_intents.confirm(intent.id, {"payment_method": template})
    error = caught.value.error
    assert (caught.value.http_status, error.code) == (402, code)
    if error.decline_code is not None:
        assert error.decline_code == decline
    after = checked.v1.payment_intents.retrieve(intent.id)
    assert (after.status, after.last_payment_error.code) == ("requires_payment_method", code)
    assert checked.v1.charges.retrieve(error.charge).status == "failed"
    assert types(checked) == ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]


def test_a_decline_is_remembered_under_its_key_and_done_once(checked: stripe.StripeClient) -> None:
    parameters: Any = {
        "amount": 900,
        "currency": "usd",
        "payment_method": "pm_card_visa_chargeDeclined",
        "confirm": True,
    }
    for _ in range(2):
        with pytest.raises(stripe.CardError) as caught:
            checked.v1.payment_intents.create(parameters, {"idempotency_key": "once"})
    assert caught.value.headers["idempotent-replayed"] == "true"
    assert len(checked.v1.payment_intents.list().data) == 1
    with pytest.raises(stripe.IdempotencyError):
        checked.v1.payment_intents.create(parameters | {"amount": 901}, {"idempotency_key": "once"})


def test_manual_capture_and_cancel(checked: stripe.StripeClient) -> None:
    def held() -> Any:
        return checked.v1.payment_intents.create(
            {
                "amount": 3000,
                "currency": "eur",
                "capture_method": "manual",
                "payment_method": "pm_card_mastercard",
                "confirm": True,
            }
        )

    first, second = held(), held()
    assert first.status == second.status == "requires_capture"
    captured = checked.v1.payment_intents.capture(first.id, {"amount_to_capture": 2500})
    assert (captured.status, captured.amount_received) == ("succeeded", 2500)
    canceled = checked.v1.payment_intents.cancel(second.id, {"cancellation_reason": "abandoned"})
    assert canceled.status == "canceled"
    with refused(400, "payment_intent_unexpected_state"):
        checked.v1.payment_intents.confirm(second.id)
    updated = checked.v1.payment_intents.update(first.id, {"metadata": {"k": "v"}})
    assert updated.metadata.to_dict() == {"k": "v"}


def test_authentication_is_asked_for_and_refused_off_session(checked: stripe.StripeClient) -> None:
    owner = customer(checked)
    method = checked.v1.payment_methods.attach("pm_card_authenticationRequired", {"customer": owner.id})
    base: Any = {
        "amount": 2000,
        "currency": "usd",
        "customer": owner.id,
        "payment_method": method.id,
        "confirm": True,
    }
    asked = checked.v1.payment_intents.create(base | {"return_url": "http://localhost:3000/back"})
    assert (asked.status, asked.next_action.type) == ("requires_action", "redirect_to_url")
    with refused(402, "authentication_required"):
        checked.v1.payment_intents.create(base | {"off_session": True})


def test_setup_intents_save_a_card(checked: stripe.StripeClient) -> None:
    owner = customer(checked)
    intent = checked.v1.setup_intents.create({"customer": owner.id})
    checked.v1.setup_intents.update(intent.id, {"metadata": {"k": "v"}})
    done = checked.v1.setup_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    assert done.status == "succeeded"
    shown = checked.v1.setup_intents.retrieve(intent.id, {"expand": ["payment_method"]})
    assert shown.payment_method.customer == owner.id
    other = checked.v1.setup_intents.create({"customer": owner.id})
    assert checked.v1.setup_intents.cancel(other.id).status == "canceled"
    assert len(checked.v1.setup_intents.list({"customer": owner.id}).data) == 2
    with pytest.raises(stripe.CardError):
        checked.v1.setup_intents.create(
            {"customer": owner.id, "payment_method": "pm_card_visa_chargeDeclined", "confirm": True}
        )


def test_payment_methods_are_made_attached_changed_and_detached(checked: stripe.StripeClient) -> None:
    owner = customer(checked)
    made = checked.v1.payment_methods.create(
        {
            "type": "card",
            "card": {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"},
            "billing_details": {"name": "Ada", "address": {"postal_code": "LS1"}},
        }
    )
    checked.v1.payment_methods.attach(made.id, {"customer": owner.id})
    checked.v1.customers.update(owner.id, {"invoice_settings": {"default_payment_method": made.id}})
    checked.v1.payment_methods.update(made.id, {"card": {"exp_year": 2035}})
    assert checked.v1.payment_methods.retrieve(made.id).card.exp_year == 2035
    assert [each.id for each in checked.v1.customers.payment_methods.list(owner.id).data] == [made.id]
    assert [each.id for each in checked.v1.payment_methods.list({"customer": owner.id}).data] == [made.id]
    assert checked.v1.payment_methods.detach(made.id).customer is None
    assert checked.v1.customers.retrieve(owner.id).invoice_settings.default_payment_method is None
    with refused(400):
        checked.v1.payment_methods.attach(made.id, {"customer": owner.id})
    with refused(402, "card_declined"):
        checked.v1.payment_methods.attach("pm_card_visa_chargeDeclined", {"customer": owner.id})


def test_products_and_prices(checked: stripe.StripeClient) -> None:
    assert len(checked.v1.products.list({"limit": 1}).data) == 1
    product = checked.v1.products.create({"name": "Film", "metadata": {"k": "v"}})
    price = checked.v1.prices.create(
        {
            "product": product.id,
            "currency": "EUR",
            "unit_amount": 1250,
            "recurring": {"interval": "month"},
            "lookup_key": "film",
        }
    )
    assert (price.currency, str(price.unit_amount_decimal)) == ("eur", "1250")
    assert (
        checked.v1.prices.list({"lookup_keys": ["film"], "expand": ["data.product"]}).data[0].product.name
        == "Film"
    )
    with refused(400):
        checked.v1.products.delete(product.id)
    checked.v1.prices.update(price.id, {"active": False, "nickname": "old"})
    assert checked.v1.prices.retrieve(price.id).active is False
    assert checked.v1.prices.list({"product": product.id, "active": True}).data == []
    checked.v1.products.update(product.id, {"description": "About rain"})
    assert checked.v1.products.retrieve(product.id).description == "About rain"
    empty = checked.v1.products.create({"name": "Nothing"})
    assert checked.v1.products.delete(empty.id).deleted is True


def test_webhook_endpoints_and_verified_deliveries(
    checked: stripe.StripeClient, server: Served, fresh_world: dict[str, Any], receiver: Receiver
) -> None:
    made = checked.v1.webhook_endpoints.create({"url": receiver.url, "enabled_events": ["customer.created"]})
    assert made.secret == fresh_world["env"]["STRIPE_WEBHOOK_SECRET"]
    owner = customer(checked)
    server.control("POST", f"/worlds/{fresh_world['id']}/webhooks/settle")
    (delivered,) = receiver.received
    event = stripe.Webhook.construct_event(delivered.body, delivered.headers["stripe-signature"], made.secret)
    assert (event.type, event.data.object.id) == ("customer.created", owner.id)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(
            delivered.body + b" ", delivered.headers["stripe-signature"], made.secret
        )
    assert checked.v1.events.retrieve(event.id).pending_webhooks == 0
    checked.v1.webhook_endpoints.update(made.id, {"disabled": True})
    assert checked.v1.webhook_endpoints.retrieve(made.id).status == "disabled"
    assert [each.id for each in checked.v1.webhook_endpoints.list().data] == [made.id]
    assert checked.v1.webhook_endpoints.delete(made.id).deleted is True


@pytest.mark.parametrize(
    ("parameters", "code", "param"),
    [
        ({"amount": 1000}, "parameter_missing", "currency"),
        ({"amount": "ten", "currency": "usd"}, "parameter_invalid_integer", "amount"),
        ({"amount": 10, "currency": "usd"}, "amount_too_small", "amount"),
        ({"amount": 1000, "currency": "usd", "colour": "red"}, "parameter_unknown", "colour"),
        ({"amount": 1000, "currency": "usd", "customer": "cus_no"}, "resource_missing", "customer"),
        ({"amount": 1000, "currency": ""}, "parameter_invalid_empty", "currency"),
    ],
)
def test_what_stripe_refuses_is_refused_in_its_words(
    checked: stripe.StripeClient, parameters: Any, code: str, param: str
) -> None:
    with refused(400, code, param):
        checked.v1.payment_intents.create(parameters)
    assert checked.v1.payment_intents.list().data == []


def test_credentials_that_are_refused(server: Served, fresh_world: dict[str, Any]) -> None:
    base: Any = {"api": f"http://127.0.0.1:{server.port + 7}"}
    for key in ("sk_test_nobody", "sk_" + "live_" + "x" * 24):
        with pytest.raises(stripe.AuthenticationError):
            stripe.StripeClient(key, base_addresses=base, max_network_retries=0).v1.customers.list()
    publishable = fresh_world["env"]["NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY"]
    with pytest.raises(stripe.PermissionError):
        stripe.StripeClient(publishable, base_addresses=base, max_network_retries=0).v1.customers.list()


def test_what_is_not_served_raises(newest: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL"):
        newest.v1.issuing.cards.list()


def test_the_newest_version_refuses_what_it_removed(newest: stripe.StripeClient) -> None:
    with refused(400, "payment_method_types_no_longer_supported"):
        newest.v1.payment_intents.create(
            {"amount": 1000, "currency": "usd", "payment_method_types": ["card"]}
        )  # type: ignore[typeddict-unknown-key]
    assert (
        newest.v1.payment_intents.create({"amount": 1000, "currency": "usd"}).status
        == "requires_payment_method"
    )
