"""Coupons, promotion codes and discounts through stripe-python, on whatever they can be redeemed for."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
import stripe

from tests.harness.serving import Served
from tests.mocks.stripe.billing import Journal, price, subscribe, subscriber
from tests.mocks.stripe.conformance import refused

Advance = Callable[..., Any]


def coupon(client: stripe.StripeClient, **given: Any) -> Any:
    """Create a coupon; a quarter off for good unless told otherwise."""
    asked: Any = {"percent_off": 25, "duration": "forever"} | given
    return client.v1.coupons.create({name: value for name, value in asked.items() if value is not None})


def invoices_of(client: stripe.StripeClient, subscription: str) -> list[Any]:
    """Return a subscription's invoices, oldest first."""
    return client.v1.invoices.list({"subscription": subscription, "limit": 100}).data[::-1]


def test_coupons_are_made_changed_listed_and_deleted(checked: stripe.StripeClient) -> None:
    journal = Journal(checked)
    made = coupon(checked, id="SPRING", name="Spring", max_redemptions=2, metadata={"a": "1"})
    assert (made.id, made.percent_off, made.valid, made.times_redeemed) == ("SPRING", 25, True, 0)
    changed = checked.v1.coupons.update("SPRING", {"name": "Summer", "metadata": {"a": "", "b": "2"}})
    assert (changed.name, changed.metadata.to_dict()) == ("Summer", {"b": "2"})
    fixed = coupon(
        checked,
        percent_off=None,
        amount_off=500,
        currency="usd",
        currency_options={"eur": {"amount_off": 400}},
        duration="repeating",
        duration_in_months=3,
    )
    shown = checked.v1.coupons.retrieve(fixed.id, {"expand": ["currency_options", "applies_to"]})
    assert (len(fixed.id), shown.currency_options["eur"].amount_off) == (8, 400)
    assert [each.id for each in checked.v1.coupons.list().data] == [fixed.id, "SPRING"]
    assert checked.v1.coupons.delete(fixed.id).deleted
    with refused(404, "resource_missing", "coupon"):
        checked.v1.coupons.retrieve(fixed.id)
    assert journal.types() == ["coupon.created", "coupon.updated", "coupon.created", "coupon.deleted"]


@pytest.mark.parametrize(
    ("wrong", "code", "param"),
    [
        ({"amount_off": 5, "currency": "usd"}, "parameters_exclusive", "percent_off"),
        ({"percent_off": None}, "parameter_missing", "percent_off"),
        ({"percent_off": None, "amount_off": 5}, "parameter_missing", "currency"),
        ({"percent_off": 101}, None, "percent_off"),
        ({"percent_off": 0}, None, "percent_off"),
        ({"duration": "repeating"}, "parameter_missing", "duration_in_months"),
        ({"duration_in_months": 2}, None, "duration_in_months"),
        ({"duration": "always"}, None, "duration"),
    ],
    ids=str,
)
def test_what_is_no_coupon_is_refused(
    checked: stripe.StripeClient, wrong: Any, code: str | None, param: str
) -> None:
    with refused(400, code, param):
        coupon(checked, **wrong)


@pytest.mark.parametrize(
    ("duration", "totals"),
    [
        ({"duration": "once"}, [1500, 2000, 2000, 2000]),
        ({"duration": "repeating", "duration_in_months": 2}, [1500, 1500, 2000, 2000]),
        ({"duration": "forever"}, [1500, 1500, 1500, 1500]),
    ],
    ids=str,
)
def test_a_discount_lasts_as_long_as_its_coupon_says(
    checked: stripe.StripeClient, advance: Advance, duration: Any, totals: list[int]
) -> None:
    quarter, customer = coupon(checked, **duration), subscriber(checked)
    made = subscribe(
        checked, customer, price(checked), discounts=[{"coupon": quarter.id}], expand=["latest_invoice"]
    )
    advance(days=93, hours=2)
    found = invoices_of(checked, made.id)
    assert [each.total for each in found] == totals
    first = found[0]
    assert [each.amount for each in first.total_discount_amounts] == [500]
    assert first.lines.data[0].discount_amounts[0].amount == 500
    assert (first.subtotal, first.amount_paid) == (2000, 1500)
    assert checked.v1.coupons.retrieve(quarter.id).times_redeemed == 1
    left = checked.v1.subscriptions.retrieve(made.id, {"expand": ["discounts"]}).discounts
    assert len(left) == (duration["duration"] == "forever")
    for each in left:
        assert (each.source.coupon, each.subscription, each.customer) == (quarter.id, made.id, customer.id)


def test_the_shape_of_a_discount_before_clover(
    server: Served, fresh_world: dict[str, Any], checked: stripe.StripeClient
) -> None:
    quarter = coupon(checked)
    made = subscribe(checked, subscriber(checked), price(checked), discounts=[{"coupon": quarter.id}])
    old = stripe.StripeClient(
        fresh_world["env"]["STRIPE_SECRET_KEY"],
        stripe_version="2025-04-30.basil",
        base_addresses={"api": f"http://127.0.0.1:{server.port + 7}"},
    )
    shown: Any = old.v1.subscriptions.retrieve(made.id, {"expand": ["discounts"]}).discounts[0]
    assert (shown["coupon"]["id"], shown["coupon"]["percent_off"]) == (quarter.id, 25)
    assert "source" not in shown


def test_amounts_off_are_spread_over_the_lines_and_never_take_more_than_there_is(
    checked: stripe.StripeClient,
) -> None:
    fixed = coupon(checked, percent_off=None, amount_off=1000, currency="usd")
    items: Any = [{"price": price(checked, amount).id} for amount in (1000, 333, 667)]
    made = checked.v1.subscriptions.create(
        {
            "customer": subscriber(checked).id,
            "items": items,
            "discounts": [{"coupon": fixed.id}],
            "expand": ["latest_invoice"],
        }
    )
    invoice = made.latest_invoice
    assert (invoice.subtotal, invoice.total) == (2000, 1000)
    assert [line.discount_amounts[0].amount for line in invoice.lines.data] == [500, 167, 333]
    greedy = coupon(checked, percent_off=None, amount_off=99900, currency="usd")
    free = subscribe(checked, subscriber(checked), price(checked), discounts=[{"coupon": greedy.id}])
    invoice = checked.v1.invoices.retrieve(free.latest_invoice)
    assert (invoice.total, invoice.status, invoice.total_discount_amounts[0].amount) == (0, "paid", 2000)
    euro = coupon(checked, percent_off=None, amount_off=100, currency="eur")
    with refused(400, None, "discounts[0][coupon]"):
        subscribe(checked, subscriber(checked), price(checked), discounts=[{"coupon": euro.id}])


def test_discounts_of_items_and_of_products_lessen_those_alone(checked: stripe.StripeClient) -> None:
    first, second = price(checked, 1000), price(checked, 2000)
    half = coupon(checked, percent_off=50)
    narrow = coupon(checked, percent_off=10, applies_to={"products": [second.product]})
    made = checked.v1.subscriptions.create(
        {
            "customer": subscriber(checked).id,
            "items": [{"price": first.id, "discounts": [{"coupon": half.id}]}, {"price": second.id}],
            "discounts": [{"coupon": narrow.id}],
            "expand": ["latest_invoice.lines"],
        }
    )
    invoice = made.latest_invoice
    assert [sum(each.amount for each in line.discount_amounts) for line in invoice.lines.data] == [500, 200]
    # A line's own discount is in the subtotal already, one of the whole invoice is not.
    assert (invoice.subtotal, invoice.total) == (2500, 2300)
    journal = Journal(checked)
    gone = checked.v1.subscriptions.delete_discount(made.id)
    assert (gone.deleted, gone.source.coupon) == (True, narrow.id)
    assert journal.types() == ["customer.discount.deleted", "customer.subscription.updated"]
    again = checked.v1.subscriptions.update(made.id, {"discounts": [{"coupon": half.id}]})
    assert len(again.discounts) == 1
    updated = checked.v1.subscriptions.update(made.id, {"discounts": ""})
    assert updated.discounts == []
    with refused(404, "resource_missing", "subscription"):
        checked.v1.subscriptions.delete_discount(made.id)


def test_promotion_codes_are_redeemed_by_those_who_may(
    checked: stripe.StripeClient, advance: Advance
) -> None:
    quarter, plan = coupon(checked), price(checked)
    ada, bo = subscriber(checked), subscriber(checked)
    made = checked.v1.promotion_codes.create(
        {
            "promotion": {"type": "coupon", "coupon": quarter.id},
            "code": "ADA25",
            "customer": ada.id,
            "max_redemptions": 1,
            "expand": ["promotion.coupon"],
        }
    )
    assert made.promotion.coupon.percent_off == 25
    with refused(400, "resource_already_exists", "code"):
        checked.v1.promotion_codes.create(
            {"promotion": {"type": "coupon", "coupon": quarter.id}, "code": "ada25"}
        )
    with refused(400, "promotion_code_invalid", "discounts[0][promotion_code]"):
        subscribe(checked, bo, plan, discounts=[{"promotion_code": made.id}])
    sub = subscribe(checked, ada, plan, discounts=[{"promotion_code": made.id}], expand=["discounts"])
    assert sub.discounts[0].promotion_code == made.id
    spent = checked.v1.promotion_codes.retrieve(made.id)
    assert (spent.times_redeemed, spent.active) == (1, False)
    with refused(400, "promotion_code_invalid"):
        subscribe(checked, ada, plan, discounts=[{"promotion_code": made.id}])
    rules: Any = {"minimum_amount": 5000, "minimum_amount_currency": "usd", "first_time_transaction": True}
    big = checked.v1.promotion_codes.create(
        {"promotion": {"type": "coupon", "coupon": quarter.id}, "restrictions": rules}
    )
    with refused(400, "promotion_code_invalid"):
        subscribe(checked, subscriber(checked), plan, discounts=[{"promotion_code": big.id}])
    with refused(400, "promotion_code_invalid"):
        subscribe(checked, ada, price(checked, 9000), discounts=[{"promotion_code": big.id}])
    off = checked.v1.promotion_codes.update(big.id, {"active": False, "metadata": {"a": "b"}})
    assert (off.active, off.metadata.to_dict()) == (False, {"a": "b"})
    assert [each.id for each in checked.v1.promotion_codes.list({"code": "ADA25"}).data] == [made.id]
    assert [each.id for each in checked.v1.promotion_codes.list({"coupon": quarter.id}).data] == [
        big.id,
        made.id,
    ]


def test_coupons_run_out_and_expire(checked: stripe.StripeClient, advance: Advance) -> None:
    scarce, plan = coupon(checked, max_redemptions=1), price(checked)
    subscribe(checked, subscriber(checked), plan, discounts=[{"coupon": scarce.id}])
    assert not checked.v1.coupons.retrieve(scarce.id).valid
    with refused(400, "coupon_expired", "discounts[0][coupon]"):
        subscribe(checked, subscriber(checked), plan, discounts=[{"coupon": scarce.id}])
    short = coupon(checked, redeem_by=1772355600 + 60)
    advance(seconds=60)
    with refused(400, "coupon_expired", "discounts[0][coupon]"):
        subscribe(checked, subscriber(checked), plan, discounts=[{"coupon": short.id}])


def test_a_customers_discount_lessens_what_has_none_of_its_own(
    server: Served, fresh_world: dict[str, Any], checked: stripe.StripeClient
) -> None:
    quarter, customer = coupon(checked), subscriber(checked)
    journal = Journal(checked)
    given = {"provider": "stripe", "event": "customer.discount.created", "customer": customer.id}
    server.control("POST", f"/worlds/{fresh_world['id']}/trigger", given | {"coupon": quarter.id})
    assert journal.types() == ["customer.discount.created", "customer.updated"]
    shown = checked.v1.customers.retrieve(customer.id).discount
    assert (shown.source.coupon, shown.customer) == (quarter.id, customer.id)
    whole = checked.raw_request("get", f"/v1/customers/{customer.id}/discount")
    assert whole.data["source"]["coupon"] == quarter.id
    made = subscribe(checked, customer, price(checked), expand=["latest_invoice"])
    assert made.latest_invoice.total == 1500
    item: Any = {"customer": customer.id, "amount": 1000, "currency": "usd"}
    checked.v1.invoice_items.create(item)
    own = checked.v1.invoices.create({"customer": customer.id, "pending_invoice_items_behavior": "include"})
    assert own.total == 750
    assert checked.v1.customers.delete_discount(customer.id).deleted
    assert checked.v1.customers.retrieve(customer.id).discount is None
    with refused(404, "resource_missing", "customer"):
        checked.v1.customers.delete_discount(customer.id)


def test_prorations_hold_what_was_really_paid(checked: stripe.StripeClient, advance: Advance) -> None:
    once = coupon(checked, percent_off=50, duration="once")
    customer = subscriber(checked)
    made = subscribe(checked, customer, price(checked, 3100), discounts=[{"coupon": once.id}])
    advance(days=10)
    item = made["items"].data[0].id
    checked.v1.subscriptions.update(made.id, {"items": [{"id": item, "quantity": 2}]})
    items = checked.v1.invoice_items.list({"customer": customer.id, "pending": True}).data
    # Paid was 1550, of which 21 of 31 days are left: 1050. From now on both cost 6200, without discount: 4200.
    assert sorted(each.amount for each in items) == [-1050, 4200]


@pytest.mark.parametrize("mode", ["payment", "subscription"])
def test_a_session_sells_at_a_discount_and_with_tax(checked: stripe.StripeClient, mode: str) -> None:
    quarter = coupon(checked)
    vat = checked.v1.tax_rates.create({"display_name": "VAT", "inclusive": False, "percentage": 20})
    recurring = {"interval": "month"} if mode == "subscription" else None
    line: Any = {"price": price(checked, 2000, recurring=recurring).id, "quantity": 2, "tax_rates": [vat.id]}
    given: Any = {
        "mode": mode,
        "line_items": [line],
        "discounts": [{"coupon": quarter.id}],
        "success_url": "https://app.test",
        "expand": ["line_items.data.taxes", "line_items.data.discounts"],
    }
    session = checked.v1.checkout.sessions.create(given)
    assert (session.amount_subtotal, session.amount_total) == (4000, 3600)
    totals = session.total_details
    assert (totals.amount_discount, totals.amount_tax) == (1000, 600)
    sold = session.line_items.data[0]
    assert (sold.amount_discount, sold.amount_tax, sold.amount_total) == (1000, 600, 3600)
    assert (sold.taxes[0].rate.id, sold.discounts[0].amount) == (vat.id, 1000)
    assert session.discounts[0].coupon == quarter.id
    assert checked.v1.coupons.retrieve(quarter.id).times_redeemed == 0
    pay(session)
    done = checked.v1.checkout.sessions.retrieve(session.id, {"expand": ["invoice", "payment_intent"]})
    assert done.payment_status == "paid"
    assert checked.v1.coupons.retrieve(quarter.id).times_redeemed == 1
    if mode == "subscription":
        assert (done.invoice.total, done.invoice.amount_paid) == (3600, 3600)
        assert [each.amount for each in done.invoice.total_taxes] == [600]
    else:
        assert done.payment_intent.amount_received == 3600


def test_a_session_sells_a_subscription_and_something_once(checked: stripe.StripeClient) -> None:
    lines: Any = [
        {"price": price(checked, 2000).id, "quantity": 1},
        {"price": price(checked, 700, recurring=None).id, "quantity": 3},
    ]
    given: Any = {"mode": "subscription", "line_items": lines, "success_url": "https://app.test"}
    session = checked.v1.checkout.sessions.create(given)
    assert session.amount_total == 4100
    pay(session)
    done = checked.v1.checkout.sessions.retrieve(session.id, {"expand": ["invoice", "subscription"]})
    assert (done.invoice.total, len(done.subscription["items"].data)) == (4100, 1)


def pay(session: Any) -> None:
    """Pay a session on its page."""
    card = {"cardNumber": "4242424242424242", "cardExpiry": "12/34", "cardCvc": "123", "billingName": "Ada"}
    answer = httpx.post(str(session.url), data={"email": "ada@studio.test", **card})
    assert answer.status_code == 303, answer.text
