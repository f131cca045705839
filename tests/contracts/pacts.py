"""What the integration layer relies on, written down as pacts: made by its own gateways, verified against the mocks.

Each test tells what is exchanged, Pact's mock server plays the provider, and the layer makes the call. What comes of it
must be what `contracts/pacts/` holds; with WRITE_PACTS set (`make pacts`) it is written there instead.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from pact import Pact, match

from integrations.services import Services
from integrations.settings import load_settings
from tests.integrations.stubs import ENVIRONMENT, OPTIONAL
from tests.needs import ROOT

Json = dict[str, Any]
Test = Callable[[Services], None]
CONSUMER = "integrations"
FOLDER = ROOT / "contracts" / "pacts"
WRITES = "WRITE_PACTS"
#: The one interaction of a pact that is played with the credentials that stand in it.
WRONG_KEY = "refuse a wrong key"
STATE, UNDER_WAY, PLAN_CHANGES = "starter", "under-way", "plan-changes"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"


def environment() -> dict[str, str]:
    """Return the layer's settings, with the plan prices that every world of the seed `greenroom` has."""
    example = (ROOT / ".env.example").read_text("utf-8").splitlines()
    prices = dict(line.split("=", 1) for line in example if line.startswith("NEXT_PUBLIC_PRICE_"))
    optional = {name: value.format(url="http://127.0.0.1:9") for name, value in OPTIONAL.items()}
    vercel = dict(
        line.split("=", 1) for line in example if line.startswith(("VERCEL_TEAM", "VERCEL_PROJECT"))
    )
    return {**ENVIRONMENT, **optional, **prices, **vercel, "AUDIT_RETENTION_DAYS": "0"}


def uuid(example: str = "0f8fad5b-d9cb-469f-a165-70867728950e") -> Any:
    """Match an id with dashes."""
    return match.regex(example, regex=UUID)


def word(example: str, regex: str) -> Any:
    """Match a text by a regular expression of the whole of it."""
    return match.regex(example, regex=f"^{regex}$")


def state_value(expression: str) -> Json:
    """Return a generator: the verifier puts in what the provider state gave, as in `/v1/customers/${stripe_…}`."""
    return {"type": "ProviderState", "expression": expression}


def state_number(expression: str) -> Json:
    """Return a generator of a whole number."""
    return {**state_value(expression), "dataType": "INTEGER"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and its answer. Bodies: a text is a form, everything else JSON; values may be matchers.

    What ends in `_of` tells where the verifier puts the state's values: the whole path, query parameters by name, fields
    of the body by JSON path. `faults` are those of the control API.
    """

    method: str
    path: Any
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, Any] = field(default_factory=dict)
    sent: Any = None
    path_of: str | None = None
    query_of: Mapping[str, str] = field(default_factory=dict)
    sent_of: Mapping[str, str] = field(default_factory=dict)
    #: As `sent_of`, for whole numbers.
    numbers_of: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    answer: Any = None
    answer_headers: Mapping[str, Any] = field(default_factory=dict)
    state: str = STATE
    faults: Sequence[Json] = ()

    def describe(self, interaction: Any) -> None:
        """Tell it to Pact."""
        interaction.given(self.state, {"faults": list(self.faults)} if self.faults else {})
        interaction.with_request(self.method, self.path).with_headers(dict(self.headers))
        for name, value in self.query.items():
            interaction.with_query_parameter(name, value)
        if self.sent is not None:
            interaction.with_body(self.sent, FORM if isinstance(self.sent, str) else JSON)
        if generators := self._generators():
            interaction.with_generators(generators, "Request")
        interaction.will_respond_with(self.status).with_headers(dict(self.answer_headers))
        if self.answer is not None:
            interaction.with_body(self.answer, JSON)

    def _generators(self) -> Json:
        made: Json = {} if self.path_of is None else {"path": state_value(self.path_of)}
        for part, told in (("query", self.query_of), ("body", self.sent_of)):
            if told:
                made[part] = {name: state_value(expression) for name, expression in told.items()}
        if self.numbers_of:
            numbers = {name: state_number(expression) for name, expression in self.numbers_of.items()}
            made["body"] = {**made.get("body", {}), **numbers}
        return made


class Pacts:
    """A pact of the integration layer, and the file that it is kept in."""

    all: ClassVar[list[Pacts]] = []

    def __init__(self, provider: str) -> None:
        """`provider` is the name of the pact's other side."""
        self.provider = provider
        self.file = FOLDER / f"{CONSUMER}-{provider}.json"
        self.described: set[str] = set()
        self.all.append(self)

    def claim(self, description: str) -> None:
        """Note that a test tells of an interaction; each has one description."""
        assert description not in self.described, f"{description!r} is told of twice"
        self.described.add(description)

    def agree(self, pact: Pact) -> None:
        """Hold what a pact says against the committed file, or write it there when that is asked for."""
        made, kept = interactions(pact), self.kept()
        if os.environ.get(WRITES):
            assert "PYTEST_XDIST_WORKER" not in os.environ, "pacts are written by one process: `make pacts`"
            kept = {name: each for name, each in (kept | made).items() if name in self.described}
            document = {
                "consumer": {"name": CONSUMER},
                "provider": {"name": self.provider},
                "interactions": [kept[name] for name in sorted(kept)],
                "metadata": {"pactSpecification": {"version": "4.0"}},
            }
            FOLDER.mkdir(parents=True, exist_ok=True)
            self.file.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", "utf-8")
            return
        for name, interaction in made.items():
            assert kept.get(name) == interaction, f"{self.file.name}: renew {name!r} with `make pacts`"

    def kept(self) -> dict[str, Json]:
        """Return the committed interactions by their descriptions."""
        if not self.file.exists():
            return {}
        document = json.loads(self.file.read_text("utf-8"))
        return {each["description"]: each for each in document["interactions"]}


class Contract(Pacts):
    """The pact between the integration layer and one provider's API."""

    def __init__(self, provider: str, address: str) -> None:
        """`address` is the setting that says where the provider is."""
        super().__init__(provider)
        self.address = address

    def interaction(self, description: str, exchange: Exchange) -> Callable[[Test], Callable[[], None]]:
        """Let a test use the layer against a mock server of one interaction."""
        return self.interactions({description: exchange})

    def interactions(self, told: Mapping[str, Exchange]) -> Callable[[Test], Callable[[], None]]:
        """Let a test use the layer against a mock server of these interactions; all of them must come."""
        for description in told:
            self.claim(description)

        def decorate(test: Test) -> Callable[[], None]:
            def run() -> None:
                with self._services(told) as services:
                    test(services)

            run.__name__, run.__doc__ = test.__name__, test.__doc__
            return run

        return decorate

    @contextmanager
    def _services(self, told: Mapping[str, Exchange]) -> Iterator[Services]:
        pact = Pact(CONSUMER, self.provider)
        for description, exchange in told.items():
            exchange.describe(pact.upon_receiving(description))
        with pact.serve(addr="127.0.0.1") as server:
            url = str(server.url).rstrip("/")
            settings = load_settings({**environment(), self.address: url, "PROVIDER_ATTEMPTS": "1"})
            services = Services.build(settings)
            try:
                yield services
            finally:
                services.close()
        self.agree(pact)


def interactions(pact: Pact) -> dict[str, Json]:
    """Return the interactions of a pact as they are written, by their descriptions."""
    with tempfile.TemporaryDirectory() as folder:
        pact.write_file(folder)
        (file,) = Path(folder).glob("*.json")
        document = json.loads(file.read_text("utf-8"))
    return {each["description"]: each for each in document["interactions"]}
