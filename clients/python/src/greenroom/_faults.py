"""Failures injected into one world."""

from __future__ import annotations

from greenroom._control import Control, segment
from greenroom._records import Fault, read


class Faults:
    """The faults of one world."""

    def __init__(self, control: Control, world: str) -> None:
        self._control, self._path = control, f"{world}/faults"

    def add(
        self,
        *,
        kind: str,
        provider: str | None = None,
        operation: str | None = None,
        status: int | None = None,
        milliseconds: float | None = None,
        mode: str | None = None,
        per_second: int | None = None,
        probability: float | None = None,
        times: int | None = None,
    ) -> Fault:
        """Inject a failure of `kind` status, latency, timeout, reset, malformed, rate_limit or delivery.

        It meets the requests of `provider` and `operation` (omitted: of all). `status` needs a status, `latency`
        milliseconds, `delivery` a mode (duplicate, drop, delay, reorder, corrupt_signature, stale_timestamp, fail).
        `rate_limit` lets `per_second` requests a second through (omitted: none). `probability` is 0 to 1; after `times` matching requests the fault is gone.
        """
        body = {
            "kind": kind,
            "provider": provider,
            "operation": operation,
            "status": status,
            "milliseconds": milliseconds,
            "mode": mode,
            "per_second": per_second,
            "probability": probability,
            "times": times,
        }
        return read(Fault, self._control.post(self._path, body))

    def list(self) -> list[Fault]:
        """Return the faults that are still there."""
        return [read(Fault, fault) for fault in self._control.get(self._path)["faults"]]

    def clear(self, id: str | None = None) -> None:
        """Take away all faults, or the one called `id`."""
        self._control.delete(self._path if id is None else f"{self._path}/{segment(id)}")
