"""The door to what Stripe does with a running subscription: previews, changes now or later, its end, its return."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import stripe

from integrations.billing.stripe_calls import StripeCalls
from integrations.billing.stripe_states import SubscriptionState, id_of, instant
from integrations.identifiers import new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewLine:
    """One line of an invoice that does not exist yet; `amount` is in the currency's minor unit, negative for a credit."""

    description: str
    amount: int
    proration: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicePreview:
    """The invoice that a change would bring. `proration_date` is the instant to which its shares were counted."""

    currency: str
    amount_due: int
    total: int
    lines: tuple[PreviewLine, ...]
    proration_date: datetime | None


class PlanGateway(StripeCalls):
    """Changes running subscriptions at Stripe. Every method raises `ProviderError`."""

    def preview(
        self,
        subscription: SubscriptionState,
        price_id: str,
        *,
        behavior: Literal["always_invoice", "none"],
        proration_date: datetime | None = None,
    ) -> InvoicePreview:
        """Ask what another price would cost: invoiced at once with prorations, or with the next period without."""
        details: dict[str, Any] = {
            "items": [{"id": subscription.item_id, "price": price_id}],
            "proration_behavior": behavior,
        }
        if proration_date is not None:
            details["proration_date"] = int(proration_date.timestamp())
        params: Any = {"subscription": subscription.id, "subscription_details": details}
        invoice = self._call("preview invoice", lambda: self._client.v1.invoices.create_preview(params))
        parent = invoice.parent.subscription_details if invoice.parent else None
        return InvoicePreview(
            currency=invoice.currency,
            amount_due=invoice.amount_due,
            total=invoice.total,
            lines=tuple(_line(line) for line in invoice.lines.data),
            proration_date=instant(parent.subscription_proration_date) if parent else None,
        )

    def change_price(
        self, subscription: SubscriptionState, price_id: str, *, proration_date: datetime | None = None
    ) -> str | None:
        """Put a subscription on another price now, charge the difference, and return the invoice's id.

        A charge that fails changes nothing: `PaymentDeclinedError`.
        """
        params: Any = {
            "items": [{"id": subscription.item_id, "price": price_id}],
            "proration_behavior": "always_invoice",
            "payment_behavior": "error_if_incomplete",
        }
        if proration_date is not None:
            params["proration_date"] = int(proration_date.timestamp())
        changed = self._write(
            "change price",
            lambda options: self._client.v1.subscriptions.update(subscription.id, params, options),
        )
        return id_of(changed.latest_invoice)

    def schedule_price(
        self, subscription: SubscriptionState, price_id: str, interval: Literal["month", "year"]
    ) -> None:
        """Let the present period end as it is and the next ones begin with another price; then the schedule lets go."""
        schedules = self._client.v1.subscription_schedules
        if subscription.schedule_id is None:
            schedule = self._write(
                "create schedule",
                lambda options: schedules.create({"from_subscription": subscription.id}, options),
            )
        else:
            schedule_id = subscription.schedule_id
            schedule = self._call("retrieve schedule", lambda: schedules.retrieve(schedule_id))
        now = _running_phase(schedule)
        kept = _terms(now)
        following: dict[str, Any] = {name: kept[name] for name in ("discounts", "metadata") if name in kept}
        following |= {
            "items": [{"price": price_id, "quantity": 1}],
            "duration": {"interval": interval, "interval_count": 1},
            "proration_behavior": "none",
        }
        params: Any = {"end_behavior": "release", "phases": [kept, following]}
        self._write("update schedule", lambda options: schedules.update(schedule.id, params, options))

    def release_schedule(self, schedule_id: str) -> None:
        """Take a subscription from under its schedule, as it is."""
        self._write(
            "release schedule",
            lambda options: self._client.v1.subscription_schedules.release(schedule_id, {}, options),
        )

    def end_with_period(self, subscription_id: str, *, end: bool) -> None:
        """Let a subscription end with its period, or take that back."""
        params: Any = {"cancel_at_period_end": True} if end else {"cancel_at": ""}
        self._write(
            "update subscription",
            lambda options: self._client.v1.subscriptions.update(subscription_id, params, options),
        )

    def cancel(self, subscription_id: str) -> None:
        """End a subscription now; nothing is given back."""
        self._write(
            "cancel subscription",
            lambda options: self._client.v1.subscriptions.cancel(subscription_id, {}, options),
        )

    def resume(self, subscription_id: str) -> None:
        """Wake a paused subscription; its new period begins now."""
        params: Any = {"billing_cycle_anchor": "now"}
        self._write(
            "resume subscription",
            lambda options: self._client.v1.subscriptions.resume(subscription_id, params, options),
        )

    def report_usage(
        self, meter: str, customer_id: str, quantity: int, at: datetime, identifier: str
    ) -> None:
        """Report usage to a meter; Stripe counts an identifier once within 24 hours, and takes 35 days back."""
        params: Any = {
            "event_name": meter,
            "identifier": identifier,
            "timestamp": int(at.timestamp()),
            "payload": {"stripe_customer_id": customer_id, "value": str(quantity)},
        }
        options: stripe.RequestOptions = {"idempotency_key": identifier}
        self._call("report usage", lambda: self._client.v1.billing.meter_events.create(params, options))

    def _write(self, operation: str, write: Callable[[stripe.RequestOptions], Any]) -> Any:
        options: stripe.RequestOptions = {"idempotency_key": new_id()}
        return self._call(operation, lambda: write(options))


def _line(line: stripe.InvoiceLineItem) -> PreviewLine:
    parent = line.parent
    details = parent and (parent.subscription_item_details or parent.invoice_item_details)
    return PreviewLine(
        description=line.description or "",
        amount=line.amount,
        proration=bool(details and details.proration),
    )


def _running_phase(schedule: Any) -> Any:
    current = schedule.current_phase
    return next(
        (phase for phase in schedule.phases if current and phase.start_date == current.start_date),
        schedule.phases[0],
    )


def _terms(phase: Any) -> dict[str, Any]:
    """Say of a phase again what it is: an update replaces all phases."""
    terms: dict[str, Any] = {
        "items": [{"price": id_of(item.price), "quantity": item.quantity} for item in phase.items],
        "start_date": phase.start_date,
        "end_date": phase.end_date,
    }
    if phase.trial_end:
        terms["trial_end"] = phase.trial_end
    if phase.discounts:
        kinds = ("discount", "promotion_code", "coupon")
        terms["discounts"] = [
            {kind: id_of(each[kind])} for each in phase.discounts for kind in kinds if each[kind]
        ]
    return terms
