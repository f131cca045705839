"""A world's webhooks: where they go, and how they fare."""

from __future__ import annotations

from collections.abc import Sequence

from greenroom._control import JOB_SECONDS, Control, segment
from greenroom._records import Delivery, Endpoint, Settled, read


class Webhooks:
    """The deliveries of one world."""

    def __init__(self, control: Control, world: str) -> None:
        self._control, self._world = control, world

    def settle(self) -> Settled:
        """Wait until nothing is in flight or due at the present world time; retries due later stay scheduled."""
        return read(Settled, self._control.post(f"{self._world}/webhooks/settle", seconds=JOB_SECONDS))

    def pause(self, provider: str | None = None) -> int:
        """Hold back deliveries of `provider`, or of all; return how many endpoints are paused now."""
        return self._switch("pause", provider)

    def resume(self, provider: str | None = None) -> int:
        """Let held deliveries go, of `provider` or of all; return how many endpoints are paused now."""
        return self._switch("resume", provider)

    def redeliver(self, id: str) -> Delivery:
        """Post the delivery `id` once more, at once, whatever its state."""
        return read(Delivery, self._control.post(f"{self._world}/deliveries/{segment(id)}/redeliver"))

    def deliveries(
        self, state: str | None = None, *, provider: str | None = None, limit: int | None = None
    ) -> list[Delivery]:
        """Return deliveries with all their attempts; `state` is `pending`, `delivered` or `failed`."""
        shown = self._control.get(f"{self._world}/deliveries", state=state, provider=provider, limit=limit)
        return [read(Delivery, delivery) for delivery in shown["deliveries"]]

    def _switch(self, action: str, provider: str | None) -> int:
        paused: int = self._control.post(f"{self._world}/webhooks/{action}", {"provider": provider})["paused"]
        return paused


class Endpoints:
    """The addresses that providers post one world's events to."""

    def __init__(self, control: Control, world: str) -> None:
        self._control, self._path = control, f"{world}/endpoints"

    def add(self, provider: str, url: str, events: Sequence[str] | None = None) -> Endpoint:
        """Let `provider` post its events to `url`: all, or the named types. The answer holds the signing secret.

        The first endpoint of a provider has the secret that `world.env` names.
        """
        body = {"provider": provider, "url": url, "events": None if events is None else list(events)}
        return read(Endpoint, self._control.post(self._path, body))

    def list(self) -> list[Endpoint]:
        """Return all endpoints, without their secrets."""
        return [read(Endpoint, endpoint) for endpoint in self._control.get(self._path)["endpoints"]]
