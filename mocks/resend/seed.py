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


def populate(tx: Transaction, story: Json) -> dict[str, str]:
    """Send a welcome mail to everybody who signed up, when they did; return the mails' ids."""
    from mocks.resend.operations.emails import send_email

    refs: dict[str, str] = {}
    organisations = {each["key"]: each for each in story.get("organisations", ())}
    for person in story.get("people", ()):
        organisation = organisations[person["organisation"]]
        mail = Message.model_validate(
            {
                "from": f"welcome@{DOMAIN}",
                "to": person["email"],
                "subject": f"Welcome to {organisation['name']}",
                "text": f"Hello {person['first_name']}, your account is ready.",
            }
        )
        with tx.earlier(person["days_ago"] * instants.DAY):
            refs[f"resend.welcome.{person['key']}"] = send_email(tx, mail)["id"]
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
