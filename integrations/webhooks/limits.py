"""How fast a sender may deliver: a bucket of tokens for each, refilled steadily. One token is one delivery.

A delivery that is refused is not lost: providers deliver again, and Stripe's events are caught up with besides.
"""

import threading
from collections import OrderedDict

from integrations.clock import Clock
from integrations.errors import TooManyDeliveriesError

#: Senders remembered at once; the one that has been quiet longest is forgotten first, and begins with a full bucket.
_SENDERS = 10_000


class DeliveryLimit:
    """Token buckets by sender. Thread-safe; each process counts for itself."""

    def __init__(self, per_second: float, burst: int, clock: Clock) -> None:
        """`per_second` of 0 lets everything pass; `burst` is how many may come at once."""
        self._per_second = per_second
        self._burst = burst
        self._clock = clock
        self._lock = threading.Lock()
        #: For each sender its tokens, and when they were counted.
        self._buckets: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def take(self, receiver: str, sender: str) -> None:
        """Take a token for a delivery; raises `TooManyDeliveriesError`, which says when the next one is there."""
        if self._per_second == 0:
            return
        key = receiver, sender
        with self._lock:
            now = self._clock.monotonic()
            tokens, counted = self._buckets.pop(key, (float(self._burst), now))
            tokens = min(self._burst, tokens + (now - counted) * self._per_second)
            short = 1 - tokens
            self._buckets[key] = (tokens - 1 if short <= 0 else tokens, now)
            if len(self._buckets) > _SENDERS:
                self._buckets.popitem(last=False)
        if short > 0:
            raise TooManyDeliveriesError(short / self._per_second)
