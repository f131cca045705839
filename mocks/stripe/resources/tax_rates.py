"""Tax rates: percentages that invoices, subscriptions and their items name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.parameters import merged
from mocks.stripe.rendering import Resource, register
from mocks.stripe.resources.events import emit, updated

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

TAX_RATES = Collection("stripe.tax_rate", "active", "inclusive")

register(Resource("tax_rate", TAX_RATES))


def find(tx: Transaction, id: str) -> Json:
    """Return a tax rate named in the path; raise the 404."""
    found = tx.get(TAX_RATES, id)
    if found is None:
        raise errors.not_found("tax_rate", id, param="tax_rate")
    return found


def create(tx: Transaction, given: Json) -> Json:
    """Create a tax rate and announce it."""
    percentage = float(given["percentage"])
    if percentage > 100:
        raise errors.invalid("Invalid percentage: must be between 0 and 100.", param="percentage")
    rate = {
        "id": new_id(tx, "txr"),
        "object": "tax_rate",
        "active": given.get("active", True),
        "country": given.get("country"),
        "created": tx.seconds,
        "description": given.get("description"),
        "display_name": given["display_name"],
        "effective_percentage": percentage,
        "flat_amount": None,
        "inclusive": given["inclusive"],
        "jurisdiction": given.get("jurisdiction"),
        "jurisdiction_level": None,
        "livemode": False,
        "metadata": merged({}, given.get("metadata") or {}),
        "percentage": percentage,
        "rate_type": "percentage",
        "state": given.get("state"),
        "tax_type": given.get("tax_type"),
    }
    tx.insert(TAX_RATES, rate)
    emit(tx, "tax_rate.created", TAX_RATES, rate)
    return rate


def change(tx: Transaction, rate: Json, given: Json) -> None:
    """Change what may be changed of a tax rate; what it takes is fixed."""
    if "metadata" in given:
        given = given | {"metadata": merged(rate["metadata"], given["metadata"])}
    rate.update(given)
    updated(tx, "tax_rate.updated", TAX_RATES, rate)


def chosen(tx: Transaction, ids: list[str] | None, *, at: str) -> list[str]:
    """Return the ids of the tax rates that a parameter names; raise the 400 for an unknown or archived one."""
    for place, id in enumerate(ids or []):
        rate = tx.get(TAX_RATES, id)
        if rate is None:
            raise errors.no_such("tax_rate", id, param=f"{at}[{place}]")
        if not rate["active"]:
            raise errors.invalid(
                f"The tax rate {id} is archived and cannot be used for new objects.",
                param=f"{at}[{place}]",
                rule="inactive_tax_rate",
            )
    return list(dict.fromkeys(ids or []))


def shown(tx: Transaction, ids: list[str]) -> list[Json]:
    """Return whole tax rates, as the objects that use them show them."""
    found = (tx.get(TAX_RATES, id) for id in ids)
    return [dict(each) for each in found if each is not None]
