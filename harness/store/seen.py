"""Which ids a kind of document may hold: most look-ups in vain (a fresh idempotency key) need not ask the file."""

from __future__ import annotations

BITS = 1 << 20
"""So many ids are told apart, in 128 KiB; with more, a look-up in vain asks the file the more often."""


class Seen:
    """The ids that were added since a kind was empty. What is not in it was never added; what is may have been."""

    __slots__ = ("_bits",)

    def __init__(self) -> None:
        """Begin with nothing, in no memory: most kinds that are asked for stay empty."""
        self._bits: bytearray | None = None

    def add(self, id: str) -> None:
        """Note an id."""
        if self._bits is None:
            self._bits = bytearray(BITS >> 3)
        place = hash(id) & (BITS - 1)
        self._bits[place >> 3] |= 1 << (place & 7)

    def __contains__(self, id: str) -> bool:
        if self._bits is None:
            return False
        place = hash(id) & (BITS - 1)
        return bool(self._bits[place >> 3] & 1 << (place & 7))
