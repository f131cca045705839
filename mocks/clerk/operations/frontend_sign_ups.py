"""Frontend API: signing up."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import Field

from harness.messages import Reply
from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk import browsing
from mocks.clerk.browsing import Factor, Form, Proof
from mocks.clerk.resources import browsers, sign_ups


class SignUpFields(Form):
    """What somebody who signs up gives, all at once or bit by bit."""

    strategy: str | None = None
    ticket: str | None = None
    transfer: bool | None = None
    email_address: str | None = None
    phone_number: str | None = None
    email_address_or_phone_number: str | None = None
    username: str | None = None
    password: str | None = None
    first_name: str | None = Field(None, max_length=256)
    last_name: str | None = Field(None, max_length=256)
    unsafe_metadata: str | None = None
    locale: str | None = Field(None, max_length=35)
    legal_accepted: bool | None = None
    redirect_url: str | None = None
    action_complete_redirect_url: str | None = None


@browsing.post("/v1/client/sign_ups", id="createSignUps", tier="P0")
def create_sign_up(tx: Transaction, params: SignUpFields) -> Reply:
    """Begin to sign up."""
    browser = browsers.of_request(tx)
    sign_up = sign_ups.create(tx, browser, params.given())
    return browsing.wrapped(tx, browser, sign_ups.shown(sign_up))


@browsing.get("/v1/client/sign_ups/{sign_up_id}", id="getSignUps", tier="P0")
def retrieve_sign_up(tx: Transaction, sign_up_id: str) -> Reply:
    """Show a sign-up."""
    browser = browsers.of_request(tx)
    return browsing.wrapped(tx, browser, sign_ups.shown(sign_ups.find(tx, browser, sign_up_id)))


@browsing.patch("/v1/client/sign_ups/{sign_up_id}", id="updateSignUps", tier="P0")
def update_sign_up(tx: Transaction, params: SignUpFields, sign_up_id: str) -> Reply:
    """Add to a sign-up what was missing."""
    return _step(tx, sign_up_id, lambda sign_up: sign_ups.take(tx, sign_up, params.given()))


@browsing.post(
    "/v1/client/sign_ups/{sign_up_id}/prepare_verification", id="prepareSignUpsVerification", tier="P0"
)
def prepare_verification(tx: Transaction, params: Factor, sign_up_id: str) -> Reply:
    """Send the code that verifies an address or number."""
    return _step(tx, sign_up_id, lambda sign_up: sign_ups.prepare(tx, sign_up, params.given()))


@browsing.post(
    "/v1/client/sign_ups/{sign_up_id}/attempt_verification", id="attemptSignUpsVerification", tier="P0"
)
def attempt_verification(tx: Transaction, params: Proof, sign_up_id: str) -> Reply:
    """Verify an address or number by its code."""
    return _step(tx, sign_up_id, lambda sign_up: sign_ups.attempt(tx, sign_up, params.given()))


def _step(tx: Transaction, id: str, act: Callable[[Json], None]) -> Reply:
    """Do something with a sign-up of the browser that is not over; show it as it is then."""
    browser = browsers.of_request(tx)
    sign_up = sign_ups.current(tx, browser, id)
    act(sign_up)
    return browsing.wrapped(tx, browser, sign_ups.shown(sign_up))
