"""Mux's identifiers: bytes in base64url without padding, where `0` escapes what is no letter or digit."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.transaction import Transaction

SHORT, USUAL, LONG = 24, 32, 40
"""Bytes: of some assets and restrictions; of most things; of text tracks and list cursors (measured on samples)."""

_ESCAPE = re.compile("0([012])")
_ESCAPES = str.maketrans({"0": "00", "-": "01", "_": "02"})


def new(tx: Transaction, purpose: str, size: int = USUAL) -> str:
    """Return a fresh id of `size` bytes."""
    return encode(tx.draw(f"{purpose}.id", size))


def encode(raw: bytes) -> str:
    """Write bytes as Mux does: letters and digits only."""
    return urlsafe_b64encode(raw).decode().rstrip("=").translate(_ESCAPES)


def decode(text: str) -> bytes:
    """Read what `encode` wrote; raise ValueError for anything else."""
    if not text.isascii() or not text.isalnum() or _ESCAPE.sub("", text).count("0"):
        raise ValueError(f"{text!r} is no id of Mux")
    plain = _ESCAPE.sub(lambda escape: "0-_"[int(escape[1])], text)
    return urlsafe_b64decode(plain + "=" * (-len(plain) % 4))
