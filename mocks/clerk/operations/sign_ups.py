"""Sign-ups in browsers, as servers see them."""

from __future__ import annotations

from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk import errors
from mocks.clerk.parameters import Body
from mocks.clerk.provider import clerk
from mocks.clerk.resources import sign_ups
from mocks.clerk.resources.sign_ups import SIGN_UPS


class Changes(Body):
    """The body of `PATCH /sign_ups/{id}`."""

    external_id: str | None = None
    custom_action: bool | None = None


@clerk.get("/v1/sign_ups/{id}", id="GetSignUp", tier="P2")
def retrieve_sign_up(tx: Transaction, id: str) -> Json:
    """Retrieve a sign-up."""
    return sign_ups.shown(_found(tx, id))


@clerk.patch("/v1/sign_ups/{id}", id="UpdateSignUp", tier="P2")
def update_sign_up(tx: Transaction, params: Changes, id: str) -> Json:
    """Name the person of a sign-up in the consumer's own system; the user gets that name too."""
    sign_up = sign_ups.open_one(_found(tx, id))
    sign_up |= params.given()
    sign_up["custom_action"] = bool(sign_up["custom_action"])
    return sign_ups.shown(tx.save(SIGN_UPS, sign_up))


def _found(tx: Transaction, id: str) -> Json:
    found = tx.get(SIGN_UPS, id)
    if found is None:
        raise errors.not_found(f"No sign up was found with id {id}", "Sign up not found")
    return found
