"""What holds between Stripe's documents: who refers to whom, and that money adds up."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from harness.coherence import Coherence, Link, Same
from mocks.stripe.resources.balance import BALANCE_TRANSACTIONS
from mocks.stripe.resources.charges import REFUNDS
from mocks.stripe.resources.credit_grants import TRANSACTIONS as CREDIT_TRANSACTIONS
from mocks.stripe.resources.customer_balance import TRANSACTIONS
from mocks.stripe.resources.invoice_payments import INVOICE_PAYMENTS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

PAGE = 1000
USER = r"user_\w{27}"
"""Clerk's ids; a platform may keep others there before somebody has signed up."""
CUSTOMER = ("stripe.customer", "stripe.deleted_customer")
PRODUCT = ("stripe.product", "stripe.deleted_product")
COUPON = ("stripe.coupon", "stripe.deleted_coupon")
CHARGE, INTENT, METHOD = ("stripe.charge",), ("stripe.payment_intent",), ("stripe.payment_method",)
INVOICE, PRICE, SUBSCRIPTION = ("stripe.invoice",), ("stripe.price",), ("stripe.subscription",)


# --- sums ----------------------------------------------------------------------------------------------------------


def _unequal(what: str, amount: int, parts: str, total: int) -> str | None:
    return None if amount == total else f"{what} is {amount}, and {parts} {total}"


def _total(_: Transaction, invoice: Json) -> str | None:
    """Lines, less discounts and billing credits, and the taxes that come on top."""
    lines = sum(line["amount"] for line in invoice["lines"])
    less = sum(each["amount"] for each in invoice["total_pretax_credit_amounts"] or ())
    taxes = invoice["total_taxes"] or ()
    more = sum(each["amount"] for each in taxes if each["tax_behavior"] == "exclusive")
    return _unequal(
        "total", invoice["total"], "its lines, discounts and taxes sum up to", lines - less + more
    )


def _subtotal(_: Transaction, invoice: Json) -> str | None:
    """Lines, less what single lines are reduced by."""
    lines = sum(line["amount"] for line in invoice["lines"])
    less = sum(each["amount"] for each in invoice["total_discount_amounts"] or ())
    subtotal = invoice["subtotal"]
    if lines - less <= subtotal <= lines:
        return None
    return f"subtotal is {subtotal}, and its lines sum up to {lines}, reduced by {less}"


def _paid(tx: Transaction, invoice: Json) -> str | None:
    if invoice["status"] != "paid":
        return None
    payments = [
        each for each in tx.every(INVOICE_PAYMENTS, invoice=invoice["id"]) if each["status"] == "paid"
    ]
    total = sum(each["amount_paid"] or 0 for each in payments) + invoice["amount_paid_off_stripe"]
    if not payments:  # paid out of band
        return None
    return _unequal("amount_paid", invoice["amount_paid"], "its payments sum up to", total)


def _net(_: Transaction, posting: Json) -> str | None:
    fees = sum(each["amount"] for each in posting["fee_details"])
    return _unequal("fee", posting["fee"], "its details sum up to", fees) or _unequal(
        "net", posting["net"], "amount less fee comes to", posting["amount"] - posting["fee"]
    )


def _refunded(tx: Transaction, charge: Json) -> str | None:
    """What was authorised and not captured is given back without a refund."""
    refunds = tx.every(REFUNDS, charge=charge["id"])
    total = sum(each["amount"] for each in refunds if each["status"] not in ("failed", "canceled"))
    if charge["amount_refunded"] - total == charge["amount"] - charge["amount_captured"]:
        return None
    return _unequal("amount_refunded", charge["amount_refunded"], "its refunds sum up to", total)


def _received(_: Transaction, intent: Json) -> str | None:
    amount, received = intent["amount"], intent["amount_received"]
    return None if received <= amount else f"{received} was received of {amount}"


def _balance(tx: Transaction, customer: Json) -> str | None:
    last = tx.first(TRANSACTIONS, customer=customer["id"])
    if last is None:
        return None
    return _unequal("balance", customer["balance"], "the last posting ends with", last["ending_balance"])


def _left(tx: Transaction, grant: Json) -> str | None:
    """What is left of billing credits is what was added less what was taken."""
    posted = 0
    for each in tx.every(CREDIT_TRANSACTIONS, credit_grant=grant["id"]):
        amount = (each["credit"] or each["debit"])["amount"]["monetary"]["value"]
        posted += amount if each["type"] == "credit" else -amount
    return _unequal("what is left", grant["_"]["left"], "its transactions sum up to", posted)


def _ledger(tx: Transaction, ledger: Json) -> str | None:
    """What is available and what is awaited is what was posted."""
    held: Counter[str] = Counter(ledger["available"])
    for _, currency, amount in ledger["pending"]:
        held[currency] += amount
    posted: Counter[str] = Counter()
    after: str | None = None
    while True:
        page = tx.page(BALANCE_TRANSACTIONS, limit=PAGE, after=after)
        for posting in page.items:
            posted[posting["currency"]] += posting["net"]
        if not page.has_more:
            break
        after = page.items[-1]["id"]
    wrong = [each for each in sorted({*held, *posted}) if held[each] != posted[each]]
    return "; ".join(f"{each}: {held[each]}, and {posted[each]} was posted" for each in wrong) or None


COHERENCE = Coherence(
    links={
        "stripe.customer": (
            Link("metadata.clerkUserId", ("clerk.user",), like=USER),
            Link("metadata.justifyUserId", ("clerk.user",), like=USER),
            Link("invoice_settings.default_payment_method", METHOD),
        ),
        "stripe.payment_method": (Link("customer", CUSTOMER),),
        "stripe.price": (Link("product", PRODUCT),),
        "stripe.payment_intent": (
            Link("customer", CUSTOMER),
            Link("latest_charge", CHARGE),
            Link("payment_method", METHOD),
        ),
        "stripe.setup_intent": (Link("customer", CUSTOMER), Link("payment_method", METHOD)),
        "stripe.charge": (
            Link("customer", CUSTOMER),
            Link("payment_intent", INTENT),
            Link("payment_method", METHOD),
            Link("balance_transaction", ("stripe.balance_transaction",)),
        ),
        "stripe.refund": (Link("charge", CHARGE), Link("payment_intent", INTENT)),
        "stripe.dispute": (Link("charge", CHARGE), Link("payment_intent", INTENT)),
        "stripe.subscription": (
            Link("customer", CUSTOMER),
            Link("default_payment_method", METHOD),
            Link("latest_invoice", INVOICE),
            Link("items[].price", PRICE),
            Link("discounts[]", ("stripe.discount",)),
            Link("pending_setup_intent", ("stripe.setup_intent",)),
            Link("schedule", ("stripe.subscription_schedule",)),
        ),
        "stripe.subscription_schedule": (
            Link("customer", CUSTOMER),
            Link("subscription", SUBSCRIPTION),
            Link("phases[].items[].price", PRICE),
        ),
        "stripe.invoice": (
            Link("customer", CUSTOMER),
            Link("parent.subscription_details.subscription", SUBSCRIPTION),
            Link("lines[].invoice", INVOICE),
            Link("lines[].subscription", SUBSCRIPTION),
            Link("lines[].pricing.price_details.price", PRICE),
            Link("lines[].pricing.price_details.product", PRODUCT),
        ),
        "stripe.invoiceitem": (
            Link("customer", CUSTOMER),
            Link("invoice", INVOICE),
            Link("pricing.price_details.price", PRICE),
        ),
        "stripe.credit_grant": (
            Link("customer", CUSTOMER),
            Link("applicability_config.scope.prices[].id", PRICE),
        ),
        "stripe.credit_balance_transaction": (
            Link("credit_grant", ("stripe.credit_grant",)),
            Link("debit.credits_applied.invoice", INVOICE),
            Link("credit.credits_application_invoice_voided.invoice", INVOICE),
        ),
        "stripe.alert": (
            Link("usage_threshold.meter", ("stripe.meter",)),
            Link("usage_threshold.filters[].customer", CUSTOMER),
        ),
        "stripe.invoice_payment": (Link("invoice", INVOICE), Link("payment.payment_intent", INTENT)),
        "stripe.customer_balance_transaction": (Link("customer", CUSTOMER), Link("invoice", INVOICE)),
        "stripe.credit_note": (Link("customer", CUSTOMER), Link("invoice", INVOICE)),
        "stripe.discount": (
            Link("customer", CUSTOMER),
            Link("subscription", SUBSCRIPTION),
            Link("source.coupon", COUPON),
        ),
        "stripe.balance_transaction": (Link("source", ("stripe.charge", "stripe.refund", "stripe.dispute")),),
    },
    same={
        "stripe.customer": (
            Same("metadata.clerkUserId", "clerk.user", "email", "email_addresses[].email_address"),
        ),
    },
    orders={
        "stripe.subscription": (("created", "ended_at"), ("trial_start", "trial_end")),
        "stripe.invoice": (
            ("created", "status_transitions.finalized_at", "status_transitions.paid_at"),
            ("period_start", "period_end"),
        ),
        "stripe.balance_transaction": (("created", "available_on"),),
    },
    rules={
        "stripe.invoice": {"subtotal": _subtotal, "total": _total, "payments": _paid},
        "stripe.balance_transaction": {"net": _net},
        "stripe.ledger": {"postings": _ledger},
        "stripe.charge": {"refunds": _refunded},
        "stripe.payment_intent": {"received": _received},
        "stripe.customer": {"balance": _balance},
        "stripe.credit_grant": {"left": _left},
    },
)
