"""What Clerk tells users of by mail without their asking: changes of how they sign in, and sign-ins from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mocks.clerk.resources import instance, mails, users
from mocks.clerk.resources.sessions import SESSIONS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


def password_changed(tx: Transaction, user: Json) -> None:
    """Tell a user that the password was changed."""
    _tell(tx, "password_changed", user, f"Your password on {instance.APPLICATION} was changed")


def password_removed(tx: Transaction, user: Json) -> None:
    """Tell a user that the password was removed."""
    _tell(tx, "password_removed", user, f"Your password on {instance.APPLICATION} was removed")


def signed_in(tx: Transaction, user: Json, client: Json) -> None:
    """Tell a user of a sign-in in a browser that was never theirs before; the first browser of all is no news."""
    first = tx.first(SESSIONS, user_id=user["id"])
    if first is None or tx.first(SESSIONS, user_id=user["id"], client_id=client["id"]) is not None:
        return
    subject = f"New sign-in to {instance.APPLICATION}"
    _tell(tx, "sign_in_from_new_device", user, subject)


@contextmanager
def primary_email(tx: Transaction, user: Json, *, wanted: bool | None) -> Iterator[None]:
    """Tell a user's former primary address of another's having taken its place within, if that is wanted."""
    before = users.primary_email(user)
    yield
    after = users.primary_email(user)
    if wanted and before is not None and before != after:
        subject = f"Your primary address on {instance.APPLICATION} was changed"
        mails.notice(tx, "primary_email_address_changed", before, subject, (f"{subject}.",), user)


def _tell(tx: Transaction, slug: str, user: Json, subject: str) -> None:
    address = users.primary_email(user)
    if address is not None:
        lines = (f"{subject}. If this was not you, reset your password at once.",)
        mails.notice(tx, slug, address, subject, lines, user)
