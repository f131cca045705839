"""What a provider's document does not tell of requests that succeed, as data: steps before them, and what they send.

A file tells, by provider, the steps that are taken first (`given`, as in happenings), the values of `names` wherever they are
required, what goes with `everywhere` or only with `public` operations, and of `operations` (by method and path, or by their
id where two documents have the same path) the `before` (steps), `body`, `query`, `path` and `headers`. `only_refused` says why
an operation can show nothing but a refusal, `unlike` why an answer is none of the document's.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import yaml

from harness.errors import ConfigurationError, GreenroomError
from harness.specs.calls import Hint
from harness.verify.steps import at, call, filled

if TYPE_CHECKING:
    from pathlib import Path

    from harness.specs.document import Described
    from harness.specs.trying import Tried
    from harness.verify.mocks import Caller

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Trials:
    """What is known of one provider's operations."""

    given: tuple[Json, ...] = ()
    names: Json = field(default_factory=dict)
    everywhere: Json = field(default_factory=dict)
    public: Json = field(default_factory=dict)
    operations: dict[str, Json] = field(default_factory=dict)
    only_refused: dict[str, str] = field(default_factory=dict)
    unlike: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, file: Path | None) -> dict[str, Trials]:
        """Read a file, by provider; nothing is known without one. Raises ConfigurationError."""
        if file is None:
            return {}
        try:
            told = yaml.safe_load(file.read_text("utf-8")) or {}
            return {provider: cls(**each) for provider, each in told.items()}
        except (OSError, yaml.YAMLError, AttributeError, TypeError) as error:
            raise ConfigurationError(f"the trials {file} cannot be used: {error!r}") from error


class Preparing:
    """Prepares a world for each operation, and fills what is sent with the ids that are there."""

    def __init__(self, trials: Trials, caller: Caller, path: str, values: Json) -> None:
        """`path` is the world's in the control API, `values` are its scenario's ids and its environment."""
        self.trials = trials
        self.caller = caller
        self.path = path
        self.values = dict(values)
        self.failures: dict[str, str] = {}
        self._play("given", trials.given)

    def hint(self, described: Described) -> Hint:
        """Take the steps before an operation, and return what it sends; a step that is refused is kept in `failures`."""
        name = f"{described.method} {described.path}"
        own = self.trials.operations.get(described.id) or self.trials.operations.get(name, {})
        told = [self.trials.everywhere, self.trials.public if described.public else {}, own]
        for each in told:
            self._play(name, each.get("before", ()))
        found: Json = {"names": filled(self.trials.names, self.values)}
        for part in ("path", "query", "headers"):
            found[part] = {
                key: value for each in told for key, value in filled(each.get(part, {}), self.values).items()
            }
        return Hint(body=filled(own.get("body"), self.values), **found)

    def explained(self, tried: Tried) -> Tried:
        """Say why an operation is refused, or not answered as its document has it, where that is known."""
        name = f"{tried.method} {tried.path}"
        if tried.outcome == "invalid" and name in self.trials.unlike:
            return replace(tried, outcome="unlike", why=self.trials.unlike[name])
        if tried.outcome != "refused":
            return tried
        failed = "; ".join(self.failures[each] for each in ("given", name) if each in self.failures)
        return replace(tried, why=self.trials.only_refused.get(name) or failed)

    def _play(self, name: str, steps: Any) -> None:
        for step in steps:
            try:
                self._step(step)
            except GreenroomError as error:
                self.failures[name] = str(error)

    def _step(self, step: Json) -> None:
        if "call" in step:
            call(self.caller.send, self.caller.proof, step, self.values)
        elif "kept" in step:
            kept = self.caller.mocks.control("GET", f"{self.path}/objects", kind=step["kept"])
            try:
                self.values |= {name: at(kept, way) for name, way in step["save"].items()}
            except (LookupError, TypeError) as error:
                raise GreenroomError(f"no {step['kept']} is kept that has {step['save']}") from error
        elif "trigger" in step:
            fields = filled(step.get("fields", {}), self.values)
            body = {"provider": self.caller.provider.name, "event": step["trigger"], **fields}
            self.caller.mocks.control("POST", f"{self.path}/trigger", body)
        else:
            self.caller.mocks.control("POST", f"{self.path}/clock/advance", {"seconds": step["advance"]})
