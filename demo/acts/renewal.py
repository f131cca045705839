"""Time passes: a renewal that is paid, one that fails, dunning, and a card that is mended."""

from __future__ import annotations

from datetime import datetime, timedelta

from demo.acts.entrance import ADDRESS
from demo.journey import Journey, check, step


@step("clock")
def paid(journey: Journey) -> str:
    """One month goes by: the renewal is invoiced and paid."""
    timers = _to_the_renewal(journey)
    billing = journey.billing()
    check(billing["current"]["status"] == "active", f"the subscription is {billing['current']['status']}")
    paid = [each for each in billing["invoices"] if each["status"] == "paid"]
    check(len(paid) == 2, f"paid invoices: {paid}")
    return f"{timers} timers ran; the second invoice is paid, the period ends {billing['current']['current_period_end']}"


@step("stripe")
def failing_card(journey: Journey) -> str:
    """A card that will fail is put on file."""
    method = journey.stage.services.customers.replace_payment_method(
        journey.organisation, "pm_card_chargeCustomerFail"
    )
    client = journey.stage.world.client("stripe")
    found = client.v1.customers.retrieve(journey.customer).invoice_settings
    check(found is not None and found.default_payment_method == method, "the card is not the default")
    return f"{method} is the customer's default payment method"


@step("clock")
def failed(journey: Journey) -> str:
    """Another month: the renewal fails, and a dunning mail goes out."""
    timers = _to_the_renewal(journey)
    billing = journey.billing()
    check(billing["past_due"], f"nothing is past due: {billing}")
    check(billing["current"]["status"] == "past_due", f"the subscription is {billing['current']['status']}")
    subject = journey.delivered("payment_failed", ADDRESS)
    return f"{timers} timers ran, the subscription is past_due, “{subject}” was delivered"


@step("stripe")
def mended(journey: Journey) -> str:
    """The card is mended and the invoice paid."""
    journey.stage.services.customers.replace_payment_method(journey.organisation, "pm_card_visa")
    invoice = journey.stage.services.invoices.retry_invoice(journey.organisation)
    journey.stage.world.webhooks.settle()
    billing = journey.billing()
    check(not billing["past_due"] and billing["current"]["status"] == "active", f"still past due: {billing}")
    subject = journey.delivered("payment_recovered", ADDRESS)
    return f"{invoice.stripe_id} is paid, the subscription active again, “{subject}” was delivered"


def _to_the_renewal(journey: Journey) -> int:
    """Move the clock two hours beyond the end of the period; return how many timers ran."""
    end = datetime.fromisoformat(journey.billing()["current"]["current_period_end"])
    clock = journey.stage.world.clock
    return clock.advance(seconds=(end + timedelta(hours=2) - clock.now).total_seconds()).timers_run
