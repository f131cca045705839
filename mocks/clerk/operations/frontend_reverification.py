"""Frontend API: proving a factor again before something that matters."""

from __future__ import annotations

from typing import Literal

from harness.messages import Reply
from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk import browsing
from mocks.clerk.browsing import Factor, Form, Me, Proof
from mocks.clerk.resources import reverification


class Level(Form):
    """What is to be proved again."""

    level: Literal["first_factor", "second_factor", "multi_factor"]


class SecondFactor(Factor):
    """The second factor whose code is to be sent; only numbers get one."""

    strategy: str = "phone_code"


VERIFY = "/v1/client/sessions/{session_id}/verify"


@browsing.post(VERIFY, id="startSessionReverification", tier="P1")
def start(tx: Transaction, params: Level, session_id: str) -> Reply:
    """Begin to prove a level again."""
    own = browsing.own_session(tx, session_id)
    return _shown(tx, own, reverification.start(tx, own.session, own.user, params.level))


@browsing.post(f"{VERIFY}/prepare_first_factor", id="prepareSessionReverificationFirstFactor", tier="P1")
def prepare_first_factor(tx: Transaction, params: Factor, session_id: str) -> Reply:
    """Send the code of a first factor."""
    own = browsing.own_session(tx, session_id)
    return _shown(tx, own, reverification.prepare(tx, own.session, own.user, params.given(), second=False))


@browsing.post(f"{VERIFY}/attempt_first_factor", id="attemptSessionReverificationFirstFactor", tier="P1")
def attempt_first_factor(tx: Transaction, params: Proof, session_id: str) -> Reply:
    """Prove a first factor."""
    own = browsing.own_session(tx, session_id)
    return _shown(tx, own, reverification.attempt(tx, own.session, own.user, params.given(), second=False))


@browsing.post(f"{VERIFY}/prepare_second_factor", id="prepareSessionReverificationSecondFactor", tier="P1")
def prepare_second_factor(tx: Transaction, params: SecondFactor, session_id: str) -> Reply:
    """Send the code of a second factor."""
    own = browsing.own_session(tx, session_id)
    return _shown(tx, own, reverification.prepare(tx, own.session, own.user, params.given(), second=True))


@browsing.post(f"{VERIFY}/attempt_second_factor", id="attemptSessionReverificationSecondFactor", tier="P1")
def attempt_second_factor(tx: Transaction, params: Proof, session_id: str) -> Reply:
    """Prove a second factor."""
    own = browsing.own_session(tx, session_id)
    return _shown(tx, own, reverification.attempt(tx, own.session, own.user, params.given(), second=True))


def _shown(tx: Transaction, own: Me, begun: Json) -> Reply:
    return browsing.wrapped(tx, own.browser, reverification.shown(tx, begun, own.session, own.user))
