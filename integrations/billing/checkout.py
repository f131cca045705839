"""The way to a subscription: a page hosted by Stripe."""

from integrations.billing.customers import Customers
from integrations.billing.plans import Plan
from integrations.billing.stripe_gateway import StripeGateway
from integrations.billing.stripe_states import CheckoutSession
from integrations.billing.subscriptions import Subscriptions
from integrations.errors import ConflictError
from integrations.settings import Settings


class Checkout:
    """Opens checkout sessions."""

    def __init__(
        self, stripe: StripeGateway, customers: Customers, subscriptions: Subscriptions, settings: Settings
    ) -> None:
        self._stripe = stripe
        self._customers = customers
        self._subscriptions = subscriptions
        self._settings = settings

    def start(self, organisation_id: str, plan: Plan) -> CheckoutSession:
        """Open a checkout session in which the organisation subscribes to a plan.

        Raises `ConflictError` when it has a subscription that has not ended: it would pay twice.
        """
        current = self._subscriptions.current(organisation_id)
        if current is not None:
            raise ConflictError(
                f"Organisation {organisation_id} has subscription {current.stripe_id} ({current.status}) already."
            )
        customer = self._customers.ensure(organisation_id)
        billing = f"{self._settings.app_url}/billing"
        return self._stripe.create_checkout_session(
            organisation_id=organisation_id,
            customer_id=customer.stripe_id,
            price_id=self._settings.price_id(plan),
            # Stripe itself puts the id in place of the braces when it sends the customer back.
            success_url=f"{billing}?checkout=success&session_id={{CHECKOUT_SESSION_ID}}",
            cancel_url=f"{billing}?checkout=cancelled",
        )
