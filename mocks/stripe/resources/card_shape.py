"""Cards as the older API shows them, in tokens and as customers' sources."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

ADDRESS = {
    "address_city": "city",
    "address_country": "country",
    "address_line1": "line1",
    "address_line2": "line2",
    "address_state": "state",
    "address_zip": "postal_code",
}

_BRANDS = {
    "amex": "American Express",
    "diners": "Diners Club",
    "discover": "Discover",
    "jcb": "JCB",
    "mastercard": "MasterCard",
    "unionpay": "UnionPay",
    "visa": "Visa",
}
"""What cards of the older API call the brands of payment methods."""


def of(method: Json, *, id: str, customer: str | None = None, checked: bool = True) -> Json:
    """Return the card of a payment method; that of a token is not `checked` yet."""
    card, details = method["card"], method["billing_details"]
    told = {
        "address_line1_check": card["checks"]["address_line1_check"],
        "address_zip_check": card["checks"]["address_postal_code_check"],
        "cvc_check": card["checks"]["cvc_check"],
    }
    if not checked:
        told = {name: None if each is None else "unchecked" for name, each in told.items()}
    return {
        "id": id,
        "object": "card",
        **{name: details["address"][part] for name, part in ADDRESS.items()},
        **told,
        "brand": _BRANDS.get(card["brand"], card["brand"]),
        "country": card["country"],
        "customer": customer,
        "dynamic_last4": None,
        "exp_month": card["exp_month"],
        "exp_year": card["exp_year"],
        "fingerprint": card["fingerprint"],
        "funding": card["funding"],
        "last4": card["last4"],
        "metadata": method["metadata"],
        "name": details["name"],
        "networks": {"preferred": None},
        "regulated_status": card["regulated_status"],
        "tokenization_method": None,
    }
