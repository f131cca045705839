"""The name server of a run's own network: every name is 127.0.0.1, but for those that may really be reached (RFC 1035)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from ipaddress import IPv4Address
from typing import Any

HEADER = 12
A, CLASS_IN = 1, 1
LOOPBACK = IPv4Address("127.0.0.1")
SECONDS_VALID = 1


def answer(query: bytes, own: Mapping[str, IPv4Address]) -> bytes | None:
    """Answer a query: an address for A, nothing (and no error) for all else; None for what is no query."""
    if len(query) < HEADER or query[2] & 0xF8 or query[4:6] != b"\x00\x01":
        return None
    labels, place = [], HEADER
    while place < len(query) and query[place]:
        end = place + 1 + query[place]
        if query[place] > 63 or end >= len(query):
            return None
        labels.append(query[place + 1 : end].decode("latin-1").lower())
        place = end
    question = query[HEADER : place + 5]
    if len(question) < 5:
        return None
    kind, of = int.from_bytes(question[-4:-2], "big"), int.from_bytes(question[-2:], "big")
    records = b""
    if kind == A and of == CLASS_IN:
        address = own.get(".".join(labels), LOOPBACK)
        records = (
            b"\xc0\x0c\x00\x01\x00\x01" + SECONDS_VALID.to_bytes(4, "big") + b"\x00\x04" + address.packed
        )
    flags = bytes((0x84 | query[2] & 1, 0x80))  # an answer, authoritative, recursion is to be had
    counts = b"\x00\x01" + (b"\x00\x01" if records else b"\x00\x00") + b"\x00\x00\x00\x00"
    return query[:2] + flags + counts + question + records


class Resolver(asyncio.DatagramProtocol):
    """Serves `answer` on a socket."""

    def __init__(self, own: Mapping[str, IPv4Address]) -> None:
        """`own` are the names with an address of their own."""
        self._own = own
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Answer one query."""
        found = answer(data, self._own)
        if found is not None:
            self._transport.sendto(found, addr)
