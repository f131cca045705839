"""The end of an organisation: what it subscribed to ends, its Stripe customer is deleted, its rows are anonymised.

That it is to be closed is written down first, with the fact that causes it. The rest may fail half-way and is repeated.
"""

import logging
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from integrations.billing.customers import Customers
from integrations.billing.plan_gateway import PlanGateway
from integrations.billing.stripe_calls import is_missing
from integrations.billing.stripe_gateway import StripeGateway
from integrations.billing.subscriptions import Subscriptions
from integrations.clock import Clock
from integrations.database import Database
from integrations.errors import ConflictError, ProviderRefusedError
from integrations.identity.erasure import erase_organisation
from integrations.identity.organisations import live_customer, require_organisation
from integrations.models import ENDED, ClerkOrganisation, Organisation, Subscription

_log = logging.getLogger(__name__)


class Closing:
    """Closes organisations."""

    def __init__(
        self,
        database: Database,
        stripe: StripeGateway,
        plans: PlanGateway,
        customers: Customers,
        subscriptions: Subscriptions,
        clock: Clock,
    ) -> None:
        self._database = database
        self._stripe = stripe
        self._plans = plans
        self._customers = customers
        self._subscriptions = subscriptions
        self._clock = clock

    def close(self, organisation_id: str) -> None:
        """Close an organisation for good; repeating it is harmless.

        Raises `NotFoundError`, and `ConflictError` for one that Clerk still has: it is to be deleted there.
        """
        with self._database.transaction() as session:
            organisation = require_organisation(session, organisation_id)
            at_clerk = select(ClerkOrganisation.clerk_id).where(
                ClerkOrganisation.organisation_id == organisation_id, ~ClerkOrganisation.deleted
            )
            if session.scalars(at_clerk).first() is not None:
                raise ConflictError(f"Organisation {organisation_id} is one of Clerk's: delete it there.")
            self.mark(organisation)
        self.finish(organisation_id)

    def mark(self, organisation: Organisation) -> None:
        """Write down, in the caller's transaction, that an organisation is to be closed."""
        organisation.closing_since = organisation.closing_since or self._clock.now()

    def finish(self, organisation_id: str) -> None:
        """Do what closing takes, if the organisation is to be closed and that is not done yet."""
        with self._database.transaction() as session:
            organisation = require_organisation(session, organisation_id)
            customer = live_customer(session, organisation_id)
            running = _running(session, organisation_id)
        if organisation.closing_since is None or organisation.closed_at is not None:
            return
        for subscription_id in running:
            self._end(subscription_id)
        if customer is not None:
            self._delete(customer.stripe_id)
        with self._database.transaction() as session:
            organisation = require_organisation(session, organisation_id)
            erase_organisation(session, organisation)
            organisation.closed_at = self._clock.now()
            organisation.customer_outdated_since = None

    def finish_pending(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Finish what was left half-way, the oldest first; return how many were tried."""
        with self._database.transaction() as session:
            query = select(Organisation.id).where(
                Organisation.closing_since.is_not(None), Organisation.closed_at.is_(None)
            )
            waiting = session.scalars(query.order_by(Organisation.closing_since)).all()
        tried = 0
        for organisation_id in waiting:
            if stopping():
                break
            tried += 1
            try:
                self.finish(organisation_id)
            except ProviderRefusedError as error:
                _log.warning("organisation %s cannot be closed: %s", organisation_id, error)
        return tried

    def _end(self, subscription_id: str) -> None:
        try:
            self._plans.cancel(subscription_id)
        except ProviderRefusedError as error:
            # Stripe answers so, too, when it was canceled before.
            if not is_missing(error):
                raise
        self._subscriptions.refresh(subscription_id)

    def _delete(self, customer_id: str) -> None:
        try:
            self._stripe.delete_customer(customer_id)
        except ProviderRefusedError as error:
            if not is_missing(error):
                raise
        self._customers.refresh(customer_id)


def _running(session: Session, organisation_id: str) -> list[str]:
    query = select(Subscription.stripe_id).where(
        Subscription.organisation_id == organisation_id, Subscription.status.not_in(ENDED)
    )
    return list(session.scalars(query))
