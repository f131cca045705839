"""Bad input to billing: always refused in Stripe's words, never a failure of ours, never a trace."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import stripe

from tests.harness.serving import Served
from tests.mocks.stripe.billing import Journal, price, subscribe, subscriber

NASTY = (
    "",
    "abc",
    "-1",
    "0",
    "1.5",
    "99999999999999999999",
    "999999999999",
    "null",
    "[]",
    "💥",
    "x" * 6000,
    "a\x00b",
)

SUBSCRIPTION = [
    "customer",
    "items",
    "billing_mode",
    "billing_mode[type]",
    "cancel_at_period_end",
    "collection_method",
    "currency",
    "default_payment_method",
    "description",
    "items[0]",
    "items[0][price]",
    "items[0][price_data]",
    "items[0][price_data][currency]",
    "items[0][price_data][recurring][interval_count]",
    "items[0][quantity]",
    "items[0][metadata]",
    "metadata",
    "off_session",
    "payment_behavior",
    "payment_settings",
    "payment_settings[payment_method_types]",
    "trial_end",
    "trial_period_days",
    "trial_settings",
    "trial_settings[end_behavior]",
    "expand",
    "expand[0]",
    "discounts",
    "nonsense",
]
SESSION = [
    "mode",
    "customer",
    "customer_email",
    "customer_update",
    "customer_update[address]",
    "client_reference_id",
    "cancel_url",
    "success_url",
    "currency",
    "expires_at",
    "line_items",
    "line_items[0]",
    "line_items[0][price]",
    "line_items[0][quantity]",
    "line_items[0][price_data]",
    "line_items[0][price_data][unit_amount]",
    "line_items[0][price_data][product_data][name]",
    "locale",
    "metadata",
    "payment_intent_data",
    "payment_intent_data[capture_method]",
    "payment_method_types",
    "payment_method_types[0]",
    "subscription_data",
    "subscription_data[trial_end]",
    "submit_type",
    "ui_mode",
    "automatic_tax",
    "automatic_tax[enabled]",
]


class Api:
    """Raw requests, as no SDK would send them."""

    def __init__(self, server: Served, world: dict[str, Any]) -> None:
        """Speak to a world with its key."""
        key = world["env"]["STRIPE_SECRET_KEY"]
        url = f"http://127.0.0.1:{server.port + 7}"
        self.http = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, trust_env=False)

    def refused(self, method: str, path: str, **given: Any) -> int:
        """Send a request and return its status; anything but a success or a proper refusal fails the test."""
        answer = self.http.request(method, path, **given)
        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400:
            error = answer.json()["error"]
            assert error["type"] in {"invalid_request_error", "card_error"}
            assert error["message"]
            assert not re.search(r"pydantic|Traceback|literal\[|function-", str(error)), error
        return answer.status_code


@pytest.fixture
def api(server: Served, fresh_world: dict[str, Any]) -> Iterator[Api]:
    api = Api(server, fresh_world)
    yield api
    api.http.close()


def test_subscriptions_refuse_nonsense_and_keep_nothing_of_it(api: Api, checked: stripe.StripeClient) -> None:
    customer, plan = subscriber(checked).id, price(checked).id
    good = {"customer": customer, "items[0][price]": plan}
    journal = Journal(checked)
    statuses = set()
    for name in SUBSCRIPTION:
        for value in NASTY:
            body = {
                key: each for key, each in good.items() if not key.startswith(name.partition("[")[0] + "[")
            }
            status = api.refused("POST", "/v1/subscriptions", data=body | {name: value})
            statuses.add(status)
            if status != 200:
                assert journal.types() == []
            journal.take()
    assert statuses == {200, 400}


def test_sessions_refuse_nonsense_and_keep_nothing_of_it(api: Api, checked: stripe.StripeClient) -> None:
    plan = price(checked, recurring=None).id
    good = {"success_url": "https://a.test", "line_items[0][price]": plan, "line_items[0][quantity]": "1"}
    opened = 0
    for name in SESSION:
        for value in NASTY:
            body = {
                key: each for key, each in good.items() if not key.startswith(name.partition("[")[0] + "[")
            }
            opened += api.refused("POST", "/v1/checkout/sessions", data=body | {name: value}) == 200
    listed = checked.v1.checkout.sessions.list({"limit": 100})
    assert len(list(listed.auto_paging_iter())) == opened


def test_every_path_refuses_unknown_ids_and_parameters(api: Api, checked: stripe.StripeClient) -> None:
    made = subscribe(checked, subscriber(checked), price(checked))
    paths = {
        "/v1/subscriptions/{}": made.id,
        "/v1/subscription_items/{}": made["items"].data[0].id,
        "/v1/invoices/{}": made.latest_invoice,
        "/v1/invoices/{}/lines": made.latest_invoice,
        "/v1/invoice_payments/{}": checked.v1.invoice_payments.list().data[0].id,
    }
    for path, id in paths.items():
        assert api.refused("GET", path.format("no_1")) == 404
        assert api.refused("GET", path.format(id)) == 200
        assert api.refused("GET", path.format(id), params={"nonsense": "1"}) == 400
        assert api.refused("GET", path.format(id), params={"expand[0]": "nonsense.more"}) == 400
    for path in ("/v1/subscriptions", "/v1/invoices", "/v1/invoice_payments", "/v1/checkout/sessions"):
        for name in (
            "limit",
            "starting_after",
            "created",
            "created[gt]",
            "status",
            "expand[0]",
            "customer",
            "payment",
        ):
            for value in NASTY:
                api.refused("GET", path, params={name: value})
    for path in ("pay", "finalize", "void", "mark_uncollectible"):
        assert api.refused("POST", f"/v1/invoices/{made.latest_invoice}/{path}") == 400
        assert api.refused("POST", f"/v1/invoices/in_no/{path}") == 404


def test_pages_bear_any_form(server: Served, checked: stripe.StripeClient) -> None:
    session = checked.v1.checkout.sessions.create(
        {
            "line_items": [{"price": price(checked, recurring=None).id, "quantity": 1}],
            "success_url": "https://a.test",
        }
    )
    for name in (
        "cardNumber",
        "cardExpiry",
        "cardCvc",
        "billingName",
        "billingCountry",
        "email",
        "testCard",
        "authentication",
    ):
        for value in (*NASTY, "<script>alert(1)</script>", "99 / 9999"):
            form = {
                "email": "a@b.test",
                "cardNumber": "4000000000000002",
                "cardExpiry": "12/34",
                "cardCvc": "123",
            }
            answer = httpx.post(str(session.url), data=form | {name: value})
            assert answer.status_code < 500
            assert "<script>" not in answer.text
    assert checked.v1.checkout.sessions.retrieve(session.id).status == "open"
