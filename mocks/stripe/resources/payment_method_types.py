"""Kinds of payment methods: which Stripe has, which are served, and where the API still lets one name them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mocks.stripe import errors, versions

if TYPE_CHECKING:
    from harness.transaction import Transaction

SERVED = frozenset({"bacs_debit", "card", "sepa_debit", "us_bank_account"})

KNOWN = frozenset(
    [
        "acss_debit",
        "affirm",
        "afterpay_clearpay",
        "alipay",
        "alma",
        "amazon_pay",
        "au_becs_debit",
        "bacs_debit",
        "bancontact",
        "billie",
        "bizum",
        "blik",
        "boleto",
        "card",
        "card_present",
        "cashapp",
        "crypto",
        "custom",
        "customer_balance",
        "eps",
        "fpx",
        "giropay",
        "grabpay",
        "ideal",
        "interac_present",
        "kakao_pay",
        "klarna",
        "konbini",
        "kr_card",
        "link",
        "mb_way",
        "mobilepay",
        "multibanco",
        "naver_pay",
        "nz_bank_account",
        "oxxo",
        "p24",
        "pay_by_bank",
        "payco",
        "paynow",
        "paypal",
        "payto",
        "pix",
        "promptpay",
        "revolut_pay",
        "samsung_pay",
        "satispay",
        "scalapay",
        "sepa_debit",
        "sofort",
        "sunbit",
        "swish",
        "twint",
        "upi",
        "us_bank_account",
        "wechat_pay",
        "zip",
    ]
)

REMOVED = "2026-09-30.endive"
"""Since this version payments, set-ups and Checkout choose their kinds themselves."""


def check_kind(kind: str, *, param: str = "type") -> None:
    """Raise the 400 for a kind that does not exist, or that exists and is not served here."""
    if kind not in KNOWN:
        raise errors.invalid(
            f"Invalid {param}: {kind} is not a payment method type", param=param, rule="invalid_enum"
        )
    if kind not in SERVED:
        raise errors.invalid(
            f"The payment method type provided: {kind} is invalid. Please ensure the provided type is activated in your "
            f"account's settings. (Greenroom's Stripe serves {', '.join(sorted(SERVED))}.)",
            param=param,
            rule="payment_method_type_not_served",
        )


def check_named(tx: Transaction, kinds: list[str] | None, *, param: str = "payment_method_types") -> None:
    """Check a `payment_method_types` parameter; since `REMOVED` it is refused (lenient worlds let it through)."""
    if kinds is None:
        return
    for position, kind in enumerate(kinds):
        check_kind(kind, param=f"{param}[{position}]")
    if versions.of(tx) >= REMOVED:
        tx.deviation(
            errors.invalid(
                f"The parameter `{param}` is no longer supported since the API version {REMOVED}: Stripe chooses the "
                "payment methods itself. Leave it out, and see the upgrade guide of that version.",
                param=param,
                code="payment_method_types_no_longer_supported",
                rule="payment_method_types_no_longer_supported",
            )
        )
