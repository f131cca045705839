"""A passage to a live sandbox: the only door through which a Greenroom ever speaks to the world outside.

It listens on loopback, lets requests through to one host that is on a list, no faster than allowed, refuses keys of live
mode before anything is sent, and hands each exchange to whoever records.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from harness import realtime
from harness.errors import ConfigurationError
from harness.specs.calls import Got, Sent
from harness.verify.listening import Listening
from harness.verify.sensitive import decoded, unescaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LIVE_KEY = re.compile(r"\b(?:sk|rk|pk)_live_")
_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "host"})
_ASKED = _HOP | {"accept-encoding"}
_SHOWN = _HOP | {"content-encoding"}
"""Answers are passed on as they were before they were compressed; requests as they are."""
Heard = Callable[[Sent, Got], None]


class LiveKey(ConfigurationError):
    """A key of live mode was about to be used; it is never sent, and never shown."""


def refuse_live(values: Mapping[str, str]) -> None:
    """Raise LiveKey when a value is a key of live mode, however it is written; `values` are named for the message."""
    for name, value in values.items():
        if any(LIVE_KEY.search(told) for told in (value, unescaped(value), *decoded(value))):
            raise LiveKey(f"{name} holds a key of live mode: sandboxes are spoken to with test keys only")


class Passage(Listening):
    """Serves at `url` and passes on to `base`."""

    def __init__(
        self, base: str, allowed: Iterable[str], *, rate: float = 5.0, heard: Heard | None = None
    ) -> None:
        """`allowed` are the host names that may be spoken to, `rate` the requests a second at most."""
        host = urlsplit(base).hostname or ""
        known = set(allowed)
        if host not in known:
            raise ConfigurationError(
                f"{host!r} is not on the list of hosts that may be spoken to: {', '.join(sorted(known)) or 'none'}"
            )
        self.base = base.rstrip("/")
        self.heard = heard
        self.mark = ""
        """What is added to idempotency keys, so that a key that a pact tells is a new one each time."""
        self._gap = 1 / rate
        self._next = 0.0
        self._lock = threading.Lock()
        super().__init__()

    def __enter__(self) -> Self:
        """Open."""
        import httpx

        self._client = httpx.Client(timeout=60, trust_env=True, follow_redirects=False)
        return super().__enter__()

    def __exit__(self, *told: object) -> None:
        """Close."""
        super().__exit__(*told)
        self._client.close()

    def answered(self, sent: Sent) -> Got:
        """Pass a request on; the caller hears of what goes wrong on the way, too."""
        try:
            return self.send(sent)
        except ConfigurationError as refused:
            return Got(403, {"content-type": "text/plain"}, str(refused).encode())
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller must hear of it
            told = f"{self.base}: {type(error).__name__}"
            return Got(502, {"content-type": "text/plain"}, told.encode())

    def send(self, sent: Sent) -> Got:
        """Pass a request on, when its turn has come; raise LiveKey, and ConfigurationError for what names no path."""
        if not sent.path.startswith("/"):
            raise ConfigurationError(f"{sent.path[:80]!r} is no path of {self.base}")
        refuse_live(
            {
                "a header": " ".join(sent.headers.values()),
                "the body": sent.plain.decode("latin-1"),
                "the path": sent.path,
            }
        )
        self._wait()
        mark = f"-{self.mark}" if self.mark else ""
        headers = {
            name: value + (mark if name.lower() == "idempotency-key" else "")
            for name, value in sent.headers.items()
            if name.lower() not in _ASKED
        }
        answer = self._client.request(sent.method, self.base + sent.path, headers=headers, content=sent.body)
        shown = {name.lower(): value for name, value in answer.headers.items() if name.lower() not in _SHOWN}
        got = Got(answer.status_code, shown, answer.content)
        if self.heard is not None:
            self.heard(sent, got)
        return got

    def _wait(self) -> None:
        with self._lock:
            now = realtime.monotonic()
            turn = max(now, self._next)
            self._next = turn + self._gap
        if turn > now:
            time.sleep(turn - now)
