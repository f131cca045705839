"""Playback restrictions: which sites and programs may play what is signed with them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.mux import errors, ids

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.mux.parameters import Referrers, UserAgents

Json = dict[str, Any]

RESTRICTIONS = Collection("mux.playback_restriction")
"""{id, created and updated (unix seconds), referrer, user_agent}."""

_DOMAIN = re.compile(
    r"(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE
)


def create(tx: Transaction, referrer: Referrers, user_agent: UserAgents) -> Json:
    """Add a restriction."""
    _check(referrer)
    document = {
        "id": ids.new(tx, "playback_restriction", ids.SHORT),
        "created": tx.seconds,
        "updated": tx.seconds,
        "referrer": referrer.model_dump(),
        "user_agent": user_agent.model_dump(),
    }
    return tx.insert(RESTRICTIONS, document, fresh=True)


def update(tx: Transaction, restriction: Json, rules: Referrers | UserAgents, part: str) -> None:
    """Replace one half of a restriction."""
    if part == "referrer":
        _check(rules)
    restriction |= {part: rules.model_dump(), "updated": tx.seconds}
    tx.save(RESTRICTIONS, restriction)


def _check(referrer: Any) -> None:
    for domain in referrer.allowed_domains:
        if domain != "*" and not _DOMAIN.fullmatch(domain):
            text = f"Invalid domain: {domain}"
            raise errors.invalid(text, field="referrer.allowed_domains", rule="invalid_domain")
    if "*" in referrer.allowed_domains and len(referrer.allowed_domains) > 1:
        text = "The wildcard * stands alone."
        raise errors.invalid(text, field="referrer.allowed_domains", rule="invalid_domain")


def shown(restriction: Json) -> Json:
    """Show a restriction."""
    return {
        "id": restriction["id"],
        "created_at": str(restriction["created"]),
        "updated_at": str(restriction["updated"]),
        "referrer": restriction["referrer"],
        "user_agent": restriction["user_agent"],
    }
