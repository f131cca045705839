"""The shapes of what the control API says of scenarios."""

from __future__ import annotations

from typing import Any

from typing_extensions import NotRequired, TypedDict  # noqa: UP035 - pydantic wants these before Python 3.12

Json = dict[str, Any]


class Scenario(TypedDict):
    """A scenario that is installed."""

    name: str
    title: str


class Scenarios(TypedDict):
    """All scenarios, in alphabetical order."""

    scenarios: list[Scenario]


class Parameter(TypedDict):
    """What may be given to a scenario under a name."""

    default: Any
    type: NotRequired[str]
    description: NotRequired[str]
    choices: NotRequired[list[Any]]
    minimum: NotRequired[float]
    maximum: NotRequired[float]


class ScenarioDetails(Scenario):
    """A scenario with the parameters that it takes."""

    parameters: dict[str, Parameter]


Happening = TypedDict("Happening", {"provider": str, "happens": str, "with": dict[str, str], "summary": str})


class Happenings(TypedDict):
    """What scenarios may let happen in plain words, by provider."""

    happenings: list[Happening]


class Verdict(TypedDict):
    """Whether one expectation of a scenario holds: what is expected, what was seen, and where it stands in the file."""

    scenario: str
    that: str
    passed: bool
    expected: str
    saw: str
    place: str


class Checked(TypedDict):
    """Whether a world is as its scenarios expect it."""

    passed: bool
    expectations: list[Verdict]


class StepLine(TypedDict):
    """Something that a scenario let happen, and when (world time)."""

    at: str
    what: str


class Played(Checked):
    """What loading answers, the world's time after the play, what happened, and whether all is as expected."""

    name: str
    seed: str
    refs: dict[str, str]
    parts: NotRequired[int]
    now: str
    steps: list[StepLine]


class Loaded(TypedDict):
    """The scenario that was loaded, and the ids that providers gave, by `<provider>.<kind>.<key>`."""

    name: str
    seed: str
    refs: dict[str, str]
    parts: NotRequired[int]


class Load(TypedDict):
    """The load of a large scenario: how many of its parts are done."""

    name: str
    seed: str
    scale: float
    done: int
    parts: int


class Loads(TypedDict):
    """Loads that have not ended."""

    loads: list[Load]


class StoryLine(TypedDict):
    """A scenario that was loaded into a world, by the world time at which it was."""

    name: str
    seed: str
    scale: float
    now: str


class Stories(TypedDict):
    """The scenarios that were loaded into a world."""

    stories: list[StoryLine]


class Story(TypedDict):
    """How a scenario was told (`text`: its YAML where it is not installed), and the ids that providers gave."""

    name: str
    seed: str
    scale: float
    now: str
    text: str | None
    parameters: NotRequired[dict[str, Any] | None]
    refs: dict[str, str]
