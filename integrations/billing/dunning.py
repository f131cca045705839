"""Where an invoice stands after a failed payment.

The state is derived from what Stripe says now and the highest attempt that was reported as failed. It depends on no
order of events: a failure that is reported after the payment changes nothing.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from integrations.models import Dunning, Invoice, Subscription

#: Which state may follow which, as long as Stripe goes forward; a test holds `state_of` to it.
FOLLOWS: dict[Dunning, frozenset[Dunning]] = {
    # Whatever was missed may be the first that is heard of.
    Dunning.NONE: frozenset(Dunning) - {Dunning.NONE},
    Dunning.PAST_DUE: frozenset(
        {Dunning.RETRYING, Dunning.RECOVERED, Dunning.CANCELLED, Dunning.UNPAID, Dunning.CLOSED}
    ),
    Dunning.RETRYING: frozenset({Dunning.RECOVERED, Dunning.CANCELLED, Dunning.UNPAID, Dunning.CLOSED}),
    # What was given up may still be paid by hand; who was unpaid may end.
    Dunning.UNPAID: frozenset({Dunning.RECOVERED, Dunning.RETRYING, Dunning.CANCELLED, Dunning.CLOSED}),
    Dunning.CANCELLED: frozenset({Dunning.RECOVERED}),
    Dunning.CLOSED: frozenset({Dunning.RECOVERED, Dunning.CANCELLED}),
    Dunning.RECOVERED: frozenset(),
}


def state_of(invoice_status: str | None, failed_attempt: int, subscription_status: str | None) -> Dunning:
    """Derive the state; `subscription_status` is None for an invoice of no subscription."""
    if failed_attempt == 0 or invoice_status in {None, "draft"}:
        return Dunning.NONE
    if invoice_status == "paid":
        return Dunning.RECOVERED
    if subscription_status in {"canceled", "incomplete_expired"}:
        return Dunning.CANCELLED
    if invoice_status != "open":
        return Dunning.CLOSED
    if subscription_status == "unpaid":
        return Dunning.UNPAID
    return Dunning.PAST_DUE if failed_attempt == 1 else Dunning.RETRYING


def hold_subscription(session: Session, subscription_id: str | None) -> str | None:
    """Return the mirrored status of an invoice's subscription, whose row stays locked while the invoice is written.

    Whoever writes either of the two locks the subscription first: neither overlooks a change of the other.
    """
    query = select(Subscription.status).where(Subscription.stripe_id == subscription_id).with_for_update()
    return None if subscription_id is None else session.scalars(query).one_or_none()


def settle_subscription(session: Session, subscription: Subscription) -> None:
    """Write the states of a subscription's invoices, once the subscription itself is flushed."""
    session.flush()
    query = select(Invoice).where(
        Invoice.subscription_id == subscription.stripe_id, Invoice.last_failed_attempt > 0
    )
    for invoice in session.scalars(query):
        invoice.dunning = state_of(invoice.status, invoice.last_failed_attempt, subscription.status)
