"""How a provider speaks: what each room's `dialect.py` answers to the engine."""

from __future__ import annotations

from abc import ABC, abstractmethod
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import orjson

from harness.errors import Refusal
from harness.messages import Reply, Request

Ask = Callable[[str, str, Any], Any]
"""Calls a provider with a JSON body (or None) and returns the JSON of its answer."""

if TYPE_CHECKING:
    from harness.provider import Operation
    from harness.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Grant:
    """What a credential gives: the world, the credential's name in the room, and what was kept with it."""

    world: str
    name: str
    token: str
    data: Mapping[str, Any]


class Directory(Protocol):
    """Where a dialect looks credentials up."""

    def find(self, provider: str, token: str) -> Grant | None:
        """Return what a token grants, or None."""


class Exchange(Protocol):
    """What `headers` and `refused` may look at.

    The request, its operation and grant, the id drawn for it, and the headers that this answer has of its own.
    """

    request: Request
    operation: Operation | None
    grant: Grant | None
    request_id: str
    now: int
    own_headers: list[tuple[str, str]]


class Dialect(ABC):
    """The parts that differ from provider to provider; a room overrides what its provider does otherwise.

    Every refusal a dialect makes is in the provider's own envelope: the harness has no default body.
    """

    provider = ""
    content_type = "application/json"
    request_id_form = "{uuid:1}"

    # --- reading ---------------------------------------------------------------------------------------------------

    def route(self, request: Request, directory: Directory) -> tuple[str, str]:  # noqa: ARG002
        """Return method and path under which a request's operation is registered; as it is on the wire unless overridden.

        For providers with APIs of the same paths under several host names, and methods that a query overrides. Where a
        host name belongs to one world, the room sets `request.label` to that world here.
        """
        return request.method, request.path

    @abstractmethod
    def authenticate(self, request: Request, directory: Directory) -> Grant:
        """Return the grant of the request's credentials; raise Refusal as the provider refuses bad ones."""

    def authorize(self, tx: Transaction, grant: Grant, operation: Operation) -> None:  # noqa: B027 - optional
        """Raise Refusal when the grant does not cover the operation (revoked or restricted keys)."""

    def proof(self, env: Mapping[str, str], path: str, ask: Ask) -> dict[str, str]:  # noqa: ARG002
        """Return the headers with which a consumer shows whose account it speaks for, on a call to `path`.

        `env` has the credentials under the names that consumers read; `ask(method, path, body)` calls the provider, for
        those that hand out tokens.
        """
        return {}

    @abstractmethod
    def decode(self, request: Request, operation: Operation) -> dict[str, Any]:
        """Return the request's parameters (body and query together) as one dict; raise Refusal when malformed."""

    @abstractmethod
    def invalid(self, operation: Operation, errors: list[Any], data: dict[str, Any]) -> Refusal:
        """Turn pydantic's errors (`ValidationError.errors()`) into the provider's refusal."""

    @abstractmethod
    def unserved(self, request: Request) -> Refusal:
        """Return what the provider answers to a path it does not have."""

    def method_not_allowed(self, request: Request, allowed: frozenset[str]) -> Refusal:  # noqa: ARG002
        """Return what the provider answers to a known path with another method; as an unknown path unless overridden."""
        return self.unserved(request)

    @abstractmethod
    def failure(self, status: int, message: str = "") -> Refusal:
        """Return the provider's error body for a status: injected faults (4xx, 5xx, 429), limits, failures of ours."""

    def preflight(self, request: Request) -> Reply | None:  # noqa: ARG002
        """Return the answer to a browser's OPTIONS request, which carries no credentials; None serves it like others."""
        return None

    # --- idempotency -----------------------------------------------------------------------------------------------

    idempotency_seconds = 24 * 3600

    def idempotency_key(self, request: Request, operation: Operation) -> str | None:  # noqa: ARG002
        """Return the key under which the provider remembers this request's answer, or None."""
        return None

    def fingerprint(self, request: Request, data: dict[str, Any]) -> str:
        """Return what must be equal for a key to be used again."""
        return f"{request.method} {request.path} {orjson.dumps(data, option=orjson.OPT_SORT_KEYS).decode()}"

    def key_reused(self, key: str) -> Refusal:
        """Return what the provider answers when a key comes again with other parameters."""
        return self.failure(409, f"the idempotency key {key} was used with other parameters")

    def replay_headers(self, original: str) -> list[tuple[str, str]]:  # noqa: ARG002
        """Return headers that mark a replayed answer; `original` is the first request's id."""
        return []

    # --- answering -------------------------------------------------------------------------------------------------

    def encode(self, body: Any) -> bytes:
        """Write a JSON body."""
        return orjson.dumps(body)

    def refused(self, refusal: Refusal, exchange: Exchange) -> Any:  # noqa: ARG002
        """Return the body of a refusal, completed by what only the exchange knows, such as the request's id."""
        return refusal.body

    def headers(self, exchange: Exchange) -> list[tuple[str, str]]:  # noqa: ARG002
        """Return the headers of every answer, besides Content-Type and Content-Length."""
        return []


def bearer_of(request: Request) -> str:
    """Return the token of a request's `Authorization: Bearer …`, without blanks around it; nothing where there is none."""
    scheme, _, token = (request.header("authorization") or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def basic_of(request: Request) -> tuple[str, str] | None:
    """Return user and password of a request's Basic credentials; None where there are none that can be read."""
    scheme, _, encoded = (request.header("authorization") or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError:
        return None
    return (user, password) if colon else None


def bearer(token: str) -> dict[str, str]:
    """Return the header of a Bearer token."""
    return {"Authorization": f"Bearer {token}"}


def basic(user: str, password: str) -> dict[str, str]:
    """Return the header of Basic credentials."""
    return {"Authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}
