"""Stripe's test bank accounts: which there are, and what a debit of each comes to."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from mocks.stripe import errors
from mocks.stripe.resources.cards import Decline

if TYPE_CHECKING:
    from harness.errors import Refusal

Json = dict[str, Any]

PREFIX = "pm_usBankAccount_"
"""What the templates of verified bank accounts begin with: `pm_usBankAccount_success`."""

CURRENCIES = {"bacs_debit": "gbp", "sepa_debit": "eur", "us_bank_account": "usd"}
"""The kinds of payment methods that debit bank accounts, and the one currency that each can be charged in."""

SORT_CODE, ROUTING_NUMBER = "108800", "110000000"
BANK = "STRIPE TEST BANK"

ANSWERS_AFTER = 5
"""After how many seconds a test bank answers, where Stripe's documentation says no more than that it soon does."""


@dataclass(frozen=True, slots=True)
class BankAccount:
    """One test bank account; the fields are explained at the top of bank_accounts.toml.

    What cards have besides (`cards.Card`) bank accounts have not: they ask for no authentication, and decline nothing at once.
    """

    kind: str
    number: str
    answers: int = ANSWERS_AFTER
    failure: Decline | None = None
    template: str = ""
    disputes: tuple[str, ...] = ()

    after: ClassVar[Decline | None] = None
    available_now: ClassVar[bool] = False
    decline: ClassVar[Decline | None] = None
    refund: ClassVar[str] = "succeeds"
    saves: ClassVar[bool] = True
    warns: ClassVar[bool] = False

    @property
    def last4(self) -> str:
        """The last four characters."""
        return self.number[-4:]


def read_iban(iban: str) -> BankAccount:
    """Return the test account of an IBAN; raise the 400 of an impossible or a real one."""
    spelled = iban.replace(" ", "").upper()
    if not _adds_up(spelled):
        raise errors.invalid(
            "The IBAN you provided is invalid.",
            param="sepa_debit[iban]",
            code="invalid_bank_account_iban",
            rule="invalid_bank_account_iban",
        )
    return _known("sepa_debit", spelled, "sepa_debit[iban]")


def read_bacs(account_number: str, sort_code: str) -> BankAccount:
    """Return the test account of a British account number and sort code; raise the 400 of another one."""
    if sort_code.replace("-", "") != SORT_CODE:
        raise _not_a_test("bacs_debit[sort_code]", SORT_CODE)
    return _known("bacs_debit", account_number.replace(" ", ""), "bacs_debit[account_number]")


def read_us(account_number: str, routing_number: str) -> BankAccount:
    """Return the test account of an American account and routing number; raise the 400 of another one."""
    if routing_number != ROUTING_NUMBER:
        raise _not_a_test("us_bank_account[routing_number]", ROUTING_NUMBER)
    return _known("us_bank_account", account_number, "us_bank_account[account_number]")


def templated(name: str) -> BankAccount | None:
    """Return the account of `pm_usBankAccount_success` and its like, None for another name."""
    wanted = name.removeprefix("pm_")
    return next((each for each in _register().values() if each.template == wanted), None)


def by_name(name: str) -> BankAccount:
    """Return an account by its kind and number, which payment methods keep: `sepa_debit AT61…`."""
    return _register()[name]


def name_of(account: BankAccount) -> str:
    """Return the name by which payment methods keep an account."""
    return f"{account.kind} {account.number}"


def _known(kind: str, number: str, param: str) -> BankAccount:
    found = _register().get(f"{kind} {number}")
    if found is None:
        raise _not_a_test(param, next(each.number for each in _register().values() if each.kind == kind))
    return found


def _not_a_test(param: str, known: str) -> Refusal:
    return errors.invalid(
        f"You must use a test bank account number in test mode. Try {known} or see more options at "
        "https://stripe.com/docs/testing.",
        param=param,
        code="account_number_invalid",
        rule="account_number_invalid",
    )


def _adds_up(iban: str) -> bool:
    """Check an IBAN's check digits (ISO 13616): letters count from A = 10, the whole leaves 1 by 97."""
    if not (iban.isascii() and iban.isalnum() and 15 <= len(iban) <= 34 and iban[:2].isalpha()):
        return False
    return int("".join(str(int(each, 36)) for each in iban[4:] + iban[:4])) % 97 == 1


@cache
def _register() -> dict[str, BankAccount]:
    data = tomllib.loads(Path(__file__).with_name("bank_accounts.toml").read_text())
    failures = data.pop("failures")
    register: dict[str, BankAccount] = {}
    for kind, accounts in data.items():
        for each in accounts:
            code = each.get("failure")
            failure = None if code is None else Decline(code, code, failures[code])
            disputes = tuple(each.get("disputes", ()))
            account = BankAccount(kind, **(each | {"disputes": disputes, "failure": failure}))
            register[name_of(account)] = account
    return register
