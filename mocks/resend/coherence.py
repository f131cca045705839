"""What holds between Resend's documents, and the mails that arrived in the world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.coherence import Coherence, Link
from harness.transaction import MAILS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

MAIL = ("resend.email", "resend.received")
ARRIVED = frozenset({"delivered", "opened", "clicked", "complained"})


def _arrived(tx: Transaction, email: Json) -> str | None:
    if email["last_event"] not in ARRIVED:
        return None
    mail = tx.get(MAILS, email["id"])
    if mail is None:
        return f"it is {email['last_event']}, and nobody has got it"
    return None if mail["to"] == email["to"] else f"it was sent to {email['to']} and got by {mail['to']}"


COHERENCE = Coherence(
    links={
        "resend.event": (Link("body.data.email_id", MAIL),),
        "resend.broadcast": (Link("segment_id", ("resend.segment",)), Link("topic_id", ("resend.topic",))),
        "resend.contact": (Link("segments[]", ("resend.segment",)),),
        "resend.email": (Link("broadcast_id", ("resend.broadcast",)),),
        "resend.api_key": (Link("domain_id", ("resend.domain",)),),
    },
    rules={"resend.email": {"who is told of it has got it": _arrived}},
)
