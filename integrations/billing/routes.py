"""Customers, checkout and subscriptions by HTTP."""

from fastapi import APIRouter

from integrations.access import PROBLEMS, CallerOf, ServicesOf
from integrations.billing.schemas import (
    BillingView,
    CheckoutView,
    CustomerView,
    EnsureCustomer,
    InvoiceView,
    StartCheckout,
    SubscriptionView,
)
from integrations.billing.stripe_gateway import CheckoutSession
from integrations.models import Customer, Dunning

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
        past_due=any(each.dunning is Dunning.PAST_DUE for each in invoices),
        subscriptions=[SubscriptionView.model_validate(each) for each in subscriptions],
        invoices=[InvoiceView.model_validate(each) for each in invoices],
    )
