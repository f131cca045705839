"""Cards that customers enter on hosted pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mocks.stripe import errors
from mocks.stripe.resources import payment_methods

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

_EXPIRY = re.compile(r"\s*(\d{1,2})\s*/\s*(\d{2}|\d{4})\s*", re.ASCII)

TEST_CARDS = (
    ("4242 4242 4242 4242", "succeeds"),
    ("4000 0025 0000 3155", "asks for 3D Secure"),
    ("4000 0000 0000 0002", "is declined"),
    ("4000 0000 0000 9995", "is declined: insufficient funds"),
    ("4000 0000 0000 0069", "is declined: expired"),
    ("4000 0000 0000 0341", "can be saved, then every charge fails"),
)
"""The test cards a page points out (Stripe docs: testing)."""


@dataclass(frozen=True, slots=True)
class Entered:
    """The fields of a card form, as they were typed."""

    number: str
    expiry: str
    cvc: str
    name: str | None = None
    country: str | None = None
    postal_code: str | None = None

    @property
    def address(self) -> Json | None:
        """The billing address, None when nothing of it was entered."""
        given = {"country": self.country, "postal_code": self.postal_code}
        return {name: value for name, value in given.items() if value} or None


def read(tx: Transaction, entered: Entered, *, email: str | None = None) -> Json:
    """Make a payment method of a card; raise the 402 that says what is wrong with it, as the page shows it."""
    expiry = _EXPIRY.fullmatch(entered.expiry)
    if expiry is None:
        raise errors.card_error(
            "Your card's expiration date is incomplete.",
            code="incomplete_expiry",
            keep=False,
            param="exp_month",
        )
    if not entered.cvc.strip():
        raise errors.card_error(
            "Your card's security code is incomplete.", code="incomplete_cvc", keep=False, param="cvc"
        )
    month, year = int(expiry[1]), int(expiry[2])
    card = payment_methods.read_number(entered.number, month, year, entered.cvc.strip(), now=tx.now)
    details = {"email": email, "name": entered.name, "address": entered.address}
    given = {"billing_details": {name: value for name, value in details.items() if value is not None}}
    full_year = year + 2000 if year < 100 else year
    return payment_methods.create(tx, card, exp_month=month, exp_year=full_year, given=given)
