"""What the integration layer relies on of Stripe."""

from typing import Any

import pytest
from pact import match

from integrations.errors import ProviderError
from tests.contracts.pacts import Contract, environment

STRIPE = Contract("stripe", "STRIPE_API_BASE")
AUTHORIZATION = match.regex("Bearer sk_test_invented", regex=r"^Bearer sk_test_\w+$")
KEY = match.regex("0f8fad5bd9cb469fa16570867728950e", regex=r"^[0-9a-f-]{32,36}$")
CUSTOMER = match.regex("cus_Made1", regex=r"^cus_\w+$")
SUBSCRIPTION = match.regex("sub_Made1", regex=r"^sub_\w+$")
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


def of_state(interaction: Any, path: str) -> Any:
    """Let the verifier put ids of the provider's state into the path."""
    return interaction.with_generators({"path": {"type": "ProviderState", "expression": path}}, "Request")


def customer(**more: Any) -> dict[str, Any]:
    """Return what is read of a customer."""
    return {
        "id": CUSTOMER,
        "object": "customer",
        "email": match.str("billing@northwind.test"),
        "name": match.str("Northwind Coffee"),
        "delinquent": match.bool(False),
        "invoice_settings": {"default_payment_method": None},
        **more,
    }


def test_a_customer_is_created() -> None:
    def describe(interaction: Any) -> None:
        (
            interaction.with_request("POST", "/v1/customers")
            .with_header("Authorization", AUTHORIZATION)
            .with_header("Idempotency-Key", "organisation-1")
            .with_body("name=Acme&email=billing%40acme.test&metadata[organisation_id]=org_1", FORM)
            .will_respond_with(200)
            .with_body(
                customer(email="billing@acme.test", name="Acme", metadata={"organisation_id": "org_1"}), JSON
            )
        )

    with STRIPE.services("create a customer", describe) as services:
        made = services.customers._stripe.create_customer(
            organisation_id="org_1", name="Acme", email="billing@acme.test", idempotency_key="organisation-1"
        )
    assert (made.id, made.email, made.deleted) == ("cus_Made1", "billing@acme.test", False)


def test_a_customer_is_read() -> None:
    def describe(interaction: Any) -> None:
        asked = interaction.with_request("GET", "/v1/customers/cus_Made1").with_header(
            "Authorization", AUTHORIZATION
        )
        of_state(asked, "/v1/customers/${stripe_organisation_northwind}")
        asked.will_respond_with(200).with_body(customer(), JSON)

    with STRIPE.services("read a customer", describe) as services:
        assert services.customers._stripe.retrieve_customer("cus_Made1").name == "Northwind Coffee"


def test_a_customer_who_is_not_there_is_told_by_code() -> None:
    def describe(interaction: Any) -> None:
        (
            interaction.with_request("GET", "/v1/customers/cus_nobody")
            .will_respond_with(404)
            .with_body(
                {
                    "error": {
                        "code": "resource_missing",
                        "type": "invalid_request_error",
                        "message": match.str("No"),
                    }
                },
                JSON,
            )
        )

    with (
        STRIPE.services("read a customer who is not there", describe) as services,
        pytest.raises(ProviderError) as refused,
    ):
        services.customers._stripe.retrieve_customer("cus_nobody")
    assert (refused.value.status, refused.value.code) == (404, "resource_missing")


def test_a_customer_is_changed() -> None:
    def describe(interaction: Any) -> None:
        asked = interaction.with_request("POST", "/v1/customers/cus_Made1").with_body(
            "name=Acme+Ltd&email=ada%40acme.test", FORM
        )
        of_state(asked, "/v1/customers/${stripe_organisation_northwind}")
        asked.will_respond_with(200).with_body(customer(name="Acme Ltd", email="ada@acme.test"), JSON)

    with STRIPE.services("change a customer", describe) as services:
        changed = services.customers._stripe.update_customer(
            "cus_Made1", name="Acme Ltd", email="ada@acme.test"
        )
    assert changed.name == "Acme Ltd"


def test_a_customer_is_deleted() -> None:
    def describe(interaction: Any) -> None:
        asked = interaction.with_request("DELETE", "/v1/customers/cus_Made1")
        of_state(asked, "/v1/customers/${stripe_organisation_northwind}")
        asked.will_respond_with(200).with_body({"id": CUSTOMER, "object": "customer", "deleted": True}, JSON)

    with STRIPE.services("delete a customer", describe) as services:
        services.customers._stripe.delete_customer("cus_Made1")


def test_a_test_card_is_attached_under_an_id_of_its_own() -> None:
    def describe(interaction: Any) -> None:
        (
            interaction.with_request("POST", "/v1/payment_methods/pm_card_visa/attach")
            .with_body("customer=cus_Made1", FORM)
            .with_generators(
                {
                    "body": {
                        "$.customer": {
                            "type": "ProviderState",
                            "expression": "${stripe_organisation_northwind}",
                        }
                    }
                },
                "Request",
            )
            .will_respond_with(200)
            .with_body({"id": match.regex("pm_Made1", regex=r"^pm_\w+$"), "object": "payment_method"}, JSON)
        )

    with STRIPE.services("attach a test card", describe) as services:
        assert services.customers._stripe.attach_payment_method("pm_card_visa", "cus_Made1") == "pm_Made1"


def test_a_subscription_is_read_with_its_items_period() -> None:
    price = environment()["NEXT_PUBLIC_PRICE_ESSENTIAL_MONTHLY"]

    def describe(interaction: Any) -> None:
        asked = interaction.with_request("GET", "/v1/subscriptions/sub_Made1")
        of_state(asked, "/v1/subscriptions/${stripe_subscription_northwind}")
        item = {
            "price": {"id": price},
            "current_period_start": match.int(1769990400),
            "current_period_end": match.int(1772409600),
        }
        asked.will_respond_with(200).with_body(
            {
                "id": SUBSCRIPTION,
                "object": "subscription",
                "customer": CUSTOMER,
                "status": "active",
                "items": {"object": "list", "data": [item]},
                "cancel_at_period_end": False,
                "cancel_at": None,
                "canceled_at": None,
                "default_payment_method": match.regex("pm_Made1", regex=r"^pm_\w+$"),
                "created": match.int(1769990400),
            },
            JSON,
        )

    with STRIPE.services("read a subscription", describe) as services:
        read = services.customers._stripe.retrieve_subscription("sub_Made1")
    assert (read.status, read.price_id) == ("active", price)
    assert read.current_period_end is not None


def test_a_checkout_page_is_opened() -> None:
    price = environment()["NEXT_PUBLIC_PRICE_ESSENTIAL_MONTHLY"]

    def describe(interaction: Any) -> None:
        (
            interaction.with_request("POST", "/v1/checkout/sessions")
            .with_header("Idempotency-Key", KEY)
            .with_body(
                "mode=subscription&customer=cus_Made1&client_reference_id=org_1"
                f"&line_items[0][price]={price}&line_items[0][quantity]=1"
                "&subscription_data[metadata][organisation_id]=org_1&metadata[organisation_id]=org_1"
                "&success_url=https%3A%2F%2Fapp.test%2Fdone&cancel_url=https%3A%2F%2Fapp.test%2Fback",
                FORM,
            )
            .with_generators(
                {
                    "body": {
                        "$.customer": {
                            "type": "ProviderState",
                            "expression": "${stripe_organisation_northwind}",
                        }
                    }
                },
                "Request",
            )
            .will_respond_with(200)
            .with_body(
                {
                    "id": match.regex("cs_test_Made1", regex=r"^cs_test_\w+$"),
                    "object": "checkout.session",
                    "url": match.regex("https://checkout.stripe.com/c/pay/1", regex=r"^https?://\S+$"),
                    "status": "open",
                },
                JSON,
            )
        )

    with STRIPE.services("open a checkout page", describe) as services:
        session = services.checkout._stripe.create_checkout_session(
            organisation_id="org_1",
            customer_id="cus_Made1",
            price_id=price,
            success_url="https://app.test/done",
            cancel_url="https://app.test/back",
        )
    assert session.url.startswith("http")
