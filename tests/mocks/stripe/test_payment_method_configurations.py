"""Payment method configurations and domains: which kinds are offered where a payment names none."""

from typing import Any

import pytest
import stripe

from mocks.stripe.operations.payment_method_configurations import Kinds
from mocks.stripe.resources.payment_method_configurations import KINDS
from tests.mocks.stripe.billing import price
from tests.mocks.stripe.conformance import Document, refused
from tests.mocks.stripe.room import Room

ON: Any = {"display_preference": {"preference": "on"}}
OFF: Any = {"display_preference": {"preference": "off"}}
BASE: Any = {"amount": 2000, "currency": "eur"}
IBAN: Any = {
    "type": "sepa_debit",
    "sepa_debit": {"iban": "AT611904300234573201"},
    "billing_details": {"name": "Ada", "email": "ada@studio.test"},
}


def test_each_kind_of_the_document_has_a_preference(stripe_document: Document) -> None:
    assert Kinds.model_fields.keys() - {"expand"} == set(KINDS)
    schema = stripe_document.document["components"]["schemas"]["payment_method_configuration"]
    assert {name for name, each in schema["properties"].items() if "$ref" in each} == set(KINDS)


def test_a_configuration_from_beginning_to_end(checked: stripe.StripeClient) -> None:
    client = checked.v1.payment_method_configurations
    [default] = client.list().data
    assert (default.is_default, default.name, default.parent) == (True, "Default", None)
    assert default.card is not None
    assert default.card.available
    assert default.sepa_debit is not None
    assert default.sepa_debit.display_preference.value == "off"
    wanted: Any = {"name": "Europe", "sepa_debit": ON, "affirm": ON, "card": {}}
    made: Any = client.create(wanted)
    assert (made.active, made.is_default, made.name) == (True, False, "Europe")
    told = made.affirm.display_preference
    assert (told.preference, told.value, told.overridable) == ("on", "on", None)
    assert (made.affirm.available, made.sepa_debit.available, made.card.available) == (False, True, True)
    changed: Any = client.update(made.id, {"affirm": {"display_preference": {"preference": "none"}}})
    assert changed.affirm.display_preference.to_dict() == {"overridable": None, "preference": "none", "value": "off"}  # fmt: skip
    assert client.retrieve(made.id).to_dict() == changed.to_dict()
    assert [each.id for each in client.list().data] == [made.id, default.id]
    client.update(made.id, {"active": False})
    assert [each.id for each in client.list({"active": True}).data] == [default.id]
    assert client.list({"application": "ca_none"}).data == []


def test_what_cannot_be_configured(checked: stripe.StripeClient) -> None:
    client = checked.v1.payment_method_configurations
    default = client.list().data[0].id
    with refused(400, None, "active"):
        client.update(default, {"active": False})
    with refused(400, None, "card[display_preference][preference]"):
        client.update(default, {"card": OFF})
    with refused(404, "resource_missing", "configuration"):
        client.retrieve("pmc_none")
    with refused(400, "parameter_unknown", "parent"):
        client.create({"parent": "pmc_none"})


def test_intents_take_what_a_configuration_offers_in_their_currency(checked: stripe.StripeClient) -> None:
    debits: Any = {"sepa_debit": ON, "bacs_debit": ON}
    made = checked.v1.payment_method_configurations.create(debits).id
    intents = checked.v1.payment_intents
    euros: Any = intents.create({**BASE, "payment_method_configuration": made})
    assert euros.payment_method_types == ["card", "sepa_debit"]
    assert euros.payment_method_configuration_details.to_dict() == {"id": made, "parent": None}
    paid = intents.confirm(
        euros.id,
        {"payment_method_data": IBAN, "mandate_data": {"customer_acceptance": {"type": "offline"}}},
    )
    assert paid.status == "processing"
    pounds = intents.create({**BASE, "currency": "gbp", "payment_method_configuration": made})
    assert pounds.payment_method_types == ["card", "bacs_debit"]
    setup: Any = checked.v1.setup_intents.create({"payment_method_configuration": made})
    assert setup.payment_method_types == ["card", "bacs_debit", "sepa_debit"]
    only_cards = checked.v1.payment_method_configurations.create({}).id
    for client, begun in ((intents, intents.create(BASE)), (checked.v1.setup_intents, setup)):
        changed: Any = client.update(begun.id, {"payment_method_configuration": only_cards})
        assert changed.payment_method_types == ["card"]
        with refused(400, None, "payment_method"):
            client.update(begun.id, {"payment_method": checked.v1.payment_methods.create(IBAN).id})


def test_a_configuration_that_cannot_be_used(checked: stripe.StripeClient) -> None:
    made = checked.v1.payment_method_configurations.create({}).id
    intents, named = checked.v1.payment_intents, {**BASE, "payment_method_configuration": made}
    with refused(400, "parameters_exclusive", "payment_method_configuration"):
        intents.create({**named, "payment_method_types": ["card"]})
    by_kind = intents.create({**BASE, "payment_method_types": ["card"]})
    with refused(400, "parameters_exclusive", "payment_method_configuration"):
        intents.update(by_kind.id, {"payment_method_configuration": made})
    checked.v1.payment_method_configurations.update(made, {"active": False})
    with refused(400, None, "payment_method_configuration"):
        intents.create(named)
    with refused(400, "resource_missing", "payment_method_configuration"):
        intents.create({**BASE, "payment_method_configuration": "pmc_none"})


def test_checkout_offers_what_the_default_configuration_does(checked: stripe.StripeClient) -> None:
    sold = price(checked, recurring=None, currency="eur").id
    given: Any = {
        "mode": "payment",
        "line_items": [{"price": sold, "quantity": 1}],
        "success_url": "http://127.0.0.1:9/",
    }
    sessions, client = checked.v1.checkout.sessions, checked.v1.payment_method_configurations
    default = client.list().data[0].id
    begun: Any = sessions.create(given)
    assert begun.payment_method_types == ["card"]
    assert begun.payment_method_configuration_details.id == default
    client.update(default, {"sepa_debit": ON})
    assert sessions.create(given).payment_method_types == ["card", "sepa_debit"]
    other = client.create({}).id
    narrower: Any = sessions.create({**given, "payment_method_configuration": other})
    assert (narrower.payment_method_types, narrower.payment_method_configuration_details.id) == (
        ["card"],
        other,
    )
    named: Any = sessions.create({**given, "payment_method_types": ["card"]})
    assert named.payment_method_configuration_details is None
    with refused(400, "parameters_exclusive", "payment_method_configuration"):
        sessions.create({**given, "payment_method_configuration": other, "payment_method_types": ["card"]})


def test_a_domain_from_beginning_to_end(checked: stripe.StripeClient) -> None:
    client = checked.v1.payment_method_domains
    made: Any = client.create({"domain_name": "Shop.Studio.test"})
    assert (made.domain_name, made.enabled, made.apple_pay.status) == ("shop.studio.test", True, "active")
    assert client.create({"domain_name": "shop.studio.test"}).id == made.id
    other = client.create({"domain_name": "studio.test", "enabled": False})
    assert client.update(made.id, {"enabled": False}).enabled is False
    assert client.validate(made.id).link.status == "active"
    assert client.retrieve(made.id).enabled is False
    assert [each.id for each in client.list().data] == [other.id, made.id]
    assert [each.id for each in client.list({"domain_name": "studio.test"}).data] == [other.id]
    assert client.list({"enabled": True}).data == []


@pytest.mark.parametrize(
    "name", ["https://studio.test", "studio.test:4000", "studio.test/shop", "studio", ""]
)
async def test_what_is_no_domain_is_refused(room: Room, name: str) -> None:
    status, error = await room.refused("POST", "/v1/payment_method_domains", {"domain_name": name})
    assert (status, error["param"]) == (400, "domain_name")
