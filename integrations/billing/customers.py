"""An organisation's life as a Stripe customer."""

import logging
from collections.abc import Callable

from sqlalchemy import select, update

from integrations.billing.stripe_calls import is_missing
from integrations.billing.stripe_gateway import StripeGateway
from integrations.billing.stripe_states import CustomerState
from integrations.clock import Clock
from integrations.database import Database, insert_if_absent
from integrations.errors import ConflictError, NotFoundError, ProviderError, ProviderRefusedError
from integrations.identity.organisations import (
    live_customer,
    organisation_of_customer,
    require_organisation,
)
from integrations.mirror import Mirror
from integrations.models import ENDED, Customer, Organisation, Subscription

_log = logging.getLogger(__name__)


class Customers:
    """Creates, changes and deletes Stripe customers, and mirrors them."""

    def __init__(self, database: Database, stripe: StripeGateway, mirror: Mirror, clock: Clock) -> None:
        self._database = database
        self._stripe = stripe
        self._mirror = mirror
        self._clock = clock

    def find(self, organisation_id: str) -> Customer | None:
        """Return the organisation's customer as mirrored, or None if it has none; raises `NotFoundError`."""
        with self._database.transaction() as session:
            require_organisation(session, organisation_id)
            return live_customer(session, organisation_id)

    def ensure(self, organisation_id: str) -> Customer:
        """Return the organisation's customer, making it at Stripe if there is none.

        Called twice at once, or again after an answer was lost, it makes one customer: the idempotency key belongs
        to the organisation.
        """
        with self._database.transaction() as session:
            organisation = require_organisation(session, organisation_id)
            if organisation.closing_since is not None:
                raise ConflictError(f"Organisation {organisation_id} is closed.")
            existing = live_customer(session, organisation_id)
            if existing is not None:
                return existing
        generation = organisation.customer_generation
        try:
            created = self._stripe.create_customer(
                organisation_id=organisation_id,
                name=organisation.name,
                email=organisation.billing_email,
                idempotency_key=f"customer-{organisation_id}-{generation}",
            )
        except ProviderError as error:
            if error.status is not None:
                # Stripe repeats a stored answer for 24 hours, errors too: the next try needs another key.
                self._next_generation(organisation_id, generation)
            raise
        return self._adopt(organisation_id, created)

    def update(
        self, organisation_id: str, *, name: str | None = None, billing_email: str | None = None
    ) -> Organisation:
        """Change an organisation's name or billing address, here and at Stripe; what Stripe refuses changes nothing."""
        with self._database.transaction() as session:
            organisation = require_organisation(session, organisation_id)
            customer = live_customer(session, organisation_id)
        new_name, new_email = name or organisation.name, billing_email or organisation.billing_email
        if customer is not None:
            self._stripe.update_customer(customer.stripe_id, name=new_name, email=new_email)
        with self._database.transaction() as session:
            organisation = require_organisation(session, organisation_id)
            organisation.name, organisation.billing_email = new_name, new_email
        if customer is not None:
            self.refresh(customer.stripe_id)
        return organisation

    def push(self, organisation_id: str) -> None:
        """Tell Stripe the organisation's name and address, if they changed here since it was last told."""
        with self._database.transaction() as session:
            organisation = require_organisation(session, organisation_id)
            customer = live_customer(session, organisation_id)
        outdated = organisation.customer_outdated_since
        if outdated is None:
            return
        if customer is not None and organisation.closing_since is None:
            self._stripe.update_customer(
                customer.stripe_id, name=organisation.name, email=organisation.billing_email
            )
        with self._database.transaction() as session:
            session.execute(
                update(Organisation)
                .where(
                    Organisation.id == organisation_id,
                    Organisation.customer_outdated_since == outdated,
                    # It may have changed again meanwhile.
                    Organisation.name == organisation.name,
                    Organisation.billing_email == organisation.billing_email,
                )
                .values(customer_outdated_since=None)
            )
        if customer is not None:
            self.refresh(customer.stripe_id)

    def push_pending(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Tell Stripe of all organisations of which it was not told yet; return how many were tried."""
        with self._database.transaction() as session:
            query = select(Organisation.id).where(Organisation.customer_outdated_since.is_not(None))
            waiting = session.scalars(query.order_by(Organisation.customer_outdated_since)).all()
        tried = 0
        for organisation_id in waiting:
            if stopping():
                break
            tried += 1
            try:
                self.push(organisation_id)
            except ProviderRefusedError as error:
                _log.warning("Stripe does not take the change of organisation %s: %s", organisation_id, error)
        return tried

    def is_forgotten(self, customer_id: str | None) -> bool:
        """Say whether a customer was that of an organisation that is closed."""
        with self._database.transaction() as session:
            organisation = None if customer_id is None else organisation_of_customer(session, customer_id)
            return organisation is not None and organisation.closed_at is not None

    def adopt(self, organisation_id: str, state: CustomerState) -> bool:
        """Mirror a customer that Stripe has for an organisation without one; say whether it is in use now."""
        try:
            return self._adopt(organisation_id, state).stripe_id == state.id
        except NotFoundError:
            return False

    def delete(self, organisation_id: str) -> None:
        """Delete the organisation's customer at Stripe, which cancels its subscriptions; the organisation stays."""
        customer = self._require(organisation_id)
        self._stripe.delete_customer(customer.stripe_id)
        self.refresh(customer.stripe_id)

    def replace_payment_method(self, organisation_id: str, payment_method_id: str) -> str:
        """Put another payment method on file for everything the organisation owes; return its id.

        A subscription's own payment method, which Checkout sets, goes before the customer's: it is replaced too.
        """
        customer = self._require(organisation_id)
        attached = self._stripe.attach_payment_method(payment_method_id, customer.stripe_id)
        self._stripe.set_default_payment_method(customer.stripe_id, attached)
        for subscription_id in self._unended_subscriptions(customer.stripe_id):
            own = self._stripe.retrieve_subscription(subscription_id).default_payment_method
            if own not in {None, attached}:
                self._stripe.set_subscription_payment_method(subscription_id, attached)
        self.refresh(customer.stripe_id)
        return attached

    def refresh(self, customer_id: str) -> bool:
        """Read a customer from Stripe into the mirror; say whether it is one of ours."""
        number = self._mirror.begin_read(customer_id)
        with self._database.transaction() as session:
            if session.get(Customer, customer_id) is None:
                return False
        try:
            state = self._stripe.retrieve_customer(customer_id)
        except ProviderRefusedError as error:
            if not is_missing(error):
                raise
            state = CustomerState(id=customer_id, deleted=True)
        with self._database.transaction() as session:
            if not self._mirror.claim(session, customer_id, number):
                return True
            customer = session.get_one(Customer, customer_id)
            if state.deleted and not customer.deleted:
                organisation = session.get_one(Organisation, customer.organisation_id)
                organisation.customer_generation += 1
            self._write(customer, state)
        return True

    def _write(self, customer: Customer, state: CustomerState) -> None:
        customer.deleted = state.deleted
        customer.mirrored_at = self._clock.now()
        if not state.deleted:
            customer.email = state.email
            customer.name = state.name
            customer.default_payment_method = state.default_payment_method
            customer.delinquent = state.delinquent

    def _adopt(self, organisation_id: str, state: CustomerState) -> Customer:
        values = {
            "stripe_id": state.id,
            "organisation_id": organisation_id,
            "email": state.email,
            "name": state.name,
            "default_payment_method": state.default_payment_method,
            "delinquent": state.delinquent,
            "deleted": False,
            "mirrored_at": self._clock.now(),
        }
        with self._database.transaction() as session:
            insert_if_absent(session, Customer, values)
            customer = live_customer(session, organisation_id)
        if customer is None or customer.stripe_id != state.id:
            _log.warning("Stripe customer %s of organisation %s is not in use", state.id, organisation_id)
        if customer is None:
            raise NotFoundError("live Stripe customer of organisation", organisation_id)
        return customer

    def _next_generation(self, organisation_id: str, seen: int) -> None:
        with self._database.transaction() as session:
            session.execute(
                update(Organisation)
                .where(Organisation.id == organisation_id, Organisation.customer_generation == seen)
                .values(customer_generation=seen + 1)
            )

    def _require(self, organisation_id: str) -> Customer:
        customer = self.find(organisation_id)
        if customer is None:
            raise NotFoundError("Stripe customer of organisation", organisation_id)
        return customer

    def _unended_subscriptions(self, customer_id: str) -> list[str]:
        with self._database.transaction() as session:
            query = select(Subscription.stripe_id).where(
                Subscription.customer_id == customer_id, Subscription.status.not_in(ENDED)
            )
            return list(session.scalars(query))
