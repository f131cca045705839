"""Usage: what the account has used of its plan, counted from what it holds. Quotas that a trigger used up are full."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from harness import instants
from mocks.resend.dialect import RATE
from mocks.resend.resources import quotas
from mocks.resend.resources.broadcasts import BROADCASTS
from mocks.resend.resources.contacts import CONTACTS
from mocks.resend.resources.domains import DOMAINS
from mocks.resend.resources.emails import EMAILS
from mocks.resend.resources.inbound import RECEIVED
from mocks.resend.resources.segments import SEGMENTS

if TYPE_CHECKING:
    from datetime import datetime

    from harness.collection import Collection
    from harness.transaction import Transaction

Json = dict[str, Any]

MONTHLY_MAILS, MOST_CONTACTS, MONTHLY_RUNS = 50_000, 5_000, 10_000
"""Of the account's plan, which has no daily limit and none of segments, broadcasts and domains."""
PAGE = 1000


def told(tx: Transaction) -> Json:
    """Show what is used, and what of it there is; days and months are those of UTC."""
    today = instants.moment(tx.now).replace(hour=0, minute=0, second=0, microsecond=0)
    month = today.replace(day=1)
    next_month = (month + timedelta(days=32)).replace(day=1)
    full = quotas.reached(tx)
    daily = _mails(tx, today, today + timedelta(days=1), None)
    monthly = _mails(tx, month, next_month, MONTHLY_MAILS)
    if full == "daily":
        daily["limit"] = daily["used"]
    if full == "monthly":
        monthly["used"] = MONTHLY_MAILS
    return {
        "object": "usage",
        "emails": {"daily": daily, "monthly": monthly},
        "contacts": {"used": tx.count(CONTACTS), "limit": MOST_CONTACTS},
        "segments": {"used": tx.count(SEGMENTS), "limit": None},
        "broadcasts": {"used": tx.count(BROADCASTS), "limit": None},
        "ai_credits": {"used": 0, "limit": None, "next_increase_at": None},
        "automation_runs": {"used": 0, "limit": MONTHLY_RUNS, "resets_at": monthly["resets_at"]},
        "domains": {"used": tx.count(DOMAINS), "limit": None},
        "rate_limit": {"limit": RATE, "duration": "1000ms"},
    }


def _mails(tx: Transaction, since: datetime, until: datetime, limit: int | None) -> Json:
    sent, received = (_since(tx, each, since) for each in (EMAILS, RECEIVED))
    resets_at = instants.iso(_instant(until))
    return {
        "used": sent + received,
        "limit": limit,
        "sent": sent,
        "received": received,
        "resets_at": resets_at,
    }


def _since(tx: Transaction, collection: Collection, since: datetime) -> int:
    count, beyond, more = 0, None, True
    while more:
        page = tx.page_as_kept(collection, since=_instant(since), limit=PAGE, beyond=beyond)
        count, beyond, more = count + len(page.items), page.end, page.has_more
    return count


def _instant(moment: datetime) -> int:
    return round(moment.timestamp()) * instants.SECOND
