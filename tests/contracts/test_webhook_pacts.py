"""What the integration layer reads of the providers' webhooks, once their signatures have been verified."""

import itertools
from typing import Any
from uuid import UUID

from pact import match

from integrations.models import Platform
from integrations.webhooks.cint import CloudEvent
from integrations.webhooks.clerk import Envelope as ClerkEvent
from integrations.webhooks.insightiq import InsightiqEvent
from integrations.webhooks.mux import MuxEvent
from integrations.webhooks.resend import MAIL_EVENTS
from integrations.webhooks.resend import Envelope as ResendEvent
from integrations.webhooks.stripe import StripeEvent
from tests.contracts.messages import Message, Messages
from tests.contracts.pacts import PLAN_CHANGES, STATE, UNDER_WAY, Json, uuid, word
from tests.integrations import stubs
from tests.integrations.insightiq_stub import profile
from tests.integrations.layer import Layer
from tests.integrations.study import launched

# --- Stripe ------------------------------------------------------------------------------------------------------


def stripe_message(type: str, thing: Json, state: str = STATE) -> Message:
    """Return a snapshot event."""
    event = {"id": word("evt_1", r"evt_\w+"), "object": "event", "type": type, "data": {"object": thing}}
    return Message(type, event, state)


CUSTOMER = {"id": word("cus_1", r"cus_\w+"), "object": "customer"}
SUBSCRIPTION = {"id": word("sub_1", r"sub_\w+"), "object": "subscription"}
INVOICE = {"id": word("in_1", r"in_\w+"), "object": "invoice"}
CHECKED_OUT = {"id": word("cs_test_1", r"cs_test_\w+"), "subscription": word("sub_1", r"sub_\w+")}
SCHEDULE = {"id": word("sub_sched_1", r"sub_sched_\w+"), "subscription": word("sub_1", r"sub_\w+")}
RELEASED = {"id": word("sub_sched_1", r"sub_sched_\w+"), "released_subscription": word("sub_1", r"sub_\w+")}
STRIPE = Messages(
    "stripe",
    [
        *(stripe_message(f"customer.{what}", CUSTOMER) for what in ("created", "updated", "deleted")),
        *(
            stripe_message(f"customer.subscription.{what}", SUBSCRIPTION)
            for what in ("created", "updated", "deleted", "trial_will_end")
        ),
        stripe_message("checkout.session.completed", CHECKED_OUT),
        stripe_message("subscription_schedule.updated", SCHEDULE, PLAN_CHANGES),
        stripe_message("subscription_schedule.released", RELEASED, PLAN_CHANGES),
        *(
            stripe_message(f"invoice.{what}", INVOICE)
            for what in ("created", "finalized", "paid", "payment_succeeded")
        ),
        *(
            stripe_message(f"invoice.{what}", INVOICE, UNDER_WAY)
            for what in ("updated", "voided", "marked_uncollectible")
        ),
        stripe_message("invoice.payment_failed", {**INVOICE, "attempt_count": match.int(1)}, UNDER_WAY),
    ],
)


def test_stripes_events_are_understood(layer: Layer) -> None:
    organisation_id = layer.organisation()
    customer_id = layer.customer_id(organisation_id)
    layer.stripe.put(stubs.subscription("sub_1", customer_id))
    layer.stripe.put(stubs.invoice("in_1", customer_id))
    receiver = layer.services.stripe_webhooks
    STRIPE.hold(lambda body: receiver._handle(StripeEvent.model_validate_json(body)))
    (invoice,) = layer.services.invoices.list(organisation_id)
    assert invoice.stripe_id == "in_1"


# --- Resend ------------------------------------------------------------------------------------------------------

MAIL = UUID(int=0x4000_8000_0000_0000_0001)
TEXT = match.str("because")
DETAILS: dict[str, Json] = {
    "bounced": {"bounce": {"type": "Permanent", "subType": TEXT, "message": TEXT}},
    "clicked": {"click": {"link": word("https://app.test", r"https?://\S+")}},
    "failed": {"failed": {"reason": TEXT}},
    "suppressed": {"suppressed": {"message": TEXT}},
}


def resend_message(status: str) -> Message:
    """Return an event about a mail that carries the layer's tag."""
    data = {
        "email_id": uuid(str(MAIL)),
        "to": ["ada@northwind.test"],
        "tags": {"mail_id": "mail-1"},
        **DETAILS.get(status, {}),
    }
    stamp = word("2026-03-01T09:00:00.000Z", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(Z|\+00:00)")
    return Message(f"email.{status}", {"type": f"email.{status}", "created_at": stamp, "data": data})


RESEND = Messages("resend", [resend_message(status.value) for status in MAIL_EVENTS.values()])


def test_resends_events_are_understood(layer: Layer) -> None:
    layer.clerk.add_user()
    layer.services.directory.refresh_person("user_ada")
    (mail,) = layer.services.mail.list()
    assert mail.resend_id == str(MAIL)
    receiver, numbers = layer.services.resend_webhooks, itertools.count(1)
    RESEND.hold(lambda body: receiver._handle(f"msg_{next(numbers)}", ResendEvent.model_validate_json(body)))
    (mail,) = layer.services.mail.list()
    assert len(mail.events) == len(MAIL_EVENTS)
    assert layer.services.mail_tracking.undeliverable()["ada@northwind.test"] in {"bounced", "suppressed"}


# --- Clerk -------------------------------------------------------------------------------------------------------

CHANGES = ("created", "updated", "deleted")
USER, ORGANISATION = word("user_ada", r"user_\w+"), word("org_acme", r"org_\w+")
MEMBERSHIP = {"organization": {"id": ORGANISATION}, "public_user_data": {"user_id": USER}}
CLERK = Messages(
    "clerk",
    [
        Message(f"{kind}.{what}", {"object": "event", "type": f"{kind}.{what}", "data": data})
        for kind, data in {
            "user": {"id": USER},
            "organization": {"id": ORGANISATION},
            "organizationMembership": MEMBERSHIP,
        }.items()
        for what in CHANGES
    ],
)


def test_clerks_events_are_understood(layer: Layer) -> None:
    layer.clerk.add_user()
    layer.clerk.add_organisation()
    layer.clerk.roles["org_acme", "user_ada"] = "org:admin"
    receiver = layer.services.clerk_webhooks
    CLERK.hold(lambda body: receiver._handle(ClerkEvent.model_validate_json(body)))
    (user,) = layer.services.organisations.users("org_acme")
    assert user.email == "ada@acme.test"


# --- Mux ---------------------------------------------------------------------------------------------------------

PASSTHROUGH = {"passthrough": match.str("video-1")}
UPLOAD = {"id": word("upload1", r"\w+"), "new_asset_settings": PASSTHROUGH}
ASSET = {"id": word("asset2", r"\w+"), **PASSTHROUGH}


def mux_message(type: str, data: Json, state: str = STATE) -> Message:
    """Return an event with a snapshot."""
    return Message(type, {"id": uuid(), "type": type, "data": data}, state)


MUX = Messages(
    "mux",
    [
        *(
            mux_message(f"video.upload.{what}", UPLOAD, UNDER_WAY)
            for what in ("created", "cancelled", "errored")
        ),
        mux_message("video.upload.asset_created", {**UPLOAD, "asset_id": word("asset2", r"\w+")}, UNDER_WAY),
        *(mux_message(f"video.asset.{what}", ASSET) for what in (*CHANGES, "ready", "errored")),
    ],
)


def test_muxs_events_are_understood(layer: Layer) -> None:
    organisation_id = layer.services.organisations.create(name="Acme", billing_email="a@acme.test").id
    video, _ = layer.services.videos.request_upload(organisation_id, title="Teaser")
    layer.mux.fill("upload1", "ready")
    receiver = layer.services.mux_webhooks
    MUX.hold(lambda body: receiver._handle(MuxEvent.model_validate_json(body)))
    assert layer.services.videos.get(video.id).asset_id == "asset2"


# --- InsightIQ ---------------------------------------------------------------------------------------------------

FIRST = UUID(int=1)
#: Events write ids without dashes.
BARE = word(FIRST.hex, "[0-9a-f]{32}")


def insightiq_message(event: str, **data: Any) -> Message:
    """Return an event, which names things only."""
    return Message(event, {"id": uuid(), "event": event, "data": data}, UNDER_WAY)


INSIGHTIQ = Messages(
    "insightiq",
    [
        *(
            insightiq_message(event, account_id=BARE)
            for event in (
                "ACCOUNTS.CONNECTED",
                "ACCOUNTS.DISCONNECTED",
                "SESSION.EXPIRED",
                "PROFILES.ADDED",
                "PROFILES.UPDATED",
            )
        ),
        *(
            insightiq_message(f"{job}.{end}", job_id=BARE)
            for job in ("PROFILE_ANALYTICS", "SAFETY_FETCH")
            for end in ("SUCCESS", "FAILURE")
        ),
    ],
)


def test_insightiqs_events_are_understood(layer: Layer) -> None:
    account = {"id": str(FIRST), "user": {"id": str(FIRST)}, "status": "CONNECTED"}
    creator = layer.services.creators.sync(Platform.INSTAGRAM, "mira")
    layer.insightiq.accounts[str(FIRST)] = account
    layer.insightiq.results[str(FIRST)] = {"profile": profile("mira")}
    receiver = layer.services.insightiq_webhooks
    INSIGHTIQ.hold(lambda body: receiver._handle(InsightiqEvent.model_validate_json(body)))
    assert layer.services.creators.get(creator.id).full_name == "Mira Quill"


# --- Cint --------------------------------------------------------------------------------------------------------

UPDATED = "com.cint.target-group.updated"
CINT = Messages(
    "cint",
    [
        Message(
            UPDATED,
            {
                "id": match.str("event-1"),
                "type": UPDATED,
                "data": {"target_group_id": word("GROUP2", "[0-9A-Z]+")},
            },
        )
    ],
)


def test_cints_events_are_understood(layer: Layer) -> None:
    assert launched(layer).cint_target_group_id == "GROUP2"
    receiver = layer.services.cint_webhooks
    CINT.hold(lambda body: receiver._handle(CloudEvent.model_validate_json(body)))
