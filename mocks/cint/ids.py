"""Cint's identifiers: ULIDs, and the short names that people read."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from harness import chance

if TYPE_CHECKING:
    from harness.transaction import Transaction

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MILLISECOND = 1000


def ulid(tx: Transaction, purpose: str) -> str:
    """Return a ULID: 48 bits of the present in milliseconds, and 80 bits of chance, in base 32."""
    number = tx.now // MILLISECOND << 80 | int.from_bytes(tx.draw(purpose, 10), "big")
    return "".join(CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


def readable(tx: Transaction, purpose: str, length: int) -> str:
    """Return a human-readable id of capital letters and digits."""
    return tx.token(purpose, length, chance.UPPER)


def is_ulid(text: str) -> bool:
    """Tell whether a text is a ULID."""
    return len(text) == 26 and text[0] <= "7" and all(character in CROCKFORD for character in text.upper())


def is_uuid(text: str) -> bool:
    """Tell whether a text is a UUID in its usual spelling of 36 characters."""
    parts = text.split("-")
    if [len(part) for part in parts] != [8, 4, 4, 4, 12]:
        return False
    return all(character in "0123456789abcdefABCDEF" for part in parts for character in part)


def derived(*what: object) -> str:
    """Return an id in the form of a ULID that follows from what it is of: nothing needs to be kept for it."""
    digest = blake2b("|".join(map(str, what)).encode("utf-8", "replace"), digest_size=16).digest()
    number = int.from_bytes(digest, "big")
    return "".join(CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))
