"""Kept states of one world."""

from __future__ import annotations

from greenroom._control import JOB_SECONDS, Control, segment
from greenroom._records import Snapshot, read


class Snapshots:
    """The snapshots of one world."""

    def __init__(self, control: Control, world: str) -> None:
        self._control, self._path = control, f"{world}/snapshots"

    def save(self, name: str) -> Snapshot:
        """Keep the world's state under `name`."""
        return read(Snapshot, self._control.post(self._path, {"name": name}, seconds=JOB_SECONDS))

    def restore(self, name: str) -> None:
        """Bring the world back to the state kept under `name`."""
        self._control.post(f"{self._path}/{segment(name)}/restore", seconds=JOB_SECONDS)

    def list(self) -> list[Snapshot]:
        """Return all kept states."""
        return [read(Snapshot, snapshot) for snapshot in self._control.get(self._path)["snapshots"]]

    def delete(self, name: str) -> None:
        """Forget the state kept under `name`."""
        self._control.delete(f"{self._path}/{segment(name)}")
