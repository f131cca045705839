"""The door to Stripe: what the SDK sends, and what its errors become."""

import pytest
import requests
import stripe

from integrations.billing.stripe_calls import is_missing
from integrations.billing.stripe_gateway import StripeGateway
from integrations.clock import Clock
from integrations.errors import (
    PaymentDeclinedError,
    ProviderRefusedError,
    ProviderUnavailableError,
    RateLimitedError,
)
from integrations.resilience import ProviderGuard, ResiliencePolicy
from integrations.settings import load_settings
from tests.integrations import stubs
from tests.integrations.stubs import FakeClock, StripeStub, stripe_error

Providers = tuple[StripeStub, stubs.ResendStub]


def gateway(clock: Clock, **environment: str) -> StripeGateway:
    settings = load_settings({**stubs.ENVIRONMENT, **environment})
    return StripeGateway(
        settings, ProviderGuard("stripe", ResiliencePolicy(circuit_failures=99), clock), clock
    )


@pytest.fixture
def stub(providers: Providers) -> StripeStub:
    return providers[0]


def create(door: StripeGateway) -> str:
    return door.create_customer(
        organisation_id="org", name="Acme", email="a@acme.test", idempotency_key="key-1"
    ).id


def test_the_sdk_speaks_its_own_version_with_our_key(stub: StripeStub) -> None:
    create(gateway(FakeClock()))
    (call,) = stub.calls
    assert call.headers["Authorization"] == "Bearer sk_test_invented"
    assert call.headers["Stripe-Version"] == stripe.api_version
    assert call.form == {"name": "Acme", "email": "a@acme.test", "metadata[organisation_id]": "org"}


def test_a_repeated_write_carries_the_same_key_and_has_one_effect(stub: StripeStub) -> None:
    clock = FakeClock()
    stub.failures.extend([requests.ConnectionError("reset"), stripe_error(503)])
    assert create(gateway(clock)) == "cus_1"
    assert [call.headers["Idempotency-Key"] for call in stub.calls] == ["key-1"] * 3
    assert len(clock.slept) == 2, "the waits are ours: the SDK's own retries are off"


def test_each_write_that_makes_its_own_key_keeps_it_over_retries(stub: StripeStub) -> None:
    door = gateway(FakeClock())
    stub.put(stubs.customer("cus_1"))
    for _ in range(2):
        stub.failures.append(stripe_error(500))
        door.update_customer("cus_1", name="A", email="a@acme.test")
    first, again, second, second_again = [call.headers["Idempotency-Key"] for call in stub.calls]
    assert first == again != second == second_again


@pytest.mark.parametrize(
    ("answer", "error", "calls"),
    [
        (stripe_error(500), ProviderUnavailableError, 4),
        (stripe_error(503, **{"Stripe-Should-Retry": "false"}), ProviderRefusedError, 1),
        (stripe_error(409, "idempotency_key_in_use", "idempotency_error"), ProviderUnavailableError, 4),
        (stripe_error(400, "lock_timeout", **{"Stripe-Should-Retry": "true"}), ProviderUnavailableError, 4),
        (stripe_error(400, "parameter_unknown", "invalid_request_error"), ProviderRefusedError, 1),
        (stripe_error(400, None, "idempotency_error"), ProviderRefusedError, 1),
        (stripe_error(401, None, "invalid_request_error"), ProviderRefusedError, 1),
        (stripe_error(403, None, "invalid_request_error"), ProviderRefusedError, 1),
        (stripe_error(402, "card_declined", "card_error"), PaymentDeclinedError, 1),
        (stripe_error(429, "rate_limit", "invalid_request_error"), RateLimitedError, 4),
        ((502, {"Content-Type": "text/html"}, "<h1>Bad gateway</h1>"), ProviderUnavailableError, 4),
        (requests.ConnectTimeout("slow"), ProviderUnavailableError, 4),
        (requests.exceptions.SSLError("forged"), ProviderRefusedError, 1),
    ],
)
def test_errors_are_told_apart(
    stub: StripeStub, answer: stubs.Answer | Exception, error: type[Exception], calls: int
) -> None:
    stub.failures.extend([answer] * 4)
    with pytest.raises(error) as caught:
        create(gateway(FakeClock()))
    assert type(caught.value) is error
    assert len(stub.calls) == calls


def test_retry_after_is_waited_for(stub: StripeStub) -> None:
    clock = FakeClock()
    stub.failures.append(stripe_error(429, "rate_limit", **{"Retry-After": "3"}))
    create(gateway(clock))
    assert clock.slept == [3]


def test_an_error_says_who_what_and_which_request(stub: StripeStub) -> None:
    with pytest.raises(ProviderRefusedError) as caught:
        gateway(FakeClock()).retrieve_invoice("in_unknown")
    assert is_missing(caught.value)
    text = str(caught.value)
    for word in ("stripe", "retrieve invoice", "404", "resource_missing", "req_invented"):
        assert word in text


def test_a_deleted_customer_is_an_answer(stub: StripeStub) -> None:
    stub.put({"id": "cus_1", "object": "customer", "deleted": True})
    assert gateway(FakeClock()).retrieve_customer("cus_1").deleted


def test_the_period_is_read_from_the_item_and_the_subscription_from_the_parent(stub: StripeStub) -> None:
    stub.put(stubs.subscription("sub_1", "cus_1"))
    stub.put(stubs.invoice("in_1", "cus_1"))
    stub.put(stubs.invoice("in_2", "cus_1", parent=None))
    door = gateway(FakeClock())
    state = door.retrieve_subscription("sub_1")
    assert state.current_period_end is not None
    assert state.current_period_end.timestamp() == 1796126400
    assert state.price_id == "price_essential_monthly"
    assert door.retrieve_invoice("in_1").subscription_id == "sub_1"
    assert door.retrieve_invoice("in_2").subscription_id is None


def test_an_expanded_reference_is_understood(stub: StripeStub) -> None:
    stub.put(stubs.subscription("sub_1", "cus_1") | {"customer": stubs.customer("cus_9")})
    assert gateway(FakeClock()).retrieve_subscription("sub_1").customer_id == "cus_9"


def test_a_session_without_a_page_is_an_error(stub: StripeStub) -> None:
    stub.failures.append(stubs.json_answer({"id": "cs_1", "object": "checkout.session", "url": None}))
    with pytest.raises(ProviderRefusedError, match="cs_1 has no hosted page"):
        gateway(FakeClock()).create_checkout_session(
            organisation_id="o", customer_id="c", price_id="p", success_url="s", cancel_url="c"
        )
