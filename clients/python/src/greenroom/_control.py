"""The connection to one control API: calls it, and turns what goes wrong into our errors."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from socket import socket
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from greenroom._errors import ControlError, GreenroomError, NotRunning, TimedOut

Json = Any
"""What JSON decodes to."""

CALL_SECONDS = 30.0
"""How long an ordinary call may take."""

JOB_SECONDS = 600.0
"""How long a call may take that plays time or copies a world: advance, settle, fork, snapshots."""

PREFIX = "/_greenroom"


def segment(value: str) -> str:
    """Return a world's id, a name … as one segment of a path."""
    return quote(value, safe="")


class Control:
    """One control API at `url`; a connection per call, so that threads may share it. Nothing is retried.

    `url` is the address that `greenroom up` prints, without `/_greenroom`. No proxy is ever used.
    """

    def __init__(self, url: str, token: str | None = None) -> None:
        self.url = url.rstrip("/").removesuffix(PREFIX)
        self._token = token
        try:
            parts = urlsplit(self.url)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise _bad_address(url) from error
        if parts.scheme not in {"http", "https"} or not host:
            raise _bad_address(url)
        self._connection = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._host, self._port, self._path = host, port, parts.path + PREFIX

    def get(self, path: str, **query: str | int | None) -> Json:
        """Return what `path` shows; a query value of None is left out."""
        given = {name: value for name, value in query.items() if value is not None}
        return self.call("GET", f"{path}?{urlencode(given)}" if given else path)

    def post(
        self, path: str, body: Mapping[str, Json] | None = None, *, seconds: float = CALL_SECONDS
    ) -> Json:
        """Post `body` without its values of None, and return the answer; wait for at most `seconds`."""
        return self.call("POST", path, body or {}, seconds=seconds)

    def delete(self, path: str) -> None:
        """Delete what is at `path`."""
        self.call("DELETE", path)

    def call(
        self, method: str, path: str, body: Mapping[str, Json] | None = None, *, seconds: float = CALL_SECONDS
    ) -> Json:
        """Make one call and return its decoded answer (None for 204).

        Raises NotRunning, TimedOut, ControlError, or GreenroomError for an answer that is not Greenroom's.
        """
        where = f"{method} {self.url}{PREFIX}{path}"
        connection = self._connection(self._host, self._port, timeout=seconds)
        try:
            with _own_errors(where, self.url, seconds):
                response = self._ask(connection, method, path, body)
                content = response.read()
        finally:
            connection.close()
        if response.status >= 400:
            raise _refusal(response, content, where)
        return None if response.status == 204 else _decoded(response, content, where)

    def open_stream(self, path: str) -> tuple[HTTPConnection, HTTPResponse, socket]:
        """Open a stream of server-sent events; the caller closes the connection.

        The socket is given too, since only its time-out ends a read that waits.
        """
        where = f"GET {self.url}{PREFIX}{path}"
        connection = self._connection(self._host, self._port, timeout=CALL_SECONDS)
        try:
            with _own_errors(where, self.url, CALL_SECONDS):
                connection.connect()
                # The connection forgets its socket once the answer, which has no length, has begun.
                opened: socket = connection.sock
                response = self._ask(connection, "GET", path, None, accept="text/event-stream")
                if response.status != 200:
                    raise _refusal(response, response.read(), where)
        except BaseException:
            connection.close()
            raise
        return connection, response, opened

    def _ask(
        self,
        connection: HTTPConnection,
        method: str,
        path: str,
        body: Mapping[str, Json] | None,
        *,
        accept: str = "application/json",
    ) -> HTTPResponse:
        headers = {"Accept": accept}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        content = None
        if body is not None:
            content = json.dumps({name: value for name, value in body.items() if value is not None}).encode()
            headers["Content-Type"] = "application/json"
        connection.request(method, self._path + path, body=content, headers=headers)
        return connection.getresponse()


@contextmanager
def _own_errors(where: str, url: str, seconds: float) -> Iterator[None]:
    """Turn what sockets and HTTP raise into our errors."""
    try:
        yield
    except TimeoutError as error:
        raise TimedOut(f"{where} was not answered within {seconds:g} seconds") from error
    except ConnectionRefusedError as error:
        raise NotRunning(
            f"no Greenroom answers at {url}: start it with `greenroom up`, or correct the address (GREENROOM_URL)"
        ) from error
    except HTTPException as error:
        raise NotRunning(
            f"{where}: the connection ended before the answer, or {url} does not speak HTTP"
        ) from error
    except OSError as error:
        raise NotRunning(
            f"{where}: no connection to {url} ({error}): is `greenroom up` running there?"
        ) from error


def _bad_address(url: str) -> GreenroomError:
    return GreenroomError(f"{url!r} is not an address of Greenroom: use one like http://127.0.0.1:4400")


def _refusal(response: HTTPResponse, content: bytes, where: str) -> ControlError:
    """Read a refusal: problem+json, or whatever else came with the status."""
    try:
        problem = json.loads(content)
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        problem = {"detail": content[:300].decode(errors="replace").strip()}
    title = str(problem.get("title") or response.reason)
    detail = str(problem.get("detail") or "")
    if response.status == 401:
        detail = f"{detail} (pass token=…, or set GREENROOM_TOKEN)".strip()
    return ControlError(response.status, title, detail, call=where)


def _decoded(response: HTTPResponse, content: bytes, where: str) -> Json:
    try:
        return json.loads(content)
    except ValueError as error:
        raise GreenroomError(
            f"{where} answered {response.status} with {content[:80]!r}, which is not JSON: "
            "another program than Greenroom listens there"
        ) from error
