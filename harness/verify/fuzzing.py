"""`greenroom verify --fuzz`: Schemathesis makes requests of the documents, good ones and bad ones; the mocks must stand.

Four phases, each in a world of its own: `examples` (the document's), `coverage` (bounds, and each constraint broken once),
`fuzzing` (drawn cases, half of them against the document), `stateful` (create, retrieve, update, delete). `judging` says
what is wrong with an answer. How many cases there are follows from the seconds given and from the seed, not from a clock,
so that the same command sees the same cases twice, however busy the machine is; a phase ends early only when this process
has computed for ten times its share.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from harness import realtime
from harness.errors import ConfigurationError
from harness.specs.sampling import Impossible
from harness.verify.chains import Chain
from harness.verify.judging import judged
from harness.verify.parity import Difference
from harness.verify.probes import PHASES, Prober, curl, operations, spread
from harness.verify.regressions import Regressions
from harness.verify.results import Result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from harness.provider import Provider
    from harness.specs.calls import Got, Sent
    from harness.specs.document import Described
    from harness.specs.roles import Catalogue
    from harness.specs.serving import Inferred
    from harness.specs.trying import Trier
    from harness.verify.judging import Finding
    from harness.verify.mocks import Mocks
    from harness.verify.parity import Baseline
    from harness.verify.probes import Phase
    from harness.verify.results import Outcome, Report
    from harness.verify.running import Plan

    Both = tuple[Described, Any]
    """An operation as we and as Schemathesis read it."""

Json = dict[str, Any]
CASES_PER_SECOND = 10
"""What even a slow machine makes, sends and judges; a quicker one is done before its time is up."""
PATIENCE = 10
"""So many times its share may a phase compute, before it ends early: where cases are left depends on the machine then."""
WEIGHTS: dict[Phase, int] = {"examples": 1, "coverage": 4, "fuzzing": 4, "stateful": 2}
"""How the cases are shared among the phases; what a phase leaves goes to those after it."""
LIFE = 6
"""Requests of one thing's life."""
MOST = 40
"""Cases of one operation in one phase, however much time there is."""
TOLD = 3
"""Findings of one operation that are told."""
KEPT = frozenset({"harness"})
"""Documents that refusals may add: violations, counters."""
_ORDER = {"POST": 0, "PUT": 1, "PATCH": 2, "DELETE": 9}


@dataclass(frozen=True, slots=True)
class Ground:
    """A fresh world to fuzz in: `trier` makes requests with ids that are there, `held` counts what the world holds."""

    trier: Trier
    held: Callable[[], Json]


@dataclass(frozen=True, slots=True)
class Surface:
    """What is fuzzed: the operations of a provider's documents, hand-written ones first, and where."""

    provider: str
    catalogue: Catalogue
    trees: tuple[tuple[str, Json], ...]
    """The documents as Schemathesis reads them, each with what stands before its paths."""
    written: Callable[[Described], bool]
    ground: Callable[[], Ground]


@dataclass(slots=True)
class Budget:
    """How long a provider is fuzzed, in which phases, by which seed."""

    seconds: float
    phases: tuple[Phase, ...] = PHASES
    seed: int = 0

    def share(self, phase: Phase, used: int) -> int:
        """Return the cases that a phase may have, after so many were made in the phases before it."""
        ahead = self.phases[self.phases.index(phase) :]
        left = self.seconds * CASES_PER_SECOND - used
        return int(left * WEIGHTS[phase] / sum(WEIGHTS[each] for each in ahead))

    def ends(self, phase: Phase) -> float:
        """Return after how many seconds of computing since the beginning a phase ends, done or not."""
        done = self.phases[: self.phases.index(phase) + 1]
        parts = sum(WEIGHTS[each] for each in done), sum(WEIGHTS[each] for each in self.phases)
        return PATIENCE * self.seconds * parts[0] / parts[1]

    def cases(self, share: int, written: int, inferred: int) -> tuple[int, int, int]:
        """Return of how many hand-written operations there are how many cases each, and of how many inferred ones there is one.

        All of one document are inferred by the same code: they come where the hand-written ones leave cases.
        """
        chosen = min(written, max(share, 1))
        most = max(1, min(MOST, share // max(written, 1)))
        return chosen, most, max(0, min(inferred, share - most * written))


def phases(named: Iterable[str]) -> tuple[Phase, ...]:
    """Return the phases of these names in their order, all where there is none; raise ConfigurationError for strange ones."""
    wanted = {each.strip() for each in named}
    strange = sorted(wanted.difference(PHASES))
    if strange:
        raise ConfigurationError(
            f"there is no phase {strange[0]!r} of fuzzing; there are: {', '.join(PHASES)}"
        )
    return tuple(each for each in PHASES if each in wanted) or PHASES


def fuzz(report: Report, mocks: Mocks, providers: Iterable[Provider], plan: Plan) -> None:
    """Fuzz each provider for as long as the plan gives it; add a result for each operation in each phase."""
    try:
        import schemathesis  # noqa: F401 - only whether it is there
    except ImportError as error:
        raise ConfigurationError("fuzzing needs schemathesis: pip install 'greenroom[verify]'") from error
    if plan.specs is None or plan.fuzz_seconds is None:
        raise ConfigurationError("fuzzing needs the providers' documents: --specs FOLDER")
    from harness.specs.serving import Inferred
    from harness.verify.parity import Baseline

    budget = Budget(plan.fuzz_seconds, phases(plan.fuzz_phases), plan.fuzz_seed)
    known, regressions = Baseline.read(plan.fuzz_known), Regressions.read(plan.fuzz_regressions)
    inferred = Inferred(plan.specs)
    for provider in providers:
        surface = surface_of(mocks, provider, inferred)
        if surface is not None:
            Fuzzer(report, surface, budget, known, frozenset(plan.only), regressions).run()


def surface_of(mocks: Mocks, provider: Provider, inferred: Inferred) -> Surface | None:
    """Return what is fuzzed of a provider, None where there is no document of it."""
    from harness.verify.mocks import SCENARIO, tried_in

    catalogue = inferred.catalogue(provider.name)
    if catalogue is None:
        return None

    def ground() -> Ground:
        world = mocks.world(scenario=SCENARIO)
        trier = tried_in(mocks, provider, inferred, catalogue, world)
        trier.look_around()
        return Ground(trier, lambda: held(mocks, world["id"]))

    provider.load()
    read = (
        (source.base, inferred.library.read(source)) for source in inferred.settings[provider.name].sources
    )
    trees = tuple((base, tree) for base, tree in read if tree is not None and tree.get("paths"))
    return Surface(provider.name, catalogue, trees, lambda each: inferred.written(provider, each), ground)


def held(mocks: Mocks, world: str) -> Json:
    """Count what a world holds, by kind."""
    kinds = mocks.control("GET", f"/worlds/{world}/objects", limit=1)["kinds"]
    return {
        f"{each['provider']}.{each['kind']}": each["count"] for each in kinds if each["provider"] not in KEPT
    }


@dataclass(slots=True)
class _Sum:
    """What a phase has come to."""

    cases: int = 0
    operations: int = 0
    failures: int = 0
    known: int = 0
    left_out: int = 0
    late: int = 0


@dataclass
class Fuzzer:
    """Fuzzes one surface, phase by phase."""

    report: Report
    surface: Surface
    budget: Budget
    known: Baseline
    only: frozenset[str] = frozenset()
    regressions: Regressions = field(default_factory=lambda: Regressions({}))
    _sum: _Sum = field(default_factory=_Sum)

    def run(self) -> None:
        """Go through all phases; add results, and a line for each phase."""
        found = {
            key: each for base, tree in self.surface.trees for key, each in operations(tree, base).items()
        }
        every = [
            (each, found[each.method, each.path])
            for id, each in self.surface.catalogue.operations.items()
            if (each.method, each.path) in found and (not self.only or id in self.only)
        ]
        every.sort(key=lambda one: (_ORDER.get(one[0].method, 3), one[0].path))
        began, used = realtime.processor(), 0
        for phase in self.budget.phases:
            share = self.budget.share(phase, used)
            turns, left_out = self._turns(phase, every, share)
            self._sum = _Sum(left_out=left_out)
            self._phase(phase, turns, share, began + self.budget.ends(phase))
            used += self._sum.cases

    def _turns(self, phase: Phase, every: list[Both], share: int) -> tuple[list[tuple[Both, int]], int]:
        """Return the operations of a phase with the cases of each, and how many operations there is no case for."""
        if phase == "examples":  # few have any: as many as there are cases for are found on the way
            return [(one, MOST) for one in every], 0
        if phase == "stateful":
            every, share = [one for one in every if self._chain(one[0]) is not None], share // LIFE
        written = [one for one in every if self.surface.written(one[0])]
        others = [one for one in every if not self.surface.written(one[0])]
        chosen, most, further = self.budget.cases(share, len(written), len(others))
        turns = [(one, most) for one in spread(written, chosen, self.budget.seed)]
        turns += [(one, 1) for one in spread(others, further, self.budget.seed)]
        return turns, len(every) - len(turns)

    def _phase(self, phase: Phase, turns: list[tuple[Both, int]], share: int, ends: float) -> None:
        ground = self.surface.ground()
        way = self._chained if phase == "stateful" else self._probed
        for (described, operation), most in turns:
            if realtime.processor() > ends:
                self._sum.late += 1
                continue
            left = share - self._sum.cases if phase == "examples" else most
            if left < 1 and not self.regressions.of(self.surface.provider, described):
                self._sum.left_out += 1
                continue
            prober = Prober(operation, self.surface.catalogue.part(described), ground.trier, self.budget.seed)
            sent = self._sum.cases
            try:
                found = list(way(prober, ground, phase, min(left, most)))
            except Impossible:
                continue
            if self._sum.cases > sent:
                self._add(phase, described, found)
        self._told(phase)

    def _told(self, phase: Phase) -> None:
        one = self._sum
        line = f"{self.surface.provider}: {phase}: {one.operations} operations, {one.cases} cases, {one.failures} failures"
        line += f", {one.known} known differences" if one.known else ""
        line += f"; {one.left_out} operations were left out" if one.left_out else ""
        line += f"; the time was up before {one.late} operations were reached" if one.late else ""
        self.report.notes.append(line)

    def _chain(self, described: Described) -> Chain | None:
        """Return the life of what an operation creates; None where it creates nothing that can be followed."""
        part = self.surface.catalogue.part(described)
        chain = Chain(self.surface.catalogue, part)
        return chain if part.role == "create" and chain.closed else None

    def _probed(
        self, prober: Prober, ground: Ground, phase: Phase, most: int
    ) -> Iterator[tuple[Finding, str]]:
        """Send the cases of an operation, and yield what is wrong, each with its request."""
        described = prober.part.described
        kept = self.regressions.probes(self.surface.provider, prober.part, ground.trier)
        # All are made before one is sent: that may create things which they need.
        probes = [*(kept if phase == "examples" else ()), *prober.probes(phase, most)]
        before = ground.held() if probes else {}
        for probe in probes:
            got = self._sent(ground, probe.sent)
            if got is None:
                continue
            after = before if got.status < 400 and described.method == "GET" else ground.held()
            for finding in judged(described, probe, got, changed=after != before):
                yield finding, curl(described, probe.sent)
            before = after

    def _chained(
        self, prober: Prober, ground: Ground, phase: Phase, most: int
    ) -> Iterator[tuple[Finding, str]]:
        """Create things by an operation that does, the least first and then drawn ones; follow each to its end."""
        described = prober.part.described
        chain = self._chain(described)
        if chain is None:
            return
        drawn = [each.sent for each in prober.probes(phase, most - 1)]
        for created in [ground.trier.request(prober.part), *drawn]:
            for finding in chain.run(created, ground.trier, lambda sent: self._sent(ground, sent)):
                yield finding, curl(described, created)

    def _sent(self, ground: Ground, sent: Sent) -> Got | None:
        try:
            got = ground.trier.send(sent)
        except (httpx.InvalidURL, httpx.ProtocolError, UnicodeError, ValueError):
            return None  # what no client can send
        self._sum.cases += 1
        return got

    def _add(self, phase: Phase, described: Described, found: list[tuple[Finding, str]]) -> None:
        name = f"{described.method} {described.path}"
        wrong: dict[tuple[str, str], str] = {}
        known: dict[str, None] = {}
        for finding, request in found:
            reason = self.known.reason(
                self.surface.provider,
                Difference("breaking", name, f"{finding.rule} {finding.where}", finding.told),
            )
            if reason is None:
                wrong.setdefault(
                    (finding.rule, finding.where),
                    f"{finding.rule} {finding.where}: {finding.told}\n    {request}",
                )
            else:
                known[f"known: {finding.rule} {finding.where}: {reason}"] = None
        self._sum.operations += 1
        self._sum.failures += bool(wrong)
        self._sum.known += len(known)
        told = [*list(wrong.values())[:TOLD], *known]
        outcome: Outcome = "failed" if wrong else "passed"
        self.report.add(Result(f"fuzzing.{phase}", self.surface.provider, name, outcome, "\n".join(told)))
