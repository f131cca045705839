"""The integration layer against providers that it reaches over HTTP: a world of Greenroom's, or live sandboxes.

`EXTERNAL=live` in the environment chooses the sandboxes whose credentials stand there too; without it, each test has a
world of its own. A test says which settings it needs; where one is missing it is skipped, and says why.
"""

import os
import threading
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import uvicorn

from integrations.app import create_app
from integrations.services import Services
from integrations.settings import Settings
from tests.harness.serving import Served

#: As it was when the tests were started: the fixtures of each test begin with a cleaned environment.
ENVIRONMENT = dict(os.environ)
LIVE = ENVIRONMENT.get("EXTERNAL") == "live"
SWEEPS = dict.fromkeys(
    ("STRIPE_SWEEP_SECONDS", "MAIL_SWEEP_SECONDS", "SEARCH_SWEEP_SECONDS", "JOB_SWEEP_SECONDS"), "0"
)


class App:
    """The layer's HTTP app on a loopback port, on a thread of its own."""

    def __init__(self, settings: Settings, services: Services, port: int) -> None:
        config = uvicorn.Config(
            create_app(settings, services), host="127.0.0.1", port=port, log_level="error", lifespan="on"
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False)
        transport = httpx.HTTPTransport(retries=8)
        with httpx.Client(base_url=self.http.base_url, transport=transport, timeout=30) as patient:
            patient.get("/healthz").raise_for_status()

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self.http.close()


@dataclass
class Outside:
    """The layer, the app, and the world behind it; `world` is None with live sandboxes."""

    settings: Settings
    services: Services
    app: App
    greenroom: Served | None
    world: dict[str, Any] | None

    def demand(self, provider: str, *fields: str) -> None:
        """Insist on these settings: without them a test of live sandboxes is skipped, one of Greenroom fails."""
        missing = [name for name in fields if getattr(self.settings, name) is None]
        if missing:
            names = ", ".join(str(Settings.model_fields[name].validation_alias) for name in missing)
            if self.world is not None:
                pytest.fail(f"Greenroom's room {provider!r} gives no {names}", pytrace=False)
            pytest.skip(f"the environment gives no {names}")

    def demand_world(self) -> dict[str, Any]:
        """Return the world; skip the test with live sandboxes, which can do no such thing at a test's wish."""
        if self.world is None:
            pytest.skip("this needs Greenroom: webhooks that reach loopback, triggers, or a clock")
        return self.world

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Call the control API for this world."""
        world = self.demand_world()
        assert self.greenroom is not None
        return self.greenroom.control(method, f"/worlds/{world['id']}{path}", body)

    def listen(self, provider: str) -> None:
        """Let a provider deliver its webhooks to the app."""
        self.demand_world()
        self.control(
            "POST",
            "/endpoints",
            {"provider": provider, "url": f"{self.app.http.base_url}/webhooks/{provider}"},
        )

    def settle(self) -> None:
        """Wait until what is due has been delivered."""
        self.control("POST", "/webhooks/settle")

    def advance(self, seconds: float) -> None:
        """Let time pass in the world, with all that is due in it."""
        self.control("POST", "/clock/advance", {"seconds": seconds})

    def trigger(self, provider: str, event: str, **fields: Any) -> Any:
        """Let something happen at a provider."""
        return self.control("POST", "/trigger", {"provider": provider, "event": event, **fields})

    def fault(self, provider: str, mode: str, times: int = 1) -> None:
        """Disturb the next deliveries of a provider."""
        fault = {"provider": provider, "kind": "delivery", "mode": mode, "times": times}
        self.control("POST", "/faults", fault)

    def inbox(self, provider: str) -> list[tuple[str, str]]:
        """The events that were taken in, oldest first: type and status."""
        events = [event for event in self.services.inbox.list(limit=1000) if event.provider == provider]
        return [(event.type, event.status.value) for event in reversed(events)]

    def statuses(self, provider: str) -> list[int | None]:
        """How the app answered each attempt of a provider to deliver, by the world's own record."""
        attempts = [
            attempt
            for delivery in self.control("GET", "/deliveries")["deliveries"]
            if delivery["provider"] == provider
            for attempt in delivery["attempts"]
        ]
        return [attempt.get("status") for attempt in attempts]
