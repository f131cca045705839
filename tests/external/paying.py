"""An organisation that pays: with a card on file, subscribed by Stripe's own SDK as its checkout would do."""

from typing import Any

import stripe

from integrations.billing.plans import Plan
from integrations.models import Invoice, Subscription
from tests.external.outside import Outside

FAILING_CARD = "pm_card_chargeCustomerFail"
DAY = 86_400
MONTH = 31 * DAY + 2 * 3600


def stripe_client(outside: Outside) -> stripe.StripeClient:
    """Stripe's SDK beside the layer: what the platform's customers or its staff do there."""
    base = outside.settings.stripe_api_base
    return stripe.StripeClient(
        outside.settings.stripe_secret_key.get_secret_value(),
        base_addresses={"api": base} if base != stripe.DEFAULT_API_BASE else None,
    )


def subscribed(outside: Outside, plan: Plan = Plan.ESSENTIAL_MONTHLY, name: str = "Acme") -> str:
    """Return the id of an organisation that has just subscribed and paid; the mirror knows."""
    services = outside.services
    organisation_id = services.organisations.create(
        name=name, billing_email=f"billing@{name.lower()}.test"
    ).id
    customer_id = services.customers.ensure(organisation_id).stripe_id
    services.customers.replace_payment_method(organisation_id, "pm_card_visa")
    asked: Any = {"customer": customer_id, "items": [{"price": outside.settings.price_id(plan)}]}
    made = stripe_client(outside).v1.subscriptions.create(asked)
    services.subscriptions.refresh(made.id)
    return organisation_id


def subscription(outside: Outside, organisation_id: str) -> Subscription:
    """The organisation's only subscription, as mirrored."""
    (found,) = outside.services.subscriptions.list(organisation_id)
    return found


def newest_invoice(outside: Outside, organisation_id: str) -> Invoice:
    """The organisation's newest invoice, as mirrored."""
    return outside.services.invoices.list(organisation_id)[0]


def templates(outside: Outside, organisation_id: str) -> list[str]:
    """The mails about an organisation, oldest first."""
    mails = outside.services.mail.list(organisation_id=organisation_id)
    return [mail.template for mail in reversed(mails)]
