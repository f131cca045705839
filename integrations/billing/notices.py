"""Which mail a change of a subscription asks for: from what the mirror held and what Stripe says now.

It does not matter who made the change: the platform, Stripe's own pages, or the passing of time.
"""

from datetime import datetime

from integrations.billing.stripe_states import SubscriptionState
from integrations.mail.messages import (
    CancellationScheduled,
    PlanChanged,
    PlanChangeScheduled,
    SubscriptionEnded,
    SubscriptionNotice,
    SubscriptionResumed,
    SubscriptionUnpaid,
)
from integrations.models import ENDED, Organisation, Subscription
from integrations.settings import Settings

#: Statuses in which nothing was ever paid for: their changes are no news.
_NOT_BEGUN = frozenset({"incomplete", "incomplete_expired"})
_REASONS = {
    "payment_failed": "We could not collect what was owed.",
    "payment_disputed": "A payment was disputed.",
}


def plan_label(settings: Settings, price_id: str | None) -> str:
    """Name a price's plan as a person reads it."""
    plan = settings.plan_of(price_id)
    return plan.label if plan else "an individual plan"


def ends_at(subscription: Subscription | SubscriptionState) -> datetime | None:
    """Return when a subscription is to end, or None when it goes on."""
    if subscription.cancel_at_period_end:
        return subscription.cancel_at or subscription.current_period_end
    return subscription.cancel_at


def notice(
    settings: Settings, organisation: Organisation, before: Subscription, now: SubscriptionState
) -> SubscriptionNotice | None:
    """Return the mail that this change asks for, or None; the gravest news alone, when there are several."""
    name, billing_url = organisation.name, f"{settings.app_url}/billing"
    plan = plan_label(settings, now.price_id)
    if before.ended or before.status in _NOT_BEGUN:
        return None
    if now.status in ENDED:
        reason = _REASONS.get(now.cancellation_reason or "")
        return SubscriptionEnded(organisation=name, plan=plan, reason=reason, billing_url=billing_url)
    if now.status == "unpaid" != before.status:
        return SubscriptionUnpaid(organisation=name, plan=plan, billing_url=billing_url)
    ending = ends_at(now)
    if ending is not None and ends_at(before) is None:
        return CancellationScheduled(
            organisation=name, plan=plan, date=f"{ending:%d %B %Y}", billing_url=billing_url
        )
    if now.price_id != before.price_id:
        return PlanChanged(organisation=name, plan=plan, billing_url=billing_url)
    if now.scheduled_at is not None and now.scheduled_price_id != before.scheduled_price_id:
        coming = plan_label(settings, now.scheduled_price_id)
        return PlanChangeScheduled(
            organisation=name, plan=coming, date=f"{now.scheduled_at:%d %B %Y}", billing_url=billing_url
        )
    if ending is None and _was_to_change(before, now):
        return SubscriptionResumed(organisation=name, plan=plan, billing_url=billing_url)
    return None


def _was_to_change(before: Subscription, now: SubscriptionState) -> bool:
    unscheduled = before.scheduled_price_id is not None and now.scheduled_price_id is None
    woken = before.status == "paused" and now.status == "active"
    return ends_at(before) is not None or unscheduled or woken
