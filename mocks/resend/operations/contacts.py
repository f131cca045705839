"""Contacts, by id or mail address, under their own path and under that of their audience."""

from __future__ import annotations

from typing import Literal
from urllib.parse import unquote

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.resend import errors
from mocks.resend.dialect import find, listed, sliced
from mocks.resend.parameters import Body, Listing
from mocks.resend.provider import resend
from mocks.resend.resources import contacts, segments, topics
from mocks.resend.resources.contacts import CONTACTS
from mocks.resend.resources.segments import SEGMENTS
from mocks.resend.resources.topics import TOPICS

SIBLINGS = frozenset({"imports"})
"""Paths beside `/contacts/{id}` that Resend has and this room does not serve."""


class Reference(Body):
    """A segment, as the SDKs name it."""

    id: str


class Subscription(Body):
    """A contact's subscription to a topic."""

    id: str
    subscription: Literal["opt_in", "opt_out"]


class ContactChanges(Body):
    """What can be changed of a contact."""

    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    unsubscribed: bool | None = None
    properties: dict[str, str | int | float | None] | None = None


class NewContact(ContactChanges):
    """The body of `POST /contacts`."""

    email: str
    segments: list[str | Reference] | None = None
    topics: list[Subscription] | None = None
    audience_id: str | None = None


class ContactListing(Listing):
    """The query of `GET /contacts`."""

    segment_id: str | None = None


class Subscriptions(Body):
    """The body of `PATCH /contacts/{contact_id}/topics`: under a name, or the array itself from older SDKs."""

    topics: list[Subscription] = Field(min_length=1)


@resend.post("/contacts", id="contacts/create", tier="P1", status=201)
def create_contact(tx: Transaction, params: NewContact) -> Json:
    """Add a contact."""
    named = [each if isinstance(each, str) else each.id for each in params.segments or ()]
    if params.audience_id is not None:
        named.append(params.audience_id)
    wanted = params.model_dump(exclude={"segments", "topics", "audience_id"})
    subscriptions = {each.id: each.subscription for each in params.topics or ()}
    contact = contacts.create(tx, wanted | {"segments": named, "topics": subscriptions})
    return {"object": "contact", "id": contact["id"]}


@resend.get("/contacts", id="contacts/list", tier="P1")
def list_contacts(tx: Transaction, params: ContactListing) -> Json:
    """List contacts, newest first."""
    return listed(tx, CONTACTS, params, contacts.summary, segments=params.segment_id)


@resend.get("/contacts/{id}", id="contacts/get", tier="P1")
def retrieve_contact(tx: Transaction, id: str) -> Json:
    """Retrieve a contact."""
    if id in SIBLINGS:
        raise errors.unserved("GET", f"/contacts/{id}")
    return contacts.full(tx, _found(tx, id))


@resend.patch("/contacts/{id}", id="contacts/update", tier="P1")
def update_contact(tx: Transaction, params: ContactChanges, id: str) -> Json:
    """Change a contact."""
    contact = _found(tx, id)
    contacts.update(tx, contact, params.given())
    return {"object": "contact", "id": contact["id"]}


@resend.delete("/contacts/{id}", id="contacts/remove", tier="P1")
def remove_contact(tx: Transaction, id: str) -> Json:
    """Delete a contact; one that never was is said to be deleted, too (recorded)."""
    contact = contacts.found(tx, unquote(id))
    if contact is not None:
        contacts.remove(tx, contact)
    gone = unquote(id) if contact is None else contact["id"]
    return {"object": "contact", "id": gone, "contact": gone, "deleted": True}


# --- segments and topics of a contact ----------------------------------------------------------------------------


@resend.get("/contacts/{contact_id}/segments", id="contacts/list-segments", tier="P1")
def list_contact_segments(tx: Transaction, params: Listing, contact_id: str) -> Json:
    """List the segments that a contact is in."""
    held = [tx.get(SEGMENTS, each) for each in _found(tx, contact_id)["segments"]]
    return sliced([segments.brief(each) for each in held if each], params)


@resend.post("/contacts/{contact_id}/segments/{segment_id}", id="contacts/add-segment", tier="P1")
def add_segment(tx: Transaction, contact_id: str, segment_id: str) -> Json:
    """Put a contact into a segment."""
    contact, segment = _found(tx, contact_id), find(tx, SEGMENTS, segment_id, "Segment")
    if segment["id"] not in contact["segments"]:
        contact["segments"].append(segment["id"])
        contacts.update(tx, contact, {})
    return _membership(contact, segment)


@resend.delete("/contacts/{contact_id}/segments/{segment_id}", id="contacts/remove-segment", tier="P1")
def remove_contact_segment(tx: Transaction, contact_id: str, segment_id: str) -> Json:
    """Take a contact out of a segment."""
    contact, segment = _found(tx, contact_id), find(tx, SEGMENTS, segment_id, "Segment")
    if segment["id"] in contact["segments"]:
        contact["segments"].remove(segment["id"])
        contacts.update(tx, contact, {})
    return _membership(contact, segment) | {"deleted": True}


@resend.get("/contacts/{contact_id}/topics", id="contacts/list-topics", tier="P1")
def list_contact_topics(tx: Transaction, params: Listing, contact_id: str) -> Json:
    """List all topics with a contact's subscription to each."""
    contact = _found(tx, contact_id)
    names = ("id", "name", "description")
    held = [
        {name: topics.shown(each)[name] for name in names}
        | {"subscription": contacts.subscription(contact, each)}
        for each in tx.every(TOPICS, newest_first=True)
    ]
    return sliced(held, params)


@resend.patch("/contacts/{contact_id}/topics", id="contacts/update-topics", tier="P1")
def update_contact_topics(tx: Transaction, params: Subscriptions, contact_id: str) -> Json:
    """Change a contact's subscriptions."""
    contact = _found(tx, contact_id)
    changed = {each.id: each.subscription for each in params.topics}
    contacts.update(tx, contact, {"topics": changed})
    told = [{"id": id, "subscription": subscription} for id, subscription in changed.items()]
    return {"object": "contact", "id": contact["id"], "contact_id": contact["id"], "topics": told}


# --- under an audience -------------------------------------------------------------------------------------------


@resend.post("/audiences/{audience_id}/contacts", id="audiences/create-contact", tier="P1", status=201)
def create_audience_contact(tx: Transaction, params: NewContact, audience_id: str) -> Json:
    """Add a contact to an audience."""
    find(tx, SEGMENTS, audience_id, "Audience")
    return create_contact(tx, params.model_copy(update={"audience_id": audience_id}))


@resend.get("/segments/{audience_id}/contacts", id="segments/list-contacts", tier="P1")
@resend.get("/audiences/{audience_id}/contacts", id="audiences/list-contacts", tier="P1")
def list_audience_contacts(tx: Transaction, params: Listing, audience_id: str) -> Json:
    """List the contacts of an audience."""
    find(tx, SEGMENTS, audience_id, "Audience")
    return listed(tx, CONTACTS, params, contacts.summary, segments=audience_id)


@resend.get("/audiences/{audience_id}/contacts/{id}", id="audiences/get-contact", tier="P1")
def retrieve_audience_contact(tx: Transaction, audience_id: str, id: str) -> Json:
    """Retrieve a contact of an audience."""
    return contacts.full(tx, _of(tx, audience_id, id))


@resend.patch("/audiences/{audience_id}/contacts/{id}", id="audiences/update-contact", tier="P1")
def update_audience_contact(tx: Transaction, params: ContactChanges, audience_id: str, id: str) -> Json:
    """Change a contact of an audience."""
    return update_contact(tx, params, _of(tx, audience_id, id)["id"])


@resend.delete("/audiences/{audience_id}/contacts/{id}", id="audiences/remove-contact", tier="P1")
def remove_audience_contact(tx: Transaction, audience_id: str, id: str) -> Json:
    """Delete a contact of an audience; the answer echoes what the path named (recorded)."""
    contact = contacts.found(tx, unquote(id))
    if contact is not None and audience_id in contact["segments"]:
        contacts.remove(tx, contact)
    return {"object": "contact", "contact": unquote(id), "deleted": True}


def _found(tx: Transaction, id: str) -> Json:
    contact = contacts.found(tx, unquote(id))
    if contact is None:
        raise errors.not_found("Contact")
    return contact


def _of(tx: Transaction, audience: str, id: str) -> Json:
    contact = _found(tx, id)
    if audience not in contact["segments"]:
        raise errors.not_found("Contact")
    return contact


def _membership(contact: Json, segment: Json) -> Json:
    return {
        "object": "contact_segment",
        "id": segment["id"],
        "contact_id": contact["id"],
        "segment_id": segment["id"],
    }
