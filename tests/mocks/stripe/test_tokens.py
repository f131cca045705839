"""Tokens of cards, and confirmation tokens: made ahead, used once."""

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from tests.harness.serving import Served
from tests.mocks.stripe.conformance import VERSION, CheckingClient, Document, refused
from tests.mocks.stripe.room import Room

CARD: Any = {"number": "5555555555554444", "exp_month": 12, "exp_year": 2031, "cvc": "123"}
DATA: Any = {"type": "card", "card": CARD, "billing_details": {"email": "ada@studio.test"}}
INTENT: Any = {"amount": 2000, "currency": "usd"}


@pytest.fixture
def browser(server: Served, fresh_world: dict[str, Any], stripe_document: Document) -> stripe.StripeClient:
    """The SDK with a publishable key, as a page would call the API."""
    return stripe.StripeClient(
        fresh_world["env"]["STRIPE_PUBLISHABLE_KEY"],
        stripe_version=VERSION,
        base_addresses={"api": f"http://127.0.0.1:{server.port + 7}"},
        http_client=CheckingClient(stripe_document),
        max_network_retries=0,
    )


def test_a_token_is_used_once(checked: stripe.StripeClient, browser: stripe.StripeClient) -> None:
    address = {"address_zip": "94107", "address_country": "US"}
    token = browser.v1.tokens.create({"card": {**CARD, "name": "Ada Quill", **address}})
    assert (token.type, token.used, token.card and token.card.brand) == ("card", False, "MasterCard")
    method = checked.v1.payment_methods.create({"type": "card", "card": {"token": token.id}})
    assert method.card is not None
    assert (method.card.last4, method.card.exp_year) == ("4444", 2031)
    assert checked.v1.tokens.retrieve(token.id).used is True
    with refused(400, "token_already_used", "card[token]"):
        checked.v1.payment_methods.create({"type": "card", "card": {"token": token.id}})
    with refused(403):
        browser.v1.tokens.retrieve(token.id)


def test_a_token_is_charged(checked: stripe.StripeClient) -> None:
    token = checked.v1.tokens.create({"card": {**CARD, "name": "Ada Quill", "address_zip": "94107"}})
    charge = checked.v1.charges.create({**INTENT, "source": token.id})
    assert (charge.paid, charge.billing_details.name) == (True, "Ada Quill")
    with refused(400, "token_already_used", "source"):
        checked.v1.charges.create({**INTENT, "source": token.id})


def test_other_tokens_show_nothing(checked: stripe.StripeClient) -> None:
    assert checked.v1.tokens.create({"cvc_update": {"cvc": "123"}}).type == "cvc_update"
    person = checked.v1.tokens.create({"pii": {"id_number": "000000000"}})
    assert (person.type, person.id[:4]) == ("pii", "pii_")
    with refused(404, "resource_missing", "token"):
        checked.v1.tokens.retrieve("tok_nothing")


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({}, 400, "parameter_missing"),
        ({"card": "card_123"}, 400, "parameter_unknown"),
        ({"bank_account": {"country": "US"}}, 400, "parameter_unknown"),
        ({"card": CARD, "pii": {"id_number": "1"}}, 400, "parameters_exclusive"),
        ({"card": CARD | {"number": "4242424242424241"}}, 402, "incorrect_number"),
        ({"card": CARD | {"exp_month": 13}}, 402, "invalid_expiry_month"),
        ({"card": CARD | {"cvc": "1"}}, 402, "invalid_cvc"),
    ],
)
async def test_what_makes_no_token_is_refused(room: Room, given: Any, status: int, code: str) -> None:
    before = room.state()
    answered, error = await room.refused("POST", "/v1/tokens", given)
    assert (answered, error["code"]) == (status, code)
    assert room.state() == before


def confirmation(client: stripe.StripeClient, **more: Any) -> Any:
    given = {"payment_method_data": DATA, **more}
    wanted: Any = {name: value for name, value in given.items() if value is not None}
    return client.v1.test_helpers.confirmation_tokens.create(wanted)


def test_an_intent_is_confirmed_with_a_token(checked: stripe.StripeClient) -> None:
    shipping = {"name": "Ada Quill", "address": {"line1": "1 Quay"}}
    token = confirmation(checked, shipping=shipping, setup_future_usage="off_session")
    assert token.payment_method_preview.card.last4 == "4444"
    owner = checked.v1.customers.create({})
    wanted: Any = {**INTENT, "customer": owner.id, "confirm": True, "confirmation_token": token.id}
    intent: Any = checked.v1.payment_intents.create({**wanted, "return_url": "http://127.0.0.1:9/"})
    assert (intent.status, intent.shipping.name, intent.setup_future_usage) == (
        "succeeded",
        "Ada Quill",
        "off_session",
    )
    [saved] = checked.v1.customers.payment_methods.list(owner.id).data
    assert (saved.id, saved.billing_details.email) == (intent.payment_method, "ada@studio.test")
    used = checked.v1.confirmation_tokens.retrieve(token.id)
    assert (used.payment_intent, used.expires_at) == (intent.id, None)
    with refused(400, "token_already_used", "confirmation_token"):
        checked.v1.payment_intents.create(wanted)


def test_an_intent_is_confirmed_with_a_token_afterwards(checked: stripe.StripeClient) -> None:
    intent = checked.v1.payment_intents.create(INTENT)
    asked = confirmation(checked, payment_method_data=DATA | {"card": CARD | {"number": "4000002760003184"}}, return_url="http://127.0.0.1:9/back")  # fmt: skip
    waiting: Any = checked.v1.payment_intents.confirm(intent.id, {"confirmation_token": asked.id})
    assert waiting.next_action.redirect_to_url.return_url == "http://127.0.0.1:9/back"
    setup = checked.v1.setup_intents.create({})
    token = confirmation(checked)
    assert checked.v1.setup_intents.confirm(setup.id, {"confirmation_token": token.id}).status == "succeeded"
    assert checked.v1.confirmation_tokens.retrieve(token.id).setup_intent == setup.id
    made = checked.v1.setup_intents.create({"confirm": True, "confirmation_token": confirmation(checked).id})
    assert made.status == "succeeded"


def test_what_is_sent_goes_before_what_the_token_says(checked: stripe.StripeClient) -> None:
    shipping = {"name": "Ada Quill", "address": {"line1": "1 Quay"}}
    told: Any = {"confirmation_token": confirmation(checked, shipping=shipping).id, "confirm": True}
    other: Any = {"shipping": shipping | {"name": "Otto Quill"}, "payment_method": "pm_card_visa"}
    back = {"return_url": "http://127.0.0.1:9/"}
    intent: Any = checked.v1.payment_intents.create(
        {**INTENT, **told, **other, **back, "expand": ["payment_method"]}
    )
    assert (intent.payment_method.card.last4, intent.shipping.name) == ("4242", "Otto Quill")
    assert checked.v1.confirmation_tokens.retrieve(told["confirmation_token"]).payment_intent == intent.id
    setup = checked.v1.setup_intents.create({})
    both: Any = {"confirmation_token": confirmation(checked).id, "payment_method_data": DATA | {"card": CARD | {"number": "4242424242424242"}}}  # fmt: skip
    saved: Any = checked.v1.setup_intents.confirm(setup.id, {**both, "expand": ["payment_method"]})
    assert saved.payment_method.card.last4 == "4242"


@pytest.mark.parametrize("name", ["return_url", "mandate_data"])
def test_what_only_a_confirmation_takes(checked: stripe.StripeClient, name: str) -> None:
    mandate = {"customer_acceptance": {"type": "offline", "offline": {}}}
    sent: Any = {name: "http://127.0.0.1:9/" if name == "return_url" else mandate}
    with pytest.raises(
        stripe.InvalidRequestError, match="creating a PaymentIntent unless `confirm`"
    ) as intent:
        checked.v1.payment_intents.create({**INTENT, **sent})
    with pytest.raises(stripe.InvalidRequestError, match="creating a SetupIntent unless `confirm`") as setup:
        checked.v1.setup_intents.create(sent)
    assert (intent.value.code, intent.value.param) == ("payment_intent_invalid_parameter", name)
    assert (setup.value.code, setup.value.param) == ("setup_intent_invalid_parameter", name)


def test_what_cannot_be_confirmed_with(checked: stripe.StripeClient, advance: Callable[..., Any]) -> None:
    token = confirmation(checked, payment_method_data=None, payment_method="pm_card_visa").id
    with refused(400, "payment_intent_invalid_parameter", "confirmation_token"):
        checked.v1.payment_intents.create({**INTENT, "confirmation_token": token})
    with refused(400, "setup_intent_invalid_parameter", "confirmation_token"):
        checked.v1.setup_intents.create({"confirmation_token": token})
    with refused(400, "resource_missing", "confirmation_token"):
        checked.v1.payment_intents.create({**INTENT, "confirm": True, "confirmation_token": "ctoken_x"})
    advance(hours=12)
    with refused(400, "token_expired", "confirmation_token"):
        checked.v1.payment_intents.create({**INTENT, "confirm": True, "confirmation_token": token})


async def test_confirmation_tokens_of_pages_need_a_publishable_key(room: Room) -> None:
    room.document = None
    given = {"payment_method_data": DATA, "return_url": "http://127.0.0.1:9/"}
    status, _ = await room.refused("POST", "/v1/confirmation_tokens", given)
    assert status == 403
    key = f"Bearer {room.publishable}"
    made = await room.ok("POST", "/v1/confirmation_tokens", given, Authorization=key)
    assert made["use_stripe_sdk"] is True
    paid = {"amount": 2000, "currency": "usd", "confirm": True, "confirmation_token": made["id"]}
    assert (await room.ok("POST", "/v1/payment_intents", paid))["status"] == "succeeded"
