"""What the integration layer relies on of Stripe."""

import pytest
from pact import match

from integrations.errors import PaymentDeclinedError, ProviderError, RateLimitedError
from integrations.services import Services
from tests.contracts.pacts import UNDER_WAY, WRONG_KEY, Exchange, word
from tests.contracts.stripe_objects import (
    AUTHORIZATION,
    CUSTOMER,
    KEY,
    METHOD,
    OF_CUSTOMER,
    PRICE,
    STRIPE,
    customer,
    invoice,
    refusal,
    subscription,
)

MISSING = refusal("invalid_request_error", code="resource_missing")

# --- customers and their payment methods -------------------------------------------------------------------------


@STRIPE.interaction(
    "create a customer",
    Exchange(
        method="POST",
        path="/v1/customers",
        headers={**AUTHORIZATION, "Idempotency-Key": "organisation-1"},
        sent="name=Acme&email=billing%40acme.test&metadata[organisation_id]=org_1",
        answer=customer(email="billing@acme.test", name="Acme", metadata={"organisation_id": "org_1"}),
    ),
)
def test_a_customer_is_created(services: Services) -> None:
    made = services.customers._stripe.create_customer(
        organisation_id="org_1", name="Acme", email="billing@acme.test", idempotency_key="organisation-1"
    )
    assert (made.id, made.email, made.deleted) == ("cus_Made1", "billing@acme.test", False)


@STRIPE.interaction(
    "read a customer",
    Exchange(
        method="GET",
        path="/v1/customers/cus_Made1",
        path_of=OF_CUSTOMER,
        headers=AUTHORIZATION,
        answer=customer(),
    ),
)
def test_a_customer_is_read(services: Services) -> None:
    assert services.customers._stripe.retrieve_customer("cus_Made1").name == "Northwind Coffee"


@STRIPE.interaction(
    "read a customer who is not there",
    Exchange(method="GET", path="/v1/customers/cus_nobody", status=404, answer=MISSING),
)
def test_a_customer_who_is_not_there_is_told_by_code(services: Services) -> None:
    with pytest.raises(ProviderError) as refused:
        services.customers._stripe.retrieve_customer("cus_nobody")
    assert (refused.value.status, refused.value.code) == (404, "resource_missing")


@STRIPE.interaction(
    "change a customer",
    Exchange(
        method="POST",
        path="/v1/customers/cus_Made1",
        path_of=OF_CUSTOMER,
        headers={"Idempotency-Key": KEY},
        sent="name=Acme+Ltd&email=ada%40acme.test",
        answer=customer(name="Acme Ltd", email="ada@acme.test"),
    ),
)
def test_a_customer_is_changed(services: Services) -> None:
    changed = services.customers._stripe.update_customer("cus_Made1", name="Acme Ltd", email="ada@acme.test")
    assert changed.name == "Acme Ltd"


@STRIPE.interaction(
    "delete a customer",
    Exchange(
        method="DELETE",
        path="/v1/customers/cus_Made1",
        path_of=OF_CUSTOMER,
        answer={"id": CUSTOMER, "object": "customer", "deleted": True},
    ),
)
def test_a_customer_is_deleted(services: Services) -> None:
    services.customers._stripe.delete_customer("cus_Made1")


@STRIPE.interaction(
    "attach a test card",
    Exchange(
        method="POST",
        path="/v1/payment_methods/pm_card_visa/attach",
        headers={"Idempotency-Key": KEY},
        sent="customer=cus_Made1",
        sent_of={"$.customer": "${stripe_organisation_northwind}"},
        answer={"id": METHOD, "object": "payment_method"},
    ),
)
def test_a_test_card_is_attached_under_an_id_of_its_own(services: Services) -> None:
    assert services.customers._stripe.attach_payment_method("pm_card_visa", "cus_Made1") == "pm_Made1"


@STRIPE.interaction(
    "let a payment method pay a customer's invoices",
    Exchange(
        method="POST",
        path="/v1/customers/cus_Made1",
        path_of=OF_CUSTOMER,
        headers={"Idempotency-Key": KEY},
        sent="invoice_settings[default_payment_method]=pm_Made1",
        sent_of={"$['invoice_settings[default_payment_method]']": "${stripe_payment_method_northwind}"},
        answer=customer(invoice_settings={"default_payment_method": METHOD}),
    ),
)
def test_a_payment_method_becomes_the_default(services: Services) -> None:
    changed = services.customers._stripe.set_default_payment_method("cus_Made1", "pm_Made1")
    assert changed.default_payment_method == "pm_Made1"


# --- checkout and subscriptions ----------------------------------------------------------------------------------


@STRIPE.interaction(
    "open a checkout page",
    Exchange(
        method="POST",
        path="/v1/checkout/sessions",
        headers={"Idempotency-Key": KEY},
        sent=(
            "mode=subscription&customer=cus_Made1&client_reference_id=org_1"
            f"&line_items[0][price]={PRICE}&line_items[0][quantity]=1"
            "&subscription_data[metadata][organisation_id]=org_1&metadata[organisation_id]=org_1"
            "&success_url=https%3A%2F%2Fapp.test%2Fdone&cancel_url=https%3A%2F%2Fapp.test%2Fback"
        ),
        sent_of={"$.customer": "${stripe_organisation_northwind}"},
        answer={
            "id": word("cs_test_Made1", r"cs_test_\w+"),
            "object": "checkout.session",
            "url": word("https://checkout.stripe.com/c/pay/1", r"https?://\S+"),
        },
    ),
)
def test_a_checkout_page_is_opened(services: Services) -> None:
    session = services.checkout._stripe.create_checkout_session(
        organisation_id="org_1",
        customer_id="cus_Made1",
        price_id=PRICE,
        success_url="https://app.test/done",
        cancel_url="https://app.test/back",
    )
    assert session.url.startswith("http")


@STRIPE.interaction(
    "read a subscription",
    Exchange(
        method="GET",
        path="/v1/subscriptions/sub_Made1",
        path_of="/v1/subscriptions/${stripe_subscription_northwind}",
        query={"expand[0]": "schedule"},
        answer=subscription(),
    ),
)
def test_a_subscription_is_read_with_its_items_period(services: Services) -> None:
    read = services.customers._stripe.retrieve_subscription("sub_Made1")
    assert (read.status, read.price_id) == ("active", PRICE)
    assert read.current_period_end is not None


@STRIPE.interaction(
    "replace a subscription's payment method",
    Exchange(
        method="POST",
        path="/v1/subscriptions/sub_Made1",
        path_of="/v1/subscriptions/${stripe_subscription_northwind}",
        headers={"Idempotency-Key": KEY},
        sent="default_payment_method=pm_Made1",
        sent_of={"$.default_payment_method": "${stripe_payment_method_northwind}"},
        answer=subscription(),
    ),
)
def test_a_subscriptions_payment_method_is_replaced(services: Services) -> None:
    services.customers._stripe.set_subscription_payment_method("sub_Made1", "pm_Made1")


@STRIPE.interaction(
    "read a subscription that is not there",
    Exchange(
        method="GET",
        path="/v1/subscriptions/sub_nobody",
        query={"expand[0]": "schedule"},
        status=404,
        answer=MISSING,
    ),
)
def test_a_subscription_that_is_not_there_is_told_by_code(services: Services) -> None:
    with pytest.raises(ProviderError) as refused:
        services.customers._stripe.retrieve_subscription("sub_nobody")
    assert refused.value.code == "resource_missing"


# --- invoices ----------------------------------------------------------------------------------------------------


@STRIPE.interaction(
    "read an invoice whose payment failed",
    Exchange(
        method="GET",
        path="/v1/invoices/in_Made1",
        path_of="/v1/invoices/${stripe_invoice_northwind}",
        state=UNDER_WAY,
        answer=invoice(),
    ),
)
def test_an_invoice_is_read(services: Services) -> None:
    read = services.invoices._stripe.retrieve_invoice("in_Made1")
    assert (read.status, read.subscription_id, read.attempt_count) == ("open", "sub_Made1", 1)


@STRIPE.interaction(
    "pay an invoice",
    Exchange(
        method="POST",
        path="/v1/invoices/in_Made1/pay",
        path_of="/v1/invoices/${stripe_invoice_lumen}/pay",
        headers={"Idempotency-Key": KEY},
        state=UNDER_WAY,
        answer=invoice(status="paid", amount_paid=match.int(49900), amount_remaining=0),
    ),
)
def test_an_invoice_is_paid(services: Services) -> None:
    paid = services.invoices._stripe.pay_invoice("in_Made1")
    assert (paid.status, paid.amount_remaining) == ("paid", 0)


@STRIPE.interaction(
    "pay an invoice with a card that is declined",
    Exchange(
        method="POST",
        path="/v1/invoices/in_Made1/pay",
        path_of="/v1/invoices/${stripe_invoice_northwind}/pay",
        state=UNDER_WAY,
        status=402,
        answer=refusal("card_error", code="card_declined"),
    ),
)
def test_a_declined_card_is_told_by_code(services: Services) -> None:
    with pytest.raises(PaymentDeclinedError) as declined:
        services.invoices._stripe.pay_invoice("in_Made1")
    assert (declined.value.status, declined.value.code) == (402, "card_declined")


# --- refusals ----------------------------------------------------------------------------------------------------


@STRIPE.interaction(
    WRONG_KEY,
    Exchange(
        method="GET",
        path="/v1/customers/cus_Made1",
        headers={"Authorization": "Bearer sk_test_invented"},
        status=401,
        answer=refusal("invalid_request_error"),
    ),
)
def test_a_wrong_key_is_refused(services: Services) -> None:
    with pytest.raises(ProviderError) as refused:
        services.customers._stripe.retrieve_customer("cus_Made1")
    assert (refused.value.status, refused.value.retryable) == (401, False)


@STRIPE.interaction(
    "answer too many requests",
    Exchange(
        method="GET",
        path="/v1/customers/cus_Made1",
        path_of=OF_CUSTOMER,
        faults=[{"kind": "rate_limit", "provider": "stripe"}],
        status=429,
        answer=refusal("invalid_request_error", code="rate_limit"),
    ),
)
def test_too_many_requests_are_told_apart(services: Services) -> None:
    with pytest.raises(RateLimitedError):
        services.customers._stripe.retrieve_customer("cus_Made1")
