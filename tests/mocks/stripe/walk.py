"""Every operation once, by the methods of Stripe's Python SDK: what each answers is the business of other tests."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import stripe

Client = Any
"""The SDK's client; calls are many, and their parameters' types are the SDK's own business."""

BACK = "http://127.0.0.1:9/"
CARD = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2031, "cvc": "123"}


def refused(call: Callable[..., Any], *given: Any) -> None:
    """Make a call that is always refused: nothing here is paid by a cash balance."""
    try:
        call(*given)
    except stripe.StripeError:
        return
    raise AssertionError("nothing was refused")


def upload(name: str) -> Any:
    """Return a file to upload."""
    file = io.BytesIO(b"a,b")
    file.name = name
    return file


def customer_with_card(c: Client, **more: Any) -> Any:
    """Make a customer who pays by card."""
    owner = c.v1.customers.create({"email": "ada@studio.test", **more})
    card = c.v1.payment_methods.attach("pm_card_visa", {"customer": owner.id})
    return c.v1.customers.update(owner.id, {"invoice_settings": {"default_payment_method": card.id}})


def price(c: Client, amount: int = 900, **more: Any) -> Any:
    """Make a price."""
    return c.v1.prices.create(
        {"currency": "usd", "unit_amount": amount, "product_data": {"name": "F"}, **more}
    )


def people(c: Client) -> None:
    """Customers and what is theirs."""
    owner = customer_with_card(c)
    customers = c.v1.customers
    customers.retrieve(owner.id), customers.list(), customers.search({"query": "email:'ada@studio.test'"})
    moved = customers.balance_transactions.create(owner.id, {"amount": -5, "currency": "usd"})
    customers.balance_transactions.update(owner.id, moved.id, {"description": "a"})
    customers.balance_transactions.retrieve(owner.id, moved.id), customers.balance_transactions.list(owner.id)
    [method] = customers.payment_methods.list(owner.id).data
    customers.payment_methods.retrieve(owner.id, method.id)
    coupon = c.v1.coupons.create({"percent_off": 10, "duration": "forever"})
    c.raw_request("post", f"/v1/customers/{owner.id}", coupon=coupon.id)
    c.raw_request("get", f"/v1/customers/{owner.id}/discount"), customers.delete_discount(owner.id)
    source = customers.payment_sources.create(owner.id, {"source": "tok_visa"})
    customers.payment_sources.retrieve(owner.id, source.id), customers.payment_sources.list(owner.id)
    customers.payment_sources.update(owner.id, source.id, {"name": "Ada"})
    customers.payment_sources.delete(owner.id, source.id)
    vat = customers.tax_ids.create(owner.id, {"type": "eu_vat", "value": "DE123456789"})
    customers.tax_ids.retrieve(owner.id, vat.id), customers.tax_ids.list(owner.id)
    customers.tax_ids.delete(owner.id, vat.id)
    c.v1.customer_sessions.create({"customer": owner.id, "components": {"pricing_table": {"enabled": True}}})
    methods = c.v1.payment_methods
    made = methods.create({"type": "card", "card": CARD})
    methods.attach(made.id, {"customer": owner.id}), methods.update(made.id, {"metadata": {"k": "v"}})
    methods.retrieve(made.id), methods.list({"customer": owner.id}), methods.detach(made.id)
    token = c.v1.tokens.create({"card": CARD})
    c.v1.tokens.retrieve(token.id), c.v1.accounts.retrieve_current()
    entered = c.v1.test_helpers.confirmation_tokens.create({"payment_method": "pm_card_visa"})
    c.v1.confirmation_tokens.retrieve(entered.id), customers.delete(owner.id)


def payments(c: Client) -> None:
    """Intents, charges, refunds, disputes, balance."""
    intents, base = c.v1.payment_intents, {"amount": 2000, "currency": "usd"}
    paid = {**base, "payment_method": "pm_card_visa", "confirm": True, "return_url": BACK}
    intent = intents.create(base)
    intents.retrieve(intent.id), intents.update(intent.id, {"metadata": {"k": "v"}}), intents.list()
    intents.amount_details_line_items.list(intent.id), intents.search({"query": "amount:2000"})
    refused(intents.apply_customer_balance, intent.id)
    intents.confirm(intent.id, {"payment_method": "pm_card_visa", "return_url": BACK})
    raised = {"payment_method_options": {"card": {"request_incremental_authorization": "if_available"}}}
    held = intents.create({**paid, **raised, "capture_method": "manual"})
    intents.increment_authorization(held.id, {"amount": 3000}), intents.capture(held.id)
    intents.cancel(intents.create(base).id)
    setups = c.v1.setup_intents
    setup = setups.create({})
    setups.update(setup.id, {"metadata": {"k": "v"}}), setups.retrieve(setup.id), setups.list()
    setups.confirm(setup.id, {"payment_method": "pm_card_visa", "return_url": BACK})
    c.v1.setup_attempts.list({"setup_intent": setup.id}), setups.cancel(setups.create({}).id)
    charges = c.v1.charges
    charge = charges.create({**base, "source": "tok_visa", "capture": False})
    charges.capture(charge.id), charges.retrieve(charge.id), charges.update(charge.id, {"description": "d"})
    charges.list(), charges.search({"query": "amount:2000"})
    refunds = c.v1.refunds
    refund = refunds.create({"charge": charge.id, "amount": 100})
    refunds.retrieve(refund.id), refunds.update(refund.id, {"metadata": {"k": "v"}}), refunds.list()
    refused(refunds.cancel, refund.id)
    intents.create({**paid, "payment_method": "pm_card_createDispute"})
    intents.create({**paid, "payment_method": "pm_card_createIssuerFraudRecord"})
    [dispute] = c.v1.disputes.list().data
    c.v1.disputes.retrieve(dispute.id), c.v1.disputes.update(dispute.id, {"metadata": {"k": "v"}})
    c.v1.disputes.close(dispute.id)
    c.v1.radar.early_fraud_warnings.retrieve(c.v1.radar.early_fraud_warnings.list().data[0].id)
    c.v1.balance.retrieve()
    c.v1.balance_transactions.retrieve(c.v1.balance_transactions.list().data[0].id)


def older_paths(c: Client) -> None:
    """The same things below a charge, and below a customer."""
    paid = {"amount": 2000, "currency": "usd", "confirm": True, "return_url": BACK}
    charge, disputed = (
        c.v1.payment_intents.create({**paid, "payment_method": card}).latest_charge
        for card in ("pm_card_visa", "pm_card_createDispute")
    )
    below = f"/v1/charges/{charge}/refunds"
    made = c.deserialize(c.raw_request("post", below, amount=100), api_mode="V1")
    c.raw_request("get", below), c.raw_request("get", f"{below}/{made.id}")
    c.raw_request("post", f"{below}/{made.id}", metadata={"k": "v"})
    c.raw_request("post", f"/v1/charges/{charge}/refund", amount=100)
    c.raw_request("get", f"/v1/charges/{disputed}/dispute")
    c.raw_request("post", f"/v1/charges/{disputed}/dispute", metadata={"k": "v"})
    c.raw_request("post", f"/v1/charges/{disputed}/dispute/close")
    own = f"/v1/customers/{customer_with_card(c).id}/subscriptions"
    monthly = price(c, recurring={"interval": "month"}).id
    coupon = c.v1.coupons.create({"percent_off": 10, "duration": "forever"}).id
    given: Any = {"items": [{"price": monthly}], "discounts": [{"coupon": coupon}]}
    begun = c.deserialize(c.raw_request("post", own, **given), api_mode="V1")
    one = f"{own}/{begun.id}"
    c.raw_request("get", own), c.raw_request("get", one), c.raw_request("post", one, metadata={"k": "v"})
    c.raw_request("get", f"{one}/discount"), c.raw_request("delete", f"{one}/discount")
    c.raw_request("delete", one)


def cash(c: Client) -> None:
    """What customers have sent by bank transfer."""
    owner = c.v1.customers.create({}).id
    sent = {"amount": 500, "currency": "eur"}
    made = c.v1.test_helpers.customers.fund_cash_balance(owner, sent)
    c.v1.customers.cash_balance.update(owner, {"settings": {"reconciliation_mode": "manual"}})
    assert c.v1.customers.cash_balance.retrieve(owner).available.eur == 500
    [listed] = c.v1.customers.cash_balance_transactions.list(owner).data
    assert c.v1.customers.cash_balance_transactions.retrieve(owner, made.id).net_amount == listed.net_amount


def debits(c: Client) -> None:
    """Bank accounts: their deposits, and the mandate."""
    numbers = {"account_number": "000123456789", "routing_number": "110000000"}
    account = {"type": "us_bank_account", "us_bank_account": numbers, "billing_details": {"name": "Ada"}}
    accepted = {"confirm": True, "mandate_data": {"customer_acceptance": {"type": "offline"}}}
    saving = c.v1.setup_intents.create({**accepted, "payment_method_data": account})
    saved = c.v1.setup_intents.verify_microdeposits(saving.id, {"descriptor_code": "SM11AA"})
    assert c.v1.mandates.retrieve(saved.mandate).status == "active"
    paid = {"amount": 2000, "currency": "usd", "payment_method_data": account, **accepted}
    intent = c.v1.payment_intents.create(paid)
    intent = c.v1.payment_intents.verify_microdeposits(intent.id, {"amounts": [32, 45]})
    assert intent.status == "processing"


def catalogue(c: Client) -> None:
    """Products, prices, plans, coupons, promotion codes, tax rates, features."""
    products, prices = c.v1.products, c.v1.prices
    product = products.create({"name": "Film"})
    products.retrieve(product.id), products.update(product.id, {"metadata": {"k": "v"}}), products.list()
    products.search({"query": "active:'true'"}), products.delete(products.create({"name": "Still"}).id)
    one = price(c)
    prices.retrieve(one.id), prices.update(one.id, {"metadata": {"k": "v"}}), prices.list()
    prices.search({"query": "active:'true'"})
    given = {"amount": 900, "currency": "usd", "interval": "month", "product": product.id}
    plan = c.v1.plans.create(given)
    c.v1.plans.retrieve(plan.id), c.v1.plans.update(plan.id, {"nickname": "n"}), c.v1.plans.list()
    c.v1.plans.delete(plan.id)
    coupon = c.v1.coupons.create({"percent_off": 10, "duration": "once"})
    c.v1.coupons.retrieve(coupon.id), c.v1.coupons.update(coupon.id, {"name": "n"}), c.v1.coupons.list()
    code = c.v1.promotion_codes.create({"promotion": {"type": "coupon", "coupon": coupon.id}})
    c.v1.promotion_codes.retrieve(code.id), c.v1.promotion_codes.update(code.id, {"active": False})
    c.v1.promotion_codes.list(), c.v1.coupons.delete(coupon.id)
    rate = c.v1.tax_rates.create({"display_name": "VAT", "percentage": 19, "inclusive": False})
    c.v1.tax_rates.retrieve(rate.id), c.v1.tax_rates.update(rate.id, {"active": False}), c.v1.tax_rates.list()
    fixed = {"amount": 500, "currency": "usd"}
    sent = c.v1.shipping_rates.create({"display_name": "Post", "fixed_amount": fixed})
    c.v1.shipping_rates.retrieve(sent.id), c.v1.shipping_rates.list()
    c.v1.shipping_rates.update(sent.id, {"active": False})
    features = c.v1.entitlements.features
    feature = features.create({"name": "Reports", "lookup_key": "reports"})
    features.retrieve(feature.id), features.update(feature.id, {"name": "All"}), features.list()
    monthly = price(c, recurring={"interval": "month"})
    added = products.features.create(monthly.product, {"entitlement_feature": feature.id})
    products.features.list(monthly.product), products.features.retrieve(monthly.product, added.id)
    owner = customer_with_card(c)
    c.v1.subscriptions.create({"customer": owner.id, "items": [{"price": monthly.id}]})
    [active] = c.v1.entitlements.active_entitlements.list({"customer": owner.id}).data
    c.v1.entitlements.active_entitlements.retrieve(active.id)
    products.features.delete(monthly.product, added.id)


def subscriptions(c: Client) -> None:
    """Subscriptions, their items, schedules, quotes."""
    owner, monthly = customer_with_card(c), price(c, recurring={"interval": "month"})
    begun = {"customer": owner.id, "items": [{"price": monthly.id}]}
    coupon = c.v1.coupons.create({"percent_off": 10, "duration": "forever"})
    subs, items = c.v1.subscriptions, c.v1.subscription_items
    made = subs.create({**begun, "billing_mode": {"type": "classic"}, "discounts": [{"coupon": coupon.id}]})
    subs.retrieve(made.id), subs.update(made.id, {"metadata": {"k": "v"}}), subs.list()
    subs.search({"query": "status:'active'"}), subs.delete_discount(made.id)
    subs.migrate(made.id, {"billing_mode": {"type": "flexible"}})
    subs.pause(made.id, {}, {"stripe_version": stripe.api_version})
    subs.resume(made.id, {"billing_cycle_anchor": "now"})
    added = items.create(
        {"subscription": made.id, "price": price(c, 500, recurring={"interval": "month"}).id}
    )
    items.retrieve(added.id), items.update(added.id, {"quantity": 2}), items.list({"subscription": made.id})
    items.delete(added.id), subs.cancel(made.id)
    schedules = c.v1.subscription_schedules
    phases = [{"items": [{"price": monthly.id}], "duration": {"interval": "month", "interval_count": 1}}]
    plan = {"customer": owner.id, "start_date": "now", "phases": phases}
    schedule = schedules.create(plan)
    schedules.retrieve(schedule.id), schedules.update(schedule.id, {"metadata": {"k": "v"}}), schedules.list()
    schedules.release(schedule.id), schedules.cancel(schedules.create(plan).id)
    quotes = c.v1.quotes
    quote = quotes.create({"customer": owner.id, "line_items": [{"price": monthly.id}]})
    quotes.retrieve(quote.id), quotes.update(quote.id, {"header": "h"}), quotes.list()
    quotes.line_items.list(quote.id), quotes.computed_upfront_line_items.list(quote.id)
    quotes.finalize_quote(quote.id), quotes.pdf(quote.id).io.read(), quotes.accept(quote.id)
    quotes.cancel(quotes.create({}).id)


def invoices(c: Client) -> None:
    """Invoices, their items, lines and payments; credit notes."""
    owner, all_ = customer_with_card(c).id, c.v1.invoices
    items = c.v1.invoice_items

    def draft(**more: Any) -> Any:
        items.create({"customer": owner, "amount": 2000, "currency": "usd"})
        return all_.create({"customer": owner, "pending_invoice_items_behavior": "include", **more})

    item = items.create({"customer": owner, "amount": 100, "currency": "usd"})
    items.retrieve(item.id), items.update(item.id, {"description": "d"}), items.list(), items.delete(item.id)
    made = draft()
    all_.retrieve(made.id), all_.update(made.id, {"description": "d"}), all_.list()
    (
        all_.search({"query": f"customer:'{owner}'"}),
        all_.create_preview({"customer": owner, "invoice_items": [{"amount": 5, "currency": "usd"}]}),
    )
    all_.add_lines(made.id, {"lines": [{"amount": 300, "description": "more"}]})
    lines = all_.line_items.list(made.id).data
    all_.line_items.update(made.id, lines[0].id, {"description": "d"})
    all_.update_lines(made.id, {"lines": [{"id": lines[1].id, "description": "e"}]})
    all_.remove_lines(made.id, {"lines": [{"id": lines[1].id, "behavior": "delete"}]})
    all_.finalize_invoice(made.id), all_.pay(made.id)
    all_.delete(draft().id), all_.void_invoice(all_.finalize_invoice(draft().id).id)
    all_.mark_uncollectible(all_.finalize_invoice(draft().id).id)
    all_.send_invoice(draft(collection_method="send_invoice", days_until_due=3).id)
    attached = all_.finalize_invoice(draft().id, {"auto_advance": False})
    own = c.v1.payment_intents.create({"amount": 2000, "currency": "usd", "customer": owner})
    all_.attach_payment(attached.id, {"payment_intent": own.id})
    [payment] = c.v1.invoice_payments.list({"invoice": made.id}).data
    c.v1.invoice_payments.retrieve(payment.id)
    notes, credited = c.v1.credit_notes, {"invoice": made.id, "amount": 500, "credit_amount": 500}
    notes.preview(credited), notes.preview_lines.list(credited)
    note = notes.create(credited)
    notes.retrieve(note.id), notes.update(note.id, {"memo": "m"}), notes.list()
    notes.line_items.list(note.id)
    notes.void_credit_note(notes.create({"invoice": attached.id, "amount": 100}).id)


def pages(c: Client) -> None:
    """Checkout, payment links, the portal, files."""
    owner, once = customer_with_card(c).id, price(c).id
    sessions = c.v1.checkout.sessions
    session = sessions.create(
        {"line_items": [{"price": once, "quantity": 1}], "mode": "payment", "success_url": BACK}
    )
    sessions.retrieve(session.id), sessions.update(session.id, {"metadata": {"k": "v"}}), sessions.list()
    sessions.line_items.list(session.id), sessions.expire(session.id)
    links = c.v1.payment_links
    link = links.create({"line_items": [{"price": once, "quantity": 1}]})
    (
        links.retrieve(link.id),
        links.update(link.id, {"active": False}),
        links.list(),
        links.line_items.list(link.id),
    )
    portal = c.v1.billing_portal
    made = portal.configurations.create({"features": {"invoice_history": {"enabled": True}}})
    portal.configurations.retrieve(made.id), portal.configurations.update(made.id, {"metadata": {"k": "v"}})
    portal.configurations.list(), portal.sessions.create({"customer": owner, "configuration": made.id})
    file = c.v1.files.create({"purpose": "pci_document", "file": upload("a.csv")})
    c.v1.files.retrieve(file.id), c.v1.files.list()
    shared = c.v1.file_links.create({"file": file.id})
    c.v1.file_links.retrieve(shared.id), c.v1.file_links.update(shared.id, {"metadata": {"k": "v"}})
    c.v1.file_links.list()


def usage(c: Client) -> None:
    """Meters, by v1 and v2; the stream has a client of its own."""
    owner, meters, billing = c.v1.customers.create({}).id, c.v1.billing.meters, c.v2.billing
    formula = {"formula": "sum"}
    meter = meters.create({"display_name": "Calls", "event_name": "calls", "default_aggregation": formula})
    meters.retrieve(meter.id), meters.update(meter.id, {"display_name": "All"}), meters.list()
    event = {"event_name": "calls", "payload": {"stripe_customer_id": owner, "value": "7"}}
    taken = {"event_name": "calls", "type": "cancel"}
    c.v1.billing.meter_events.create({**event, "identifier": "a"})
    c.v1.billing.meter_event_adjustments.create({**taken, "cancel": {"identifier": "a"}})
    period = {"customer": owner, "start_time": 1772323200, "end_time": 1772409600}
    meters.event_summaries.list(meter.id, period)
    billing.meter_events.create({**event, "identifier": "b"})
    billing.meter_event_adjustments.create({**taken, "cancel": {"identifier": "b"}})
    token = billing.meter_event_session.create().authentication_token
    c.raw_request("post", "/v2/billing/meter_event_stream", events=[event], api_key=token)
    meters.deactivate(meter.id), meters.reactivate(meter.id)


def announcements(c: Client) -> None:
    """Events, endpoints, destinations, test clocks."""
    endpoints = c.v1.webhook_endpoints
    hook = endpoints.create({"url": BACK, "enabled_events": ["refund.failed"]})
    endpoints.retrieve(hook.id), endpoints.update(hook.id, {"description": "d"}), endpoints.list()
    endpoints.delete(hook.id)
    clocks = c.v1.test_helpers.test_clocks
    clock = clocks.create({"frozen_time": 1_772_323_200})
    clocks.retrieve(clock.id), clocks.list(), clocks.advance(clock.id, {"frozen_time": 1_772_409_600})
    clocks.retrieve(clock.id), clocks.delete(clock.id)
    c.v1.events.retrieve(c.v1.events.list().data[0].id)
    destinations = c.v2.core.event_destinations
    wanted = {"enabled_events": ["*"], "event_payload": "thin", "name": "n", "type": "webhook_endpoint"}
    made = destinations.create({**wanted, "webhook_endpoint": {"url": BACK}})
    destinations.retrieve(made.id), destinations.update(made.id, {"name": "m"}), destinations.list()
    destinations.ping(made.id), destinations.disable(made.id), destinations.enable(made.id)
    c.v2.core.events.retrieve(c.v2.core.events.list().data[0].id), destinations.delete(made.id)


def credits(c: Client) -> None:
    """Billing credits and alerts."""
    owner, billing = c.v1.customers.create({}).id, c.v1.billing
    money = {"type": "monetary", "monetary": {"currency": "usd", "value": 500}}
    config = {"scope": {"price_type": "metered"}}
    grants = [
        billing.credit_grants.create({"customer": owner, "amount": money, "applicability_config": config}).id
        for _ in range(2)
    ]
    billing.credit_grants.retrieve(grants[0]), billing.credit_grants.list({"customer": owner})
    billing.credit_grants.update(grants[0], {"metadata": {"k": "v"}})
    billing.credit_grants.expire(grants[0]), billing.credit_grants.void_grant(grants[1])
    moves = billing.credit_balance_transactions
    moves.retrieve(moves.list({"customer": owner}).data[0].id)
    filter = {"type": "applicability_scope", "applicability_scope": {"price_type": "metered"}}
    billing.credit_balance_summary.retrieve({"customer": owner, "filter": filter})
    formula = {"formula": "sum"}
    meter = billing.meters.create(
        {"display_name": "C", "event_name": "calls", "default_aggregation": formula}
    )
    threshold = {"gte": 10, "meter": meter.id, "recurrence": "one_time"}
    alerts = billing.alerts
    made = alerts.create(
        {"alert_type": "usage_threshold", "title": "Ten calls", "usage_threshold": threshold}
    )
    alerts.retrieve(made.id), alerts.list(), alerts.deactivate(made.id), alerts.activate(made.id)
    alerts.archive(made.id)


def offers(c: Client) -> None:
    """Payment method configurations and domains."""
    configurations, domains = c.v1.payment_method_configurations, c.v1.payment_method_domains
    made = configurations.create({"name": "Europe"})
    configurations.retrieve(made.id), configurations.list(), configurations.update(made.id, {"name": "E"})
    domain = domains.create({"domain_name": "shop.studio.test"})
    domains.retrieve(domain.id), domains.list(), domains.update(domain.id, {"enabled": False})
    domains.validate(domain.id)


ALL = (
    people,
    payments,
    older_paths,
    cash,
    debits,
    catalogue,
    subscriptions,
    invoices,
    pages,
    usage,
    credits,
    offers,
    announcements,
)
