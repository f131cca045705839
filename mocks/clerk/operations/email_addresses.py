"""Mail addresses of users."""

from __future__ import annotations

from typing import Literal

from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk import validation
from mocks.clerk.parameters import Body
from mocks.clerk.provider import clerk
from mocks.clerk.resources import identifications, notices, users
from mocks.clerk.resources.identifications import EMAIL


class EmailChanges(Body):
    """The body of `PATCH /email_addresses/{id}`."""

    verified: bool | None = None
    primary: bool | None = None
    notify_primary_email_address_changed: bool | None = None


class NewEmail(EmailChanges):
    """The body of `POST /email_addresses`."""

    user_id: str
    email_address: str


class OnlyEmail(Body):
    """The body of `PUT /users/{user_id}/email_address`."""

    email_address: str
    identification_status: Literal["verified", "reserved", "unverified"] = "verified"
    notify_primary_email_address_changed: bool | None = None


@clerk.post("/v1/email_addresses", id="CreateEmailAddress", tier="P1")
def create_email_address(tx: Transaction, params: NewEmail) -> Json:
    """Give a user a mail address."""
    user, address = users.find(tx, params.user_id), validation.email(params.email_address)
    verified, primary = bool(params.verified), bool(params.primary)
    with notices.primary_email(tx, user, wanted=params.notify_primary_email_address_changed):
        return identifications.add(tx, user, EMAIL, address, verified=verified, primary=primary)


@clerk.get("/v1/email_addresses/{email_address_id}", id="GetEmailAddress", tier="P1")
def retrieve_email_address(tx: Transaction, email_address_id: str) -> Json:
    """Retrieve a mail address."""
    return identifications.find(tx, EMAIL, email_address_id)[1]


@clerk.patch("/v1/email_addresses/{email_address_id}", id="UpdateEmailAddress", tier="P1")
def update_email_address(tx: Transaction, params: EmailChanges, email_address_id: str) -> Json:
    """Verify a mail address, or make it the primary one."""
    user, email = identifications.find(tx, EMAIL, email_address_id)
    primary = bool(params.primary)
    with notices.primary_email(tx, user, wanted=params.notify_primary_email_address_changed):
        identifications.change(tx, user, EMAIL, email, verified=params.verified, primary=primary)
    return email


@clerk.delete("/v1/email_addresses/{email_address_id}", id="DeleteEmailAddress", tier="P1")
def delete_email_address(tx: Transaction, email_address_id: str) -> Json:
    """Take a mail address from its user."""
    user, email = identifications.find(tx, EMAIL, email_address_id)
    identifications.remove(tx, user, EMAIL, email)
    return {"object": EMAIL, "id": email["id"], "deleted": True}


@clerk.put("/v1/users/{user_id}/email_address", id="ReplaceUserEmailAddress", tier="P1")
def replace_email_address(tx: Transaction, params: OnlyEmail, user_id: str) -> Json:
    """Put one mail address in the place of all that a user has."""
    user, address = users.find(tx, user_id), validation.email(params.email_address)
    with notices.primary_email(tx, user, wanted=params.notify_primary_email_address_changed):
        return identifications.replace(tx, user, EMAIL, address, params.identification_status)
