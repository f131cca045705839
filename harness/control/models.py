"""What the control API reads: request bodies. Unknown fields are refused."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from harness import faults, svix
from harness.clock import Mode

Text = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Instant = Annotated[
    str | int | float, Field(description="ISO 8601, UTC unless it has an offset, or unix seconds")
]

Parameters = Annotated[
    dict[str, str | int | float | bool], Field(description="Parameters that the scenario declares.")
]


class Body(BaseModel):
    """A request body."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class NewClock(Body):
    """How a world's time passes; `rate` (world seconds per wall second) goes with mode fast only."""

    mode: Mode = Mode.REAL
    now: Instant | None = None
    rate: float | None = None


class SetClock(NewClock):
    """The clock that a world is given; without `now` its time goes on from where it is."""

    mode: Mode


class NewWorld(Body):
    """A world to make; everything may be left out."""

    name: Text | None = None
    seed: int | Text | None = None
    clock: NewClock = NewClock()
    lenient: list[Text] = []
    live: list[Text] = []
    scenario: Text | None = None
    scale: Annotated[float, Field(gt=0)] = 1.0
    parameters: Parameters = {}


class LoadScenario(Body):
    """A scenario by its name, or `text`: one written in YAML, under a name of its own."""

    name: Text
    seed: int | Text | None = None
    scale: Annotated[float, Field(gt=0)] = 1.0
    text: Annotated[str, StringConstraints(max_length=1_000_000)] | None = None
    parameters: Parameters = {}


class PlayScenario(LoadScenario):
    """A scenario to load and to play: through its timeline, or for so many seconds of world time."""

    until_seconds: Annotated[float | None, Field(ge=0)] = None


class NewRun(Body):
    """A run to begin, for the process `pid` of this machine; without `standins` only providers are answered for."""

    pid: Annotated[int, Field(gt=0)]
    standins: bool = True


class Fork(Body):
    """The name of a fork."""

    name: Text | None = None


class Advance(Body):
    """How far time moves: by `seconds`, or `to` an instant; exactly one of them."""

    seconds: Annotated[float, Field(ge=0)] | None = None
    to: Instant | None = None


class NewSnapshot(Body):
    """The name of a snapshot; one of that name is replaced."""

    name: Text


class Rotation(Body):
    """How long an endpoint's old secret goes on signing beside the new one, in seconds of world time."""

    grace_seconds: int = Field(svix.GRACE_SECONDS, ge=0, le=30 * 24 * 3600)


class NewEndpoint(Body):
    """Where a provider posts its events: all of them, or those named in `events`."""

    provider: Text
    url: Annotated[str, StringConstraints(max_length=5000)]
    events: list[Text] | None = None


class OneProvider(Body):
    """One provider, or all when it is left out."""

    provider: Text | None = None


class NewFault(Body):
    """A failure to inject; `provider` and `operation` narrow down what it hits."""

    kind: Annotated[str, Field(json_schema_extra={"enum": [*faults.REQUEST_KINDS, "delivery"]})]
    provider: Text | None = None
    operation: Annotated[
        Text | None, Field(description="An operation; with kind delivery, a type of event")
    ] = None
    status: int | None = None
    milliseconds: float | None = None
    mode: Annotated[str | None, Field(json_schema_extra={"enum": [*faults.DELIVERY_MODES, None]})] = None
    per_second: Annotated[
        int | None, Field(description="For rate_limit: requests a second that are let through")
    ] = None
    probability: float | None = None
    times: int | None = None


class StateParameters(BaseModel):
    """What a pact may want of a provider state besides its scenario."""

    model_config = ConfigDict(extra="ignore")

    faults: list[NewFault] = []


class ProviderState(BaseModel):
    """What Pact's verifiers ask a provider for before (`setup`) and after (`teardown`) an interaction."""

    model_config = ConfigDict(extra="ignore")

    state: str = ""
    action: Literal["setup", "teardown"] = "setup"
    params: StateParameters = StateParameters()


class Trigger(BaseModel):
    """What happens at a provider; further fields are what its dashboard or CLI would ask for."""

    model_config = ConfigDict(extra="allow")

    provider: Text
    event: Text

    def fields(self) -> dict[str, Any]:
        """Return the further fields."""
        return dict(self.model_extra or {})
