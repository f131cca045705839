"""Secured keys: restrictions and their HMAC by a search key, made by clients without asking anybody.

A secured key is the base64 of 64 hexadecimal digits, the HMAC-SHA256 under the parent key, and of the restrictions as a
query string, over which it was made byte for byte.
"""

from __future__ import annotations

import hmac
import re
from base64 import b64decode
from binascii import Error
from typing import TYPE_CHECKING, Any

from mocks.algolia import errors
from mocks.algolia.engine.parameters import of_query_string
from mocks.algolia.resources import api_keys

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

DIGITS = 64
_MAC = re.compile(rb"[0-9a-f]{64}")


def opened(tx: Transaction, key: str) -> tuple[Json, dict[str, str]] | None:
    """Return the parent key and the restrictions of a secured key; None when it is none of this application.

    The admin key cannot be a parent, nor can a secured key.
    """
    if len(key) <= DIGITS:
        return None
    try:
        content = b64decode(key, validate=True)
    except (Error, ValueError):
        return None
    mac, restrictions = content[:DIGITS], content[DIGITS:]
    if not _MAC.fullmatch(mac):
        return None
    for parent in api_keys.valid(tx):
        expected = hmac.digest(api_keys.value_of(tx, parent).encode(), restrictions, "sha256").hex()
        if hmac.compare_digest(expected.encode(), mac):
            if not restrictions:
                raise errors.invalid_key()
            return parent, of_query_string(restrictions.decode("utf-8", "replace"))
    return None
