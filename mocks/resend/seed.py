"""What a new world's account holds: the key that the environment names, and a verified domain to send from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mocks.resend.resources import api_keys, domains

if TYPE_CHECKING:
    from harness.transaction import Transaction

DOMAIN = "greenroom.test"


def open_account(tx: Transaction) -> dict[str, str]:
    """Fill the account; return the senders that a consumer may use, by the names under which it reads them."""
    api_keys.open_account_key(tx)
    domain = domains.new(tx, DOMAIN) | {"status": "verified"}
    tx.insert(domains.DOMAINS, domain)
    return {
        "EMAIL_FROM": f"hello@{DOMAIN}",
        "DEFAULT_FROM_EMAIL": f"hello@{DOMAIN}",
        "WELCOME_EMAIL_FROM": f"welcome@{DOMAIN}",
        "NEXT_PUBLIC_DEFAULT_FROM_EMAIL": f"hello@{DOMAIN}",
    }
