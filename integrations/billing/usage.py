"""What organisations use and pay for by use: written down first, reported to Stripe's meters afterwards.

A record's id is the meter event's identifier, so that a report whose answer was lost is not counted twice. Stripe
remembers identifiers for 24 hours; a record that could not be reported within that time is given up, and says so.
"""

import logging
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from integrations.billing.plan_gateway import PlanGateway
from integrations.clock import Clock
from integrations.database import Database, insert_if_absent
from integrations.errors import CircuitOpenError, ProviderError, ProviderRefusedError
from integrations.identity.organisations import live_customer, require_organisation
from integrations.models import UsageRecord

_log = logging.getLogger(__name__)

#: Less than the 24 hours for which Stripe knows an identifier.
_GIVE_UP_AFTER = timedelta(hours=23)


class Usage:
    """Records usage and reports it."""

    def __init__(self, database: Database, plans: PlanGateway, clock: Clock) -> None:
        self._database = database
        self._plans = plans
        self._clock = clock

    def record(self, organisation_id: str, meter: str, quantity: int, *, key: str) -> UsageRecord:
        """Write down that an organisation used something; `meter` is the `event_name` of a meter at Stripe.

        `key` says what was used, such as `study:…`: a second record of the same is none. Raises `NotFoundError`.
        """
        with self._database.transaction() as session:
            require_organisation(session, organisation_id)
            return self.record_in(session, organisation_id, meter, quantity, key=key)

    def record_in(
        self, session: Session, organisation_id: str, meter: str, quantity: int, *, key: str
    ) -> UsageRecord:
        """Record usage in the transaction of what causes it."""
        values = {
            "id": key,
            "organisation_id": organisation_id,
            "meter": meter,
            "quantity": quantity,
            "attempts": 0,
            "refused": False,
            "used_at": self._clock.now(),
        }
        insert_if_absent(session, UsageRecord, values)
        return session.get_one(UsageRecord, key)

    def report_pending(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Report what was not reported yet, oldest first; return how many records Stripe has taken."""
        waiting = UsageRecord.reported_at.is_(None) & ~UsageRecord.refused
        with self._database.transaction() as session:
            query = select(UsageRecord.id).where(waiting).order_by(UsageRecord.used_at, UsageRecord.id)
            keys = session.scalars(query).all()
        taken = 0
        for key in keys:
            if stopping():
                break
            try:
                taken += self._report(key)
            except CircuitOpenError:
                break
        return taken

    def list(self, organisation_id: str, *, limit: int = 100) -> list[UsageRecord]:
        """Return an organisation's records, newest first; raises `NotFoundError`."""
        with self._database.transaction() as session:
            require_organisation(session, organisation_id)
            query = select(UsageRecord).where(UsageRecord.organisation_id == organisation_id)
            query = query.order_by(UsageRecord.used_at.desc(), UsageRecord.id.desc()).limit(limit)
            return list(session.scalars(query))

    def _report(self, key: str) -> bool:
        with self._database.transaction() as session:
            record = session.get_one(UsageRecord, key)
            customer = live_customer(session, record.organisation_id)
        if customer is None:
            return False
        if self._clock.now() - record.used_at > _GIVE_UP_AFTER and record.attempts:
            self._note(key, refused=True, error=f"not reported in time; last error: {record.error}")
            return False
        try:
            self._plans.report_usage(
                record.meter, customer.stripe_id, record.quantity, record.used_at, identifier=key
            )
        except ProviderError as error:
            self._note(key, refused=isinstance(error, ProviderRefusedError), error=str(error))
            if isinstance(error, CircuitOpenError):
                raise
            return False
        with self._database.transaction() as session:
            session.get_one(UsageRecord, key).reported_at = self._clock.now()
        return True

    def _note(self, key: str, *, refused: bool, error: str) -> None:
        _log.warning("usage %s was not reported: %s", key, error)
        with self._database.transaction() as session:
            record = session.get_one(UsageRecord, key)
            record.attempts += 1
            record.refused, record.error = refused, error
