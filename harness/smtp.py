"""Mail passed on over SMTP to whoever was named (`greenroom up --smtp HOST:PORT`): a mail catcher, a test server."""

from __future__ import annotations

import asyncio
import logging
import smtplib
from typing import TYPE_CHECKING, Any

from harness import mime
from harness.errors import ConfigurationError

if TYPE_CHECKING:
    from harness.transaction import Outcome
    from harness.world import World

log = logging.getLogger("greenroom")
TIMEOUT_SECONDS = 10.0
BACKLOG = 10_000
Json = dict[str, Any]


def address(text: str) -> tuple[str, int]:
    """Read `host:port` (port 25 where there is none); raise ConfigurationError."""
    host, colon, port = text.rpartition(":")
    if not colon:
        host, port = text, "25"
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ConfigurationError(f"--smtp {text!r} is no address of a mail server: use HOST:PORT")
    return host.strip("[]"), int(port)


class Sink:
    """Passes mail on, one after the other, on a thread of its own: nobody waits for it."""

    def __init__(self, to: str) -> None:
        """`to` is `host:port`."""
        self.host, self.port = address(to)
        self._queue: asyncio.Queue[Json] = asyncio.Queue(BACKLOG)
        self._worker: asyncio.Task[None] | None = None

    def heard(self, _world: World, outcome: Outcome) -> None:
        """Take the mails of a committed transaction; when too many wait already, the rest is only in the store."""
        for mail in outcome.mails:
            try:
                self._queue.put_nowait(mail)
            except asyncio.QueueFull:
                log.warning(
                    "too many mails wait for %s:%d: %s is not passed on", self.host, self.port, mail["id"]
                )
        if outcome.mails and (self._worker is None or self._worker.done()):
            self._worker = asyncio.get_running_loop().create_task(self._work())

    async def settle(self) -> None:
        """Return when every mail that was taken has been passed on."""
        await self._queue.join()

    async def close(self) -> None:
        """Stop; what waits is in the store."""
        if self._worker is not None:
            self._worker.cancel()

    async def _work(self) -> None:
        while True:
            mail = await self._queue.get()
            try:
                await asyncio.to_thread(self._send, mail)
            except (OSError, smtplib.SMTPException, ValueError) as error:
                log.warning("mail %s was not taken by %s:%d: %s", mail["id"], self.host, self.port, error)
            finally:
                self._queue.task_done()

    def _send(self, mail: Json) -> None:
        with smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS) as server:
            server.send_message(mime.message(mail), from_addr=_bare(mail["from"]), to_addrs=mail["addresses"])


def _bare(sender: str) -> str:
    return sender[sender.rfind("<") + 1 :].rstrip("> ")
