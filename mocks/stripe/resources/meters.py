"""Meters: what customers use is told as meter events, added up, and charged by metered prices when a period has ended.

Events count at once; a real account takes them in asynchronously. (Stripe docs: usage-based billing, record usage.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from harness import chance
from harness.collection import Collection
from harness.instants import SECOND
from mocks.stripe import errors
from mocks.stripe.rendering import Resource, register
from mocks.stripe.resources import thin_events, usage
from mocks.stripe.resources.customers import CUSTOMERS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

METERS = Collection("stripe.meter", "status", "event_name")
METER_EVENTS = Collection(
    "stripe.meter_event", "identifier", used=lambda each: f"{each['_']['meter']}:{each['_']['customer']}"
)

DAY, HOUR = 86_400, 3600
OLDEST, FUTURE = 35 * DAY, 300
"""How far from now an event's timestamp may lie, in seconds (Stripe docs: meter events)."""

UNIQUE_SECONDS = DAY
"""How long an identifier cannot be used again, and how long an event can be canceled."""

ON_EVENT: list[Callable[[Transaction, Json, str, Decimal, int], None]] = []
"""What follows an event that is counted (1), or taken back (-1): functions of meter, customer, value and that number."""

WINDOWS = {"day": DAY, "hour": HOUR}
CHUNK = 500

register(Resource("billing.meter", METERS))
register(Resource("billing.meter_event", METER_EVENTS))


def create(tx: Transaction, given: Json) -> Json:
    """Create a meter. Raises the 400 when an active one has the event name already."""
    if tx.first(METERS, event_name=given["event_name"], status="active") is not None:
        raise errors.invalid(
            f"An active meter with the event name {given['event_name']} exists already.",
            param="event_name",
            rule="meter_exists",
        )
    mapping = given.get("customer_mapping") or {"event_payload_key": "stripe_customer_id", "type": "by_id"}
    meter = tx.insert(
        METERS,
        {
            "id": f"mtr_test_61{tx.token('meter.id', 32)}",
            "object": "billing.meter",
            "created": tx.seconds,
            "customer_mapping": mapping,
            "default_aggregation": given["default_aggregation"],
            "display_name": given["display_name"],
            "event_name": given["event_name"],
            "event_time_window": given.get("event_time_window"),
            "livemode": False,
            "status": "active",
            "status_transitions": {"deactivated_at": None},
            "updated": tx.seconds,
            "value_settings": given.get("value_settings") or {"event_payload_key": "value"},
        },
    )
    thin_events.announce(tx, "v1.billing.meter.created", about=meter)
    return meter


def change(tx: Transaction, meter: Json, what: str = "updated", **fields: Any) -> Json:
    """Change a meter; `what` ends the type of the event, which only v2 has."""
    changed = tx.save(METERS, meter | fields | {"updated": tx.seconds})
    thin_events.announce(tx, f"v1.billing.meter.{what}", about=changed)
    return changed


def activate(tx: Transaction, meter: Json, *, active: bool) -> Json:
    """Let a meter take events again, or no more; raise the 400 when it is so already."""
    status = "active" if active else "inactive"
    if meter["status"] == status:
        raise errors.invalid(f"The meter {meter['id']} is already {status}.", rule="meter_state")
    if active and tx.first(METERS, event_name=meter["event_name"], status="active") is not None:
        raise errors.invalid(
            f"An active meter with the event name {meter['event_name']} exists already.", rule="meter_exists"
        )
    since = None if active else tx.seconds
    what = "reactivated" if active else "deactivated"
    return change(tx, meter, what, status=status, status_transitions={"deactivated_at": since})


def get(tx: Transaction, id: str, *, param: str) -> Json:
    """Return a meter that a price names; raise the 400 when there is none, or it is inactive."""
    found = tx.get(METERS, id)
    if found is None:
        raise errors.no_such("meter", id, param=param)
    if found["status"] != "active":
        raise errors.invalid(
            f"The meter {id} is inactive.", param=param, code="archived_meter", rule="meter_state"
        )
    return found


def check_price(tx: Transaction, recurring: Json | None, *, at: str) -> None:
    """Raise the 400s of a price whose meter and usage type do not go together."""
    if recurring is None:
        return
    metered, meter = recurring.get("usage_type") == "metered", recurring.get("meter")
    if meter is not None and not metered:
        raise errors.invalid(
            "A `meter` needs the `usage_type` to be `metered`.",
            param=f"{at}[usage_type]",
            rule="meter_of_licensed_price",
        )
    if metered and meter is None:
        raise errors.missing_parameter(f"{at}[meter]")
    if meter is not None:
        get(tx, meter, param=f"{at}[meter]")


def record(tx: Transaction, given: Json) -> Json:
    """Take a meter event; raise the 400s of one that cannot be counted."""
    meter = tx.first(METERS, event_name=given["event_name"], status="active")
    if meter is None:
        archived = tx.first(METERS, event_name=given["event_name"]) is not None
        raise errors.invalid(
            f"There is no active meter for the event name {given['event_name']}.",
            param="event_name",
            code="archived_meter" if archived else "no_meter",
            rule="no_meter",
        )
    customer, value = _read(tx, meter, given["payload"])
    at = given.get("timestamp", tx.seconds)
    if at < tx.seconds - OLDEST or at > tx.seconds + FUTURE:
        early = at < tx.seconds
        raise errors.invalid(
            "The timestamp must be within the past 35 days, and at most 5 minutes in the future.",
            param="timestamp",
            code="timestamp_too_far_in_past" if early else "timestamp_in_future",
            rule="meter_timestamp",
        )
    identifier = given.get("identifier") or tx.uuid("meter_event.identifier")
    _check_unused(tx, identifier)
    event: Json = {
        "id": f"{meter['id']}/{identifier}/{tx.token('meter_event.id', 8)}",
        "object": "billing.meter_event",
        "created": tx.seconds,
        "event_name": given["event_name"],
        "identifier": identifier,
        "livemode": False,
        "payload": given["payload"],
        "timestamp": at,
        "_": {"customer": customer, "meter": meter["id"], "value": value},
    }
    tx.insert(METER_EVENTS, event, at=at * SECOND)
    for follow in ON_EVENT:
        follow(tx, meter, customer, Decimal(value), 1)
    return {name: each for name, each in event.items() if name not in {"id", "_"}}


def cancel(tx: Transaction, event_name: str, identifier: str) -> Json:
    """Take an event back that came in the last day; raise the 400 when there is none."""
    event = tx.first(METER_EVENTS, identifier=identifier)
    if event is None or event["event_name"] != event_name or event["created"] <= tx.seconds - UNIQUE_SECONDS:
        raise errors.invalid(
            f"There is no meter event with the identifier {identifier} in the last 24 hours.",
            param="cancel[identifier]",
            code="resource_missing",
            rule="no_meter_event",
        )
    tx.delete(METER_EVENTS, event["id"])
    counted = event["_"]
    meter = tx.get(METERS, counted["meter"])
    if meter is not None:
        for follow in ON_EVENT:
            follow(tx, meter, counted["customer"], Decimal(counted["value"]), -1)
    return {
        "object": "billing.meter_event_adjustment",
        "cancel": {"identifier": identifier},
        "event_name": event_name,
        "livemode": False,
        "status": "complete",
        "type": "cancel",
    }


def summaries(
    tx: Transaction, meter: Json, customer: str, period: tuple[int, int], window: str | None
) -> list[Json]:
    """Return what a customer used: in the whole period, or by hours or days in which anything was, newest first."""
    if window is None:
        value = _added_up(meter, _values(tx, meter["id"], customer, period))
        return [_summary(tx, meter, customer, period, value)]
    size = WINDOWS[window]
    parts: dict[int, list[Decimal]] = {}
    for at, value in _events(tx, meter["id"], customer, period):
        parts.setdefault(at // size * size, []).append(value)
    return [
        _summary(tx, meter, customer, (start, start + size), _added_up(meter, parts[start]))
        for start in sorted(parts, reverse=True)
    ]


def measured(tx: Transaction, subscription: Json, item: Json, period: tuple[int, int]) -> int:
    """Return what is charged of a metered item for a period: whole units, half of one rounded up, never below nothing."""
    from mocks.stripe.resources.prices import PRICES

    price = tx.get(PRICES, item["price"])
    meter = None if price is None else tx.get(METERS, price["recurring"]["meter"] or "")
    if meter is None:
        return 0
    used = _added_up(meter, _values(tx, meter["id"], subscription["customer"], period))
    return max(0, int(used.quantize(Decimal(1), rounding=ROUND_HALF_UP)))


usage.MEASURES.append(measured)


def _read(tx: Transaction, meter: Json, payload: dict[str, str]) -> tuple[str, str]:
    """Return the customer and the value of a payload."""
    key = meter["customer_mapping"]["event_payload_key"]
    customer = payload.get(key)
    if not customer:
        raise _missing(f"payload[{key}]", rule="meter_no_customer")
    if tx.get(CUSTOMERS, customer) is None:
        raise errors.no_such("customer", customer, param=f"payload[{key}]")
    name = meter["value_settings"]["event_payload_key"]
    value = payload.get(name)
    if value is None and meter["default_aggregation"]["formula"] == "count":
        return customer, "1"
    if not value:
        raise _missing(f"payload[{name}]", rule="meter_no_value")
    try:
        read = Decimal(value)
    except InvalidOperation:
        read = Decimal("NaN")
    if not read.is_finite() or abs(read) >= Decimal(10) ** 15:
        raise errors.invalid(
            f"Invalid value: {value[:80]}; it must be a number.",
            param=f"payload[{name}]",
            code="meter_event_invalid_value",
            rule="meter_value",
        )
    return customer, value


def _missing(param: str, *, rule: str) -> Exception:
    return errors.invalid(
        f"Missing required param: {param}.", param=param, code="parameter_missing", rule=rule
    )


def _check_unused(tx: Transaction, identifier: str) -> None:
    earlier = tx.first(METER_EVENTS, identifier=identifier)
    if earlier is not None and earlier["created"] > tx.seconds - UNIQUE_SECONDS:
        raise errors.invalid(
            f"An event already exists with identifier {identifier}.",
            param="identifier",
            code="duplicate_meter_event",
            rule="duplicate_meter_event",
        )


def _events(
    tx: Transaction, meter: str, customer: str, period: tuple[int, int]
) -> Iterator[tuple[int, Decimal]]:
    """Yield instant and value of a customer's events in a period, whose end does not belong to it, oldest first."""
    after: str | None = None
    since, until = period[0] * SECOND, period[1] * SECOND - 1
    while True:
        page = tx.page(
            METER_EVENTS,
            where={"used": f"{meter}:{customer}"},
            limit=CHUNK,
            after=after,
            since=since,
            until=until,
            newest_first=False,
        )
        for each in page.items:
            yield each["timestamp"], Decimal(each["_"]["value"])
        if not page.has_more:
            return
        after = page.items[-1]["id"]


def _values(tx: Transaction, meter: str, customer: str, period: tuple[int, int]) -> list[Decimal]:
    return [value for _, value in _events(tx, meter, customer, period)]


def _added_up(meter: Json, values: list[Decimal]) -> Decimal:
    match meter["default_aggregation"]["formula"]:
        case "count":
            return Decimal(len(values))
        case "last":
            return values[-1] if values else Decimal(0)
        case _:
            return sum(values, Decimal(0))


def _summary(tx: Transaction, meter: Json, customer: str, period: tuple[int, int], value: Decimal) -> Json:
    purpose = f"stripe.meter_event_summary.{meter['id']}.{customer}.{period[0]}.{period[1]}"
    whole = value == value.to_integral_value()
    return {
        "id": f"mtrusg_{chance.spell(chance.draw(tx.world.seed, purpose, 0, 24))}",
        "object": "billing.meter_event_summary",
        "aggregated_value": int(value) if whole else float(value),
        "end_time": period[1],
        "livemode": False,
        "meter": meter["id"],
        "start_time": period[0],
    }
