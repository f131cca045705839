"""Ids: a prefix and a KSUID of 27 characters, whose order is that of their instants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness import chance, instants

if TYPE_CHECKING:
    from harness.transaction import Transaction

EPOCH = 1_400_000_000
"""Unix seconds from which KSUIDs count."""

LENGTH = 27


def new(tx: Transaction, prefix: str, *, at: int | None = None) -> str:
    """Return a new id, for example `user_2x…`; `at` is the instant in it (microseconds, default now)."""
    moment = instants.seconds(tx.now if at is None else at)
    return f"{prefix}_{ksuid(moment, tx.draw(f'id.{prefix}', 16))}"


def ksuid(seconds: int, payload: bytes) -> str:
    """Return the KSUID of an instant and 16 bytes of chance, in base 62."""
    number = max(seconds - EPOCH, 0) % (1 << 32) << 128 | int.from_bytes(payload, "big")
    digits = []
    for _ in range(LENGTH):
        number, digit = divmod(number, 62)
        digits.append(chance.ALPHANUMERIC[digit])
    return "".join(reversed(digits))
