"""What happens by itself when its time has come. A mail that has gone another way meanwhile is left alone."""

from __future__ import annotations

from collections.abc import Callable

from harness.params import Json
from harness.transaction import Transaction
from mocks.resend.provider import resend
from mocks.resend.resources import broadcasts, domains, lifecycle
from mocks.resend.resources.broadcasts import BROADCASTS
from mocks.resend.resources.domains import DOMAINS
from mocks.resend.resources.emails import EMAILS


@resend.timer("email.due")
def fall_due(tx: Transaction, payload: Json) -> None:
    """Queue a scheduled mail."""
    _still(tx, payload, "scheduled", lifecycle.fall_due)


@resend.timer("email.send")
def send(tx: Transaction, payload: Json) -> None:
    """Send a queued mail."""
    _still(tx, payload, "queued", lifecycle.send)


@resend.timer("email.conclude")
def conclude(tx: Transaction, payload: Json) -> None:
    """Deliver or bounce a mail that was sent, or whose delivery was delayed."""
    _still(tx, payload, payload["state"], lifecycle.conclude)


@resend.timer("email.complain")
def complain(tx: Transaction, payload: Json) -> None:
    """Mark a delivered mail as spam, for `complained@resend.dev`."""
    _still(tx, payload, payload["state"], lifecycle.complain)


@resend.timer("broadcast.due")
def broadcast(tx: Transaction, payload: Json) -> None:
    """Mail a queued or scheduled broadcast."""
    found = tx.get(BROADCASTS, payload["broadcast"])
    if found is not None and found["status"] in ("queued", "scheduled"):
        broadcasts.fall_due(tx, found)


@resend.timer("domain.checked")
def check_domain(tx: Transaction, payload: Json) -> None:
    """End the verification of a pending domain."""
    domain = tx.get(DOMAINS, payload["domain"])
    if domain is not None and domain["status"] == "pending":
        domains.checked(tx, domain)


def _still(tx: Transaction, payload: Json, state: str, step: Callable[[Transaction, Json], None]) -> None:
    email = tx.get(EMAILS, payload["email"])
    if email is not None and email["last_event"] == state:
        step(tx, email)
