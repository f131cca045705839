"""Webhooks and log drains: both are documents that the dispatcher delivers to; a drain has `drain` in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import endpoints
from harness.errors import InvalidInput
from mocks.vercel import errors
from mocks.vercel.dialect import MILLISECOND, without_nothing
from mocks.vercel.provider import EVENTS
from mocks.vercel.resources import accounts, projects
from mocks.vercel.resources.events import ENDPOINTS, LOGS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

MOST = 20
"""Webhooks that a team may have (Vercel docs: webhooks)."""


def create(tx: Transaction, url: str, events: list[str], project_ids: list[str] | None) -> Json:
    """Add a webhook."""
    if len(of_account(tx)) >= MOST:
        raise errors.bad_request(
            f"You can only have {MOST} webhooks.", rule="too_many_webhooks", code="too_many_webhooks"
        )
    _check_url(url)
    _check_projects(tx, project_ids)
    if not events:
        text = "Invalid request: `events` should NOT have fewer than 1 items."
        raise errors.bad_request(text, field="events", rule="invalid_property")
    unknown = [each for each in events if each not in EVENTS]
    if unknown:
        text = f"Invalid request: `events` should be equal to one of the allowed values, not {unknown[0][:80]!r}."
        raise errors.bad_request(text, field="events", rule="unknown_event")
    more = {"ownerId": accounts.scope(tx), "projectIds": project_ids or []}
    return endpoints.add(tx, url, events, **more)


def of_account(tx: Transaction, project: str | None = None) -> list[Json]:
    """Return the webhooks of the account asked for (and of a project), the newest first."""
    owner = accounts.scope(tx)
    return [
        each
        for each in reversed(tx.endpoints())
        if "drain" not in each
        and each.get("ownerId", owner) == owner
        and (project is None or not each.get("projectIds") or project in each["projectIds"])
    ]


def found(tx: Transaction, id: str) -> Json:
    """Return a webhook of the account asked for; refuse any other."""
    for each in of_account(tx):
        if each["id"] == id:
            return each
    raise errors.not_found("Webhook")


def shown(tx: Transaction, webhook: Json) -> Json:
    """Show a webhook, without its secret; one that takes everything shows all event types."""
    created = webhook["created"] // MILLISECOND
    shown = {
        "id": webhook["id"],
        "url": webhook["url"],
        "events": list(EVENTS) if "*" in webhook["events"] else webhook["events"],
        "ownerId": webhook.get("ownerId", accounts.scope(tx)),
        "createdAt": created,
        "updatedAt": created,
    }
    return shown | {"projectIds": webhook["projectIds"]} if webhook.get("projectIds") else shown


def listed(tx: Transaction, webhook: Json) -> Json:
    """Show a webhook in a list, with the names of its projects."""
    named = [tx.get(projects.PROJECTS, id) for id in webhook.get("projectIds") or ()]
    metadata = [{"id": each["id"], "name": each["name"]} for each in named if each is not None]
    return shown(tx, webhook) | {"projectsMetadata": metadata or None}


# --- log drains --------------------------------------------------------------------------------------------------


def create_drain(tx: Transaction, wanted: Json) -> Json:
    """Add a log drain."""
    _check_url(wanted["url"])
    _check_projects(tx, wanted["projectIds"])
    secret = wanted.pop("secret", None) or tx.token("drain.secret", 32)
    drain = {
        "id": f"ld_{tx.token('drain.id', 16)}",
        "url": wanted["url"],
        "events": [LOGS],
        "secrets": [secret],
        "status": "enabled",
        "paused": False,
        "created": tx.now,
        "ownerId": accounts.scope(tx),
        "projectIds": wanted["projectIds"] or [],
        "drain": wanted,
    }
    return tx.insert(ENDPOINTS, drain)


def drains(tx: Transaction) -> list[Json]:
    """Return the log drains of the account asked for, the newest first."""
    owner = accounts.scope(tx)
    return [each for each in reversed(tx.endpoints()) if "drain" in each and each["ownerId"] == owner]


def found_drain(tx: Transaction, id: str) -> Json:
    """Return a log drain of the account asked for; refuse any other."""
    for each in drains(tx):
        if each["id"] == id:
            return each
    raise errors.not_found("Log drain")


def shown_drain(drain: Json) -> Json:
    """Show a log drain."""
    wanted, created = drain["drain"], drain["created"] // MILLISECOND
    return without_nothing(
        {
            "id": drain["id"],
            "name": wanted["name"] or "Log drain",
            "url": drain["url"],
            "deliveryFormat": wanted["deliveryFormat"],
            "sources": wanted["sources"],
            "environments": wanted["environments"],
            "samplingRate": wanted["samplingRate"],
            "headers": wanted["headers"],
            "projectIds": drain["projectIds"] or None,
            "ownerId": drain["ownerId"],
            "teamId": None if drain["ownerId"] == accounts.USER_ID else drain["ownerId"],
            "status": "enabled",
            "createdFrom": "self-served",
            "createdAt": created,
            "updatedAt": created,
        }
    )


def _check_url(url: str) -> None:
    try:
        endpoints.check_url(url)
    except InvalidInput:
        text = "Invalid request: `url` should be a valid URL."
        raise errors.bad_request(text, field="url", rule="invalid_url") from None


def _check_projects(tx: Transaction, ids: list[str] | None) -> None:
    for id in ids or ():
        projects.found(tx, id)
