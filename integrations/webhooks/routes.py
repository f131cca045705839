"""Where the providers deliver their webhooks.

A 2xx tells the provider that the event is safe with us; any other answer makes it deliver the event again.
"""

from collections.abc import Iterator

from fastapi import APIRouter, Depends, Request

from integrations.access import ServicesOf
from integrations.body_limit import DeliveredBody
from integrations.errors import TooManyDeliveriesError, WebhookRejectedError
from integrations.schemas import CintReceipt, Problem, Receipt


def refused(request: Request, services: ServicesOf) -> Iterator[None]:
    """Write down what is turned away before the inbox sees it: nobody knows what it would have been."""
    try:
        yield
    except (WebhookRejectedError, TooManyDeliveriesError) as error:
        provider = request.url.path.rpartition("/")[2]
        with services.audit.delivery(provider, None, None) as told:
            told |= {"outcome": "rejected", "status": getattr(error, "status", 429)}
        raise


router = APIRouter(
    prefix="/webhooks",
    dependencies=[Depends(refused)],
    responses={
        status: {"model": Problem, "content": {"application/problem+json": {}}}
        for status in (400, 413, 422, 429, 500, 503)
    },
)


@router.post("/stripe")
def receive_stripe(body: DeliveredBody, request: Request, services: ServicesOf) -> Receipt:
    """Receive an event from Stripe."""
    return Receipt(status=services.stripe_webhooks.receive(body, request.headers.get("stripe-signature")))


@router.post("/clerk")
def receive_clerk(body: DeliveredBody, request: Request, services: ServicesOf) -> Receipt:
    """Receive an event from Clerk."""
    return Receipt(status=services.clerk_webhooks.receive(body, dict(request.headers)))


@router.post("/insightiq")
def receive_insightiq(body: DeliveredBody, request: Request, services: ServicesOf) -> Receipt:
    """Receive an event from InsightIQ."""
    signature = request.headers.get("webhook-signatures")
    return Receipt(status=services.insightiq_webhooks.receive(body, signature))


@router.post("/cint")
def receive_cint(body: DeliveredBody, request: Request, services: ServicesOf) -> CintReceipt:
    """Receive a notification from Cint."""
    status, event_id = services.cint_webhooks.receive(body, request.headers.get("cint-signature"))
    return CintReceipt(status=status, event_id=event_id)


@router.post("/mux")
def receive_mux(body: DeliveredBody, request: Request, services: ServicesOf) -> Receipt:
    """Receive an event from Mux."""
    return Receipt(status=services.mux_webhooks.receive(body, request.headers.get("mux-signature")))


@router.post("/resend")
def receive_resend(body: DeliveredBody, request: Request, services: ServicesOf) -> Receipt:
    """Receive an event from Resend."""
    return Receipt(status=services.resend_webhooks.receive(body, dict(request.headers)))
