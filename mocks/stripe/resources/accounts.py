"""The account that a world has at Stripe: the merchant."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from mocks.stripe.ids import account_id

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

OPENED = 1_735_689_600
"""When every account was opened, in unix seconds: 2025-01-01, like its plan prices."""


def account(tx: Transaction) -> Json:
    """Return the world's own account."""
    id = account_id(tx)
    blank = _blank()
    listed = blank["external_accounts"] | {"url": f"/v1/accounts/{id}/external_accounts"}
    return {"id": id} | blank | {"created": OPENED, "external_accounts": listed}


@cache
def _blank() -> Json:
    read: Json = orjson.loads(Path(__file__).with_name("account.json").read_bytes())
    return read
