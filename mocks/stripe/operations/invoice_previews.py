"""Previews of invoices."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe.operations.billing_parameters import (
    Amount,
    Behavior,
    Discounts,
    NowOrTimestamp,
    OneTimePrice,
    Period,
    Quantity,
    TaxRates,
)
from mocks.stripe.operations.subscription_parameters import BillingMode, CancelAt, ChangedItem
from mocks.stripe.parameters import (
    Boolean,
    Currency,
    Decimal,
    Group,
    Metadata,
    StripeParams,
    Timestamp,
    merged,
)
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import render
from mocks.stripe.resources import billable, previews, tax_rates
from mocks.stripe.resources.subscription_changes import Terms


class ExtraItem(Group):
    """An invoice item that the preview takes in besides, or another look of a pending one (`invoiceitem`)."""

    unsupported = frozenset({"quantity_decimal", "tax_behavior", "tax_code", "unit_amount"})

    amount: Amount | None = None
    currency: Currency | None = None
    description: Annotated[str, Field(max_length=5000)] | None = None
    discountable: Boolean | None = None
    discounts: Discounts | None = None
    invoiceitem: str | None = None
    metadata: Metadata = None
    period: Period | None = None
    price: str | None = None
    price_data: OneTimePrice | None = None
    quantity: Quantity | None = None
    tax_rates: TaxRates | None = None
    unit_amount_decimal: Decimal | None = None


class SubscriptionDetails(Group):
    """What would be changed of the subscription, or what a new one would be."""

    unsupported = frozenset({"billing_schedules", "resume_at", "start_date"})

    billing_cycle_anchor: NowOrTimestamp | Literal["unchanged"] | None = None
    billing_mode: BillingMode | None = None
    cancel_at: CancelAt = None
    cancel_at_period_end: Boolean | None = None
    cancel_now: Boolean = False
    default_tax_rates: TaxRates | None = None
    items: Annotated[list[ChangedItem], Field(max_length=20)] | None = None
    proration_behavior: Behavior | None = None
    proration_date: Timestamp | None = None
    trial_end: NowOrTimestamp | None = None


class CustomerDetails(Group):
    """What is assumed of the customer."""

    unsupported = frozenset({"address", "shipping", "tax", "tax_ids"})

    tax_exempt: Literal["exempt", "none", "reverse"] | None = None


class CreatePreview(StripeParams):
    """POST /v1/invoices/create_preview."""

    unsupported = frozenset(
        {"automatic_tax", "customer_account", "issuer", "on_behalf_of", "schedule", "schedule_details"}
    )

    currency: Currency | None = None
    customer: str | None = None
    customer_details: CustomerDetails | None = None
    discounts: Discounts | None = None
    invoice_items: Annotated[list[ExtraItem], Field(max_length=250)] | None = None
    preview_mode: Literal["next", "recurring"] = "next"
    subscription: str | None = None
    subscription_details: SubscriptionDetails | None = None


@stripe.post("/v1/invoices/create_preview", id="PostInvoicesCreatePreview", tier="P1")
def create_preview(tx: Transaction, params: CreatePreview) -> Json:
    """Show an invoice that would be; nothing of it is kept."""
    details = params.subscription_details or SubscriptionDetails()
    changed = details.items or []
    new = params.subscription is None
    invoice = previews.preview(
        tx,
        params.given(),
        Terms(behavior=details.proration_behavior or "create_prorations", at=details.proration_date),
        items=list(changed) if changed and not new else None,
        extra=list(params.invoice_items or []),
        new_items=[_priced(tx, each, place) for place, each in enumerate(changed)] if new else [],
    )
    shown = render(tx, invoice, params.expand)
    tx.undo()
    return shown


def _priced(tx: Transaction, item: ChangedItem, place: int) -> Json:
    at = f"subscription_details[items][{place}]"
    return {
        "price": billable.recurring_price_of(tx, item, at=at),
        "quantity": item.quantity,
        "metadata": merged({}, item.metadata),
        "tax_rates": tax_rates.chosen(tx, item.tax_rates, at=f"{at}[tax_rates]"),
        "discounts": item.given().get("discounts"),
    }
