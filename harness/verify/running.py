"""`greenroom verify`: what is verified, in which order, and what becomes a result."""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.errors import NotFound
from harness.verify.happenings import Happenings
from harness.verify.mocks import Mocks, conformance
from harness.verify.pacts import Player, chosen, read
from harness.verify.redaction import clean_text
from harness.verify.results import Report, Result
from harness.verify.serving import greenroom
from harness.verify.trials import Trials

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from harness.provider import Provider
    from harness.specs.serving import Inferred
    from harness.specs.trying import Tried
    from harness.verify.pacts import PactFile

_SAYS = re.compile(r'"(?:message|long_message|detail|title|error|reason)": ?"((?:[^"\\]|\\.)*)"?')
"""Where an error's body has its words; it may be cut anywhere."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be verified: the pacts of a folder, the documents of another, of these providers (all unless named)."""

    pacts: Path | None
    happenings: Path | None = None
    trials: Path | None = None
    specs: Path | None = None
    url: str | None = None
    token: str | None = None
    wanted: tuple[str, ...] = ()
    fuzz_seconds: float | None = None
    fuzz_phases: tuple[str, ...] = ()
    fuzz_seed: int = 0
    fuzz_known: Path | None = None
    """The file of what is known and accepted of fuzzing, each with its reason."""
    fuzz_regressions: Path | None = None
    """The file of requests that made a mock fail once."""
    only: tuple[str, ...] = field(default=())
    """Descriptions of interactions and ids of operations; empty for all."""


def verify(plan: Plan, installed: dict[str, Provider]) -> Report:
    """Verify the mocks; raise GreenroomError where that cannot be done."""
    strange = [name for name in plan.wanted if name not in installed]
    if strange:
        raise NotFound(f"there is no provider {strange[0]!r}; installed are: {', '.join(installed)}")
    providers = {name: each for name, each in installed.items() if not plan.wanted or name in plan.wanted}
    pacts = [] if plan.pacts is None else read(plan.pacts, providers)
    report = Report()
    with ExitStack() as stack:
        url = plan.url or stack.enter_context(greenroom(plan.specs))
        mocks = stack.enter_context(Mocks(url, token=plan.token))
        for name, provider in providers.items():
            report.add(*_pacts(mocks, provider, plan, [each for each in pacts if each.provider == name]))
        if plan.specs is not None:
            _documents(report, mocks, providers.values(), plan)
        else:
            report.notes.append("no documents were verified: `greenroom specs pull`, or --specs FOLDER")
        if plan.fuzz_seconds is not None:
            from harness.verify.fuzzing import fuzz

            fuzz(report, mocks, providers.values(), plan)
    if plan.pacts is None:
        report.notes.append("no pacts were verified: --pacts FOLDER names them")
    return report


def _pacts(mocks: Mocks, provider: Provider, plan: Plan, pacts: list[PactFile]) -> list[Result]:
    if not pacts:
        return []
    player = Player(mocks, provider, Happenings.read(plan.happenings))
    return [result for pact in pacts for result in player.play(chosen(pact, plan.only))]


def _documents(report: Report, mocks: Mocks, providers: Iterable[Provider], plan: Plan) -> None:
    from harness.specs.serving import Inferred

    assert plan.specs is not None  # noqa: S101 - only called with documents
    inferred: Inferred = Inferred(plan.specs)
    trials = Trials.read(plan.trials)
    for provider in providers:
        tried = conformance(mocks, provider, inferred, frozenset(plan.only), trials.get(provider.name))
        report.add(*(_told(provider.name, each) for each in tried))
        report.notes.extend(_shares(provider.name, tried))


def _shares(provider: str, tried: list[Tried]) -> Iterator[str]:
    """Say how many of a provider's operations were shown valid by an answer of success, and what became of the rest."""
    for kind, written in (("hand-written", True), ("inferred", False)):
        some = [each for each in tried if each.written is written]
        if some:
            valid = sum(each.outcome == "valid" for each in some)
            share = f"{provider}: {valid} of {len(some)} {kind} operations are shown valid by a success ({valid / len(some):.1%})"
            yield share + (
                ""
                if valid == len(some)
                else "; the report (--junit, --html, --json) has the rest, each with its reason"
            )


def _told(provider: str, tried: Tried) -> Result:
    name = f"{tried.operation} ({'hand-written' if tried.written else 'inferred'})"
    match tried.outcome:
        case "valid":
            return Result("documents", provider, name, "passed")
        case "refused" if tried.status is not None and tried.status < 500:
            said = _SAYS.search(tried.told)
            if tried.why:
                return Result(
                    "documents",
                    provider,
                    name,
                    "skipped",
                    f"refused with {tried.status}: {clean_text(tried.why)}",
                )
            why = f": {clean_text(said[1])[:160]}" if said else ""
            return Result("documents", provider, name, "skipped", f"refused with {tried.status}{why}")
        case "unlike":
            return Result("documents", provider, name, "skipped", f"unlike the document: {tried.why}")
        case "unserved":
            return Result("documents", provider, name, "skipped", f"unserved: {tried.told}")
    return Result("documents", provider, name, "failed", f"{tried.method} {tried.path}: {tried.told}")
