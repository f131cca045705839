"""Server-sent events of a world, as they happen."""

from __future__ import annotations

import json
import time
from http.client import HTTPException
from types import TracebackType
from typing import Self

from greenroom._control import Control
from greenroom._records import StreamItem


class Stream:
    """An iterator over what happens in a world from now on.

    It is connected as soon as it is made, so nothing that happens afterwards is missed. It ends when `timeout`
    seconds (of real time, altogether) have passed, when the world or the server ends, or by `close()`.
    """

    def __init__(self, control: Control, path: str, *, timeout: float | None = None) -> None:
        self._deadline = None if timeout is None else time.monotonic() + timeout
        self._connection, self._response, self._socket = control.open_stream(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> StreamItem:
        kind, data = "message", list[str]()
        while (line := self._line()) is not None:
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if name == "event":
                kind = value
            elif name == "data":
                data.append(value)
            elif not line and data:
                return StreamItem(kind, json.loads("\n".join(data)))
            elif not line:
                kind = "message"
        self.close()
        raise StopIteration

    def close(self) -> None:
        """Hang up; the iteration ends."""
        self._response.close()
        self._connection.close()

    def _line(self) -> str | None:
        """Return the next line without its end; None when the stream is over."""
        if self._response.closed:
            return None
        remaining = None if self._deadline is None else self._deadline - time.monotonic()
        if remaining is not None and remaining <= 0:
            return None
        try:
            self._socket.settimeout(remaining)
            line = self._response.readline()
        except (OSError, HTTPException):
            return None
        return line.decode().rstrip("\r\n") if line.endswith(b"\n") else None
