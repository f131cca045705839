"""Ids and chance derived from (seed, purpose, counter), so that interleaved requests never change each other's bytes."""

from __future__ import annotations

import re
import string
from base64 import b64encode
from collections.abc import Callable
from functools import cache, lru_cache
from hashlib import blake2b

DIGITS = string.digits
ALPHANUMERIC = string.digits + string.ascii_uppercase + string.ascii_lowercase
UPPER = string.ascii_uppercase + string.digits
LOWER = string.ascii_lowercase + string.digits
HEX = "0123456789abcdef"
BASE64 = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"

_TABLES = {
    alphabet: bytes(ord(alphabet[value % len(alphabet)]) for value in range(256))
    for alphabet in (DIGITS, ALPHANUMERIC, UPPER, LOWER, HEX, BASE64)
}
_SLOT = re.compile(r"\{(\w+):(\d+)\}")
_ALPHABETS = {"alnum": ALPHANUMERIC, "digits": DIGITS, "hex": HEX, "upper": UPPER, "lower": LOWER}
_BY_NAME = {name: _TABLES[alphabet] for name, alphabet in _ALPHABETS.items()}

Draw = Callable[[int], bytes]


def draw(seed: str, purpose: str, counter: int, size: int) -> bytes:
    """Return `size` bytes that are the same for the same seed, purpose and counter, and unrelated otherwise."""
    if size <= 64:
        state = _keyed(seed, size).copy()
        state.update(f"{purpose}|{counter}".encode())
        return state.digest()
    key = seed.encode()[:64]
    blocks = (
        blake2b(f"{purpose}|{counter}|{block}".encode(), key=key).digest()
        for block in range((size + 63) // 64)
    )
    return b"".join(blocks)[:size]


@lru_cache(maxsize=1024)
def _keyed(seed: str, size: int) -> blake2b:
    """Return the hash that has read its key: half of the work for a short message."""
    return blake2b(key=seed.encode()[:64], digest_size=size)


def spell(raw: bytes, alphabet: str = ALPHANUMERIC) -> str:
    """Write bytes in one of this module's alphabets, one character a byte."""
    return raw.translate(_TABLES[alphabet]).decode()


def as_uuid(raw: bytes) -> str:
    """Write 16 bytes as a version 4 UUID (RFC 9562: the version in byte 6, the variant in byte 8)."""
    digits = bytes((*raw[:6], raw[6] & 0x0F | 0x40, raw[7], raw[8] & 0x3F | 0x80, *raw[9:16])).hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def as_fraction(raw: bytes) -> float:
    """Turn 8 bytes into a number of [0, 1)."""
    return (int.from_bytes(raw[:8], "big") >> 11) / (1 << 53)


def fill(form: str, source: Draw) -> str:
    """Fill a form such as `sk_test_{alnum:24}`, `whsec_{base64:24}` (24 bytes, encoded) or `{uuid:4}`."""
    head, slots = _parsed(form)
    return head + "".join([_slot(kind, source, size) + text for kind, size, text in slots])


def filled(form: str, seed: str, purpose: str, counter: int) -> str:
    """Fill a form with what is drawn for a seed, a purpose and a counter."""
    head, slots = _parsed(form)
    if len(slots) == 1 and slots[0][0] in _ALPHABETS:  # an id: the most frequent form of all
        kind, size, text = slots[0]
        return head + draw(seed, purpose, counter, size).translate(_BY_NAME[kind]).decode() + text
    return fill(form, lambda size: draw(seed, purpose, counter, size))


@cache
def _parsed(form: str) -> tuple[str, list[tuple[str, int, str]]]:
    """Return the text before the first slot, and each slot's kind and size with the text behind it."""
    head, *rest = _SLOT.split(form)
    return head, [(rest[at], int(rest[at + 1]), rest[at + 2]) for at in range(0, len(rest), 3)]


def _slot(kind: str, source: Draw, size: int) -> str:
    if kind == "uuid":
        return as_uuid(source(16))
    if kind == "base64":
        return b64encode(source(size)).decode()
    return spell(source(size), _ALPHABETS[kind])
