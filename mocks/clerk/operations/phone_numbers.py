"""Phone numbers of users."""

from __future__ import annotations

from typing import Literal

from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk import validation
from mocks.clerk.parameters import Body
from mocks.clerk.provider import clerk
from mocks.clerk.resources import identifications, users
from mocks.clerk.resources.identifications import PHONE


class PhoneChanges(Body):
    """The body of `PATCH /phone_numbers/{id}`."""

    verified: bool | None = None
    primary: bool | None = None
    reserved_for_second_factor: bool | None = None


class NewPhone(PhoneChanges):
    """The body of `POST /phone_numbers`."""

    user_id: str
    phone_number: str


class OnlyPhone(Body):
    """The body of `PUT /users/{user_id}/phone_number`."""

    phone_number: str
    identification_status: Literal["verified", "reserved", "unverified"] = "verified"


@clerk.post("/v1/phone_numbers", id="CreatePhoneNumber", tier="P1")
def create_phone_number(tx: Transaction, params: NewPhone) -> Json:
    """Give a user a phone number."""
    user, number = users.find(tx, params.user_id), validation.phone(params.phone_number)
    return identifications.add(
        tx,
        user,
        PHONE,
        number,
        verified=bool(params.verified),
        primary=bool(params.primary),
        reserved=params.reserved_for_second_factor,
    )


@clerk.get("/v1/phone_numbers/{phone_number_id}", id="GetPhoneNumber", tier="P1")
def retrieve_phone_number(tx: Transaction, phone_number_id: str) -> Json:
    """Retrieve a phone number."""
    return identifications.find(tx, PHONE, phone_number_id)[1]


@clerk.patch("/v1/phone_numbers/{phone_number_id}", id="UpdatePhoneNumber", tier="P1")
def update_phone_number(tx: Transaction, params: PhoneChanges, phone_number_id: str) -> Json:
    """Verify a phone number, make it the primary one, or reserve it for the second factor."""
    user, phone = identifications.find(tx, PHONE, phone_number_id)
    identifications.change(
        tx,
        user,
        PHONE,
        phone,
        verified=params.verified,
        primary=bool(params.primary),
        reserved=params.reserved_for_second_factor,
    )
    return phone


@clerk.delete("/v1/phone_numbers/{phone_number_id}", id="DeletePhoneNumber", tier="P1")
def delete_phone_number(tx: Transaction, phone_number_id: str) -> Json:
    """Take a phone number from its user."""
    user, phone = identifications.find(tx, PHONE, phone_number_id)
    identifications.remove(tx, user, PHONE, phone)
    return {"object": PHONE, "id": phone["id"], "deleted": True}


@clerk.put("/v1/users/{user_id}/phone_number", id="ReplaceUserPhoneNumber", tier="P1")
def replace_phone_number(tx: Transaction, params: OnlyPhone, user_id: str) -> Json:
    """Put one phone number in the place of all that a user has."""
    user, number = users.find(tx, user_id), validation.phone(params.phone_number)
    return identifications.replace(tx, user, PHONE, number, params.identification_status)
