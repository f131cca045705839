"""One world: its credentials, its time, and everything in it."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, overload

from greenroom import _sdk
from greenroom._clock import Clock
from greenroom._control import JOB_SECONDS, Control, Json, segment
from greenroom._faults import Faults
from greenroom._mailbox import Mailbox, listed
from greenroom._records import Email, Event, Request, Verdict, Violation, read
from greenroom._snapshots import Snapshots
from greenroom._stream import Stream
from greenroom._webhooks import Endpoints, Webhooks

if TYPE_CHECKING:
    from stripe import StripeClient


class World:
    """An account at every provider, with its own credentials, data, clock, seed and faults.

    `id`, `name`, `seed`, `lenient` (the providers that let deviations pass), `live` (those that answer as the real
    ones) and `urls` (per provider) are plain values; `clock`, `webhooks`, `endpoints`, `faults`, `snapshots` and `mailbox` act on the world.
    """

    def __init__(self, control: Control, shown: Json) -> None:
        self._control = control
        self.id: str = shown["id"]
        self.name: str | None = shown.get("name")
        self.seed: int | str = shown["seed"]
        self.lenient: tuple[str, ...] = tuple(shown.get("lenient", ()))
        self.live: tuple[str, ...] = tuple(shown.get("live", ()))
        self.urls: dict[str, str] = dict(shown["urls"])
        self._env: dict[str, str] | None = shown.get("env")
        self._path = f"/worlds/{segment(self.id)}"
        self.clock = Clock(control, self._path)
        self.webhooks = Webhooks(control, self._path)
        self.endpoints = Endpoints(control, self._path)
        self.faults = Faults(control, self._path)
        self.snapshots = Snapshots(control, self._path)
        self.mailbox = Mailbox(control, self._path)

    def __repr__(self) -> str:
        return f"<World {self.id} at {self._control.url}>"

    @property
    def env(self) -> dict[str, str]:
        """The environment variables that make a consumer's SDKs use this world: keys, secrets and addresses."""
        if self._env is None:
            self._env = self._control.get(f"{self._path}/env", format="json")
        return dict(self._env)

    def reset(self) -> None:
        """Bring the world back to how it was created: same id, credentials, seed, clock and scenario."""
        self._control.post(f"{self._path}/reset")

    def load_scenario(
        self,
        name: str,
        *,
        seed: int | str | None = None,
        scale: float | None = None,
        text: str | None = None,
        parameters: Mapping[str, str | float | bool] | None = None,
    ) -> dict[str, str]:
        """Add what a scenario tells to this world, at every provider; return the ids that were given.

        The keys are `<provider>.<kind>.<key>`, for example `clerk.person.northwind-1`. `seed` is the world's unless
        given, `scale` multiplies people, campaigns and creators, `text` is a scenario of your own in YAML,
        `parameters` are those that it declares. What it tells of the future is played by the world's clock.
        """
        body = _told(name, seed, scale, text, parameters)
        refs: dict[str, str] = self._control.post(f"{self._path}/scenario", body, seconds=JOB_SECONDS)["refs"]
        return refs

    def scenario(
        self,
        name: str,
        *,
        seed: int | str | None = None,
        scale: float | None = None,
        text: str | None = None,
        parameters: Mapping[str, str | float | bool] | None = None,
        until_seconds: float | None = None,
    ) -> Verdict:
        """Load a scenario, move the world's clock through its timeline, and check what it expects.

        `until_seconds` of world time end the play earlier or later. The verdict is true when all is as expected.
        """
        body = {**_told(name, seed, scale, text, parameters), "until_seconds": until_seconds}
        return read(Verdict, self._control.post(f"{self._path}/scenario/play", body, seconds=JOB_SECONDS))

    def check_scenario(self) -> Verdict:
        """Check what the scenarios expect that this world was filled with, as it stands."""
        return read(Verdict, self._control.get(f"{self._path}/scenario/check"))

    def delete(self) -> None:
        """Delete the world and everything in it."""
        self._control.delete(self._path)

    def fork(self, name: str | None = None) -> World:
        """Return a copy of this world with credentials of its own; its endpoints are copied paused."""
        return World(
            self._control, self._control.post(f"{self._path}/fork", {"name": name}, seconds=JOB_SECONDS)
        )

    def requests(self, provider: str | None = None, *, limit: int | None = None) -> list[Request]:
        """Return the requests that providers answered in this world, newest first."""
        shown = self._control.get(f"{self._path}/requests", provider=provider, limit=limit)
        return [read(Request, request) for request in shown["requests"]]

    def violations(self) -> list[Violation]:
        """Return the rules of providers that this world's requests broke."""
        return [read(Violation, one) for one in self._control.get(f"{self._path}/violations")["violations"]]

    def incoherences(self, *, provider: str | None = None) -> list[dict[str, str]]:
        """Return what is wrong with what this world holds: {kind, id, rule, told}, nothing where it is coherent.

        A reference that leads nowhere, a sum that is not equal, times in disorder; of all providers unless one is named.
        """
        found: list[dict[str, str]] = self._control.get(f"{self._path}/coherence", provider=provider)[
            "findings"
        ]
        return found

    def objects(
        self, *, provider: str | None = None, kind: str | None = None, limit: int | None = None
    ) -> list[dict[str, Json]]:
        """Return what the world holds, as stored: all, or of one provider and kind (`customer`, `email` …)."""
        objects: list[dict[str, Json]] = self._control.get(
            f"{self._path}/objects", provider=provider, kind=kind, limit=limit
        )["objects"]
        return objects

    def events(
        self,
        *,
        provider: str | None = None,
        type: str | None = None,
        limit: int | None = None,
    ) -> list[Event]:
        """Return what providers announced, newest first: all, or of one provider and event type."""
        shown = self._control.get(f"{self._path}/events", provider=provider, type=type, limit=limit)
        return [read(Event, event) for event in shown["events"]]

    def emails(self, to: str | None = None) -> list[Email]:
        """Return the mail that providers sent, newest first: all, or that to the address `to`.

        Bodies and links come with `world.mailbox.open(id)` and `world.mailbox.wait_for(...)`.
        """
        return listed(self._control, self._path, to)

    def trigger(self, provider: str, event: str, **fields: Json) -> list[Event]:
        """Let happen at `provider` what its own dashboard or CLI would trigger, under the provider's event name.

        `fields` are what the dashboard would ask for: ids, amounts, reasons. Returns the events that came of it.
        """
        body = {**fields, "provider": provider, "event": event}
        return [read(Event, one) for one in self._control.post(f"{self._path}/trigger", body)["events"]]

    def stream(self, *, timeout: float | None = None) -> Stream:
        """Follow requests, events, deliveries and mail as they happen, for `timeout` seconds if given."""
        return Stream(self._control, f"{self._path}/stream", timeout=timeout)

    @overload
    def client(self, provider: Literal["stripe"]) -> StripeClient: ...
    @overload
    def client(self, provider: Literal["resend"]) -> ModuleType: ...
    @overload
    def client(self, provider: str) -> Any: ...
    def client(self, provider: str) -> Any:
        """Return the provider's official SDK client for this world, where that SDK is installed.

        `stripe`: a `stripe.StripeClient` (its operations are under `.v1`). `resend`: the module `resend` itself,
        whose settings are global: they hold until the next world asks for it. `clerk`: a `clerk_backend_api.Clerk`.
        `algolia`: an `algoliasearch` `SearchClientSync` with the admin key. `mux`: a `mux_python.ApiClient`, for
        `mux_python.AssetsApi(…)` and its like.
        """
        return _sdk.client(provider, self.env)


def _told(
    name: str,
    seed: int | str | None,
    scale: float | None,
    text: str | None,
    parameters: Mapping[str, str | float | bool] | None,
) -> dict[str, Json]:
    """Return the body that loads a scenario."""
    given = None if parameters is None else dict(parameters)
    return {"name": name, "seed": seed, "scale": scale, "text": text, "parameters": given}
