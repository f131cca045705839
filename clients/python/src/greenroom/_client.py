"""The control client: one running Greenroom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from greenroom._control import JOB_SECONDS, Control, segment
from greenroom._records import Health, Provider, iso, read
from greenroom._world import World


class Greenroom:
    """A running Greenroom at `url` (its control address, `http://127.0.0.1:4400` unless started otherwise).

    `token` is needed where it was started with `--token`. Every call may raise a GreenroomError.
    """

    def __init__(self, url: str, token: str | None = None) -> None:
        self._control = Control(url, token)

    def __repr__(self) -> str:
        return f"<Greenroom at {self.url}>"

    @property
    def url(self) -> str:
        """The control address, without a slash at its end."""
        return self._control.url

    def health(self) -> Health:
        """Return status and version; raises NotRunning when nobody answers."""
        return read(Health, self._control.get("/health"))

    def providers(self) -> list[Provider]:
        """Return the providers that are served, with their ports and addresses."""
        return [read(Provider, provider) for provider in self._control.get("/providers")["providers"]]

    def create_world(
        self,
        name: str | None = None,
        seed: int | str | None = None,
        clock: Mapping[str, str | float | datetime] | None = None,
        lenient: Sequence[str] | None = None,
        *,
        live: Sequence[str] | None = None,
        scenario: str | None = None,
        scale: float | None = None,
        parameters: Mapping[str, str | float | bool] | None = None,
    ) -> World:
        """Create a world with fresh credentials: bare, or with what a scenario tells.

        `scale` multiplies what the scenario tells, `parameters` are those that it declares.
        `seed` makes ids and chance repeatable (fresh if omitted); `clock` is `{"mode": "frozen", "now": …}`, with
        `rate` for mode `fast`; `lenient` names providers that record a consumer's deviations and let them pass,
        `live` those that answer as the real provider does where its published schema says otherwise.
        """
        body = {
            "name": name,
            "seed": seed,
            "clock": None if clock is None else _clock(clock),
            "lenient": None if lenient is None else list(lenient),
            "live": None if live is None else list(live),
            "scenario": scenario,
            "scale": scale,
            "parameters": None if parameters is None else dict(parameters),
        }
        return World(self._control, self._control.post("/worlds", body, seconds=JOB_SECONDS))

    def scenarios(self) -> dict[str, str]:
        """Return the title of every installed scenario, by name."""
        return {each["name"]: each["title"] for each in self._control.get("/scenarios")["scenarios"]}

    def worlds(self) -> list[World]:
        """Return all worlds; `default` is always among them."""
        return [World(self._control, shown) for shown in self._control.get("/worlds")["worlds"]]

    def world(self, id_or_name: str) -> World:
        """Return one world; a ControlError of status 404 says that there is none of this id or name."""
        return World(self._control, self._control.get(f"/worlds/{segment(id_or_name)}"))


def _clock(given: Mapping[str, str | float | datetime]) -> dict[str, str | float | None]:
    return {name: iso(value) if isinstance(value, datetime) else value for name, value in given.items()}
