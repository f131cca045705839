"""inferred.litix.io, where players send beacons, and the files of exports; nothing here has credentials."""

from __future__ import annotations

import orjson

from harness.messages import Reply
from harness.transaction import Transaction
from mocks.mux.provider import mux
from mocks.mux.resources import beacons, exports

PLAIN = "text/plain; charset=utf-8"


@mux.post("/", id="post-beacon", tier="P0", public=True)
def take_beacon(tx: Transaction) -> Reply:
    """Take what a player tells of its views. The answer is empty, whatever came."""
    body = tx.request.body if tx.request else b""
    try:
        beacon = orjson.loads(body) if len(body) <= beacons.LARGEST else None
    except orjson.JSONDecodeError:
        beacon = None
    beacons.receive(tx, beacon)
    return Reply(b"", 200, [], PLAIN)


@mux.get("/exports/{name}", id="get-export", tier="P1", public=True)
def retrieve_export(tx: Transaction, name: str) -> Reply:
    """Return the views of a day."""
    content = exports.file(tx, name, tx.request.query if tx.request else "")
    return Reply(content, 200, [], "application/gzip")
