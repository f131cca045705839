"""Properties that contacts may have."""

from __future__ import annotations

import re
from typing import Literal

from harness.params import Json
from harness.transaction import Transaction
from mocks.resend import errors
from mocks.resend.dialect import find, listed
from mocks.resend.parameters import Body, Listing
from mocks.resend.provider import resend
from mocks.resend.resources import contacts
from mocks.resend.resources.contacts import PROPERTIES

_key = re.compile(r"[A-Za-z0-9_]{1,50}").fullmatch


class PropertyChanges(Body):
    """What can be changed of a property."""

    fallback_value: str | int | float | None = None


class NewProperty(PropertyChanges):
    """The body of `POST /contact-properties`."""

    key: str
    type: Literal["string", "number"]


@resend.post("/contact-properties", id="contact-properties/create", tier="P1", status=201)
def create_property(tx: Transaction, params: NewProperty) -> Json:
    """Add a property."""
    if not _key(params.key):
        text = "Invalid `key` field. It takes 1 to 50 letters, digits and underscores."
        raise errors.invalid(text, field="key", rule="property_key")
    if tx.first(PROPERTIES, key=params.key) is not None:
        text = f"A contact property with the key `{params.key}` already exists."
        raise errors.invalid(text, field="key", rule="property_exists")
    _check(params.fallback_value, params.type)
    held = {"id": tx.uuid("contact_property.id"), "created": tx.now, **params.model_dump()}
    tx.insert(PROPERTIES, held)
    return {"object": "contact_property", "id": held["id"]}


@resend.get("/contact-properties", id="contact-properties/list", tier="P1")
def list_properties(tx: Transaction, params: Listing) -> Json:
    """List properties, newest first."""
    return listed(tx, PROPERTIES, params, contacts.shown_property)


@resend.get("/contact-properties/{id}", id="contact-properties/get", tier="P1")
def retrieve_property(tx: Transaction, id: str) -> Json:
    """Retrieve a property."""
    held = find(tx, PROPERTIES, id, "Contact property")
    return {"object": "contact_property", **contacts.shown_property(held)}


@resend.patch("/contact-properties/{id}", id="contact-properties/update", tier="P1")
def update_property(tx: Transaction, params: PropertyChanges, id: str) -> Json:
    """Change a property's fallback."""
    held = find(tx, PROPERTIES, id, "Contact property")
    _check(params.fallback_value, held["type"])
    tx.save(PROPERTIES, held | {"fallback_value": params.fallback_value})
    return {"object": "contact_property", "id": held["id"]}


@resend.delete("/contact-properties/{id}", id="contact-properties/remove", tier="P1")
def remove_property(tx: Transaction, id: str) -> Json:
    """Delete a property; contacts keep their values and show them no more."""
    held = find(tx, PROPERTIES, id, "Contact property")
    tx.delete(PROPERTIES, held["id"])
    return {"object": "contact_property", "id": held["id"], "deleted": True}


def _check(value: float | str | None, kind: str) -> None:
    if value is not None and isinstance(value, str) != (kind == "string"):
        text = f"Invalid `fallback_value` field. It must be a {kind}."
        raise errors.invalid(text, field="fallback_value", rule="property_type")
