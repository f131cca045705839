"""Frontend API: signing in."""

from __future__ import annotations

from collections.abc import Callable

from harness.messages import Reply
from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk import browsing
from mocks.clerk.browsing import Factor, Form, Proof
from mocks.clerk.resources import browsers, sign_ins


class NewSignIn(Form):
    """How somebody begins to sign in."""

    strategy: str | None = None
    identifier: str | None = None
    password: str | None = None
    ticket: str | None = None
    redirect_url: str | None = None
    action_complete_redirect_url: str | None = None
    transfer: bool | None = None


class NewPassword(Form):
    """The password that replaces a forgotten one."""

    password: str
    sign_out_of_other_sessions: bool | None = None


@browsing.post("/v1/client/sign_ins", id="createSignIn", tier="P0")
def create_sign_in(tx: Transaction, params: NewSignIn) -> Reply:
    """Begin to sign in."""
    browser = browsers.of_request(tx)
    sign_in = sign_ins.create(tx, browser, params.given())
    return browsing.wrapped(tx, browser, sign_ins.shown(tx, sign_in))


@browsing.get("/v1/client/sign_ins/{sign_in_id}", id="getSignIn", tier="P0")
def retrieve_sign_in(tx: Transaction, sign_in_id: str) -> Reply:
    """Show a sign-in."""
    browser = browsers.of_request(tx)
    return browsing.wrapped(tx, browser, sign_ins.shown(tx, sign_ins.find(tx, browser, sign_in_id)))


@browsing.post(
    "/v1/client/sign_ins/{sign_in_id}/prepare_first_factor", id="prepareSignInFactorOne", tier="P0"
)
def prepare_first_factor(tx: Transaction, params: Factor, sign_in_id: str) -> Reply:
    """Send the code of a first factor."""
    return _step(tx, sign_in_id, lambda sign_in: sign_ins.prepare_first(tx, sign_in, params.given()))


@browsing.post(
    "/v1/client/sign_ins/{sign_in_id}/attempt_first_factor", id="attemptSignInFactorOne", tier="P0"
)
def attempt_first_factor(tx: Transaction, params: Proof, sign_in_id: str) -> Reply:
    """Prove a first factor."""
    return _step(tx, sign_in_id, lambda sign_in: sign_ins.attempt_first(tx, sign_in, params.given()))


@browsing.post(
    "/v1/client/sign_ins/{sign_in_id}/prepare_second_factor", id="prepareSignInFactorTwo", tier="P1"
)
def prepare_second_factor(tx: Transaction, params: Factor, sign_in_id: str) -> Reply:
    """Send the code of a second factor."""
    return _step(tx, sign_in_id, lambda sign_in: sign_ins.prepare_second(tx, sign_in, params.given()))


@browsing.post(
    "/v1/client/sign_ins/{sign_in_id}/attempt_second_factor", id="attemptSignInFactorTwo", tier="P1"
)
def attempt_second_factor(tx: Transaction, params: Proof, sign_in_id: str) -> Reply:
    """Prove a second factor."""
    return _step(tx, sign_in_id, lambda sign_in: sign_ins.attempt_second(tx, sign_in, params.given()))


@browsing.post("/v1/client/sign_ins/{sign_in_id}/reset_password", id="resetPassword", tier="P1")
def reset_password(tx: Transaction, params: NewPassword, sign_in_id: str) -> Reply:
    """Replace a forgotten password, after its owner has proved to be that by a code."""
    sign_out = bool(params.sign_out_of_other_sessions)
    return _step(
        tx,
        sign_in_id,
        lambda sign_in: sign_ins.reset_password(tx, sign_in, params.password, sign_out=sign_out),
    )


def _step(tx: Transaction, id: str, act: Callable[[Json], None]) -> Reply:
    """Do something with the sign-in that the browser is at; show it as it is then."""
    browser = browsers.of_request(tx)
    sign_in = sign_ins.current(tx, browser, id)
    act(sign_in)
    return browsing.wrapped(tx, browser, sign_ins.shown(tx, sign_in))
