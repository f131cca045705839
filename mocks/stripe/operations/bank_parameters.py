"""What payments, set-ups and payment methods take for bank accounts: the account, the mandate, options of debits."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from harness.params import Json
from mocks.stripe import errors
from mocks.stripe.parameters import Boolean, Group, Timestamp, Unset
from mocks.stripe.resources import bank_accounts
from mocks.stripe.resources.bank_accounts import BankAccount


class Sepa(Group):
    """A test account by its IBAN."""

    iban: Annotated[str, Field(max_length=5000)]


class Bacs(Group):
    """A British test account."""

    account_number: str | None = None
    sort_code: str | None = None


class AmericanHolder(Group):
    """What may be changed of an American account."""

    account_holder_type: Literal["company", "individual"] | None = None
    account_type: Literal["checking", "savings"] | None = None


class American(AmericanHolder):
    """An American test account."""

    unsupported = frozenset({"financial_connections_account"})

    account_number: str | None = None
    routing_number: str | None = None


class Online(Group):
    """Where a mandate was accepted on a page."""

    infer_from_client: Boolean | None = None
    ip_address: str | None = None
    user_agent: Annotated[str, Field(max_length=5000)] | None = None


class Acceptance(Group):
    """How a customer has accepted a mandate."""

    accepted_at: Timestamp | None = None
    offline: Json = None
    online: Online | None = None
    type: Literal["offline", "online"]


class MandateData(Group):
    """The mandate that a customer has accepted."""

    customer_acceptance: Acceptance


Mandate = Unset[MandateData]


class DebitOptions(Group):
    """Options of a debit: none of Stripe's is served."""

    unsupported = frozenset({"mandate_options", "setup_future_usage", "target_date"})


class AmericanOptions(DebitOptions):
    """Options of a debit of an American account."""

    unsupported = DebitOptions.unsupported | {
        "financial_connections",
        "networks",
        "preferred_settlement_speed",
        "transaction_purpose",
    }

    verification_method: Literal["automatic", "instant", "microdeposits"] | None = None


def read(kind: str, given: Json, *, name: str) -> BankAccount:
    """Return the test account that parameters describe; `name` is what their group is called in errors."""
    needed = {
        "bacs_debit": ("account_number", "sort_code"),
        "sepa_debit": ("iban",),
        "us_bank_account": ("account_number", "routing_number"),
    }[kind]
    for each in needed:
        if given.get(each) is None:
            raise errors.missing_parameter(f"{name}[{each}]")
    words = [str(given[each]) for each in needed]
    match kind:
        case "bacs_debit":
            return bank_accounts.read_bacs(*words)
        case "sepa_debit":
            return bank_accounts.read_iban(*words)
        case _:
            return bank_accounts.read_us(*words)
