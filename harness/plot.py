"""What a story tells of the time after it was loaded: planned as timers of the world, so that its clock plays it.

Timers survive restarts, snapshots and forks; ids and keys are looked up when the story is loaded, so that what cannot
happen is said then, with its place in the file, and nothing is changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from harness import consumer, endpoints, faults, happenings
from harness.errors import GreenroomError, InvalidInput, Refusal
from harness.faults import FAULTS
from harness.happenings import Misplaced
from harness.transaction import Outcome, Transaction

if TYPE_CHECKING:
    from harness.provider import Provider
    from harness.store import Store
    from harness.world import World

Json = dict[str, Any]
STEP, FAULT_OVER = "scenario.step", "scenario.fault_over"
KINDS = ("endpoint", "fault", "clear", "happens", "trigger", "calls")


class StepFailed(GreenroomError):
    """A step of a scenario could not happen when its time had come; the message has its place."""


def install(providers: Mapping[str, Provider]) -> None:
    """Let timers of scenarios run at every provider."""
    for provider in providers.values():
        provider.timers.setdefault(STEP, play)
        provider.timers.setdefault(FAULT_OVER, end_fault)


def plan(
    store: Store, world: World, providers: Mapping[str, Provider], story: Json, now: int
) -> tuple[list[Outcome], Json]:
    """Set the timers of a story, as a part of the store's open unit; return them, and what is to be kept of the story.

    Raises InvalidInput with the place of the first step or expectation that cannot be.
    """
    outcomes = []
    for told in story.get("timeline", ()):
        provider, what = _placed(_planned, providers, story, told)
        tx = Transaction(store, world, provider)
        payload = {"scenario": story["name"], "place": told.get("places", {}).get("", ""), **what}
        tx.schedule(STEP, now + told["at"], payload)
        outcomes.append(tx.commit())
    expected = [_placed(_expected, providers, story, each) for each in story.get("expectations", ())]
    after = {"title": story.get("title", ""), "begun": now, "ends": now + story.get("lasts", 0)}
    return outcomes, {**after, "expectations": expected}


def _placed(
    work: Callable[[Mapping[str, Provider], Json, Json], Any],
    providers: Mapping[str, Provider],
    story: Json,
    told: Json,
) -> Any:
    """Do something with a part of a story; what cannot be is told with the place of the part, or of its field."""
    try:
        return work(providers, story, told)
    except InvalidInput as error:
        places, field = told.get("places", {}), error.field if isinstance(error, Misplaced) else ""
        while field and field not in places:
            field = field.rpartition(".")[0]
        where = places.get(field) or places.get("")
        raise InvalidInput(f"{story['name']}: {f'{where}: ' if where else ''}{error}") from error


def _planned(providers: Mapping[str, Provider], story: Json, told: Json) -> tuple[Provider, Json]:
    """Return whose timer a step is, and what it does, all names looked up."""
    kind = next(kind for kind in KINDS if kind in told)
    provider = (
        _provider(providers, told["provider"]) if "provider" in told else next(iter(providers.values()))
    )
    given = happenings.filled(told.get("with", {}), story, "with")
    if kind == "happens":
        return provider, {
            kind: told[kind],
            "with": happenings.happening(provider, told[kind], given, story["refs"]),
        }
    if kind == "trigger":
        return provider, {kind: told[kind], "with": happenings.event(provider, told[kind], given)}
    if kind == "calls":
        return provider, {kind: _calls(provider, happenings.filled(told[kind], story, kind))}
    if kind == "fault":
        return provider, {kind: _fault(providers, told[kind]), "for": told.get("for")}
    if kind == "endpoint":
        endpoints.check(provider, told[kind]["url"], told[kind]["events"])
    return provider, {kind: told[kind]}


def _provider(providers: Mapping[str, Provider], name: str, field: str = "provider") -> Provider:
    if name not in providers:
        raise Misplaced(f"there is no provider {name!r}; installed are: {', '.join(providers)}", field)
    provider = providers[name]
    provider.load()
    return provider


def _calls(provider: Provider, told: Json) -> Json:
    operation = provider.operations.get(told["operation"])
    if operation is None:
        raise Misplaced(
            faults.unknown("operation", told["operation"], provider.name, provider.operations),
            "calls.operation",
        )
    wanted = set(re.findall(r"\{(\w+)\}", operation.path))
    if wanted != set(told["path"]):
        named = ", ".join(sorted(wanted)) or "none"
        raise Misplaced(f"the path of {operation.id} has these parameters: {named}", "calls.path")
    return told


def _fault(providers: Mapping[str, Provider], told: Json) -> Json:
    key = told.get("key")
    try:
        fault = faults.checked(told, set(providers))
        if told.get("operation") is not None:
            faults.check_operation(
                providers, told["operation"], told.get("provider"), delivery=told["kind"] == "delivery"
            )
    except InvalidInput as error:
        raise Misplaced(str(error), "fault") from error
    return fault if key is None else {**fault, "key": key}


def _expected(providers: Mapping[str, Provider], story: Json, told: Json) -> Json:
    """Return an expectation with all names looked up; its provider must exist."""
    subject, of = told["subject"], told["of"]
    name = of.partition(".")[0] if subject == "objects" else of
    if name != "harness" and (name != "all" or subject == "objects"):
        _provider(providers, name, subject)
    kept = {name: value for name, value in told.items() if name != "places"}
    looked_up: Json = happenings.filled(kept, story, "")
    return {**looked_up, "place": told.get("places", {}).get("", "")}


def told(step: Json, story: Json) -> str:
    """Say in a line what a step of a story is, with the ids and fields that it names."""
    kind = next(kind for kind in KINDS if kind in step)
    what = step[kind]
    if kind in ("happens", "trigger"):
        named = happenings.filled(step.get("with", {}), story, "with")
        given = ", ".join(f"{name} {_brief(value)}" for name, value in named.items())
        return f"{step['provider']}: {what}{f' ({given})' if given else ''}"
    if kind == "calls":
        return f"{step['provider']}: {_number(what['times'])} of {what['operation']}, {what['credentials']} credentials"
    if kind == "fault":
        details = [
            what["kind"],
            what.get("provider"),
            what.get("operation"),
            what.get("status"),
            what.get("mode"),
        ]
        return "fault: " + " ".join(str(each) for each in details if each is not None)
    return f"clear: {what}" if kind == "clear" else f"{step['provider']}: events go to {what['url']}"


def _number(times: int) -> str:
    return "1 call" if times == 1 else f"{times} calls"


def _brief(value: Any) -> str:
    """Return a field as people write it: `status PAUSED` of a mapping, lists with commas."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {_brief(each)}" for name, each in value.items())
    return ", ".join(map(_brief, value)) if isinstance(value, list) else str(value)


# --- when the time has come ----------------------------------------------------------------------------------------


def play(tx: Transaction, payload: Json) -> None:
    """Let a step of a scenario happen; raise StepFailed with its place where the provider refuses it."""
    kind = next(kind for kind in KINDS if kind in payload)
    try:
        _play(tx, kind, payload)
    except Refusal as refusal:
        if not refusal.keep:
            raise StepFailed(f"{_where(payload, kind)}: {tx.provider.name} refused: {refusal}") from refusal
    except InvalidInput as error:
        raise StepFailed(f"{_where(payload, kind)}: {error}") from error


def _where(payload: Json, kind: str) -> str:
    what = payload[kind] if isinstance(payload[kind], str) else kind
    return f"{payload['scenario']}, {payload['place']} ({what})"


def _play(tx: Transaction, kind: str, payload: Json) -> None:
    told = payload[kind]
    if kind in ("happens", "trigger"):
        known = tx.provider.happenings if kind == "happens" else tx.provider.triggers
        model, handler = known[told]
        handler(tx, model.model_validate(payload["with"]))
    elif kind == "calls":
        consumer.call(tx, tx.provider.operations[told["operation"]], told)
    elif kind == "endpoint":
        endpoints.add(tx, told["url"], told["events"])
    elif kind == "fault":
        added = faults.add(tx, told)
        if payload["for"] is not None:
            tx.schedule(FAULT_OVER, tx.now + payload["for"], {"id": added["id"]})
    else:
        for fault in list(tx.every(FAULTS)):
            if told in ("all", fault.get("key")):
                faults.clear(tx, fault["id"])


def end_fault(tx: Transaction, payload: Json) -> None:
    """The time of a fault is over."""
    faults.clear(tx, payload["id"])
