"""How invoices use billing credits: when they are finalized, after discounts and before taxes; voiding gives them back.

Of several grants the one of the higher priority (the lower number) goes first, then what expires first, then what was
given for nothing, then what has been usable for longer, then the older one (Stripe docs: billing credits).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.stripe.resources import credit_grants, prices, usage
from mocks.stripe.resources.credit_grants import GRANTS, TRANSACTIONS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

NEVER = 1 << 62


def apply(tx: Transaction, invoice: Json) -> None:
    """Let a customer's credits pay for the usage on an invoice that is being finalized; the caller computes it anew."""
    grants = _usable(tx, invoice["customer"], invoice["currency"])
    for line in invoice["lines"] if grants else ():
        price = _metered_price(tx, line)
        if price is None:
            continue
        left = line["amount"] - sum(each["amount"] for each in line["discount_amounts"])
        for grant in grants:
            amount = min(left, grant["_"]["left"])
            if amount <= 0 or not credit_grants.concerns(grant, price):
                continue
            left -= amount
            where = {"invoice": invoice["id"], "invoice_line_item": line["id"]}
            posted = credit_grants.debit(tx, grant, amount, "credits_applied", where)
            used = {"amount": amount, "credit_balance_transaction": posted["id"]}
            line["_"] = {**line["_"], "credits": [*line["_"].get("credits", ()), used]}


def give_back(tx: Transaction, invoice: Json) -> None:
    """Give back the credits that an invoice has used which is void now; those of a grant that has expired expire at once."""
    for line in invoice["lines"]:
        for used in line["_"].get("credits", ()):
            posted = tx.get(TRANSACTIONS, used["credit_balance_transaction"])
            grant = None if posted is None else tx.get(GRANTS, posted["credit_grant"])
            if grant is None:
                raise LookupError(f"the credits of {line['id']} are gone: grants cannot be deleted")
            where = {"invoice": invoice["id"], "invoice_line_item": line["id"]}
            credit_grants.credit(tx, grant, used["amount"], "credits_application_invoice_voided", where)
            if credit_grants.over(grant, tx.seconds):
                credit_grants.run_out(tx, grant)


def _usable(tx: Transaction, customer: str, currency: str) -> list[Json]:
    """Return the grants that may be used now, in the order in which they are."""
    found = [
        grant
        for grant in tx.every(GRANTS, usable=customer)
        if grant["amount"]["monetary"]["currency"] == currency
        and grant["effective_at"] <= tx.seconds
        and not credit_grants.over(grant, tx.seconds)
    ]
    return sorted(found, key=_rank)


def _rank(grant: Json) -> tuple[int, int, bool, int, int]:
    expires = NEVER if grant["expires_at"] is None else grant["expires_at"]
    paid = grant["category"] == "paid"
    return grant["priority"], expires, paid, grant["effective_at"], grant["created"]


def _metered_price(tx: Transaction, line: Json) -> str | None:
    """Return the metered price whose usage a line charges, None for another line."""
    details = (line["parent"] or {}).get("subscription_item_details")
    if details is None or details["proration"] or line["pricing"] is None:
        return None
    id: str = line["pricing"]["price_details"]["price"]
    price = tx.get(prices.PRICES, id)
    return id if price is not None and usage.is_metered(price) else None
