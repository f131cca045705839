"""The load generator: prebuilt requests over kept-alive connections, answers checked, nothing else.

It runs in the process of the benchmark, never in the server's, and costs about a tenth of what the server costs.
"""

from __future__ import annotations

import asyncio
import gc
import ssl
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import uvloop

from benchmarks.errors import BenchmarkError
from benchmarks.servers import Server

STALL_SECONDS = 60.0
QUIET_SECONDS = 0.01
"""How long the server is left alone before its CPU time is read: Linux counts what runs only when it pauses."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One run of requests: CPU time of the server and wall time, in microseconds, and requests per second."""

    requests: int
    cpu: float
    rate: float
    p50: float
    p99: float
    slowest: float


class _Connection(asyncio.Protocol):
    """Sends the next request as soon as the answer to the last one is complete."""

    def __init__(self, supply: Iterator[bytes], expected: bytes) -> None:
        loop = asyncio.get_running_loop()
        self.supply = supply
        self.expected = expected
        self.latencies: list[float] = []
        self.done: asyncio.Future[None] = loop.create_future()
        self.closed: asyncio.Future[None] = loop.create_future()
        self._pending = b""
        self._sent_at = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own class does not inherit from it

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set_result(None)
        self._end(BenchmarkError(f"the server closed a connection ({exc or 'without an error'})"))

    def begin(self) -> None:
        """Send the next request, if there is one."""
        request = next(self.supply, None)
        if request is None:
            self._end(None)
        elif self._transport is not None:
            self._sent_at = time.perf_counter()
            self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._pending += data
        try:
            body = complete(self._pending)
            if body is None:
                return
            if self.expected not in body:
                raise BenchmarkError(f"an answer lacks {self.expected!r}: {body[:500]!r}")
        except BenchmarkError as error:
            self._end(error)
            return
        self.latencies.append(time.perf_counter() - self._sent_at)
        self._pending = b""
        self.begin()

    def _end(self, error: BenchmarkError | None) -> None:
        if self.done.done():
            return
        if error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(error)
            self.done.exception()  # `send` raises the first of several

    async def close(self) -> None:
        """Cut the connection and wait until it is gone."""
        if self._transport is not None:
            self._transport.abort()
            await self.closed


def complete(data: bytes) -> bytes | None:
    """Return the body of an answer once all of it is there; raise BenchmarkError unless its status is 2xx."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = data[:end].lower()
    at = head.find(b"\r\ncontent-length:")
    if at < 0:
        raise BenchmarkError(f"an answer without Content-Length: {data[:500]!r}")
    size = int(head[at + 17 :].split(b"\r\n", 1)[0])
    body = data[end + 4 :]
    if len(body) < size:
        return None
    if not head.startswith(b"http/1.1 2"):
        raise BenchmarkError(f"an answer that is no success: {data[:800].decode('utf-8', 'replace')}")
    return body


@dataclass(frozen=True, slots=True)
class Door:
    """Another port than the server's own, with TLS where there is a `context`; `host` is the name asked for."""

    port: int
    context: ssl.SSLContext | None = None
    host: str | None = None


async def send(
    server: Server, requests: Sequence[bytes], connections: int, expected: bytes, door: Door | None = None
) -> Sample:
    """Send all requests over `connections` connections; each answer must be 2xx and hold `expected`."""
    door = door or Door(server.port)
    loop, supply = asyncio.get_running_loop(), iter(requests)
    used = [_Connection(supply, expected) for _ in range(connections)]
    try:
        for each in used:
            await loop.create_connection(
                lambda each=each: each,
                "127.0.0.1",
                door.port,
                ssl=door.context,
                server_hostname=door.host,
            )
        await asyncio.sleep(QUIET_SECONDS)
        gc.collect()
        gc.disable()
        cpu, started = server.cpu_seconds(), time.perf_counter()
        for each in used:
            each.begin()
        await asyncio.wait_for(asyncio.gather(*(each.done for each in used)), STALL_SECONDS)
        seconds = time.perf_counter() - started
        await asyncio.sleep(QUIET_SECONDS)
        cpu = server.cpu_seconds() - cpu
    except TimeoutError:
        raise BenchmarkError(f"{server.name} left requests unanswered for {STALL_SECONDS:g} s") from None
    finally:
        gc.enable()
        for each in used:
            await each.close()
    latencies = [latency for each in used for latency in each.latencies]
    return _sample(latencies, len(requests), seconds, cpu)


def _sample(latencies: list[float], expected: int, seconds: float, cpu: float) -> Sample:
    if not latencies or len(latencies) != expected:
        raise BenchmarkError(f"{len(latencies)} of {expected} requests were answered")
    if cpu <= 0:
        raise BenchmarkError("the server used no CPU time: another process answered, or it did no work")
    cuts = statistics.quantiles(latencies, n=100) if len(latencies) > 1 else latencies * 99
    return Sample(
        requests=expected,
        cpu=cpu / expected * 1e6,
        rate=expected / seconds,
        p50=cuts[49] * 1e6,
        p99=cuts[98] * 1e6,
        slowest=max(latencies) * 1e6,
    )


def run(
    server: Server, requests: Sequence[bytes], connections: int, expected: bytes, door: Door | None = None
) -> Sample:
    """`send` from outside of an event loop."""
    return uvloop.run(send(server, requests, connections, expected, door))
