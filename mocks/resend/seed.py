"""What a new world's account holds: the key that the environment names, and a verified domain to send from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness import instants
from mocks.resend.resources import api_keys, domains
from mocks.resend.resources.message import Message

if TYPE_CHECKING:
    from harness.params import Json
    from harness.transaction import Transaction

DOMAIN = "greenroom.test"
SENDERS = {"welcome": "welcome"}
"""Who sends which kind of mail."""


def populate(tx: Transaction, story: Json) -> dict[str, str]:
    """Send the mails that a story tells of, when they were sent; return their ids, for example `resend.welcome.<person>`."""
    from mocks.resend.operations.emails import send_email

    refs: dict[str, str] = {}
    for told in story.get("mails") or ():
        mail = Message.model_validate(
            {
                "from": f"{SENDERS.get(told['kind'], 'hello')}@{DOMAIN}",
                "to": told["address"],
                "subject": told["subject"],
                "text": told["text"],
            }
        )
        with tx.earlier(told["days_ago"] * instants.DAY):
            refs[f"resend.{told['kind']}.{told['about']}"] = send_email(tx, mail)["id"]
    return refs


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
