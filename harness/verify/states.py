"""Provider states for a Pact verifier: a small server on loopback that brings a world into a state, quickly.

A state is a scenario of the same name. It is loaded once and then restored from a snapshot: an interaction costs
milliseconds instead of a scenario. The cause of a state that fails is kept, to be told with the interaction.
"""

from __future__ import annotations

import json
from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from harness.errors import GreenroomError
from harness.specs.calls import Got, Sent
from harness.verify.listening import Listening

if TYPE_CHECKING:
    from harness.verify.mocks import Mocks

Json = dict[str, Any]


class StateServer(Listening):
    """Serves states to a verifier. `failures` tells why a state could not be set."""

    def __init__(self) -> None:
        """Listen on a free port."""
        super().__init__()
        self.failures: dict[str, str] = {}
        self.values: Json = {}

    @abstractmethod
    def set(self, name: str, faults: list[Json] | None = None) -> Json:
        """Bring about a state, and return its values; raise GreenroomError."""

    def clear(self) -> None:
        """Take back what was set up."""

    def answered(self, sent: Sent) -> Got:
        """Do what the verifier asks for."""
        status, body = self._done(json.loads(sent.body or b"{}"))
        return Got(status, {"Content-Type": "application/json"}, json.dumps(body).encode())

    def _done(self, asked: Json) -> tuple[int, Json]:
        if asked.get("action") == "teardown":
            self.clear()
            return 200, {}
        name, parameters = asked.get("state", ""), asked.get("params") or {}
        try:
            return 200, self.set(name, parameters.get("faults"))
        except GreenroomError as error:
            self.failures[name] = str(error)
            return 409, {"error": str(error)}  # what fails with 5xx is asked for again, for two minutes


class States(StateServer):
    """The states of a world of a Greenroom."""

    def __init__(self, mocks: Mocks, world: Json) -> None:
        """`world` is a world as the control API returns it."""
        super().__init__()
        self.mocks = mocks
        self.path = f"/worlds/{world['id']}"
        self._known: dict[str, Json] = {}

    def set(self, name: str, faults: list[Json] | None = None) -> Json:
        """Bring the world into a state, and return its values: the scenario's ids and the world's environment."""
        if name not in self._known:
            self.mocks.control("POST", f"{self.path}/reset")
            body = {"state": name, "action": "setup"}
            self._known[name] = self.mocks.control("POST", f"{self.path}/provider-state", body)
            self.mocks.control("POST", f"{self.path}/snapshots", {"name": f"state-{len(self._known)}"})
        else:
            number = list(self._known).index(name) + 1
            self.mocks.control("POST", f"{self.path}/snapshots/state-{number}/restore")
        for fault in faults or ():
            self.mocks.control("POST", f"{self.path}/faults", fault)
        self.values = self._known[name]
        return self.values
