"""Fields that Stripe marks expandable and that lead to what is not served: asking for one is no mistake, it is null."""

from __future__ import annotations

_DEBIT = ("generated_sepa_debit", "generated_sepa_debit_mandate")
_GENERATED = tuple(
    f"payment_method_details.{kind}.{each}" for kind in ("bancontact", "ideal", "sofort") for each in _DEBIT
)
_OF_METHOD = (
    "card.generated_from.setup_attempt",
    "sepa_debit.generated_from.charge",
    "sepa_debit.generated_from.setup_attempt",
)

_LINKS: dict[str, tuple[str, ...]] = {
    "card": ("account",),
    "charge": (
        *("application", "application_fee", "on_behalf_of", "outcome.rule", "review"),
        *("source_transfer", "transfer", "transfer_data.destination"),
        *_GENERATED,
    ),
    "checkout.session": ("automatic_tax.liability.account", "invoice_creation.invoice_data.issuer.account"),
    "confirmation_token": tuple(f"payment_method_preview.{each}" for each in _OF_METHOD),
    "customer_cash_balance_transaction": (
        *("adjusted_for_overdraft.balance_transaction", "adjusted_for_overdraft.linked_transaction"),
        *("applied_to_payment.payment_intent", "refunded_from_payment.refund"),
        *("transferred_to_balance.balance_transaction", "unapplied_from_payment.payment_intent"),
    ),
    "invoice_payment": ("payment.charge", "payment.payment_record"),
    "payment_intent": ("application", "on_behalf_of", "review", "transfer_data.destination"),
    "payment_method": _OF_METHOD,
    "product": ("tax_code",),
    "quote": (
        *("application", "automatic_tax.liability.account", "from_quote.quote"),
        *("invoice_settings.issuer.account", "on_behalf_of", "transfer_data.destination"),
    ),
    "refund": ("source_transfer_reversal", "transfer_reversal"),
    "setup_attempt": (*_GENERATED, "payment_method_details.card_present.generated_card"),
    "setup_intent": ("application", "on_behalf_of", "single_use_mandate"),
    "shipping_rate": ("tax_code",),
}


def of(object: str) -> dict[str, str]:
    """Return an object's fields that lead nowhere, as `Resource.expands` takes them."""
    return dict.fromkeys(_LINKS[object], "")
