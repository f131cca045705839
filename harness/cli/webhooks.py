"""`greenroom webhook …` and `greenroom trigger`."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from harness.cli.session import OfProvider, Session, command, group, segment
from harness.cli.table import pairs, table

ENDPOINT_COLUMNS = ("id", "provider", "url", "events", "status", "paused")
DELIVERY_COLUMNS = ("id", "provider", "type", "url", "state", "tries", "last", "next_attempt")


def add(app: typer.Typer) -> None:
    """Add the commands."""
    webhooks = group(app, "webhook", "See and steer the webhooks of a world.")
    command(webhooks, "list")(listed)
    command(webhooks, "add")(add_endpoint)
    command(webhooks, "redeliver")(redeliver)
    command(webhooks, "pause")(pause)
    command(webhooks, "resume")(resume)
    command(webhooks, "settle")(settle)
    command(app, "trigger")(trigger)


def listed(
    session: Session,
    state: Annotated[str | None, typer.Option(help="pending, delivered or failed.")] = None,
    provider: OfProvider = None,
    limit: Annotated[int, typer.Option(help="At most so many deliveries.")] = 20,
) -> None:
    """List endpoints, and deliveries with how they went, the newest first."""
    endpoints = session.get("~/endpoints", provider=provider)["endpoints"]
    deliveries = session.get("~/deliveries", state=state, provider=provider, limit=limit)["deliveries"]
    first = table(
        endpoints, ENDPOINT_COLUMNS, empty="no endpoints: add one with `greenroom webhook add PROVIDER URL`"
    )
    second = table(map(_line, deliveries), DELIVERY_COLUMNS, empty="no deliveries")
    session.show({"endpoints": endpoints, "deliveries": deliveries}, f"{first}\n\n{second}")


def add_endpoint(
    session: Session,
    provider: Annotated[str, typer.Argument(help="Whose events.")],
    address: Annotated[str, typer.Argument(metavar="URL", help="Where they are posted.")],
    event: Annotated[
        list[str] | None, typer.Option(help="Type of event (repeatable); without it, all.")
    ] = None,
) -> None:
    """Let a provider post its events to an address, and print the signing secret."""
    answer = session.post("~/endpoints", {"provider": provider, "url": address, "events": event or None})
    session.show(answer, pairs({key: answer[key] for key in ("id", "url", "events", "secret")}))


def redeliver(session: Session, id: Annotated[str, typer.Argument(help="Id of the delivery.")]) -> None:
    """Post a delivery once more, at once, whatever its state."""
    answer = session.post(f"~/deliveries/{segment(id)}/redeliver")
    session.show(answer, table([_line(answer)], DELIVERY_COLUMNS, empty=""))


def pause(session: Session, provider: OfProvider = None) -> None:
    """Hold back deliveries."""
    answer = session.post("~/webhooks/pause", {"provider": provider})
    session.show(answer, f"{answer['paused']} endpoints are paused")


def resume(session: Session, provider: OfProvider = None) -> None:
    """Let held deliveries go."""
    answer = session.post("~/webhooks/resume", {"provider": provider})
    session.show(answer, f"{answer['paused']} endpoints are paused")


def settle(session: Session) -> None:
    """Wait until nothing is in flight or due now; retries due later stay scheduled."""
    answer = session.post("~/webhooks/settle")
    told = f"{answer['delivered']} delivered, {answer['failed']} failed, {answer['scheduled']} scheduled"
    session.show(answer, told)


def trigger(
    session: Session,
    provider: Annotated[str, typer.Argument(help="Where it happens.")],
    event: Annotated[str, typer.Argument(help="The provider's own name of the event.")],
    fields: Annotated[
        list[str] | None, typer.Argument(metavar="KEY=VALUE…", help="What its dashboard would ask for.")
    ] = None,
) -> None:
    """Let happen at a provider what its dashboard or CLI would trigger."""
    body = {**dict(map(_field, fields or ())), "provider": provider, "event": event}
    answer = session.post("~/trigger", body)
    session.show(answer, table(answer["events"], ("id", "type", "created"), empty="no event came of it"))


def _field(text: str) -> tuple[str, Any]:
    """Read key=value; a value is text, unless it is a JSON object or list."""
    key, sign, value = text.partition("=")
    if not key or not sign:
        raise typer.BadParameter(f"{text!r} is not KEY=VALUE")
    if value[:1] in ("{", "["):
        try:
            return key, json.loads(value)
        except ValueError as error:
            raise typer.BadParameter(f"{key}: {error}") from error
    return key, value


def _line(delivery: dict[str, Any]) -> dict[str, Any]:
    attempts = delivery["attempts"]
    last = (attempts[-1]["status"] or attempts[-1]["error"]) if attempts else delivery["note"]
    return {**delivery, "tries": len(attempts), "last": last}
