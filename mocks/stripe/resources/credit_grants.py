"""Billing credits: what a merchant grants a customer ahead, for usage of metered prices (Stripe docs: billing credits).

A grant's own document holds what is left of it; each movement is a credit balance transaction. `credit_application` lets
invoices use them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from harness.collection import Collection
from harness.instants import SECOND
from mocks.stripe import errors
from mocks.stripe.parameters import merged
from mocks.stripe.rendering import Resource, register, snapshot
from mocks.stripe.resources import meters, prices, test_clocks, usage
from mocks.stripe.resources.events import difference, emit
from mocks.stripe.resources.money import check_currency
from mocks.stripe.versions import before, without

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]
Credit = Literal["credits_application_invoice_voided", "credits_granted"]
Debit = Literal["credits_applied", "credits_expired", "credits_voided"]


def _usable(grant: Json) -> str | None:
    return grant["customer"] if grant["_"]["left"] and grant["voided_at"] is None else None


GRANTS = Collection("stripe.credit_grant", "customer", usable=_usable)
TRANSACTIONS = Collection(
    "stripe.credit_balance_transaction", "credit_grant", customer=lambda each: each["_"]["customer"]
)

USUAL_PRIORITY = 50

register(
    Resource(
        "billing.credit_grant",
        GRANTS,
        expands={"customer": "customer", "test_clock": "test_helpers.test_clock"},
    )
)
register(
    Resource(
        "billing.credit_balance_transaction",
        TRANSACTIONS,
        expands={
            "credit.credits_application_invoice_voided.invoice": "invoice",
            "credit_grant": "billing.credit_grant",
            "debit.credits_applied.invoice": "invoice",
            "test_clock": "test_helpers.test_clock",
        },
    )
)
before("2025-09-30.clover", "billing.credit_grant")(without("customer_account"))


def find(tx: Transaction, id: str) -> Json:
    """Return a grant named in the path, and go on at its customer's time; raise the 404."""
    found = tx.get(GRANTS, id)
    if found is None:
        raise errors.not_found("billing.credit_grant", id)
    test_clocks.enter(tx, found)
    return found


def create(tx: Transaction, customer: Json, given: Json) -> Json:
    """Grant credits and announce it; raises the 400s of amounts, times and prices that cannot be."""
    money = _money(given["amount"])
    effective = given.get("effective_at", tx.seconds)
    _check_expiry(given.get("expires_at"), after=max(effective, tx.seconds))
    grant: Json = {
        "id": f"credgr_test_61{tx.token('credit_grant.id', 32)}",
        "object": "billing.credit_grant",
        "amount": money,
        "applicability_config": {"scope": _scope(tx, given["applicability_config"]["scope"])},
        "category": given.get("category") or "paid",
        "created": tx.seconds,
        "customer": customer["id"],
        "customer_account": None,
        "effective_at": effective,
        "expires_at": given.get("expires_at"),
        "livemode": False,
        "metadata": merged({}, given.get("metadata") or {}),
        "name": given.get("name"),
        "priority": given.get("priority", USUAL_PRIORITY),
        "test_clock": customer["test_clock"],
        "updated": tx.seconds,
        "voided_at": None,
        "_": {"left": 0, "used": False},
    }
    tx.insert(GRANTS, grant)
    emit(tx, "billing.credit_grant.created", GRANTS, grant)
    _await_expiry(tx, grant)
    credit(tx, grant, money["monetary"]["value"], "credits_granted")
    return grant


def change(tx: Transaction, grant: Json, given: Json) -> None:
    """Change when a grant expires, or its metadata, and announce it; raises the 400 for one that is over."""
    _check_running(tx, grant)
    earlier = snapshot(tx, grant)
    if "metadata" in given:
        grant["metadata"] = merged(grant["metadata"], given["metadata"])
    if "expires_at" in given:
        _check_expiry(given["expires_at"], after=max(grant["effective_at"], tx.seconds))
        grant["expires_at"] = given["expires_at"]
        _await_expiry(tx, grant)
    _announce(tx, grant, earlier)


def expire(tx: Transaction, grant: Json) -> None:
    """Let what is left of a grant expire now, as its merchant asks; raises the 400 for one that is over."""
    _check_running(tx, grant)
    earlier = snapshot(tx, grant)
    grant["expires_at"] = tx.seconds
    tx.unschedule(_key(grant))
    _announce(tx, grant, earlier)
    run_out(tx, grant)


def void(tx: Transaction, grant: Json) -> None:
    """Take a grant back of which nothing was used, and announce it; raises the 400 for another one."""
    _check_running(tx, grant)
    if grant["_"]["used"]:
        raise errors.invalid(
            f"The credit grant {grant['id']} has been applied to an invoice: it can be expired, not voided.",
            rule="credit_grant_state",
        )
    earlier = snapshot(tx, grant)
    grant["voided_at"] = tx.seconds
    tx.unschedule(_key(grant))
    _announce(tx, grant, earlier)
    debit(tx, grant, grant["_"]["left"], "credits_voided")


def run_out(tx: Transaction, grant: Json) -> None:
    """Take away what is left of a grant that has expired; its time has come."""
    if grant["_"]["left"]:
        debit(tx, grant, grant["_"]["left"], "credits_expired")


def over(grant: Json, at: int) -> bool:
    """Tell whether a grant has expired or was voided by an instant (unix seconds)."""
    expired = grant["expires_at"] is not None and grant["expires_at"] <= at
    return expired or grant["voided_at"] is not None


def concerns(grant: Json, price: str) -> bool:
    """Tell whether a grant may be used for a metered price."""
    named = grant["applicability_config"]["scope"].get("prices")
    return named is None or any(each["id"] == price for each in named)


def credit(tx: Transaction, grant: Json, amount: int, type: Credit, used: Json | None = None) -> Json:
    """Add to a grant and announce it; `used` are the invoice and the line that give credits back."""
    about = {"credits_application_invoice_voided": used, "type": type}
    return _post(tx, grant, "credit", amount, about)


def debit(tx: Transaction, grant: Json, amount: int, type: Debit, used: Json | None = None) -> Json:
    """Take from a grant and announce it; `used` are the invoice and the line that credits are applied to."""
    return _post(tx, grant, "debit", amount, {"credits_applied": used, "type": type})


def _post(tx: Transaction, grant: Json, type: Literal["credit", "debit"], amount: int, about: Json) -> Json:
    left = grant["_"]["left"] + (amount if type == "credit" else -amount)
    used = grant["_"]["used"] or about["type"] == "credits_applied"
    grant["_"] = {"left": left, "used": used}
    tx.save(GRANTS, grant)
    money = {"currency": grant["amount"]["monetary"]["currency"], "value": amount}
    transaction: Json = {
        "id": f"cbtxn_test_61{tx.token('credit_balance_transaction.id', 32)}",
        "object": "billing.credit_balance_transaction",
        "created": tx.seconds,
        "credit": None,
        "credit_grant": grant["id"],
        "debit": None,
        "effective_at": max(grant["effective_at"], tx.seconds),
        "livemode": False,
        "test_clock": grant["test_clock"],
        "type": type,
        type: {"amount": {"monetary": money, "type": "monetary"}, **about},
        "_": {"customer": grant["customer"]},
    }
    tx.insert(TRANSACTIONS, transaction)
    emit(tx, "billing.credit_balance_transaction.created", TRANSACTIONS, transaction)
    return transaction


def _money(given: Json) -> Json:
    monetary = given.get("monetary")
    if monetary is None:
        raise errors.missing_parameter("amount[monetary]")
    check_currency(monetary["currency"], param="amount[monetary][currency]")
    money = {"currency": monetary["currency"], "value": monetary["value"]}
    return {"monetary": money, "type": "monetary"}


def _scope(tx: Transaction, given: Json) -> Json:
    """Check what a grant may be used for: all metered prices, or some."""
    at = "applicability_config[scope]"
    named = given.get("prices")
    if (named is None) == (given.get("price_type") is None):
        if named is None:
            raise errors.missing_parameter(f"{at}[price_type]")
        raise errors.exclusive(f"{at}[price_type]", f"{at}[prices]")
    if named is None:
        return {"price_type": given["price_type"]}
    for place, each in enumerate(named):
        price = prices.get(tx, each["id"], param=f"{at}[prices][{place}][id]")
        if not usage.is_metered(price) or tx.get(meters.METERS, price["recurring"]["meter"] or "") is None:
            raise errors.invalid(
                f"The price {each['id']} is not metered: billing credits are for prices with a meter.",
                param=f"{at}[prices][{place}][id]",
                rule="credit_grant_price",
            )
    return {"prices": [{"id": each["id"]} for each in named]}


def _check_expiry(expires_at: int | None, *, after: int) -> None:
    if expires_at is not None and expires_at <= after:
        raise errors.invalid(
            "`expires_at` must be in the future, and after `effective_at`.",
            param="expires_at",
            rule="credit_grant_expiry",
        )


def _check_running(tx: Transaction, grant: Json) -> None:
    if over(grant, tx.seconds):
        what = "expired" if grant["voided_at"] is None else "been voided"
        raise errors.invalid(f"The credit grant {grant['id']} has {what}.", rule="credit_grant_state")


def _announce(tx: Transaction, grant: Json, earlier: Json) -> None:
    grant["updated"] = tx.seconds
    tx.save(GRANTS, grant)
    changed = difference(earlier, snapshot(tx, grant))
    emit(tx, "billing.credit_grant.updated", GRANTS, grant, previous=changed)


def _await_expiry(tx: Transaction, grant: Json) -> None:
    tx.unschedule(_key(grant))
    if grant["expires_at"] is not None:
        due = grant["expires_at"] * SECOND
        tx.schedule("credit_grant.expire", due, {"grant": grant["id"]}, key=_key(grant))


def _key(grant: Json) -> str:
    return f"credits:{grant['id']}"
