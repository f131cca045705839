"""Webhook endpoints: one way to add them, for the control API and for the providers' own APIs alike."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from harness import chance
from harness.collection import endpoints_of
from harness.errors import InvalidInput
from harness.provider import Provider, Webhooks
from harness.transaction import Transaction

Json = dict[str, Any]
EVERYTHING = "*"


def add(tx: Transaction, url: str, events: list[str] | None = None, **more: Any) -> Json:
    """Add an endpoint of the transaction's provider and return its document, `secrets` included.

    `events` are event types; None or `["*"]` means all. `more` are the room's own fields. The first endpoint gets the
    secret that the world's environment names, others one of their own. Raises InvalidInput for a URL or event types
    that cannot be used: a room that refuses them in its provider's words checks them before.
    """
    wanted = [EVERYTHING] if events is None else list(dict.fromkeys(events))
    webhooks = check(tx.provider, url, wanted)
    document = {
        "id": chance.fill(webhooks.endpoint_id, lambda size: tx.draw("endpoint.id", size)),
        "url": url,
        "events": wanted,
        "secrets": [_secret(tx, webhooks)],
        "status": "enabled",
        "paused": False,
        "created": tx.now,
        **more,
    }
    return tx.insert(endpoints_of(tx.provider.name), document)


def check(provider: Provider, url: str, events: list[str] | None = None) -> Webhooks:
    """Return how a provider delivers; raise InvalidInput when an endpoint cannot be added."""
    webhooks = provider.webhooks
    if webhooks is None:
        raise InvalidInput(f"{provider.name} sends no webhooks")
    check_url(url)
    _check_events(provider.name, webhooks, [EVERYTHING] if events is None else events)
    return webhooks


def own_secret(tx: Transaction) -> str | None:
    """Return the webhook secret that the world's environment names for the provider; None where it names none.

    It is the credential in the form of the webhooks' secrets; some providers sign with the secret of their API.
    """
    provider = tx.provider
    if provider.webhooks is None:
        return None
    tokens: dict[str, str] = tx.world.accounts[provider.name]["tokens"]
    for credential in provider.credentials:
        if credential.form == provider.webhooks.secret:
            return tokens[credential.name]
    return None


def _secret(tx: Transaction, webhooks: Webhooks) -> str:
    own = own_secret(tx)
    if own is not None and not any(own in endpoint["secrets"] for endpoint in tx.endpoints()):
        return own
    return new_secret(tx, webhooks)


def new_secret(tx: Transaction, webhooks: Webhooks) -> str:
    """Return a fresh signing secret in the provider's form, for a further endpoint or a rotation."""
    return chance.fill(webhooks.secret, lambda size: tx.draw("endpoint.secret", size))


def check_url(url: str) -> None:
    """Raise InvalidInput when events cannot be posted to a URL."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or any(character.isspace() or not character.isprintable() for character in url):
        raise InvalidInput(
            f"{url!r} is not an address that events can be posted to: use http(s)://host[:port]/path"
        )


def _check_events(provider: str, webhooks: Webhooks, wanted: list[str]) -> None:
    if not wanted:
        raise InvalidInput("events is empty: name the event types, or leave it out for all")
    unknown = (
        [name for name in wanted if name not in (EVERYTHING, *webhooks.events)] if webhooks.events else []
    )
    if unknown:
        known = ", ".join(webhooks.events)
        raise InvalidInput(f"{provider} has no events {', '.join(map(repr, unknown))}; it has: {known}")
