"""Codes that a backend sends and checks itself."""

from __future__ import annotations

from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk.parameters import Body
from mocks.clerk.provider import clerk
from mocks.clerk.resources import outside_checks
from mocks.clerk.resources.identifications import EMAIL, PHONE


class Attempt(Body):
    """The code, and the check that it is for."""

    verification_id: str
    code: str


@clerk.post(
    "/v1/email_addresses/{email_address_id}/prepare_verification",
    id="PrepareEmailAddressVerification",
    tier="P2",
)
def prepare_email(tx: Transaction, email_address_id: str) -> Json:
    """Send a code to a mail address."""
    return outside_checks.shown(outside_checks.prepare(tx, EMAIL, email_address_id))


@clerk.post(
    "/v1/email_addresses/{email_address_id}/attempt_verification",
    id="AttemptEmailAddressVerification",
    tier="P2",
)
def attempt_email(tx: Transaction, params: Attempt, email_address_id: str) -> Json:
    """Check the code that went to a mail address."""
    return outside_checks.shown(outside_checks.attempt(tx, EMAIL, email_address_id, params.given()))


@clerk.post(
    "/v1/phone_numbers/{phone_number_id}/prepare_verification",
    id="PreparePhoneNumberVerification",
    tier="P2",
)
def prepare_phone(tx: Transaction, phone_number_id: str) -> Json:
    """Send a code to a phone number."""
    return outside_checks.shown(outside_checks.prepare(tx, PHONE, phone_number_id))


@clerk.post(
    "/v1/phone_numbers/{phone_number_id}/attempt_verification",
    id="AttemptPhoneNumberVerification",
    tier="P2",
)
def attempt_phone(tx: Transaction, params: Attempt, phone_number_id: str) -> Json:
    """Check the code that went to a phone number."""
    return outside_checks.shown(outside_checks.attempt(tx, PHONE, phone_number_id, params.given()))
