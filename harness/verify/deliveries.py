"""Webhooks as they arrive: events are let happen, and what an endpoint gets of them is looked at.

Each event must come, once, in its turn, with the body that the control API lists, and signed with the endpoint's own secret
at the present time. The signature is made anew by the room and compared: a room's own tests hold it against the SDKs.
"""

from __future__ import annotations

import json
import re
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

from harness import instants, realtime
from harness.errors import GreenroomError
from harness.verify.results import Result

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.provider import Webhooks
    from harness.verify.happenings import Happenings
    from harness.verify.mocks import Caller, Mocks
    from harness.verify.states import States

Json = dict[str, Any]
SUITE = "deliveries"
ARRIVES, ONCE, IN_TURN, BODY, SIGNED, FRESH = (
    "every event arrives",
    "no event arrives twice",
    "events arrive in their turn",
    "bodies are those that were announced",
    "signatures are the endpoint's",
    "stamps are of the present",
)
NAMES = (ARRIVES, ONCE, IN_TURN, BODY, SIGNED, FRESH)
LARGEST_AGE = 300
"""Seconds that the providers' SDKs let a stamp be old."""
_STAMP = re.compile(r"(?<![0-9A-Za-z])1[0-9]{9}(?![0-9A-Za-z])")


@dataclass
class Endpoint:
    """An endpoint on loopback that keeps what comes; a context manager."""

    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def __enter__(self) -> Self:
        """Listen."""
        self._server = _listening(self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class Deliveries:
    """Looks at the deliveries of one provider in a world."""

    def __init__(self, mocks: Mocks, caller: Caller, happenings: Happenings) -> None:
        """`caller` is of the world whose states are set."""
        self.mocks = mocks
        self.caller = caller
        self.provider = caller.provider
        self.happenings = happenings

    def play(self, messages: Iterable[Json], states: States, faults: Iterable[Json] = ()) -> list[Result]:
        """Let the events of some messages happen, all in the state of the first, and judge what an endpoint gets."""
        webhooks, chosen = self.provider.webhooks, list(messages)
        if webhooks is None or not chosen:
            return []
        state = next(each["name"] for each in chosen[0]["providerStates"])
        told = [each for each in chosen if each["providerStates"][0]["name"] == state]
        try:
            with Endpoint() as endpoint:
                secret, announced = self._happen(told, states, endpoint, faults)
        except GreenroomError as error:
            return [Result(SUITE, self.provider.name, ARRIVES, "failed", str(error))]
        wrong = judged(webhooks, secret, announced, endpoint.received)
        return [
            Result(
                SUITE, self.provider.name, name, "failed" if wrong[name] else "passed", "\n".join(wrong[name])
            )
            for name in NAMES
        ]

    def _happen(
        self, told: list[Json], states: States, endpoint: Endpoint, faults: Iterable[Json]
    ) -> tuple[str, list[Json]]:
        """Return the endpoint's secret, and the events that were announced while it was there, the oldest first."""
        path, name = states.path, self.provider.name
        states.set(told[0]["providerStates"][0]["name"])
        body = {"provider": name, "url": endpoint.url, "events": ["*"]}
        known = {each["id"] for each in self._events(path)}
        secret: str = self.mocks.control("POST", f"{path}/endpoints", body)["secret"]
        for fault in faults:
            self.mocks.control("POST", f"{path}/faults", {"provider": name, **fault})
        self.mocks.control("POST", f"{path}/webhooks/pause")
        for each in told:
            # What the one before has made impossible is judged with the message itself, in a state of its own.
            with suppress(GreenroomError):
                self.happenings.announced(self.caller, path, each["description"], states.values, anew=True)
        self.mocks.control("POST", f"{path}/webhooks/resume")
        self.mocks.control("POST", f"{path}/webhooks/settle")
        return secret, [each for each in self._events(path)[::-1] if each["id"] not in known]

    def _events(self, path: str) -> list[Json]:
        found: list[Json] = self.mocks.control("GET", f"{path}/events", name=self.provider.name, limit=1000)[
            "events"
        ]
        return found


def judged(
    webhooks: Webhooks, secret: str, announced: list[Json], received: list[tuple[dict[str, str], bytes]]
) -> dict[str, list[str]]:
    """Return what is wrong with what an endpoint got of these events, by the names of the results."""
    wrong: dict[str, list[str]] = {name: [] for name in NAMES}
    bodies = [json.dumps(each["body"], sort_keys=True) for each in announced]
    came: list[int] = []
    for headers, content in received:
        text = json.dumps(json.loads(content), sort_keys=True)
        if text not in bodies:
            wrong[BODY].append(f"nobody announced {content[:200].decode('utf-8', 'replace')}")
            continue
        number = bodies.index(text)
        came.append(number)
        for name, told in _signed(webhooks, secret, announced[number]["id"], headers, content):
            wrong[name].append(f"{announced[number]['type']}: {told}")
    for number, event in enumerate(announced):
        if number not in came:
            wrong[ARRIVES].append(f"{event['type']} has not come")
        elif came.count(number) > 1:
            wrong[ONCE].append(f"{event['type']} has come {came.count(number)} times")
    if not announced:
        wrong[ARRIVES].append("nothing was announced")
    first = list(dict.fromkeys(came))
    if first != sorted(first):
        wrong[IN_TURN].append(f"came as {', '.join(announced[number]['type'] for number in first)}")
    return wrong


def _signed(
    webhooks: Webhooks, secret: str, event: str, headers: dict[str, str], content: bytes
) -> list[tuple[str, str]]:
    """Say what is wrong with a delivery's signature: made with other secrets or of another body, or too old."""
    now = realtime.now() // instants.SECOND
    stamps = [int(each) for value in headers.values() for each in _STAMP.findall(value)]
    for stamp in stamps or [now]:
        made = webhooks.sign([secret], event, stamp, content)
        if all(headers.get(name.lower()) == value for name, value in made):
            old = abs(now - stamp) > LARGEST_AGE
            return [(FRESH, f"its stamp is {now - stamp} s old")] if old else []
    return [(SIGNED, "its signature is not that of its secret, body and stamp")]


def _listening(endpoint: Endpoint) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent."""

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            endpoint.received.append(({name.lower(): value for name, value in self.headers.items()}, content))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    return server
