"""The requests that Schemathesis makes of a document, phase by phase: its examples, its bounds, what it draws.

Cases are made before any of them is sent, of a seed and of nothing that a mock has said: the same seed makes the same ones.
"""

from __future__ import annotations

import warnings
import zlib
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal

from harness.specs.calls import Sent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from harness.specs.document import Described
    from harness.specs.roles import Part
    from harness.specs.trying import Trier

Json = dict[str, Any]
Phase = Literal["examples", "coverage", "fuzzing", "stateful"]
PHASES: tuple[Phase, ...] = ("examples", "coverage", "fuzzing", "stateful")
ORIGIN = "http://greenroom.test"
COVERED = 8
"""Cases of an operation's bounds that are made for each that there is time to send: the first ones are all of one field."""
LEAST_COVERED = 16
_OURS = frozenset(
    {"content-length", "host", "user-agent", "accept-encoding", "connection", "x-schemathesis-testcaseid"}
)


@dataclass(frozen=True, slots=True)
class Probe:
    """A request, whether it was made to break the document, and how."""

    sent: Sent
    negative: bool
    told: str = ""


def operations(tree: Json, base: str) -> dict[tuple[str, str], Any]:
    """Return Schemathesis's operations of a document by method and path, `base` before it; what it cannot read is left out."""
    import schemathesis
    from schemathesis.core.result import Ok

    schema = schemathesis.openapi.from_dict(tree)
    good = (found.ok() for found in schema.get_all_operations() if isinstance(found, Ok))
    return {(each.method.upper(), base + each.path): each for each in good}


class Prober:
    """Makes the requests of one operation. `trier` knows ids of things that are there, and what proves the account."""

    def __init__(self, operation: Any, part: Part, trier: Trier, seed: int) -> None:
        """`operation` is Schemathesis's, `part` ours of the same method and path."""
        self.operation = operation
        self.part = part
        self.trier = trier
        self.seed = seed
        self._known: Json | None = None

    def probes(self, phase: Phase, most: int) -> Iterator[Probe]:
        """Yield the requests of a phase, at most so many."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            cases = self._cases(phase, most)
        for case in cases:
            try:
                yield self._probe(case)
            except (UnicodeError, ValueError, TypeError):
                continue  # what no client can send

    def _cases(self, phase: Phase, most: int) -> list[Any]:
        from schemathesis import GenerationMode

        match phase:
            case "examples":
                strategies = self.operation.get_strategies_from_examples()
                return [each for strategy in strategies[:most] for each in self._drawn(strategy, 1)]
            case "coverage":
                made = list(islice(self._covered(), max(most * COVERED, LEAST_COVERED)))
                # Each operation begins elsewhere: the first case of all is the plain good one.
                return spread(made, most, self.seed + zlib.crc32(self.operation.label.encode()))
            case "fuzzing":
                negative = self.operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
                bad = self._drawn(negative, (most + 1) // 2 + 1)[1:]
                return bad + self._drawn(self.operation.as_strategy(), most // 2 + 1)[1:]
            case "stateful":
                return self._drawn(self.operation.as_strategy(), most)

    def _covered(self) -> Iterable[Any]:
        from schemathesis import GenerationMode
        from schemathesis.generation.drivers import CoverageGenerator
        from schemathesis.generation.feedback import NO_FEEDBACK
        from schemathesis.generation.overrides import Override

        return CoverageGenerator(
            operation=self.operation,
            generation_modes=list(GenerationMode),
            generation_config=self.operation.schema.config.generation,
            auth_storage=None,
            override=Override(),
            feedback=NO_FEEDBACK,
        )

    def _drawn(self, strategy: Any, most: int) -> list[Any]:
        """Draw cases by the seed, the simplest first; none where the document describes what nothing can be."""
        import hypothesis
        from hypothesis import HealthCheck
        from hypothesis.errors import HypothesisException

        found: list[Any] = []
        if most < 1:
            return found

        @hypothesis.seed(self.seed)
        @hypothesis.settings(
            max_examples=most,
            database=None,
            deadline=None,
            phases=(hypothesis.Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )
        @hypothesis.given(case=strategy)
        def collect(case: Any) -> None:
            found.append(case)

        try:
            collect()
        except HypothesisException:
            return found
        return found[:most]

    def _probe(self, case: Any) -> Probe:
        from requests import Request
        from schemathesis.core.parameters import ParameterLocation

        meta = case.meta
        negative = meta is not None and meta.generation.mode.is_negative
        told = "" if meta is None else str(getattr(meta.phase.data, "description", None) or "")
        if meta is None or not meta.is_negative_at(ParameterLocation.PATH):
            case.path_parameters = {**(case.path_parameters or {}), **self._values()}
        arguments = case.as_transport_kwargs(base_url=ORIGIN + self.part.document.source.base)
        made = Request(**{name: value for name, value in arguments.items() if name in _TAKEN}).prepare()
        body = made.body or b""
        headers = {name: value for name, value in made.headers.items() if name.lower() not in _OURS}
        label = self.trier.label if self.part.described.public else ""
        content = body.encode() if isinstance(body, str) else bytes(body)
        sent = Sent(
            made.method or "GET",
            label + made.path_url,
            merged(headers, self.trier.headers(self.part)),
            content,
        )
        return Probe(sent, negative and not _odd(case), told)

    def _values(self) -> Json:
        """Return values for the path: what is deleted is there once for each request, else one serves for all."""
        if self._known is None or self.part.described.method == "DELETE":
            self._known = dict(zip(self.part.names, self.trier.values(self.part), strict=True))
        return self._known


def _odd(case: Any) -> bool:
    """Tell whether a case breaks the shape of requests (its method, its content type) and nothing that a document forbids."""
    from schemathesis.generation.meta import REQUEST_SHAPE_PROBES, coverage_scenario

    return coverage_scenario(case) in REQUEST_SHAPE_PROBES


_TAKEN = frozenset({"method", "url", "headers", "files", "data", "json", "params", "cookies"})


def merged(headers: Mapping[str, str], ours: Mapping[str, str]) -> dict[str, str]:
    """Return a request's headers with ours in place of its own of the same name."""
    known = {name.lower() for name in ours}
    return {name: value for name, value in headers.items() if name.lower() not in known} | dict(ours)


def spread(found: list[Any], most: int, seed: int) -> list[Any]:
    """Choose at most so many, evenly over all; each seed chooses others."""
    if len(found) <= most:
        return found
    return [found[(number * len(found) // most + seed) % len(found)] for number in range(most)]


def curl(described: Described, sent: Sent) -> str:
    """Write a request so that it can be sent again by hand; the credentials are left out."""
    body = sent.body[:300].decode("utf-8", "backslashreplace")
    kind = next((value for name, value in sent.headers.items() if name.lower() == "content-type"), "")
    return f"{sent.method} {sent.path[:300]} ({described.id})" + (f"\n    {kind}: {body}" if body else "")
