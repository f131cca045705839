"""What a merchant sets in Stripe's dashboard, by a trigger: mails to customers, and the end of unpaid subscriptions."""

from __future__ import annotations

from typing import Literal

from harness.params import Params
from harness.transaction import Transaction
from mocks.stripe.provider import stripe
from mocks.stripe.resources import mails, payment_method_configurations, settings
from mocks.stripe.resources.bank_accounts import CURRENCIES

mails.attend()


class BillingSettings(Params):
    """`greenroom trigger stripe account.updated`: what the dashboard sets, and no API can."""

    subscription_status: Literal["canceled", "past_due", "unpaid"] = "canceled"
    invoice_status: Literal["open", "uncollectible"] = "open"
    bank_debits: bool = False
    mail_failed_payments: bool = False
    mail_finalized_invoices: bool = False
    mail_payments: bool = False


@stripe.trigger("account.updated")
def set_billing(tx: Transaction, params: BillingSettings) -> None:
    """Set what becomes of a subscription whose last retry has failed, which mails customers get, and whether the default configuration offers debits."""
    given = params.given()
    if "bank_debits" in given:
        payment_method_configurations.switch(tx, tuple(CURRENCIES), on=given.pop("bank_debits"))
    settings.change(tx, **given)
