"""The door to Stripe's customers, checkout, subscriptions, invoices and events: what the platform relies on, no more."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import stripe
from stripe.params import CustomerCreateParams, CustomerModifyParams
from stripe.params.checkout import SessionCreateParams

from integrations.billing.stripe_calls import StripeCalls
from integrations.billing.stripe_states import (
    ORGANISATION_KEY,
    CheckoutSession,
    CustomerState,
    InvoiceState,
    SubscriptionState,
    customer_state,
    invoice_state,
    subscription_state,
)
from integrations.errors import ProviderRefusedError, Refusal
from integrations.identifiers import new_id

Json = dict[str, Any]


class StripeGateway(StripeCalls):
    """Reads and writes what the platform mirrors. Every method raises `ProviderError`."""

    # Customers and their payment methods

    def create_customer(
        self, *, organisation_id: str, name: str, email: str, idempotency_key: str
    ) -> CustomerState:
        """Create a customer that names its organisation in its metadata."""
        params: CustomerCreateParams = {
            "name": name,
            "email": email,
            "metadata": {ORGANISATION_KEY: organisation_id},
        }
        return customer_state(
            self._call(
                "create customer",
                lambda: self._client.v1.customers.create(params, {"idempotency_key": idempotency_key}),
            )
        )

    def retrieve_customer(self, customer_id: str) -> CustomerState:
        """Read a customer; a deleted one is an answer, not an error."""
        return customer_state(
            self._call("retrieve customer", lambda: self._client.v1.customers.retrieve(customer_id))
        )

    def update_customer(self, customer_id: str, *, name: str, email: str) -> CustomerState:
        """Change a customer's name and e-mail address."""
        return self._modify_customer(customer_id, {"name": name, "email": email})

    def delete_customer(self, customer_id: str) -> None:
        """Delete a customer for good; Stripe cancels its subscriptions at once."""
        self._call("delete customer", lambda: self._client.v1.customers.delete(customer_id))

    def attach_payment_method(self, payment_method_id: str, customer_id: str) -> str:
        """Attach a payment method and return its id, which differs when a test template such as `pm_card_visa` was given."""
        key = new_id()
        method = self._call(
            "attach payment method",
            lambda: self._client.v1.payment_methods.attach(
                payment_method_id, {"customer": customer_id}, {"idempotency_key": key}
            ),
        )
        return method.id

    def set_default_payment_method(self, customer_id: str, payment_method_id: str) -> CustomerState:
        """Make an attached payment method the one that pays the customer's invoices."""
        return self._modify_customer(
            customer_id, {"invoice_settings": {"default_payment_method": payment_method_id}}
        )

    def _modify_customer(self, customer_id: str, params: CustomerModifyParams) -> CustomerState:
        key = new_id()
        return customer_state(
            self._call(
                "update customer",
                lambda: self._client.v1.customers.update(customer_id, params, {"idempotency_key": key}),
            )
        )

    # Checkout, subscriptions and invoices

    def create_checkout_session(
        self, *, organisation_id: str, customer_id: str, price_id: str, success_url: str, cancel_url: str
    ) -> CheckoutSession:
        """Open a hosted page on which the customer subscribes to one unit of a price."""
        key = new_id()
        params: SessionCreateParams = {
            "mode": "subscription",
            "customer": customer_id,
            "client_reference_id": organisation_id,
            "line_items": [{"price": price_id, "quantity": 1}],
            "subscription_data": {"metadata": {ORGANISATION_KEY: organisation_id}},
            "metadata": {ORGANISATION_KEY: organisation_id},
            "success_url": success_url,
            "cancel_url": cancel_url,
        }
        session = self._call(
            "create checkout session",
            lambda: self._client.v1.checkout.sessions.create(params, {"idempotency_key": key}),
        )
        if session.url is None:
            raise ProviderRefusedError(
                Refusal(
                    provider=self._guard.provider,
                    operation="create checkout session",
                    message=f"{session.id} has no hosted page",
                )
            )
        return CheckoutSession(id=session.id, url=session.url)

    def retrieve_subscription(self, subscription_id: str) -> SubscriptionState:
        """Read a subscription, also a canceled one."""
        return subscription_state(
            self._call(
                "retrieve subscription",
                lambda: self._client.v1.subscriptions.retrieve(subscription_id, {"expand": ["schedule"]}),
            )
        )

    def set_subscription_payment_method(self, subscription_id: str, payment_method_id: str) -> None:
        """Replace the payment method that a subscription keeps for itself."""
        key = new_id()
        self._call(
            "update subscription",
            lambda: self._client.v1.subscriptions.update(
                subscription_id, {"default_payment_method": payment_method_id}, {"idempotency_key": key}
            ),
        )

    def retrieve_invoice(self, invoice_id: str) -> InvoiceState:
        """Read an invoice."""
        return invoice_state(
            self._call("retrieve invoice", lambda: self._client.v1.invoices.retrieve(invoice_id))
        )

    def pay_invoice(self, invoice_id: str) -> InvoiceState:
        """Charge an open invoice now; raises `PaymentDeclinedError` when the bank says no."""
        key = new_id()
        return invoice_state(
            self._call(
                "pay invoice",
                lambda: self._client.v1.invoices.pay(invoice_id, None, {"idempotency_key": key}),
            )
        )

    def construct_event(self, payload: bytes, signature: str | None, secret: str) -> stripe.Event:
        """Verify a webhook with the SDK (tolerance 300 s) and return its event; no call is made."""
        return self._client.construct_event(payload, signature, secret)

    # All there is, page by page: what reconciliation compares, and what was announced

    def customers(self) -> Iterator[CustomerState]:
        """Read every customer of the account that is not deleted, newest first."""
        for customer in self._pages("list customers", self._client.v1.customers.list, {}):
            yield customer_state(customer)

    def subscriptions(self, customer_id: str | None = None) -> Iterator[SubscriptionState]:
        """Read every subscription, ended ones too, of a customer or of all, newest first."""
        params: dict[str, Any] = {"status": "all", "expand": ["data.schedule"]} | _of(customer_id)
        for subscription in self._pages("list subscriptions", self._client.v1.subscriptions.list, params):
            yield subscription_state(subscription)

    def invoices(self, customer_id: str | None = None) -> Iterator[InvoiceState]:
        """Read every invoice of a customer or of all, newest first."""
        params = _of(customer_id)
        for invoice in self._pages("list invoices", self._client.v1.invoices.list, params):
            yield invoice_state(invoice)

    def events_page(
        self, types: Sequence[str], *, newer_than: str | None = None, older_than: str | None = None
    ) -> tuple[list[Json], bool]:
        """Read up to 100 events, newest first, and whether there are more in that direction.

        `newer_than` gives those that come next after an event, `older_than` those just before one. Stripe keeps
        events for 30 days: an anchor that is older is refused (`is_missing`).
        """
        params: dict[str, Any] = {"types": list(types), "limit": 100}
        if newer_than is not None:
            params["ending_before"] = newer_than
        if older_than is not None:
            params["starting_after"] = older_than
        page = self._call("list events", lambda: self._client.v1.events.list(params))  # type: ignore[arg-type]
        return [event.to_dict(for_json=True) for event in page.data], page.has_more

    def _pages(self, operation: str, read: Callable[..., Any], params: dict[str, Any]) -> Iterator[Any]:
        """Read a list page by page, each page a guarded call of its own."""
        cursor: dict[str, str] = {}
        while True:
            asked = {**params, **cursor, "limit": 100}
            page = self._call(operation, partial(read, asked))
            yield from page.data
            if not page.has_more or not page.data:
                return
            cursor = {"starting_after": page.data[-1].id}


def _of(customer_id: str | None) -> dict[str, Any]:
    return {} if customer_id is None else {"customer": customer_id}
