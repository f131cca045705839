"""Provider states for a Pact verifier: a small server on loopback that brings a world into a state, quickly.

A state is a scenario of the same name. It is loaded once and then restored from a snapshot: an interaction costs
milliseconds instead of a scenario. The cause of a state that fails is kept, to be told with the interaction.
"""

from __future__ import annotations

import json
import threading
from abc import ABC, abstractmethod
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

from harness.errors import GreenroomError

if TYPE_CHECKING:
    from harness.verify.mocks import Mocks

Json = dict[str, Any]


class StateServer(ABC):
    """Serves states to a verifier at `url`; a context manager. `failures` tells why a state could not be set."""

    def __init__(self) -> None:
        """Listen on a free port."""
        self.failures: dict[str, str] = {}
        self.values: Json = {}
        self._server = _server(self)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"

    def __enter__(self) -> Self:
        """Serve."""
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @abstractmethod
    def set(self, name: str, faults: list[Json] | None = None) -> Json:
        """Bring about a state, and return its values; raise GreenroomError."""

    def clear(self) -> None:  # noqa: B027 - optional
        """Take back what was set up."""

    def answer(self, asked: Json) -> tuple[int, Json]:
        """Do what the verifier asks for."""
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


def _server(states: StateServer) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent."""

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length", "0"))) or b"{}")
            status, body = states.answer(asked)
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    return server
