"""Stripe's object ids: a prefix, then letters and digits whose layout depends on the kind of object."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from harness import chance

if TYPE_CHECKING:
    from harness.transaction import Transaction

SHORT = {"cus": 14, "prod": 14, "si": 14, "req": 14}
"""Kinds whose ids are plain chance, with their lengths; coupons and others have forms of their own."""

PAYMENTS = frozenset({"pi", "ch", "py", "re", "pyr", "txn"})
"""Kinds of the payments system: their ids, and the ids of their events, begin with 3 instead of 1."""


def new_id(tx: Transaction, prefix: str, *, payment: bool = False) -> str:
    """Return a fresh id: `cus_` + 14, `sub_1…` + 23, `pi_3…` + 23, `cs_test_a1` + 56, `whsec_` + 32 characters.

    Longer ids hold the instant (5 characters) and the account (10 characters), as Stripe's do. `payment` gives an
    event of a payment its leading 3.
    """
    purpose = f"{prefix}.id"
    length = SHORT.get(prefix)
    if length is not None:
        return f"{prefix}_{tx.token(purpose, length)}"
    if prefix == "cs_test":
        return f"cs_test_a1{tx.token(purpose, 56)}"
    if prefix == "whsec":
        return f"whsec_{tx.token(purpose, 32)}"
    lead = "3" if payment or prefix in PAYMENTS else "1"
    return f"{prefix}_{lead}{_instant(tx.seconds)}{account_part(tx.world.seed)[:10]}{tx.token(purpose, 8)}"


def client_secret(tx: Transaction, id: str) -> str:
    """Return a client secret for an intent or session: `<id>_secret_` + 25 characters."""
    return f"{id}_secret_{tx.token('client_secret', 25)}"


def account_id(tx: Transaction) -> str:
    """Return the id of the world's account, `acct_1` + 16 characters; the same for the same seed."""
    return f"acct_1{account_part(tx.world.seed)}"


@lru_cache(maxsize=512)
def account_part(seed: str) -> str:
    """Return the 16 characters of an account's id, of which its objects' ids carry the first ten."""
    return chance.spell(chance.draw(seed, "stripe.account.id", 0, 16))


@lru_cache(maxsize=64)
def _instant(seconds: int) -> str:
    digits = []
    for _ in range(5):
        seconds, digit = divmod(seconds, 62)
        digits.append(chance.ALPHANUMERIC[digit])
    return "".join(reversed(digits))
