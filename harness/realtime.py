"""The only door to the wall clock and to the operating system's entropy."""

from __future__ import annotations

import secrets
import time


def now() -> int:
    """Return the wall clock as microseconds since 1970-01-01 UTC."""
    return time.time_ns() // 1000


monotonic = time.perf_counter
"""Returns seconds of a clock that never goes back, for measuring durations."""
processor = time.process_time
"""Returns the seconds that this process has computed: a measure that other programs on the machine do not change."""


def entropy(size: int) -> bytes:
    """Return `size` bytes that nobody can predict: for credentials and for fresh seeds, never for data."""
    return secrets.token_bytes(size)


def same_secret(one: str, other: str) -> bool:
    """Compare two secrets in constant time."""
    return secrets.compare_digest(one.encode(), other.encode())
