"""Providers that have a document and no room here: served from the document alone, by a plain dialect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.dialect import Dialect, Grant, bearer
from harness.errors import Refusal
from harness.provider import Credential, Provider
from harness.specs.reading import Library

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from harness.dialect import Ask, Directory
    from harness.messages import Request
    from harness.provider import Operation
    from harness.specs.sources import Published

_CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "payload_too_large",
    422: "unprocessable_entity",
    429: "rate_limited",
    500: "internal_server_error",
}


class PlainDialect(Dialect):
    """Bearer tokens, JSON, and errors as most providers write them: `{"error": {"code", "message"}}`."""

    def __init__(self, provider: str, env: str = "") -> None:
        """`provider` is the provider's name, `env` the name under which consumers read the token."""
        self.provider = provider
        self._env = env

    def proof(self, env: Mapping[str, str], path: str, ask: Ask) -> dict[str, str]:  # noqa: ARG002
        """Show the token."""
        return bearer(env[self._env])

    def authenticate(self, request: Request, directory: Directory) -> Grant:
        """Find the world of `Authorization: Bearer …`."""
        scheme, _, token = (request.header("authorization") or "").partition(" ")
        grant = directory.find(self.provider, token.strip()) if scheme.lower() == "bearer" else None
        if grant is None:
            raise self.failure(401, "The token is missing or unknown.")
        return grant

    def decode(self, request: Request, operation: Operation) -> dict[str, Any]:  # noqa: ARG002
        """Inferred operations read requests themselves, and there are no others."""
        return {}

    def invalid(self, operation: Operation, errors: list[Any], data: dict[str, Any]) -> Refusal:  # noqa: ARG002
        """Name the first thing wrong."""
        where = ".".join(map(str, errors[0]["loc"])) or "body"
        return self.failure(400, f"Invalid request: `{where}`: {errors[0]['msg']}.")

    def unserved(self, request: Request) -> Refusal:
        """Answer an unknown path."""
        return self.failure(404, f"There is no {request.method} {request.path}.")

    def failure(self, status: int, message: str = "") -> Refusal:
        """Answer with a bare status."""
        code = _CODES.get(status, "error")
        told = message or code.replace("_", " ").capitalize()
        return Refusal(status, {"error": {"code": code, "message": told}}, message=told)


def providers(folder: Path, settings: dict[str, Published], installed: Iterable[str]) -> dict[str, Provider]:
    """Return the providers whose documents are in a folder, and that are not installed."""
    library = Library(folder)
    found: dict[str, Provider] = {}
    for name, told in settings.items():
        if name in installed or told.port is None:
            continue
        if any(library.file(source) is not None for source in told.sources):
            found[name] = Provider(
                name=name,
                title=told.title,
                port=told.port,
                hosts=told.hosts,
                dialect=PlainDialect(name, next(iter(told.env), "")),
                credentials=(Credential("token", "{alnum:24}", env=told.env),),
            )
    return found
