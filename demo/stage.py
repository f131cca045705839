"""What the journey needs: a Greenroom with two worlds, and the integration layer pointed at the first."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx

from demo.receiver import FlakyReceiver
from greenroom import Server, World, start
from integrations.services import Services
from integrations.settings import load_settings

SEED = 7
START_SECONDS = 120.0
"""For a busy machine; a process that ends is noticed at once."""
OURS = range(20, 43)
"""Ports of the block, counted from its first, that Greenroom leaves free (those of its providers and TLS are others)."""


class Stage:
    """Everything that runs during the demo; `close` ends it, `leave` lets it run on."""

    def __init__(self, port: int | None = None) -> None:
        """Start both processes and register the webhook endpoints; raise RuntimeError when one does not start."""
        self.folder = Path(tempfile.mkdtemp(prefix="greenroom-demo-"))
        self.server: Server = start(port=port, data_dir=self.folder / "greenroom")
        self.flaky = FlakyReceiver(failures=2)
        self._app: subprocess.Popen[bytes] | None = None
        try:
            greenroom = self.server.client
            clock: dict[str, str | float | datetime] = {"mode": "frozen", "now": _present()}
            self.world: World = greenroom.create_world("demo", seed=SEED, clock=clock)
            self.other: World = greenroom.create_world("understudy", seed=SEED, clock=clock)
            self.app_url = f"http://127.0.0.1:{_free_port(self.server.url)}"
            self.app = httpx.Client(base_url=self.app_url, timeout=30, trust_env=False)
            environment = {**self.world.env, "DATABASE_URL": f"sqlite:///{self.folder / 'platform.db'}"}
            environment |= dict.fromkeys(("MAIL_SWEEP_SECONDS", "SEARCH_SWEEP_SECONDS"), "1")
            environment["SURVEYS_PUBLIC_URL"] = self.app_url
            self._start_app(environment)
            self.services = Services.build(load_settings(environment))
            for provider in ("clerk", "stripe", "resend", "mux", "insightiq", "cint"):
                self.world.endpoints.add(provider, f"{self.app_url}/webhooks/{provider}")
        except BaseException:
            self.close()
            raise

    def _start_app(self, environment: dict[str, str]) -> None:
        log = self.folder / "integrations.log"
        command = [sys.executable, "-m", "uvicorn", "integrations.app:from_environment", "--factory"]
        with log.open("wb") as output:
            self._app = subprocess.Popen(
                [*command, "--port", self.app_url.rpartition(":")[2], "--log-level", "warning"],
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._app.poll() is None:
            with suppress(httpx.TransportError):
                if self.app.get("/healthz").is_success:
                    return
            time.sleep(0.05)
        raise RuntimeError(f"the integration layer did not start:\n{log.read_text()}")

    @property
    def authority(self) -> Path:
        """The certificate that whoever speaks TLS to this Greenroom has to trust."""
        return self.folder / "greenroom" / "tls" / "ca.pem"

    @property
    def processes(self) -> list[int]:
        """The process ids of the two servers."""
        return [self.server.pid, *([self._app.pid] if self._app else [])]

    def leave(self) -> None:
        """Let both servers run on after this process."""
        self.server.leave_running()
        self.flaky.close()
        self.services.close()
        self.app.close()
        if self._app is not None:
            self._app.returncode = 0

    def close(self) -> None:
        """End both servers."""
        self.flaky.close()
        if self._app is not None:
            self._app.terminate()
            self._app.wait(10)
        if hasattr(self, "services"):
            self.services.close()
        if hasattr(self, "app"):
            self.app.close()
        self.server.stop()


def _present() -> datetime:
    """Return the present in whole seconds: world time begins where the integration layer's own clock is."""
    return datetime.now(UTC).replace(microsecond=0)


def _free_port(url: str) -> int:
    """Return a free port of Greenroom's block: the system's own choice may meet itself while it is asked for readiness."""
    base = int(url.rpartition(":")[2])
    for port in (base + offset for offset in OURS):
        with socket.socket() as listener, suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port
    raise RuntimeError(f"none of the ports {base + OURS.start} to {base + OURS.stop - 1} is free")
