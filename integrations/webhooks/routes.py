"""Where the providers deliver their webhooks.

A 2xx tells the provider that the event is safe with us; any other answer makes it deliver the event again.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from integrations.access import ServicesOf
from integrations.errors import WebhookRejectedError
from integrations.schemas import Problem, Receipt

router = APIRouter(
    prefix="/webhooks",
    responses={
        status: {"model": Problem, "content": {"application/problem+json": {}}}
        for status in (400, 413, 422, 500, 503)
    },
)


async def limited_body(request: Request, services: ServicesOf) -> bytes:
    """Read the raw body, which the signature covers, and stop at the limit instead of reading on."""
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


Body = Annotated[bytes, Depends(limited_body)]


@router.post("/stripe")
def receive_stripe(body: Body, request: Request, services: ServicesOf) -> Receipt:
    """Receive an event from Stripe."""
    return Receipt(status=services.stripe_webhooks.receive(body, request.headers.get("stripe-signature")))


@router.post("/clerk")
def receive_clerk(body: Body, request: Request, services: ServicesOf) -> Receipt:
    """Receive an event from Clerk."""
    return Receipt(status=services.clerk_webhooks.receive(body, dict(request.headers)))


@router.post("/insightiq")
def receive_insightiq(body: Body, request: Request, services: ServicesOf) -> Receipt:
    """Receive an event from InsightIQ."""
    signature = request.headers.get("webhook-signatures")
    return Receipt(status=services.insightiq_webhooks.receive(body, signature))


@router.post("/mux")
def receive_mux(body: Body, request: Request, services: ServicesOf) -> Receipt:
    """Receive an event from Mux."""
    return Receipt(status=services.mux_webhooks.receive(body, request.headers.get("mux-signature")))


@router.post("/resend")
def receive_resend(body: Body, request: Request, services: ServicesOf) -> Receipt:
    """Receive an event from Resend."""
    return Receipt(status=services.resend_webhooks.receive(body, dict(request.headers)))
