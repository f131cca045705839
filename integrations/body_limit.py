"""No request is read beyond a limit, whether or not it says how long it is."""

from typing import Annotated

from fastapi import Depends, HTTPException, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from integrations.access import ServicesOf
from integrations.errors import WebhookRejectedError


async def limited_body(request: Request, services: ServicesOf) -> bytes:
    """Read the raw body, which a signature covers, and stop at the limit instead of reading on."""
    limit = services.settings.webhook_body_limit_bytes
    too_large = WebhookRejectedError(
        413, f"The body is larger than {limit} bytes (WEBHOOK_BODY_LIMIT_BYTES)."
    )
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise too_large
    return bytes(body)


async def delivered_body(request: Request, services: ServicesOf) -> bytes:
    """Read the raw body of a delivery, once its sender has a token left (`webhooks/limits.py`)."""
    sender = request.client.host if request.client is not None else ""
    services.delivery_limit.take(request.url.path, sender)
    return await limited_body(request, services)


LimitedBody = Annotated[bytes, Depends(limited_body)]
DeliveredBody = Annotated[bytes, Depends(delivered_body)]


class JsonBodyLimit:
    """Keeps the JSON routes, whose bodies the framework reads by itself, to the same limit."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and count what is read of it."""
        picture = scope["type"] == "http" and scope["path"].endswith(
            "/images"
        )  # these have a limit of their own
        if scope["type"] != "http" or picture or scope["path"].startswith(("/webhooks/", "/surveys/")):
            await self._app(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._limit:
                # The framework lets this very exception through where it reads a body.
                raise HTTPException(413, f"The body is larger than {self._limit} bytes.")
            return message

        await self._app(scope, counted, send)
