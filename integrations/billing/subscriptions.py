"""The mirror of an organisation's subscriptions, and the mails about what becomes of them."""

import threading

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from integrations.billing.dunning import settle_subscription
from integrations.billing.notices import notice, plan_label
from integrations.billing.stripe_calls import is_missing
from integrations.billing.stripe_gateway import StripeGateway
from integrations.billing.stripe_states import SubscriptionState
from integrations.clock import Clock
from integrations.database import Database
from integrations.errors import ProviderRefusedError
from integrations.identity.organisations import organisation_of_customer, require_organisation
from integrations.mail.messages import Welcome
from integrations.mail.service import MailService
from integrations.mirror import Mirror
from integrations.models import Organisation, Subscription
from integrations.settings import Settings

#: How many subscriptions may be changed at once without any two having to wait for each other by chance.
_CHANGES = 64


class Subscriptions:
    """Mirrors subscriptions from Stripe; nothing here changes one."""

    def __init__(
        self,
        database: Database,
        stripe: StripeGateway,
        mirror: Mirror,
        mail: MailService,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._database = database
        self._stripe = stripe
        self._mirror = mirror
        self._mail = mail
        self._settings = settings
        self._clock = clock
        self._changes = tuple(threading.RLock() for _ in range(_CHANGES))

    def changing(self, subscription_id: str) -> threading.RLock:
        """Return what is held while a subscription is changed in several steps: no read begins meanwhile.

        What lies between two steps (it is under no schedule any more, and not yet to end) would be told as news. It holds
        within this process only.
        """
        return self._changes[hash(subscription_id) % _CHANGES]

    def list(self, organisation_id: str) -> list[Subscription]:
        """Return the organisation's subscriptions as mirrored, newest first; raises `NotFoundError`."""
        with self._database.transaction() as session:
            require_organisation(session, organisation_id)
            query = (
                select(Subscription)
                .where(Subscription.organisation_id == organisation_id)
                .order_by(Subscription.created_at.desc(), Subscription.stripe_id.desc())
            )
            return list(session.scalars(query))

    def current(self, organisation_id: str) -> Subscription | None:
        """Return the newest subscription that has not ended, or None."""
        return next((each for each in self.list(organisation_id) if not each.ended), None)

    def refresh(self, subscription_id: str) -> bool:
        """Read a subscription from Stripe into the mirror; say whether it is there and of an organisation of ours."""
        with self.changing(subscription_id):
            number = self._mirror.begin_read(subscription_id)
        try:
            state = self._stripe.retrieve_subscription(subscription_id)
        except ProviderRefusedError as error:
            if not is_missing(error):
                raise
            self._forget(subscription_id, number)
            return False
        with self._database.transaction() as session:
            organisation = organisation_of_customer(session, state.customer_id)
            if organisation is None:
                return False
            mail_ids: list[str | None] = []
            if self._mirror.claim(session, subscription_id, number):
                if organisation.closing_since is None:
                    # Before the mirror is written: what changed is read off the difference.
                    mail_ids = [
                        self._tell(session, organisation, state, number),
                        self._greet(session, organisation, state),
                    ]
                self._write(session, organisation, state)
        for mail_id in mail_ids:
            self._mail.deliver(mail_id)
        return True

    def _write(self, session: Session, organisation: Organisation, state: SubscriptionState) -> None:
        written = session.merge(
            Subscription(
                stripe_id=state.id,
                organisation_id=organisation.id,
                customer_id=state.customer_id,
                status=state.status,
                price_id=state.price_id,
                current_period_start=state.current_period_start,
                current_period_end=state.current_period_end,
                cancel_at_period_end=state.cancel_at_period_end,
                cancel_at=state.cancel_at,
                canceled_at=state.canceled_at,
                cancellation_reason=state.cancellation_reason,
                schedule_id=state.schedule_id,
                scheduled_price_id=state.scheduled_price_id,
                scheduled_at=state.scheduled_at,
                created_at=state.created_at,
                mirrored_at=self._clock.now(),
            )
        )
        settle_subscription(session, written)

    def _forget(self, subscription_id: str, number: int) -> None:
        with self._database.transaction() as session:
            if self._mirror.claim(session, subscription_id, number):
                session.execute(delete(Subscription).where(Subscription.stripe_id == subscription_id))

    def _tell(
        self, session: Session, organisation: Organisation, state: SubscriptionState, number: int
    ) -> str | None:
        """Write the mail that this change asks for; a read is written once, so its number makes the mail unique."""
        before = session.get(Subscription, state.id)
        message = None if before is None else notice(self._settings, organisation, before, state)
        if message is None:
            return None
        return self._mail.enqueue(
            session,
            organisation_id=organisation.id,
            recipient=organisation.billing_email,
            message=message,
            dedupe_key=f"{message.template}:{state.id}:{number}",
        )

    def _greet(self, session: Session, organisation: Organisation, state: SubscriptionState) -> str | None:
        if state.status != "active":
            return None
        return self._mail.enqueue(
            session,
            organisation_id=organisation.id,
            recipient=organisation.billing_email,
            message=Welcome(
                organisation=organisation.name,
                plan=plan_label(self._settings, state.price_id),
                dashboard_url=f"{self._settings.app_url}/dashboard",
            ),
            dedupe_key=f"welcome:{organisation.id}",
        )
