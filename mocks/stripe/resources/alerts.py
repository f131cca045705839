"""Billing alerts: they tell when a customer has used so much of a meter (Stripe docs: usage alerts).

active ⇄ inactive → archived. An alert tells once of each customer, and counts what is used while it is active.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.rendering import Resource, register, snapshot
from mocks.stripe.resources import customers, meters
from mocks.stripe.resources.events import emit

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

ALERTS = Collection(
    "stripe.alert",
    "alert_type",
    meter=lambda alert: alert["usage_threshold"]["meter"],
    watching=lambda alert: alert["usage_threshold"]["meter"] if alert["status"] == "active" else None,
)
COUNTS = Collection("stripe.alert_count")
"""What each customer has used since an alert watches: `value`, and whether it was `told`."""

register(
    Resource(
        "billing.alert",
        ALERTS,
        expands={"usage_threshold.filters.customer": "customer", "usage_threshold.meter": "billing.meter"},
    )
)

BECOMES = {
    "active": frozenset({"inactive", "archived"}),
    "inactive": frozenset({"active", "archived"}),
    "archived": frozenset[str](),
}


def create(tx: Transaction, given: Json) -> Json:
    """Create an alert, which watches at once; raises the 400s of a meter or a customer that cannot be watched."""
    threshold = given.get("usage_threshold")
    if threshold is None:
        raise errors.missing_parameter("usage_threshold")
    meters.get(tx, threshold["meter"], param="usage_threshold[meter]")
    filters = threshold.get("filters") or []
    for place, each in enumerate(filters):
        at = f"usage_threshold[filters][{place}][customer]"
        if each.get("customer") is None:
            raise errors.missing_parameter(at)
        customers.get(tx, each["customer"], param=at)
    alert: Json = {
        "id": new_id(tx, "alrt"),
        "object": "billing.alert",
        "alert_type": given["alert_type"],
        "livemode": False,
        "status": "active",
        "title": given["title"],
        "usage_threshold": {
            "filters": [{"customer": each["customer"], "type": each["type"]} for each in filters],
            "gte": threshold["gte"],
            "meter": threshold["meter"],
            "recurrence": threshold["recurrence"],
        },
    }
    return tx.insert(ALERTS, alert)


def become(tx: Transaction, alert: Json, status: str) -> Json:
    """Move an alert to another status, without an event; raises the 400 for a forbidden step."""
    if status not in BECOMES[alert["status"]]:
        raise errors.invalid(
            f"The alert {alert['id']} is `{alert['status']}`: it cannot become `{status}`.",
            rule="alert_state",
        )
    return tx.save(ALERTS, alert | {"status": status})


def heed(tx: Transaction, meter: Json, customer: str, value: Decimal, sign: int) -> None:
    """Count what a customer has used (-1: what is taken back), and announce each threshold that it reaches."""
    for alert in tx.every(ALERTS, watching=meter["id"]):
        threshold = alert["usage_threshold"]
        if any(each["customer"] != customer for each in threshold["filters"]):
            continue
        count = _counted(tx, alert, customer, meter, value, sign)
        if count["told"] or Decimal(count["value"]) < threshold["gte"]:
            continue
        tx.save(COUNTS, count | {"told": True})
        reached = Decimal(count["value"])
        triggered: Json = {
            "object": "billing.alert_triggered",
            "alert": snapshot(tx, alert),
            "created": tx.seconds,
            "customer": customer,
            "livemode": False,
            "value": int(reached) if reached == reached.to_integral_value() else float(reached),
        }
        emit(tx, "billing.alert.triggered", ALERTS, triggered)


def _counted(tx: Transaction, alert: Json, customer: str, meter: Json, value: Decimal, sign: int) -> Json:
    """Return, and keep, the count of a customer after an event of this value."""
    id = f"{alert['id']}:{customer}"
    known = tx.get(COUNTS, id)
    before = Decimal(0) if known is None else Decimal(known["value"])
    match meter["default_aggregation"]["formula"]:
        case "count":
            after = before + sign
        case "last":
            after = value if sign > 0 else before
        case _:
            after = before + sign * value
    count = {"id": id, "value": str(after), "told": known is not None and known["told"]}
    return tx.insert(COUNTS, count) if known is None else tx.save(COUNTS, count)


meters.ON_EVENT.append(heed)
