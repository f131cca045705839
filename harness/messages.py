"""A request as the providers' rooms see it, and what they answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.blobs import Incoming


class Request:
    """One HTTP request, its body read whole and decompressed; header names are lower case.

    A large body that goes to a provider's uploads is in `upload` instead, on disk. `broken`, the ids of the violations that
    were recorded of it, is there only when there are any: most requests need not pay for it.
    """

    __slots__ = (
        "body",
        "broken",
        "header",
        "headers",
        "label",
        "method",
        "origin",
        "path",
        "query",
        "secure_origin",
        "upload",
    )
    broken: list[str]

    def __init__(
        self,
        method: str,
        path: str,
        query: str = "",
        headers: dict[str, str] | None = None,
        body: bytes = b"",
        *,
        origin: str = "",
        secure_origin: str = "",
        label: str | None = None,
    ) -> None:
        """Take the request as it is on the wire (`path` still quoted).

        `origin` is the provider's own address as the consumer reaches it, without a slash at the end, `secure_origin`
        the same over TLS where there is TLS; `label` names a world in addresses of browser pages.
        """
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers or {}
        self.header: Callable[[str], str | None] = self.headers.get
        """Returns a header by its lower-case name, or None."""
        self.body = body
        self.origin = origin
        self.secure_origin = secure_origin or origin
        self.label = label
        self.upload: Incoming | None = None


@dataclass(slots=True)
class Reply:
    """What a handler answers when a bare JSON body with the operation's usual status does not say it all.

    `body` is JSON (encoded by the dialect) unless `content_type` is set: then it is text or bytes, sent as it is.
    """

    body: Any = None
    status: int | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)
    content_type: str | None = None


@dataclass(slots=True)
class Answer:
    """The finished answer: bytes and headers as they go on the wire."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
