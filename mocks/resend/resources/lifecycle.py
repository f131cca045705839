"""The life of a mail: states, what leads to which, what each announces, and what happens by itself in world time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import instants
from harness.errors import InvalidInput
from harness.transaction import MAILS
from mocks.resend import errors
from mocks.resend.resources import (
    addresses,
    contacts,
    emails,
    events,
    message,
    quotas,
    suppressions,
    tracking,
)
from mocks.resend.resources.emails import EMAILS

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.resend.resources.message import Message

Json = dict[str, Any]

SENT_AFTER = 300 * 1000
"""µs of world time from acceptance to `sent`, and so on; Resend tells no times, these are about what one sees."""
CONCLUDED_AFTER = 1200 * 1000
COMPLAINED_AFTER = 1 * instants.SECOND
RETRIED_AFTER = 5 * instants.MINUTE

FROM: dict[str, frozenset[str]] = {
    "queued": frozenset({"scheduled"}),
    "canceled": frozenset({"scheduled"}),
    "sent": frozenset({"queued"}),
    "suppressed": frozenset({"queued"}),
    "failed": frozenset({"queued"}),
    "delivery_delayed": frozenset({"sent"}),
    "delivered": frozenset({"sent", "delivery_delayed"}),
    "bounced": frozenset({"sent", "delivery_delayed"}),
    "opened": frozenset({"delivered", "opened", "clicked"}),
    "clicked": frozenset({"delivered", "opened", "clicked"}),
    "complained": frozenset({"delivered", "opened", "clicked"}),
}
"""Which states a state can follow. A mail begins as `queued` or `scheduled`."""

BEFORE = {
    "sent": "queued",
    "suppressed": "queued",
    "failed": "queued",
    "delivery_delayed": "sent",
    "delivered": "sent",
    "bounced": "sent",
    "opened": "delivered",
    "clicked": "delivered",
    "complained": "delivered",
}
"""The usual state before: how a trigger gets a mail to where it is wanted."""

SILENT = frozenset({"queued", "canceled"})
"""States that Resend announces by no event."""

STRANDED = frozenset({"suppressed", "failed", "bounced"})
"""States of mails that reached nobody: the world's mail store marks them."""


# --- what consumers do -------------------------------------------------------------------------------------------


def accept(tx: Transaction, wanted: Message, **more: Any) -> Json:
    """Take a checked mail: queued at once, or scheduled for later. `more` is kept with it (a broadcast's id)."""
    if wanted.scheduled_at is None:
        email = emails.create(tx, wanted, last_event="queued", **more)
        _queue(tx, email)
        return email
    at = message.due(tx, wanted.scheduled_at)
    email = emails.create(tx, wanted, last_event="scheduled", scheduled_at=at, **more)
    tx.schedule("email.due", at, {"email": email["id"]}, key=_key(email))
    _announce(tx, email, "scheduled", {})
    return email


def reschedule(tx: Transaction, email: Json, scheduled_at: str) -> None:
    """Move a scheduled mail; refuse one that is scheduled no more."""
    _require_scheduled(email, "updated")
    email["scheduled_at"] = message.due(tx, scheduled_at)
    tx.schedule("email.due", email["scheduled_at"], {"email": email["id"]}, key=_key(email))
    tx.save(EMAILS, email)


def cancel(tx: Transaction, email: Json) -> None:
    """Cancel a scheduled mail; refuse one that is scheduled no more."""
    _require_scheduled(email, "canceled")
    tx.unschedule(_key(email))
    enter(tx, email, "canceled")


def _require_scheduled(email: Json, what: str) -> None:
    if email["last_event"] != "scheduled":
        text = f"Only scheduled emails can be {what}: this one is {email['last_event']}."
        raise errors.invalid(text, field="id", rule="not_scheduled")


def _key(email: Json) -> str:
    return f"email:{email['id']}"


# --- what happens by itself --------------------------------------------------------------------------------------


def fall_due(tx: Transaction, email: Json) -> None:
    """A scheduled mail's time has come."""
    enter(tx, email, "queued")
    _queue(tx, email)


def _queue(tx: Transaction, email: Json) -> None:
    """Put a mail that is on its way into the world's mail store, and send it a moment later."""
    _post(tx, email)
    tx.schedule("email.send", tx.now + SENT_AFTER, {"email": email["id"]})


def send(tx: Transaction, email: Json) -> None:
    """Hand a queued mail to the recipients' servers, unless none of them is to get it."""
    origins = {address: suppressions.origin(tx, address) for address in email["to"]}
    if all(origins.values()):
        suppress(tx, email, next(iter(origins.values())) or "bounce")
        return
    if not _getting(tx, email, "to"):
        enter(tx, email, "failed", failed={"reason": "topic_opted_out"})
        return
    if quotas.reached(tx) and email["scheduled_at"] is not None:
        enter(tx, email, "failed", failed={"reason": f"reached_{quotas.reached(tx)}_quota"})
        return
    enter(tx, email, "sent")
    tx.schedule("email.conclude", tx.now + CONCLUDED_AFTER, {"email": email["id"], "state": "sent"})


def conclude(tx: Transaction, email: Json) -> None:
    """What became of a mail that was sent: Resend's test addresses decide, all others take delivery."""
    outcomes = {addresses.simulated(address) for address in _recipients(email)}
    if "bounced" in outcomes:
        bounce(tx, email)
        return
    enter(tx, email, "delivered")
    if "complained" in outcomes:
        tx.schedule("email.complain", tx.now + COMPLAINED_AFTER, {"email": email["id"], "state": "delivered"})


def delay(tx: Transaction, email: Json) -> None:
    """The recipient's server put a mail off; it is tried again five minutes later."""
    enter(tx, email, "delivery_delayed")
    payload = {"email": email["id"], "state": "delivery_delayed"}
    tx.schedule("email.conclude", tx.now + RETRIED_AFTER, payload)


def bounce(
    tx: Transaction, email: Json, type: str = "Permanent", subtype: str = "General", text: str | None = None
) -> None:
    """The recipients' servers refused a mail; a permanent bounce puts the addresses on the suppression list."""
    recipients = _recipients(email)
    bounced = [address for address in recipients if addresses.simulated(address) == "bounced"] or recipients
    if type == "Permanent":
        for address in bounced:
            suppressions.add(tx, address, "bounce", email["id"])
    details = {
        "message": text or "The recipient's mail server rejected the message.",
        "type": type,
        "subType": subtype,
        "diagnosticCode": [
            f"smtp; 550 5.1.1 <{addresses.bare(address)}>: no such user" for address in bounced
        ],
    }
    enter(tx, email, "bounced", bounce=details)


def complain(tx: Transaction, email: Json) -> None:
    """A recipient marked a delivered mail as spam; the addresses get onto the suppression list."""
    for address in _recipients(email):
        suppressions.add(tx, address, "complaint", email["id"])
    enter(tx, email, "complained")


def suppress(tx: Transaction, email: Json, origin: str) -> None:
    """A mail goes to nobody, because its recipients bounced or complained before, or were put onto the list by hand.

    Webhooks have no word for the last: it is told as a bounce.
    """
    details = {
        "message": "The recipient is on the account's suppression list, so the email was not sent.",
        "type": "OnAccountSuppressionList",
        "reason": "previous_complaint" if origin == "complaint" else "previous_bounce",
        "diagnosticCode": [
            f"smtp; 550 5.1.1 <{addresses.bare(address)}>: suppressed" for address in email["to"]
        ],
    }
    enter(tx, email, "suppressed", suppressed=details)


# --- states ------------------------------------------------------------------------------------------------------


def enter(tx: Transaction, email: Json, state: str, **details: Json) -> None:
    """Put a mail into a state that can follow its present one, and announce it."""
    if email["last_event"] not in FROM[state]:
        raise InvalidInput(f"email {email['id']} is {email['last_event']} and cannot become {state}")
    email["last_event"] = state
    tx.save(EMAILS, email)
    if state in STRANDED:
        _mark(tx, email, state)
    if state not in SILENT:
        _announce(tx, email, state, details)


def reach(tx: Transaction, email: Json, state: str) -> None:
    """Lead a mail, by the usual way, to where `state` can follow; raise InvalidInput where no way leads there."""
    way: list[str] = []
    step = state
    while email["last_event"] not in FROM[step]:
        if step not in BEFORE:
            raise InvalidInput(f"email {email['id']} is {email['last_event']} and cannot become {state}")
        step = BEFORE[step]
        way.append(step)
    for step in reversed(way):
        if step == "queued":
            tx.unschedule(_key(email))
            enter(tx, email, step)
            _post(tx, email)
        elif step == "sent":
            send(tx, email)
        else:
            enter(tx, email, step)


def _announce(tx: Transaction, email: Json, state: str, details: Json) -> None:
    """Emit `email.<state>`: tags become an object, headers a list, as Resend's webhooks have them."""
    data: Json = {
        "created_at": instants.iso(email["created"]),
        "email_id": email["id"],
        "from": email["from"],
        "to": email["to"],
        "subject": email["subject"],
    }
    if email["headers"]:
        data["headers"] = [{"name": name, "value": value} for name, value in email["headers"].items()]
    for name in ("broadcast_id", "template_id"):
        if email.get(name):
            data[name] = email[name]
    if email["tags"]:
        data["tags"] = {tag["name"]: tag["value"] for tag in email["tags"]}
    events.emit(tx, f"email.{state}", data | details)


def _recipients(email: Json) -> list[str]:
    return [*email["to"], *email["cc"], *email["bcc"]]


def _getting(tx: Transaction, email: Json, field: str) -> list[str]:
    """Return who of `to`, `cc` or `bcc` gets a mail: neither on the suppression list nor out of its topic."""
    topic = email.get("topic_id")
    return [
        address
        for address in email[field]
        if suppressions.origin(tx, address) is None and contacts.wanting(tx, address, topic)
    ]


def _mark(tx: Transaction, email: Json, state: str) -> None:
    """Tell in the world's mail store that a mail reached nobody."""
    mail = tx.get(MAILS, email["id"])
    if mail is not None:
        tx.save(MAILS, mail | {"status": state})


def _post(tx: Transaction, email: Json) -> None:
    """Put a mail into the world's mail store, for those of its recipients who get mail; for nobody, not at all."""
    to = _getting(tx, email, "to")
    if not to:
        return
    files = tx.get(emails.ATTACHMENTS, email["id"])
    tx.send_mail(
        {
            "id": email["id"],
            "from": email["from"],
            "to": to,
            "cc": _getting(tx, email, "cc"),
            "bcc": _getting(tx, email, "bcc"),
            "reply_to": email["reply_to"],
            "subject": email["subject"],
            "html": tracking.tracked(tx, email),
            "text": emails.text_of(email),
            "headers": {"Message-ID": emails.message_id(email), **email["headers"]},
            "attachments": files["attachments"] if files else [],
            "tags": email["tags"],
        }
    )
