"""Injected failures: which requests and deliveries they hit, and for how long."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from harness import realtime
from harness.collection import Collection
from harness.errors import InvalidInput

if TYPE_CHECKING:
    from harness.provider import Provider
    from harness.transaction import Transaction

FAULTS = Collection("harness.fault")
REQUEST_KINDS = ("status", "latency", "timeout", "reset", "malformed", "rate_limit")
DELIVERY_MODES = (
    "duplicate",
    "drop",
    "delay",
    "reorder",
    "corrupt_signature",
    "stale_timestamp",
    "fail",
)
Json = dict[str, Any]


def checked(fault: Json, providers: set[str]) -> Json:
    """Return a fault with defaults, or raise InvalidInput saying what is wrong with it."""
    kind = fault.get("kind")
    if kind not in (*REQUEST_KINDS, "delivery"):
        raise InvalidInput(f"{kind!r} is not a kind of fault: use {', '.join((*REQUEST_KINDS, 'delivery'))}")
    provider = fault.get("provider")
    if provider is not None and provider not in providers:
        raise InvalidInput(f"{provider!r} is not an installed provider: {', '.join(sorted(providers))}")
    if kind == "status" and not 400 <= (fault.get("status") or 0) <= 599:
        raise InvalidInput("a fault of kind status needs status, from 400 to 599")
    if kind == "latency" and not 0 < (fault.get("milliseconds") or 0) <= 600_000:
        raise InvalidInput("a fault of kind latency needs milliseconds, from 1 to 600000")
    if kind == "delivery" and fault.get("mode") not in DELIVERY_MODES:
        raise InvalidInput(f"a fault of kind delivery needs mode: {', '.join(DELIVERY_MODES)}")
    if not 0 < fault.get("probability", 1.0) <= 1:
        raise InvalidInput("probability is more than 0 and at most 1")
    if fault.get("times") is not None and fault["times"] < 1:
        raise InvalidInput("times is at least 1, or absent for ever")
    if fault.get("per_second") is not None and (kind != "rate_limit" or fault["per_second"] < 1):
        raise InvalidInput("per_second is at least 1, and for kind rate_limit only")
    known = ("provider", "operation", "kind", "status", "milliseconds", "mode", "per_second", "times")
    kept = {name: fault.get(name) for name in known}
    return {**kept, "probability": fault.get("probability", 1.0), "hits": 0}


def check_operation(
    providers: Mapping[str, Provider], operation: str, provider: str | None, *, delivery: bool
) -> None:
    """Refuse a name that nothing bears, since such a fault would never hit: an operation, or an event's type."""
    known: set[str] = set()
    for each in providers.values() if provider is None else [providers[provider]]:
        each.load()
        if not delivery:
            known |= set(each.operations)
        elif each.webhooks is not None and each.webhooks.events:
            known |= set(each.webhooks.events)
        else:
            return
    if operation not in known:
        raise InvalidInput(unknown("event" if delivery else "operation", operation, provider, known))


def unknown(what: str, name: str, provider: str | None, known: Iterable[str]) -> str:
    """Say that a provider serves nothing of a name, and what is near to it."""
    near = get_close_matches(name, list(known), 3)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    return f"no {what} {name!r} is served by {provider or 'any provider'}{hint}"


def standing(tx: Transaction) -> list[Json]:
    """Return the world's faults, cached in the world until they change."""
    world = tx.world
    if world.faults is None:
        world.faults = list(tx.every(FAULTS))
    return world.faults


def strike(tx: Transaction, *, operation: str | None, delivery: bool) -> Json | None:
    """Return the fault that hits a request (or delivery) now, counting it; None when nothing does.

    A fault with `times` is gone after that many hits; `probability` is drawn from the world's seed; a rate limit with
    `per_second` hits what comes beyond so many requests within a second.
    """
    for fault in standing(tx):
        if (fault["kind"] == "delivery") is not delivery:
            continue
        if fault["provider"] not in (None, tx.provider.name) or fault["operation"] not in (None, operation):
            continue
        if fault["probability"] < 1 and tx.fraction("fault") >= fault["probability"]:
            continue
        if fault.get("per_second") is not None and not _exceeded(tx, fault):
            continue
        hit = {**fault, "hits": fault["hits"] + 1}
        if fault["times"] is not None and hit["hits"] >= fault["times"]:
            tx.delete(FAULTS, fault["id"])
        else:
            tx.save(FAULTS, hit)
        tx.world.faults = None
        return hit
    return None


def _exceeded(tx: Transaction, fault: Json) -> bool:
    """Count a request against a limit; true for those beyond it in one second of real time, which is what clients wait."""
    window = int(realtime.monotonic())
    last, count = tx.world.derived.get(fault["id"], (window, 0))
    count = count + 1 if last == window else 1
    tx.world.derived[fault["id"]] = (window, count)
    return bool(count > fault["per_second"])


def add(tx: Transaction, fault: Json) -> Json:
    """Set a checked fault."""
    tx.world.faults = None
    return tx.insert(FAULTS, {"id": f"flt_{tx.token('fault.id', 12)}", **fault})


def clear(tx: Transaction, id: str | None = None) -> bool:
    """Remove one fault, or all; False when the named one does not exist."""
    tx.world.faults = None
    if id is not None and tx.get(FAULTS, id) is None:
        return False
    for fault in list(tx.every(FAULTS)):
        if id in (None, fault["id"]):
            tx.delete(FAULTS, fault["id"])
    return True
