"""Changing, ending and resuming what an organisation is subscribed to.

What is more (a higher plan, or the year instead of the month) begins at once, and the difference is charged; what is
less begins with the next period, since this one is paid for.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from integrations.billing.invoices import Invoices
from integrations.billing.plan_gateway import InvoicePreview, PlanGateway
from integrations.billing.plans import Plan
from integrations.billing.stripe_gateway import StripeGateway
from integrations.billing.stripe_states import SubscriptionState
from integrations.billing.subscriptions import Subscriptions
from integrations.errors import ConflictError, NotFoundError, PaymentDeclinedError
from integrations.models import Subscription
from integrations.settings import Settings


class When(StrEnum):
    """When something takes effect."""

    NOW = "now"
    PERIOD_END = "period_end"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePreview:
    """What another plan would cost, and from when it would hold.

    With `now`, `invoice` is what is charged at once; with `period_end`, what the next period will cost.
    """

    plan: Plan
    when: When
    effective_at: datetime | None
    invoice: InvoicePreview


class PlanChanges:
    """Changes subscriptions at Stripe; the mirror shows it when a method returns."""

    def __init__(
        self,
        stripe: StripeGateway,
        plans: PlanGateway,
        subscriptions: Subscriptions,
        invoices: Invoices,
        settings: Settings,
    ) -> None:
        self._stripe = stripe
        self._plans = plans
        self._subscriptions = subscriptions
        self._invoices = invoices
        self._settings = settings

    def preview(self, organisation_id: str, plan: Plan) -> ChangePreview:
        """Say what a change to `plan` would cost and when it would begin; raises as `change` does."""
        state = self._changeable(organisation_id, plan)
        when = self._when(state, plan)
        invoice = self._plans.preview(
            state,
            self._settings.price_id(plan),
            behavior="always_invoice" if when is When.NOW else "none",
        )
        effective = invoice.proration_date if when is When.NOW else state.current_period_end
        return ChangePreview(plan=plan, when=when, effective_at=effective, invoice=invoice)

    def change(
        self, organisation_id: str, plan: Plan, *, proration_date: datetime | None = None
    ) -> Subscription:
        """Change to a plan: now, charging the difference, or when the period ends (`preview` says which).

        `proration_date`, from a preview, charges exactly what it showed. Raises `NotFoundError` without a running
        subscription, `ConflictError` when it cannot change now, `PaymentDeclinedError` (and nothing changes) when
        the difference cannot be charged.
        """
        state = self._changeable(organisation_id, plan)
        if self._when(state, plan) is When.NOW:
            self._change_now(state, plan, proration_date)
        else:
            self._plans.schedule_price(state, self._settings.price_id(plan), plan.interval)
        return self._mirrored(organisation_id, state.id)

    def cancel(self, organisation_id: str, when: When) -> Subscription:
        """End the subscription, now (nothing is given back) or with its period; one that never began, now."""
        state = self._current(organisation_id)
        if when is When.NOW or state.status in {"incomplete", "paused"}:
            self._plans.cancel(state.id)
        elif not state.cancel_at_period_end:
            with self._subscriptions.changing(state.id):
                if state.schedule_id is not None:
                    self._plans.release_schedule(state.schedule_id)
                self._plans.end_with_period(state.id, end=True)
        return self._mirrored(organisation_id, state.id)

    def resume(self, organisation_id: str) -> Subscription:
        """Take back a cancellation or a change that has not taken effect, or wake a paused subscription.

        Raises `NotFoundError` when the subscription has ended, `ConflictError` when it goes on anyway.
        """
        state = self._current(organisation_id)
        if state.status == "paused":
            self._plans.resume(state.id)
        elif state.cancel_at_period_end or state.cancel_at is not None:
            self._plans.end_with_period(state.id, end=False)
        elif state.schedule_id is not None and state.scheduled_price_id is not None:
            self._plans.release_schedule(state.schedule_id)
        else:
            raise ConflictError(f"Subscription {state.id} goes on: there is nothing to take back.")
        return self._mirrored(organisation_id, state.id)

    def _change_now(self, state: SubscriptionState, plan: Plan, proration_date: datetime | None) -> None:
        with self._subscriptions.changing(state.id):
            if state.schedule_id is not None:
                self._plans.release_schedule(state.schedule_id)
            try:
                invoice_id = self._plans.change_price(
                    state, self._settings.price_id(plan), proration_date=proration_date
                )
            except PaymentDeclinedError:
                self._schedule_again(state)
                raise
        if invoice_id is not None:
            self._invoices.refresh(invoice_id)

    def _schedule_again(self, state: SubscriptionState) -> None:
        """Put a change that was to come back in its place, after a better one could not be paid."""
        coming = self._settings.plan_of(state.scheduled_price_id)
        if state.schedule_id is not None and coming is not None:
            fresh = self._stripe.retrieve_subscription(state.id)
            self._plans.schedule_price(fresh, self._settings.price_id(coming), coming.interval)

    def _when(self, state: SubscriptionState, plan: Plan) -> When:
        current = self._settings.plan_of(state.price_id)
        return When.PERIOD_END if current is not None and plan.rank < current.rank else When.NOW

    def _changeable(self, organisation_id: str, plan: Plan) -> SubscriptionState:
        state = self._current(organisation_id)
        if state.status not in {"active", "trialing"}:
            raise ConflictError(f"Subscription {state.id} is {state.status}: it has to be paid first.")
        if state.cancel_at_period_end or state.cancel_at is not None:
            raise ConflictError(f"Subscription {state.id} is to end: resume it first.")
        if state.price_id == self._settings.price_id(plan):
            raise ConflictError(f"Subscription {state.id} is on {plan.label} already.")
        return state

    def _current(self, organisation_id: str) -> SubscriptionState:
        """Read the organisation's subscription from Stripe: the mirror may be a moment behind."""
        mirrored = self._subscriptions.current(organisation_id)
        if mirrored is None:
            raise NotFoundError("running subscription of organisation", organisation_id)
        state = self._stripe.retrieve_subscription(mirrored.stripe_id)
        if state.ended:
            self._subscriptions.refresh(state.id)
            raise NotFoundError("running subscription of organisation", organisation_id)
        return state

    def _mirrored(self, organisation_id: str, subscription_id: str) -> Subscription:
        self._subscriptions.refresh(subscription_id)
        found = self._subscriptions.list(organisation_id)
        return next(each for each in found if each.stripe_id == subscription_id)
