"""Broadcasts."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.resend import errors
from mocks.resend.dialect import find, listed, sliced
from mocks.resend.parameters import Body, Listing
from mocks.resend.provider import resend
from mocks.resend.resources import broadcasts
from mocks.resend.resources.broadcasts import BROADCASTS


class BroadcastChanges(Body):
    """What can be changed of a broadcast."""

    name: str | None = None
    segment_id: str | None = None
    audience_id: str | None = None
    from_: str | None = Field(None, alias="from")
    subject: str | None = None
    reply_to: str | list[str] | None = None
    preview_text: str | None = None
    html: str | None = None
    text: str | None = None
    topic_id: str | None = None

    def content(self) -> Json:
        """Return what was given under Resend's names; an audience is a segment."""
        given = self.model_dump(exclude_unset=True, by_alias=True, exclude={"send", "scheduled_at"})
        audience = given.pop("audience_id", None)
        if given.get("segment_id") is None and audience is not None:
            given["segment_id"] = audience
        return given


class NewBroadcast(BroadcastChanges):
    """The body of `POST /broadcasts`."""

    from_: str = Field(alias="from")
    subject: str
    send: bool | None = None
    scheduled_at: str | None = None


class Sending(Body):
    """The body of `POST /broadcasts/{id}/send`."""

    scheduled_at: str | None = None


class Recipients(Listing):
    """The query of a broadcast's recipients."""

    model_config = ConfigDict(extra="ignore")

    type: str | None = None
    email: str | None = None


@resend.post("/broadcasts", id="broadcasts/create", tier="P1", status=201)
def create_broadcast(tx: Transaction, params: NewBroadcast) -> Json:
    """Add a broadcast, and send it at once where it says so."""
    content = params.content()
    if content.get("segment_id") is None:
        raise errors.missing_field("segment_id")
    broadcast = broadcasts.create(tx, content)
    if params.send:
        broadcasts.send(tx, broadcast, params.scheduled_at)
    return _named(broadcast)


@resend.get("/broadcasts", id="broadcasts/list", tier="P1")
def list_broadcasts(tx: Transaction, params: Listing) -> Json:
    """List broadcasts, newest first."""
    return listed(tx, BROADCASTS, params, broadcasts.summary)


@resend.get("/broadcasts/{id}", id="broadcasts/get", tier="P1")
def retrieve_broadcast(tx: Transaction, id: str) -> Json:
    """Retrieve a broadcast."""
    return broadcasts.full(_found(tx, id))


@resend.patch("/broadcasts/{id}", id="broadcasts/update", tier="P1")
def update_broadcast(tx: Transaction, params: BroadcastChanges, id: str) -> Json:
    """Change a draft."""
    broadcast = _found(tx, id)
    broadcasts.update(tx, broadcast, params.content())
    return _named(broadcast)


@resend.delete("/broadcasts/{id}", id="broadcasts/remove", tier="P1")
def remove_broadcast(tx: Transaction, id: str) -> Json:
    """Delete a broadcast that nobody has got yet."""
    broadcast = _found(tx, id)
    broadcasts.remove(tx, broadcast)
    return _named(broadcast) | {"deleted": True}


@resend.post("/broadcasts/{id}/send", id="broadcasts/send", tier="P1")
def send_broadcast(tx: Transaction, params: Sending, id: str) -> Json:
    """Send a broadcast, or schedule it."""
    broadcast = _found(tx, id)
    broadcasts.send(tx, broadcast, params.scheduled_at)
    return {"id": broadcast["id"]}


@resend.post("/broadcasts/{id}/cancel", id="broadcasts/cancel", tier="P1")
def cancel_broadcast(tx: Transaction, id: str) -> Json:
    """Make a scheduled broadcast a draft again."""
    broadcast = _found(tx, id)
    broadcasts.cancel(tx, broadcast)
    return _named(broadcast)


@resend.post("/broadcasts/{id}/duplicate", id="broadcasts/duplicate", tier="P1")
def duplicate_broadcast(tx: Transaction, id: str) -> Json:
    """Add a draft of the same content."""
    return _named(broadcasts.duplicate(tx, _found(tx, id)))


@resend.get("/broadcasts/{id}/recipients", id="broadcasts/recipients", tier="P1")
def list_recipients(tx: Transaction, params: Recipients, id: str) -> Json:
    """List who got a broadcast, and what they did."""
    return sliced(broadcasts.recipients(tx, _found(tx, id), params.type, params.email), params)


@resend.get("/broadcasts/{id}/clicked-links", id="broadcasts/list-clicked-links", tier="P1")
def list_clicked_links(tx: Transaction, params: Listing, id: str) -> Json:
    """List the links of a broadcast that were followed."""
    return sliced(broadcasts.clicked_links(tx, _found(tx, id)), params)


def _found(tx: Transaction, id: str) -> Json:
    found: Json = find(tx, BROADCASTS, id, "Broadcast")
    return found


def _named(broadcast: Json) -> Json:
    return {"object": "broadcast", "id": broadcast["id"]}
