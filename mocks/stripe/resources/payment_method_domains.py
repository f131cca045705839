"""Payment method domains: the merchant's own web domains, on which wallets are shown (Stripe docs: register domains).

A domain is registered once: registering it again answers what there is. Whether it can be reached is not looked up.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.rendering import Resource, register

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

DOMAINS = Collection("stripe.payment_method_domain", "domain_name", "enabled")

METHODS = ("amazon_pay", "apple_pay", "google_pay", "klarna", "link", "paypal")
_NAME = re.compile(r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.ASCII)

register(Resource("payment_method_domain", DOMAINS))


def create(tx: Transaction, *, domain_name: str, enabled: bool) -> Json:
    """Register a domain; nothing announces it. Raises the 400 for what is no domain's name."""
    name = domain_name.lower()
    if not _NAME.fullmatch(name):
        raise errors.invalid(
            f"Invalid domain: {domain_name[:80]}. Pass a domain's name alone, without a scheme, a port or a path.",
            param="domain_name",
            rule="domain_name",
        )
    known = tx.first(DOMAINS, domain_name=name)
    if known is not None:
        return known
    domain: Json = {
        "id": new_id(tx, "pmd"),
        "object": "payment_method_domain",
        **{method: {"status": "active"} for method in METHODS},
        "created": tx.seconds,
        "domain_name": name,
        "enabled": enabled,
        "livemode": False,
    }
    return tx.insert(DOMAINS, domain)
