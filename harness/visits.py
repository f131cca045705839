"""What simulated people do on the web: outgoing requests like deliveries, but unsigned, and made once.

A room asks for a visit with `Transaction.visit`. It is written with the transaction, made after the commit at the same
world time, and then the room's timer of the name `then` runs in a transaction of its own with what came of it.
`advance` and `settle` wait for visits as they do for deliveries, and they go to the same hosts only.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin

import orjson

from harness.batch import Batch
from harness.delivery_client import Client, Result, allowed
from harness.store import Store
from harness.transaction import DELIVERIES, Outcome, Transaction
from harness.world import World
from harness.worlds import Worlds

log = logging.getLogger("greenroom")
PAGE_KEPT = 64 * 1024
TIMEOUT_SECONDS = 30.0
LONGEST_CHAIN = 10
REDIRECTS = frozenset({301, 302, 303, 307, 308})
REPEATED = frozenset({307, 308})
"""Redirects after which a browser sends the same request again, its body included."""
Json = dict[str, Any]


class Visits:
    """Makes the visits that are due; the dispatcher decides when."""

    def __init__(self, client: Client, store: Store, worlds: Worlds, batch: Batch) -> None:
        """`announce` is told what the commit of a visit's consequences brought."""
        self.client = client
        self.store = store
        self.worlds = worlds
        self.batch = batch
        self.announce: Callable[[World, Outcome], None] = lambda _world, _outcome: None

    async def make(self, world: World, space: int, id: str) -> bool:
        """Make a visit if the delivery of this id is one; tell whether it was."""
        row = self.store.get(space, DELIVERIES.kind, id)
        document: Json | None = None if row is None else orjson.loads(row.body)
        if document is None or "visit" not in document:
            return False
        if world.space != space or document["state"] != "pending":
            return True
        url, result = await self._go(document["visit"], document["url"])
        if not world.open.is_set():
            await world.open.wait()
        if world.space == space:
            outcome = self._conclude(world, id, url, result)
            await self.batch.durable()
            self.announce(world, outcome)
        return True

    async def _go(self, visit: Json, url: str) -> tuple[str, Result]:
        """Follow redirects as a browser does, unless the visit says otherwise (`redirects`: False).

        Stop before an address that may not be contacted.
        """
        method, body = visit["method"], visit["body"].encode()
        headers = [(name, value) for name, value in visit["headers"]]
        result = await self.client.send(method, url, headers, body, TIMEOUT_SECONDS, PAGE_KEPT)
        for _ in range(LONGEST_CHAIN if visit.get("redirects", True) else 0):
            target = result.response_headers.get("Location")
            if result.status not in REDIRECTS or target is None:
                break
            url = urljoin(url, target)
            if not allowed(url, self.client.hosts):
                break
            if result.status not in REPEATED:
                method, body = "GET", b""
                headers = [each for each in headers if each[0].lower() != "content-type"]
            result = await self.client.send(method, url, headers, body, TIMEOUT_SECONDS, PAGE_KEPT)
        return url, result

    def _conclude(self, world: World, id: str, url: str, result: Result) -> Outcome:
        """Let the room act on what came of a visit, and keep the visit, in one transaction."""
        base = Transaction(self.store, world, next(iter(self.worlds.providers.values())))
        document = base.get(DELIVERIES, id)
        if document is None:
            return Outcome()
        provider = self.worlds.providers[document["provider"]]
        provider.load()
        tx = Transaction(self.store, world, provider)
        visit = document["visit"]
        came = {
            "status": result.status,
            "url": url,
            "body": result.response_body,
            "content_type": result.response_headers.get("Content-Type", ""),
            "error": result.error,
        }
        document |= {"state": "failed" if result.status is None else "delivered"}
        document["attempts"] = [result.shown(1, tx.now, body="")]
        try:
            tx.save(DELIVERIES, document)
            provider.timers[visit["then"]](tx, visit["payload"] | came)
        except BaseException:
            tx.rollback()
            raise
        return tx.commit()
