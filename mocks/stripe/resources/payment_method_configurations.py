"""Payment method configurations: which kinds are offered where a payment names none (Stripe docs: dynamic payment methods).

An account has a default one. Cards cannot be switched off; kinds that are not served can be switched on, and stay unavailable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.rendering import Resource, register
from mocks.stripe.resources.bank_accounts import CURRENCIES
from mocks.stripe.resources.payment_method_types import KNOWN, SERVED

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

CONFIGURATIONS = Collection("stripe.payment_method_configuration", "active", "application", "is_default")

KINDS = tuple(
    sorted(
        (KNOWN - {"card_present", "custom", "interac_present"})
        | {"apple_pay", "cartes_bancaires", "google_pay", "jcb"}
    )
)
"""What a configuration has a preference of: kinds of payment methods, wallets and card networks."""

_USUAL = frozenset({"card"})
"""What is on where nothing is said of it."""

register(Resource("payment_method_configuration", CONFIGURATIONS))


def create(tx: Transaction, given: Json) -> Json:
    """Create a configuration; nothing announces it."""
    default(tx)
    return _insert(tx, given, is_default=False)


def change(tx: Transaction, configuration: Json, given: Json) -> Json:
    """Change a configuration; raises the 400s of the default one's end, and of cards switched off."""
    if given.get("active") is False and configuration["is_default"]:
        raise errors.invalid(
            "The default payment method configuration cannot be deactivated.",
            param="active",
            rule="default_configuration",
        )
    _apply(configuration, given)
    return tx.save(CONFIGURATIONS, configuration)


def default(tx: Transaction) -> Json:
    """Return the account's default configuration, which comes into being when it is first needed."""
    found = tx.first(CONFIGURATIONS, is_default=True)
    return _insert(tx, {"name": "Default"}, is_default=True) if found is None else found


def get(tx: Transaction, id: str | None) -> Json:
    """Return the configuration named in a parameter, the default one for None; raise the 400 when it cannot be used."""
    if id is None:
        return default(tx)
    found = tx.get(CONFIGURATIONS, id)
    if found is None:
        raise errors.no_such("payment_method_configuration", id, param="payment_method_configuration")
    if not found["active"]:
        raise errors.invalid(
            f"The payment method configuration {id} is not active.",
            param="payment_method_configuration",
            rule="inactive_configuration",
        )
    return found


def switch(tx: Transaction, kinds: tuple[str, ...], *, on: bool) -> None:
    """Switch kinds of the default configuration on or off, as the dashboard does."""
    preference = {"display_preference": {"preference": "on" if on else "off"}}
    change(tx, default(tx), dict.fromkeys(kinds, preference))


def offered(configuration: Json, currency: str | None) -> list[str]:
    """Return the kinds that a configuration offers in a currency (None: where none is told yet), cards first."""
    kinds = [kind for kind in KINDS if kind in SERVED and configuration[kind]["available"]]
    taken = [kind for kind in kinds if currency is None or CURRENCIES.get(kind, currency) == currency]
    return sorted(taken, key=lambda kind: kind != "card")


def chosen(tx: Transaction, named: str | None, currency: str | None) -> Json:
    """Return the fields of an intent or a session whose kinds the configuration named in a parameter chooses.

    None names the default one. Raises the 400 when it cannot be used.
    """
    configuration = get(tx, named)
    return {
        "payment_method_configuration_details": {
            "id": configuration["id"],
            "parent": configuration["parent"],
        },
        "payment_method_types": offered(configuration, currency),
    }


def _insert(tx: Transaction, given: Json, *, is_default: bool) -> Json:
    configuration: Json = {
        "id": new_id(tx, "pmc"),
        "object": "payment_method_configuration",
        "active": True,
        "application": None,
        "is_default": is_default,
        "livemode": False,
        "name": "Unnamed",
        "parent": None,
    }
    _apply(configuration, dict.fromkeys(KINDS) | given)
    return tx.insert(CONFIGURATIONS, configuration)


def _apply(configuration: Json, given: Json) -> None:
    for name, value in given.items():
        if name not in KINDS:
            configuration[name] = value
            continue
        preference = ((value or {}).get("display_preference") or {}).get("preference")
        if preference is not None or name not in configuration:
            configuration[name] = _shown(name, preference)


def _shown(kind: str, preference: str | None) -> Json:
    """Return what a configuration says of a kind; `none` is the usual setting."""
    usual = "on" if kind in _USUAL else "off"
    value = usual if preference in {None, "none"} else preference
    if kind == "card" and value == "off":
        raise errors.invalid(
            "Cards cannot be turned off for this account.",
            param="card[display_preference][preference]",
            rule="cards_always_on",
        )
    return {
        "available": value == "on" and kind in SERVED,
        "display_preference": {"overridable": None, "preference": preference or usual, "value": value},
    }
