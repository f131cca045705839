"""Frontend API: the user's own mail addresses and phone numbers."""

from __future__ import annotations

from harness.messages import Reply
from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk import browsing, validation
from mocks.clerk.browsing import Form
from mocks.clerk.resources import identifications, verifications, views
from mocks.clerk.resources.identifications import EMAIL, PHONE


class NewEmail(Form):
    """A mail address to add."""

    email_address: str


class NewPhone(Form):
    """A phone number to add."""

    phone_number: str
    reserved_for_second_factor: bool | None = None


class PhoneChanges(Form):
    """What a phone number is for."""

    reserved_for_second_factor: bool | None = None
    default_second_factor: bool | None = None


class Preparation(Form):
    """How an address or number is to be verified."""

    strategy: str


class Code(Form):
    """The code that came."""

    code: str | None = None


# --- mail addresses ----------------------------------------------------------------------------------------------


@browsing.get("/v1/me/email_addresses", id="getEmailAddresses", tier="P1")
def list_email_addresses(tx: Transaction) -> Json:
    """List the user's mail addresses, bare."""
    return _listed(tx, EMAIL)


@browsing.post("/v1/me/email_addresses", id="createEmailAddresses", tier="P1")
def create_email_address(tx: Transaction, params: NewEmail) -> Reply:
    """Add a mail address, which has to be verified."""
    return _add(tx, EMAIL, validation.email(params.email_address))


@browsing.get("/v1/me/email_addresses/{email_id}", id="getEmailAddress", tier="P1")
def retrieve_email_address(tx: Transaction, email_id: str) -> Reply:
    """Show a mail address."""
    return _shown(tx, EMAIL, email_id)


@browsing.delete("/v1/me/email_addresses/{email_id}", id="DeleteEmailAddress", tier="P1")
def delete_email_address(tx: Transaction, email_id: str) -> Reply:
    """Remove a mail address."""
    return _remove(tx, EMAIL, email_id)


@browsing.post(
    "/v1/me/email_addresses/{email_id}/prepare_verification", id="sendVerificationEmail", tier="P1"
)
def prepare_email_address(tx: Transaction, params: Preparation, email_id: str) -> Reply:
    """Send the code that verifies a mail address."""
    return _prepare(tx, EMAIL, email_id, params.strategy)


@browsing.post("/v1/me/email_addresses/{email_id}/attempt_verification", id="verifyEmailAddress", tier="P1")
def attempt_email_address(tx: Transaction, params: Code, email_id: str) -> Reply:
    """Verify a mail address."""
    return _attempt(tx, EMAIL, email_id, params.code)


# --- phone numbers -----------------------------------------------------------------------------------------------


@browsing.get("/v1/me/phone_numbers", id="getPhoneNumbers", tier="P1")
def list_phone_numbers(tx: Transaction) -> Json:
    """List the user's phone numbers, bare."""
    return _listed(tx, PHONE)


@browsing.post("/v1/me/phone_numbers", id="postPhoneNumbers", tier="P1")
def create_phone_number(tx: Transaction, params: NewPhone) -> Reply:
    """Add a phone number, which has to be verified."""
    return _add(tx, PHONE, validation.phone(params.phone_number))


@browsing.get("/v1/me/phone_numbers/{phone_number_id}", id="ReadPhoneNumber", tier="P1")
def retrieve_phone_number(tx: Transaction, phone_number_id: str) -> Reply:
    """Show a phone number."""
    return _shown(tx, PHONE, phone_number_id)


@browsing.patch("/v1/me/phone_numbers/{phone_number_id}", id="UpdatePhoneNumber", tier="P1")
def update_phone_number(tx: Transaction, params: PhoneChanges, phone_number_id: str) -> Reply:
    """Use a phone number for the second factor, or for that no more."""
    me = browsing.me(tx)
    phone = identifications.own(me.user, PHONE, phone_number_id)
    identifications.for_second_factor(
        tx, me.user, phone, reserved=params.reserved_for_second_factor, default=params.default_second_factor
    )
    return browsing.wrapped(tx, me.browser, views.identification(phone))


@browsing.delete("/v1/me/phone_numbers/{phone_number_id}", id="DeletePhoneNumber", tier="P1")
def delete_phone_number(tx: Transaction, phone_number_id: str) -> Reply:
    """Remove a phone number."""
    return _remove(tx, PHONE, phone_number_id)


@browsing.post(
    "/v1/me/phone_numbers/{phone_number_id}/prepare_verification", id="sendVerificationSMS", tier="P1"
)
def prepare_phone_number(tx: Transaction, params: Preparation, phone_number_id: str) -> Reply:
    """Send the code that verifies a phone number."""
    return _prepare(tx, PHONE, phone_number_id, params.strategy)


@browsing.post(
    "/v1/me/phone_numbers/{phone_number_id}/attempt_verification", id="verifyPhoneNumber", tier="P1"
)
def attempt_phone_number(tx: Transaction, params: Code, phone_number_id: str) -> Reply:
    """Verify a phone number."""
    return _attempt(tx, PHONE, phone_number_id, params.code)


# --- both --------------------------------------------------------------------------------------------------------


def _listed(tx: Transaction, kind: str) -> Json:
    own = browsing.me(tx).user[identifications.LISTS[kind]]
    return [views.identification(each) for each in own]


def _add(tx: Transaction, kind: str, value: str) -> Reply:
    me = browsing.me(tx)
    made = identifications.add(tx, me.user, kind, value, verified=False, primary=False)
    return browsing.wrapped(tx, me.browser, made)


def _shown(tx: Transaction, kind: str, id: str) -> Reply:
    me = browsing.me(tx)
    return browsing.wrapped(tx, me.browser, views.identification(identifications.own(me.user, kind, id)))


def _remove(tx: Transaction, kind: str, id: str) -> Reply:
    me = browsing.me(tx)
    identifications.remove(tx, me.user, kind, identifications.own(me.user, kind, id))
    return browsing.wrapped(tx, me.browser, {"object": kind, "id": id, "deleted": True})


def _prepare(tx: Transaction, kind: str, id: str, strategy: str) -> Reply:
    me = browsing.me(tx)
    found = identifications.own(me.user, kind, id)
    verifications.prepare(tx, me.user, kind, found, strategy)
    return browsing.wrapped(tx, me.browser, views.identification(found))


def _attempt(tx: Transaction, kind: str, id: str, code: str | None) -> Reply:
    me = browsing.me(tx)
    found = identifications.own(me.user, kind, id)
    verifications.attempt(tx, me.user, kind, found, code)
    return browsing.wrapped(tx, me.browser, views.identification(found))
