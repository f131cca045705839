"""A Greenroom to verify: a running server, or one inside this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import httpx

from harness.errors import GreenroomError
from harness.specs.calls import Got, Sent
from harness.specs.trying import Trier

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.provider import Provider
    from harness.specs.roles import Catalogue
    from harness.specs.serving import Inferred
    from harness.specs.trying import Tried
    from harness.verify.trials import Trials

Json = dict[str, Any]
NOW = "2026-03-01T09:00:00Z"
SEED = "greenroom"
"""The seed of the world whose plan prices `.env.example` names."""
SCENARIO = "starter"


class Mocks:
    """Speaks to a Greenroom's control API and to its providers; a context manager."""

    def __init__(
        self, url: str, *, token: str | None = None, transport: httpx.BaseTransport | None = None
    ) -> None:
        """`url` is the control port's address; `transport` reaches a Greenroom inside this process."""
        self.url = url.rstrip("/")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._control = httpx.Client(transport=transport, headers=headers, timeout=600, trust_env=False)
        self._plain = httpx.Client(transport=transport, timeout=60, trust_env=False)
        self._worlds: list[str] = []

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the worlds that were made."""
        for world in self._worlds:
            self._control.delete(f"{self.url}/_greenroom/worlds/{world}")
        self._control.close()
        self._plain.close()

    def control(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """Call the control API (`path` without /_greenroom) and return its JSON; raise GreenroomError when it refuses."""
        try:
            answer = self._control.request(method, f"{self.url}/_greenroom{path}", json=body, params=query)
        except httpx.HTTPError as error:
            raise GreenroomError(f"no Greenroom answers at {self.url}: {error}") from error
        if answer.is_error:
            raise GreenroomError(answer.json().get("detail", answer.text))
        return answer.json() if answer.content else None

    def world(self, **wishes: Any) -> Json:
        """Make a world whose clock stands still; return it as the control API does. It is removed at the end."""
        made: Json = self.control(
            "POST", "/worlds", {"seed": SEED, "clock": {"mode": "frozen", "now": NOW}, **wishes}
        )
        self._worlds.append(made["id"])
        return made

    def send(self, base: str, sent: Sent) -> Got:
        """Make a request at a provider's address."""
        answer = self._plain.request(
            sent.method, base + sent.path, headers=dict(sent.headers), content=sent.body
        )
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Got(answer.status_code, headers, answer.content)


class Caller:
    """Calls one provider in one world, as a consumer with the world's credentials."""

    def __init__(self, mocks: Mocks, provider: Provider, world: Mapping[str, Any]) -> None:
        """`world` is a world as the control API returns it."""
        self.mocks = mocks
        self.provider = provider
        self.base: str = world["urls"][provider.name]
        self.env: Mapping[str, str] = world["env"]
        self._known: dict[str, Mapping[str, str]] = {}

    def send(self, sent: Sent) -> Got:
        """Make a request."""
        return self.mocks.send(self.base, sent)

    def proof(self, path: str) -> Mapping[str, str]:
        """Return the headers that show the world's account; tokens are asked for once for each part of the API."""
        part = path.strip("/").split("/")[0]
        if part not in self._known:
            self._known[part] = self.provider.dialect.proof(self.env, path, self._ask)
        return self._known[part]

    def _ask(self, method: str, path: str, body: Any) -> Any:
        import orjson

        content = b"" if body is None else orjson.dumps(body)
        return self.send(Sent(method, path, {"Content-Type": "application/json"}, content)).json


def conformance(
    mocks: Mocks,
    provider: Provider,
    inferred: Inferred,
    only: frozenset[str] = frozenset(),
    trials: Trials | None = None,
) -> list[Tried]:
    """Try every operation of a provider's documents (or only some) in a fresh world that the scenario `starter` fills.

    `trials` tell what the documents do not: what must be there before, and what a request says that succeeds.
    """
    catalogue = inferred.catalogue(provider.name)
    if catalogue is None or (only and not only & catalogue.operations.keys()):
        return []
    from harness.verify.trials import Preparing, Trials

    world = mocks.world()
    path = f"/worlds/{world['id']}"
    values = mocks.control("POST", f"{path}/provider-state", {"state": SCENARIO, "action": "setup"})
    caller = Caller(mocks, provider, world)
    known = {**values, "label": f"/~{world['name']}"}
    preparing = Preparing(trials or Trials(), caller, path, known)
    trier = tried_in(mocks, provider, inferred, catalogue, world)
    trier.thorough, trier.hinted = not only, preparing.hint
    listed = [each for each in inferred.operations(provider) if not only or each.described.id in only]
    return [preparing.explained(each) for each in trier.run(listed)]


def tried_in(
    mocks: Mocks,
    provider: Provider,
    inferred: Inferred,
    catalogue: Catalogue,
    world: Mapping[str, Any],
) -> Trier:
    """Return what makes requests of a provider's documents in a world."""
    from fnmatch import fnmatchcase

    from harness import instants

    caller = Caller(mocks, provider, world)
    return Trier(
        catalogue,
        caller.send,
        caller.proof,
        inferred.settings[provider.name].clock,
        instants.parse(NOW),
        served=lambda host: any(fnmatchcase(host, each) for each in provider.hosts),
        label=f"/~{world['name']}",
    )
