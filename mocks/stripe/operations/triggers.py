"""Triggers: what `greenroom trigger stripe EVENT` makes for the events of Stripe's CLI, by the same operations as its steps.

The steps of each are in triggers.toml. They run in one transaction, as calls of the API do one after the other.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from harness.errors import Refusal
from harness.params import Json, Params
from harness.transaction import Transaction
from mocks.stripe.provider import stripe
from mocks.stripe.resources import payment_attempts, payment_intents, subscriptions
from mocks.stripe.resources.checkout_sessions import find

_REFERENCE = re.compile(r"\$\{([^}]+)\}")
_RECIPES: dict[str, Json] = tomllib.loads(Path(__file__).with_name("triggers.toml").read_text())


class NoParameters(Params):
    """These triggers make all that they need."""


def steps_of(event: str) -> list[Json]:
    """Return the steps of an event, those that it comes after first."""
    recipe = _RECIPES[event]
    before = steps_of(recipe["after"]) if "after" in recipe else []
    own: list[Json] = recipe.get("steps", [])
    return before + own


def run(tx: Transaction, steps: list[Json]) -> Json:
    """Run steps one after the other, each from what the ones before it wrote; return their answers by name."""
    answers: Json = {}
    for step in steps:
        given = _filled(step["with"], answers)
        declined = False
        try:
            answers[step.get("as", "")] = (
                _triggered(tx, step, given) if "trigger" in step else _called(tx, step, given)
            )
        except Refusal as refusal:
            declined = refusal.status == 402
            if not (declined and step.get("declined")):
                raise
        if step.get("declined") and not declined:
            raise RuntimeError(f"{step['do']} was to be declined, and was not")
        tx.checkpoint()
    return answers


def _called(tx: Transaction, step: Json, given: Json) -> Any:
    operation = stripe.operations[step["do"]]
    values = {name: given.pop(name) for name in operation.names}
    params = None if operation.params is None else operation.params.model_validate(given)
    return operation.call(tx, params, values)


def _triggered(tx: Transaction, step: Json, given: Json) -> Any:
    model, handler = stripe.triggers[step["trigger"]]
    return handler(tx, model.model_validate(given))


def _filled(value: Any, answers: Json) -> Any:
    """Return parameters as forms spell them, their references to earlier answers resolved."""
    if isinstance(value, dict):
        return {name: _filled(each, answers) for name, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, answers) for each in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    match = _REFERENCE.fullmatch(str(value))
    if match is None:
        return str(value)
    found: Any = answers
    for name in match[1].split("."):
        found = found[int(name)] if isinstance(found, list) else found[name]
    return found


def _trigger(event: str) -> Callable[[Transaction, NoParameters], None]:
    def make(tx: Transaction, params: NoParameters) -> None:
        run(tx, steps_of(event))

    make.__doc__ = f"Make what `stripe trigger {event}` makes."
    return make


stripe.untriggered |= tomllib.loads(Path(__file__).with_name("untriggered.toml").read_text())

for _event in _RECIPES:
    if not _event.startswith("_"):
        stripe.trigger(_event)(_trigger(_event))


@stripe.trigger("subscription_schedule.aborted")
def abort_schedule(tx: Transaction, params: NoParameters) -> None:
    """Let a schedule end because nobody pays for its subscription."""
    made = run(tx, steps_of("subscription_schedule.created"))
    found = subscriptions.find(tx, made["schedule"]["subscription"])
    subscriptions.cancel(tx, found, reason="payment_failed")


def _hear_of_bank(tx: Transaction, recipe: str) -> None:
    """Let a session be paid by debit, and the bank answer at once."""
    made = run(tx, steps_of(recipe))
    id = find(tx, made["session"]["id"])["payment_intent"]
    payment_attempts.answer(tx, payment_intents.get(tx, id))


@stripe.trigger("checkout.session.async_payment_succeeded")
def succeed_later(tx: Transaction, params: NoParameters) -> None:
    """Let a session be paid by a debit that the bank lets through."""
    _hear_of_bank(tx, "_paid_by_debit")


@stripe.trigger("checkout.session.async_payment_failed")
def fail_later(tx: Transaction, params: NoParameters) -> None:
    """Let a session be paid by a debit that the bank refuses."""
    _hear_of_bank(tx, "_paid_by_failing_debit")
