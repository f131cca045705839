"""Customers, checkout and subscriptions by HTTP."""

from fastapi import APIRouter

from integrations.access import PROBLEMS, CallerOf, ServicesOf
from integrations.billing.schemas import (
    BillingView,
    CancelSubscription,
    CaughtUpView,
    ChangePlan,
    CheckoutView,
    CustomerView,
    EnsureCustomer,
    InvoiceView,
    NewPlan,
    NewUsage,
    PreviewView,
    StartCheckout,
    SubscriptionView,
    UsageView,
)
from integrations.billing.stripe_states import CheckoutSession
from integrations.models import OWED, Customer, Subscription, UsageRecord
from integrations.schemas import ReportView
from integrations.webhooks.catch_up import CaughtUp

router = APIRouter(responses=PROBLEMS)


@router.post("/customers", response_model=CustomerView)
def ensure_customer(body: EnsureCustomer, caller: CallerOf, services: ServicesOf) -> Customer:
    """Return the organisation's Stripe customer, made if there was none."""
    return services.customers.ensure(caller.demand(body.organisation_id))


@router.post("/checkout", status_code=201, response_model=CheckoutView)
def start_checkout(body: StartCheckout, caller: CallerOf, services: ServicesOf) -> CheckoutSession:
    """Open a hosted page on which the organisation subscribes to a plan."""
    return services.checkout.start(caller.demand(body.organisation_id), body.plan)


@router.get("/subscriptions/{organisation_id}")
def show_subscriptions(organisation_id: str, caller: CallerOf, services: ServicesOf) -> BillingView:
    """Show what an organisation has subscribed to and owes, from the mirror."""
    subscriptions = services.subscriptions.list(caller.demand(organisation_id))
    invoices = services.invoices.list(organisation_id)
    current = next((each for each in subscriptions if not each.ended), None)
    return BillingView(
        organisation_id=organisation_id,
        current=None if current is None else SubscriptionView.model_validate(current),
        past_due=any(each.dunning in OWED for each in invoices),
        subscriptions=[SubscriptionView.model_validate(each) for each in subscriptions],
        invoices=[InvoiceView.model_validate(each) for each in invoices],
    )


@router.post("/subscriptions/{organisation_id}/preview")
def preview_plan(organisation_id: str, body: NewPlan, caller: CallerOf, services: ServicesOf) -> PreviewView:
    """Show what another plan would cost, and from when it would hold."""
    return PreviewView.of(services.plan_changes.preview(caller.demand(organisation_id), body.plan))


@router.post("/subscriptions/{organisation_id}/change", response_model=SubscriptionView)
def change_plan(
    organisation_id: str, body: ChangePlan, caller: CallerOf, services: ServicesOf
) -> Subscription:
    """Change to another plan: more at once, less when the period ends."""
    return services.plan_changes.change(
        caller.demand(organisation_id), body.plan, proration_date=body.proration_date
    )


@router.post("/subscriptions/{organisation_id}/cancel", response_model=SubscriptionView)
def cancel_subscription(
    organisation_id: str, body: CancelSubscription, caller: CallerOf, services: ServicesOf
) -> Subscription:
    """End the subscription, with its period or now."""
    return services.plan_changes.cancel(caller.demand(organisation_id), body.when)


@router.post("/subscriptions/{organisation_id}/resume", response_model=SubscriptionView)
def resume_subscription(organisation_id: str, caller: CallerOf, services: ServicesOf) -> Subscription:
    """Take back a cancellation or a change that has not taken effect."""
    return services.plan_changes.resume(caller.demand(organisation_id))


@router.post("/usage", status_code=202, response_model=UsageView)
def record_usage(body: NewUsage, caller: CallerOf, services: ServicesOf) -> UsageRecord:
    """Write down that an organisation used something; it is reported to Stripe's meter a little later."""
    caller.demand_everywhere()
    return services.usage.record(body.organisation_id, body.meter, body.quantity, key=body.key)


@router.get("/usage/{organisation_id}", response_model=list[UsageView])
def list_usage(organisation_id: str, caller: CallerOf, services: ServicesOf) -> list[UsageRecord]:
    """List what an organisation used, newest first."""
    return services.usage.list(caller.demand(organisation_id))


@router.get("/billing/reconciliation")
def compare_with_stripe(
    caller: CallerOf, services: ServicesOf, organisation_id: str | None = None
) -> ReportView:
    """Compare the mirror with Stripe, for one organisation or for all."""
    caller.demand_everywhere()
    return ReportView.of(services.reconciliation.run(organisation_id))


@router.post("/billing/reconciliation")
def repair_from_stripe(
    caller: CallerOf, services: ServicesOf, organisation_id: str | None = None
) -> ReportView:
    """Compare the mirror with Stripe, and mend it where it differs."""
    caller.demand_everywhere()
    return ReportView.of(services.reconciliation.run(organisation_id, repair=True))


@router.post("/billing/catch-up", response_model=CaughtUpView)
def catch_up(caller: CallerOf, services: ServicesOf) -> CaughtUp:
    """Read from Stripe the events whose deliveries were lost."""
    caller.demand_everywhere()
    return services.stripe_catch_up.run()
