"""The reference server: the least a durable HTTP API can be in Python.

Bare ASGI on uvicorn (httptools, uvloop) over one SQLite table in WAL with synchronous=NORMAL, called directly on the
event loop; sqlite3 keeps the prepared statements. `POST /rows` commits one row and answers it, `GET /rows/{id}` reads
it, `GET /rows` answers the ten newest, any `PUT` writes its body to a file as it comes. No validation, no credentials, no routing beyond these three.
"""

from __future__ import annotations

import argparse
import itertools
import sqlite3
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import uvicorn

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

INSERT = "INSERT INTO rows(id, body) VALUES(?, ?)"
READ = "SELECT body FROM rows WHERE id=?"
NEWEST = "SELECT body FROM rows ORDER BY number DESC LIMIT 10"


class Reference:
    """The ASGI application."""

    def __init__(self, directory: Path) -> None:
        """Open an empty database in `directory`."""
        self.database = sqlite3.connect(directory / "reference.db", isolation_level=None)
        # The checkpoint interval is Greenroom's own, so that neither pays for it more often than the other.
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "wal_autocheckpoint=4000"):
            self.database.execute(f"PRAGMA {pragma}")
        self.database.execute(
            "CREATE TABLE rows(number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body BLOB NOT NULL)"
        )
        self.numbers = itertools.count()
        self.directory = directory

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request."""
        execute, path = self.database.execute, scope["path"]
        if scope["method"] == "PUT":
            found: bytes | None = await self._file(receive)
        elif path == "/health":
            found = b"{}"
        elif scope["method"] == "POST":
            found = (await receive())["body"]
            execute(INSERT, (f"row_{next(self.numbers):024}", found))  # commits: there is no open transaction
        elif path == "/rows":
            found = b'{"data":[' + b",".join(row for (row,) in execute(NEWEST)) + b"]}"
        else:
            row = execute(READ, (path.rpartition("/")[2],)).fetchone()
            found = row and row[0]
        body = found or b"{}"
        headers = [(b"Content-Type", b"application/json"), (b"Content-Length", b"%d" % len(body))]
        await send(
            {"type": "http.response.start", "status": 404 if found is None else 200, "headers": headers}
        )
        await send({"type": "http.response.body", "body": body})

    async def _file(self, receive: Receive) -> bytes:
        """Write a body to a file as it comes."""
        with (self.directory / f"file{next(self.numbers)}").open("wb") as file:
            more = True
            while more:
                message = await receive()
                file.write(message.get("body", b""))
                more = message.get("more_body", False)
        return b"{}"


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data-dir", type=Path, required=True)
    given = parser.parse_args()
    uvicorn.run(
        Reference(given.data_dir),
        host="127.0.0.1",
        port=given.port,
        http="httptools",
        loop="uvloop",
        lifespan="off",
        ws="none",
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
    )


if __name__ == "__main__":
    main()
