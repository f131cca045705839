"""Identifiers on the allowlist and the blocklist, and redirect URLs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from harness.collection import Collection
from harness.errors import Refusal
from mocks.clerk import errors, validation
from mocks.clerk.dialect import milliseconds
from mocks.clerk.resources import ids, instance

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

ALLOWED = Collection("clerk.allowlist_identifier", "identifier")
BLOCKED = Collection("clerk.blocklist_identifier", "identifier")
REDIRECTS = Collection("clerk.redirect_url", "url")


def add(tx: Transaction, collection: Collection, prefix: str, identifier: str) -> Json:
    """Put a mail address, `*@domain`, phone number or wallet on a list."""
    kind = collection.kind.partition(".")[2]
    value, type = _read(identifier)
    if tx.first(collection, identifier=value) is not None:
        words = kind.replace("_", " ")
        raise errors.conflict(
            "duplicate_record", f"duplicate {words}", f"the identifier {value} already exists"
        )
    made: Json = {
        "object": kind,
        "id": ids.new(tx, prefix),
        "identifier": value,
        "identifier_type": type,
        "instance_id": instance.id_of(tx),
        "created_at": milliseconds(tx.now),
        "updated_at": milliseconds(tx.now),
    }
    return tx.insert(collection, made, fresh=True)


def _read(text: str) -> tuple[str, str]:
    plain = text.strip()
    try:
        if "@" in plain:
            address = validation.email(f"x{plain[1:]}" if plain.startswith("*@") else plain)
            return (f"*{address[1:]}" if plain.startswith("*@") else address), "email_address"
        if plain.startswith("0x") and len(plain) == 42:
            return plain.lower(), "web3_wallet"
        return validation.phone(plain), "phone_number"
    except Refusal:
        raise _invalid() from None


def _invalid() -> Refusal:
    told = (
        "identifier must be either a valid email address, a valid phone number according to E.164 international "
        "standard or a valid web3 wallet."
    )
    return errors.invalid("identifier", told, code="form_param_format_invalid")


def remove(tx: Transaction, collection: Collection, id: str) -> Json:
    """Take an identifier from a list; return the deleted object."""
    if tx.get(collection, id) is None:
        raise errors.not_found(f"No identifier was found with id {id}", "Identifier not found")
    tx.delete(collection, id)
    return {"object": collection.kind.partition(".")[2], "id": id, "deleted": True}


def add_redirect(tx: Transaction, url: str) -> Json:
    """Allow native applications to be redirected to a URL."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if not parts.scheme or not (parts.netloc or parts.path) or any(each.isspace() for each in url):
        raise errors.invalid("url", "url must be a valid url.", code="form_param_format_invalid")
    if tx.first(REDIRECTS, url=url) is not None:
        raise errors.already_exists("url", f"The redirect url {url}")
    made: Json = {
        "object": "redirect_url",
        "id": ids.new(tx, "rurl"),
        "url": url,
        "created_at": milliseconds(tx.now),
        "updated_at": milliseconds(tx.now),
    }
    return tx.insert(REDIRECTS, made, fresh=True)


def find_redirect(tx: Transaction, id: str) -> Json:
    """Return a redirect URL; refuse an unknown id."""
    found = tx.get(REDIRECTS, id)
    if found is None:
        raise errors.not_found(f"No RedirectURL exists with id: {id}", "Redirect url not found")
    return found


def remove_redirect(tx: Transaction, id: str) -> Json:
    """Remove a redirect URL; return the deleted object."""
    found = find_redirect(tx, id)
    tx.delete(REDIRECTS, found["id"])
    return {"object": "redirect_url", "id": found["id"], "deleted": True}
