"""Making lost deliveries good: what Stripe announced and never reached us is read from its list of events.

A cursor says up to which event nothing is missing. Each run walks on from there, hands every event to the inbox (which
knows those that came by webhook), and moves the cursor. It stays a few minutes behind the newest event, because the
list may show two events in another order than they become visible. What the inbox holds unfinished, since a process
died or Stripe could not be read, is taken up first.
"""

import json
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from integrations.billing.stripe_calls import is_missing
from integrations.billing.stripe_gateway import StripeGateway
from integrations.clock import Clock
from integrations.database import Database
from integrations.errors import EventFailedError, ProviderRefusedError, ProviderUnavailableError
from integrations.models import EventCursor
from integrations.webhooks.inbox import Inbox, Outcome
from integrations.webhooks.stripe import PROVIDER, StripeWebhooks

_log = logging.getLogger(__name__)
Json = dict[str, Any]

#: What brings the mirror up to date; Stripe takes at most 20 types at once. What is left out comes with one of these.
TYPES = (
    "customer.created",
    "customer.updated",
    "customer.deleted",
    "customer.subscription.created",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "customer.subscription.paused",
    "customer.subscription.resumed",
    "subscription_schedule.updated",
    "subscription_schedule.released",
    "checkout.session.completed",
    "invoice.created",
    "invoice.deleted",
    "invoice.finalized",
    "invoice.marked_uncollectible",
    "invoice.paid",
    "invoice.payment_action_required",
    "invoice.payment_failed",
    "invoice.updated",
    "invoice.voided",
)
#: Seconds by which the cursor stays behind the newest event.
_BEHIND = 300
#: How long an event may be worked on before it counts as left behind, and how often it is taken up again.
_LEFT_BEHIND = timedelta(minutes=2)
_ATTEMPTS = 20


@dataclass(slots=True)
class CaughtUp:
    """What a run did: how many events it saw, and what became of them. `complete`: none is left to look at."""

    seen: int = 0
    made_good: int = 0
    failed: int = 0
    complete: bool = False


@dataclass(slots=True)
class _Walk:
    """Where a run is: the events behind it that the cursor may not pass yet, oldest first."""

    cursor: str | None
    behind: list[tuple[str, int]] = field(default_factory=list)

    def passed(self, event: Json) -> None:
        self.behind.append((event["id"], event["created"]))
        while self.behind[0][1] <= event["created"] - _BEHIND:
            self.cursor = self.behind.pop(0)[0]


class StripeCatchUp:
    """Reads from Stripe what its webhooks did not bring."""

    def __init__(
        self, database: Database, stripe: StripeGateway, webhooks: StripeWebhooks, inbox: Inbox, clock: Clock
    ) -> None:
        self._database = database
        self._stripe = stripe
        self._webhooks = webhooks
        self._inbox = inbox
        self._clock = clock

    def run(self, stopping: Callable[[], bool] = lambda: False, *, limit: int = 2000) -> CaughtUp:
        """Take up what is unfinished, then walk from the cursor to the newest event, at most `limit` events.

        The first run, and one whose cursor Stripe has forgotten (after 30 days), begins `limit` events back. It
        ends early when Stripe cannot be reached; the next one goes on from there. Several at once do no harm.
        """
        done = CaughtUp()
        if not self._finish_unfinished(done, stopping):
            return done
        cursor = self._cursor()
        walk = _Walk(cursor)
        try:
            done.complete = self._take(self._events(cursor, limit), walk, done, stopping, limit)
        except ProviderUnavailableError as error:
            _log.warning("catching up stopped: %s", error)
        if walk.cursor != cursor and walk.cursor is not None:
            self._move(walk.cursor)
        if done.made_good or done.failed:
            _log.warning("%d lost Stripe events were made good, %d failed", done.made_good, done.failed)
        return done

    def _take(
        self, events: Iterable[Json], walk: _Walk, done: CaughtUp, stopping: Callable[[], bool], limit: int
    ) -> bool:
        for event in events:
            if stopping() or done.seen >= limit:
                if walk.behind:
                    # However many events lie within `_BEHIND`: the next run must get beyond them.
                    walk.cursor = walk.behind[-1][0]
                return False
            done.seen += 1
            if not self._receive(json.dumps(event), done):
                return False
            walk.passed(event)
        if walk.cursor is None and walk.behind:
            walk.cursor = walk.behind[0][0]
        return True

    def _receive(self, payload: str, done: CaughtUp) -> bool:
        """Hand one event to the inbox; say whether to go on. What failed is kept there, and taken up again."""
        try:
            outcome = self._webhooks.take(payload)
        except EventFailedError as error:
            done.failed += 1
            return not isinstance(error.__cause__, ProviderUnavailableError)
        done.made_good += outcome is not Outcome.DUPLICATE
        return True

    def _events(self, cursor: str | None, limit: int) -> Iterator[Json]:
        """Yield events from the oldest on: those after the cursor, or without one the last `limit`."""
        more = True
        while more and cursor is not None:
            try:
                page, more = self._stripe.events_page(TYPES, newer_than=cursor)
            except ProviderRefusedError as error:
                if not is_missing(error):
                    raise
                _log.warning("Stripe has forgotten event %s: catching up begins anew", cursor)
                break
            yield from reversed(page)
            cursor = page[0]["id"] if page else cursor
            more = more and bool(page)
        else:
            if cursor is not None:
                return
        yield from reversed(self._latest(limit))

    def _latest(self, limit: int) -> list[Json]:
        found: list[Json] = []
        more, oldest = True, None
        while more and len(found) < limit:
            page, more = self._stripe.events_page(TYPES, older_than=oldest)
            found += page
            oldest = page[-1]["id"] if page else oldest
            more = more and bool(page)
        return found[:limit]

    def _finish_unfinished(self, done: CaughtUp, stopping: Callable[[], bool]) -> bool:
        before = self._clock.now() - _LEFT_BEHIND
        for payload in self._inbox.unfinished(PROVIDER, before=before, attempts=_ATTEMPTS):
            if stopping() or not self._receive(payload, done):
                return False
        return True

    def _cursor(self) -> str | None:
        with self._database.transaction() as session:
            found = session.get(EventCursor, PROVIDER)
            return None if found is None else found.event_id

    def _move(self, event_id: str) -> None:
        with self._database.transaction() as session:
            session.merge(EventCursor(provider=PROVIDER, event_id=event_id, moved_at=self._clock.now()))
