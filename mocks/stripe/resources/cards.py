"""Stripe's test cards: which there are, and what a payment or a set-up with one of them comes to."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

PREFIXES = ("pm_card_", "tok_")

Authentication = Literal["none", "unless_set_up", "always", "on_session", "optional"]


@dataclass(frozen=True, slots=True)
class Decline:
    """How a charge is declined: codes of the error, what to do about it, and the message shown to the payer."""

    code: str
    decline_code: str
    message: str
    advice: str | None = None
    network: str | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """One test card; the fields are explained at the top of cards.toml."""

    name: str
    number: str
    brand: str = "visa"
    funding: str = "credit"
    country: str = "US"
    decline: Decline | None = None
    blocked: bool = False
    saves: bool = True
    authentication: Authentication = "none"
    after: Decline | None = None
    three_d_secure: bool = True
    checks: dict[str, str] = field(default_factory=dict)
    risk: str = "normal"
    refund: Literal["succeeds", "pending", "fails"] = "succeeds"
    available_now: bool = False
    disputes: tuple[str, ...] = ()
    warns: bool = False

    @property
    def last4(self) -> str:
        """The last four digits."""
        return self.number[-4:]

    def must_authenticate(self, *, set_up: bool, off_session: bool, requested: bool = False) -> bool:
        """Tell whether the issuer asks for 3D Secure before a payment.

        `set_up` says that the card was authenticated when it was saved; `requested` that the merchant asks for 3D
        Secure whenever the card can do it (`request_three_d_secure=any`).
        """
        match self.authentication:
            case "always":
                return True
            case "unless_set_up":
                return not set_up
            case "on_session":
                return not off_session
            case "optional":
                return requested and not off_session
            case _:
                return False


def named(template: str) -> Card | None:
    """Return the card of `pm_card_visa` or `tok_visa`, None for another name."""
    for prefix in PREFIXES:
        if template.startswith(prefix):
            return _register()[0].get(template[len(prefix) :])
    return None


def by_name(name: str) -> Card:
    """Return a card by its bare name, which payment methods keep."""
    return _register()[0][name]


def names() -> list[str]:
    """Return every name of a card, with which `pm_card_` and `tok_` templates end."""
    return sorted(_register()[0])


def numbered(number: str) -> Card | None:
    """Return the test card with a number; None for any other, which a sandbox declines."""
    return _register()[1].get(number)


def decline(name: str) -> Decline:
    """Return a decline by its name in cards.toml."""
    return _register()[2][name]


@cache
def _register() -> tuple[dict[str, Card], dict[str, Card], dict[str, Decline]]:
    data = tomllib.loads(Path(__file__).with_name("cards.toml").read_text())
    declines = {name: Decline(**each) for name, each in data["declines"].items()}
    by_name: dict[str, Card] = {}
    for name, each in data["cards"].items():
        card = _card(name, each, declines)
        for spelling in (name, *each.get("aliases", ())):
            by_name[spelling] = card
    by_number: dict[str, Card] = {}
    for card in by_name.values():
        by_number.setdefault(card.number, card)
    return by_name, by_number, declines


def _card(name: str, each: dict[str, Any], declines: dict[str, Decline]) -> Card:
    fields = {key: value for key, value in each.items() if key != "aliases"}
    for key in ("decline", "after"):
        if key in fields:
            fields[key] = declines[fields[key]]
    fields["disputes"] = tuple(fields.get("disputes", ()))
    fields.setdefault("saves", "decline" not in fields)
    return Card(name, **fields)
