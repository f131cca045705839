"""Meter event sessions: tokens for the stream of meter events, and what comes of a stream's wrong events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import instants
from harness.errors import Refusal
from mocks.stripe import errors
from mocks.stripe.resources import meters, thin_events
from mocks.stripe.resources.meters import METERS

if TYPE_CHECKING:
    from harness.dialect import Grant
    from harness.provider import Operation
    from harness.transaction import Transaction

Json = dict[str, Any]

LIVES_SECONDS = 15 * 60
"""How long a token of a session is good (Stripe docs: meter event streams)."""

STREAM = "PostV2BillingMeterEventStream"
_SAMPLES = 5
_CODES = {
    "duplicate_meter_event": "duplicate_meter_event",
    "meter_no_customer": "meter_event_no_customer_defined",
    "meter_no_value": "meter_event_value_not_found",
    "meter_value": "meter_event_invalid_value",
    "resource_missing": "meter_event_customer_not_found",
}
"""How reports call what the rules and codes of refusals say."""


def open_session(tx: Transaction) -> Json:
    """Open a session: hand out a token that the stream takes, and nothing else."""
    token = f"token_test_{tx.token('meter_event_session.token', 48)}"
    ends = tx.now + LIVES_SECONDS * instants.SECOND
    tx.grant(token, "meter_event_session", {"ends": ends})
    return {
        "id": f"mes_test_61{tx.token('meter_event_session.id', 40)}",
        "object": "v2.billing.meter_event_session",
        "authentication_token": token,
        "created": instants.iso(tx.now),
        "expires_at": instants.iso(ends),
        "livemode": False,
    }


def check_session(tx: Transaction, grant: Grant, operation: Operation) -> None:
    """Raise the refusals of a session's token elsewhere than at the stream, of another key there, of an old token."""
    session = grant.name == "meter_event_session"
    if session is not (operation.id == STREAM):
        where = "takes" if operation.id == STREAM else "does not take"
        raise errors.refusal(
            401,
            f"This {where} the authentication token of a meter event session.",
            rule="meter_event_session",
        )
    if session and tx.now >= grant.data["ends"]:
        raise errors.refusal(
            401,
            "The authentication token of the meter event session has expired: open another session.",
            code="billing_meter_event_session_expired",
            rule="meter_event_session_expired",
        )


def stream(tx: Transaction, events: list[Json]) -> None:
    """Take a stream's events: those that cannot be counted are told of by an event for each meter, not refused."""
    wrong: dict[str | None, list[tuple[str, Json]]] = {}
    for event in events:
        try:
            meters.record(tx, event)
        except Refusal as refusal:
            meter = tx.first(METERS, event_name=event["event_name"])
            error = refusal.body["error"]
            code = error.get("code") or "no_meter"
            code = _CODES.get(refusal.rule or code, code)
            sample = {
                "error_message": error["message"],
                "request": {"identifier": event.get("identifier") or tx.idempotency_key or ""},
            }
            wrong.setdefault(None if meter is None else meter["id"], []).append((code, sample))
    for id, found in wrong.items():
        _report(tx, None if id is None else tx.get(METERS, id), found)


def _report(tx: Transaction, meter: Json | None, found: list[tuple[str, Json]]) -> None:
    kinds: dict[str, list[Json]] = {}
    for code, sample in found:
        kinds.setdefault(code, []).append(sample)
    types = [
        {"code": code, "error_count": len(samples), "sample_errors": samples[:_SAMPLES]}
        for code, samples in sorted(kinds.items())
    ]
    words = "event was" if len(found) == 1 else "events were"
    data = {
        "developer_message_summary": f"{len(found)} meter {words} not counted: {', '.join(sorted(kinds))}.",
        "reason": {"error_count": len(found), "error_types": types},
        "validation_end": instants.iso(tx.now),
        "validation_start": instants.iso(tx.now),
    }
    type = "no_meter_found" if meter is None else "error_report_triggered"
    thin_events.announce(tx, f"v1.billing.meter.{type}", about=meter, data=data)
