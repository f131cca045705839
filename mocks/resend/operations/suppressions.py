"""The suppression list."""

from __future__ import annotations

from typing import Literal
from urllib.parse import unquote

from harness.params import Json
from harness.transaction import Transaction
from mocks.resend import errors
from mocks.resend.dialect import listed
from mocks.resend.parameters import Body, Listing
from mocks.resend.provider import resend
from mocks.resend.resources import suppressions
from mocks.resend.resources.suppressions import SUPPRESSIONS

MOST = 100


class NewSuppression(Body):
    """The body of `POST /suppressions`."""

    email: str


class NewSuppressions(Body):
    """The body of `POST /suppressions/batch/add`."""

    emails: list[str]


class Removal(Body):
    """The body of `POST /suppressions/batch/remove`: addresses, or ids."""

    emails: list[str] | None = None
    ids: list[str] | None = None


class SuppressionListing(Listing):
    """The query of `GET /suppressions`."""

    origin: Literal["bounce", "complaint", "manual"] | None = None


@resend.post("/suppressions", id="suppressions/add", tier="P1", status=201)
def add_suppression(tx: Transaction, params: NewSuppression) -> Json:
    """Send an address nothing more."""
    return _named(suppressions.add_by_hand(tx, params.email))


@resend.get("/suppressions", id="suppressions/list", tier="P1")
def list_suppressions(tx: Transaction, params: SuppressionListing) -> Json:
    """List addresses that get nothing, the newest first; cursors are ids."""
    for name in ("after", "before"):
        cursor = getattr(params, name)
        held = None if cursor is None else suppressions.found(tx, cursor)
        if held is not None:
            setattr(params, name, held["email"])
    return listed(tx, SUPPRESSIONS, params, suppressions.shown, origin=params.origin)


@resend.post("/suppressions/batch/add", id="suppressions/batch-add", tier="P1", status=201)
def add_suppressions(tx: Transaction, params: NewSuppressions) -> Json:
    """Send several addresses nothing more."""
    _check(params.emails, "emails")
    return {"data": [_named(suppressions.add_by_hand(tx, each)) for each in params.emails]}


@resend.post("/suppressions/batch/remove", id="suppressions/batch-remove", tier="P1")
def remove_suppressions(tx: Transaction, params: Removal) -> Json:
    """Take several addresses from the list; those that are not on it are left out of the answer."""
    wanted = params.emails if params.emails is not None else params.ids
    if wanted is None:
        raise errors.missing_field("emails")
    _check(wanted, "emails")
    held = [suppressions.found(tx, each) for each in dict.fromkeys(wanted)]
    return {"data": [_removed(tx, each) for each in held if each is not None]}


@resend.get("/suppressions/{suppression}", id="suppressions/get", tier="P1")
def retrieve_suppression(tx: Transaction, suppression: str) -> Json:
    """Retrieve an entry by id or address."""
    return {"object": "suppression", **suppressions.shown(_found(tx, suppression))}


@resend.delete("/suppressions/{suppression}", id="suppressions/remove", tier="P1")
def remove_suppression(tx: Transaction, suppression: str) -> Json:
    """Let an address get mail again."""
    return _removed(tx, _found(tx, suppression))


def _check(wanted: list[str], field: str) -> None:
    if not 1 <= len(wanted) <= MOST:
        text = f"Invalid `{field}` field. It takes 1 to {MOST} entries."
        raise errors.invalid(text, field=field, rule="batch_size")


def _found(tx: Transaction, id_or_email: str) -> Json:
    entry = suppressions.found(tx, unquote(id_or_email))
    if entry is None:
        raise errors.not_found("Suppression")
    return entry


def _named(entry: Json) -> Json:
    return {"object": "suppression", "id": entry["id"]}


def _removed(tx: Transaction, entry: Json) -> Json:
    tx.delete(SUPPRESSIONS, entry["email"])
    return _named(entry) | {"deleted": True}
