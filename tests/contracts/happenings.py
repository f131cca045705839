"""How each event of a message pact comes to be announced: what somebody does at the provider, or its trigger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from tests.harness.serving import Served

Json = dict[str, Any]


class Stage:
    """A world in which things happen at one provider; `values` are what the provider state gave."""

    def __init__(self, server: Served, world: Json, provider: str, credentials: Json) -> None:
        """`credentials` are headers for the provider's API."""
        self.server = server
        self.world = world
        self.provider = provider
        self.credentials = credentials
        self.values: Json = {}

    def set(self, state: str, action: str) -> None:
        """Set a provider state up, or tear it down."""
        body = {"state": state, "action": action}
        self.values = self.server.control("POST", f"/worlds/{self.world['id']}/provider-state", body)

    def announced(self, type: str) -> Json:
        """Let an event happen, and return the body that an endpoint gets."""
        happen = HAPPENINGS[self.provider].get(type)
        if happen is not None:
            happen(self)
        path, query = f"/worlds/{self.world['id']}/events", {"name": self.provider, "limit": 1}
        found = self.server.control("GET", path, type=ANNOUNCED.get(type, type), **query)["events"]
        assert found, f"{self.provider} has not announced {type}"
        body: Json = found[0]["body"]
        return body

    def call(self, method: str, path: str, sent: Any = None) -> Json:
        """Call the provider's API, with a form at Stripe, else with JSON."""
        how: Json = {"data" if self.provider == "stripe" else "json": sent} if sent is not None else {}
        url = f"{self.world['urls'][self.provider]}{path.format_map(self.values)}"
        answer = httpx.request(method, url, headers=self.credentials, trust_env=False, **how)
        body: Json = answer.raise_for_status().json()
        return body

    def trigger(self, event: str, **fields: Any) -> None:
        """Let something happen by a trigger of the provider's."""
        body = {"provider": self.provider, "event": event, **fields}
        self.server.control("POST", f"/worlds/{self.world['id']}/trigger", body)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.server.control("POST", f"/worlds/{self.world['id']}/clock/advance", {"seconds": seconds})


Happening = Callable[[Stage], object]
#: The names under which the control API lists events that are posted under other ones.
ANNOUNCED = {"com.cint.target-group.updated": "target-group-updated"}


def _call(method: str, path: str, sent: Any = None) -> Happening:
    return lambda stage: stage.call(method, path, sent)


def _trigger(event: str, **values: str) -> Happening:
    """Trigger an event; `values` names what the provider state gave."""
    return lambda stage: stage.trigger(event, **{field: stage.values[name] for field, name in values.items()})


# --- Stripe: what is not here, the scenario has caused -----------------------------------------------------------

_CUSTOMER = "/v1/customers/{stripe_organisation_northwind}"
_SUBSCRIPTION = "/v1/subscriptions/{stripe_subscription_northwind}"
_INVOICE = "/v1/invoices/{stripe_invoice_northwind}"


def _check_out(stage: Stage) -> None:
    price = stage.world["env"]["NEXT_PUBLIC_PRICE_ESSENTIAL_MONTHLY"]
    form = {"mode": "subscription", "customer": stage.values["stripe_organisation_northwind"]}
    form |= {"line_items[0][price]": price, "line_items[0][quantity]": "1", "success_url": "https://a.test"}
    stage.call("POST", "/v1/checkout/sessions", form)
    stage.trigger("checkout.session.completed")


def _end_a_trial(stage: Stage) -> None:
    price = stage.world["env"]["NEXT_PUBLIC_PRICE_ESSENTIAL_MONTHLY"]
    form = {"customer": stage.values["stripe_organisation_northwind"], "items[0][price]": price}
    stage.call("POST", "/v1/subscriptions", {**form, "trial_period_days": "4"})
    stage.advance(2 * 86400)


_STRIPE: dict[str, Happening] = {
    "customer.updated": _call("POST", _CUSTOMER, {"name": "Northwind"}),
    "customer.deleted": _call("DELETE", _CUSTOMER),
    "customer.subscription.updated": _call("POST", _SUBSCRIPTION, {"cancel_at_period_end": "true"}),
    "customer.subscription.deleted": _call("DELETE", _SUBSCRIPTION),
    "customer.subscription.trial_will_end": _end_a_trial,
    "checkout.session.completed": _check_out,
    "invoice.updated": _call("POST", "/v1/invoices/{stripe_invoice_lumen}/pay"),
    "invoice.voided": _call("POST", f"{_INVOICE}/void"),
    "invoice.marked_uncollectible": _call("POST", f"{_INVOICE}/mark_uncollectible"),
}

# --- Resend: a mail with the layer's tag, and what becomes of it -------------------------------------------------


def _mail(event: str | None = None, **more: Any) -> Happening:
    def happen(stage: Stage) -> None:
        mail = {"from": stage.world["env"]["EMAIL_FROM"], "to": "ada@northwind.test", "subject": "Welcome"}
        mail |= {"html": "<p>Hello</p>", "tags": [{"name": "mail_id", "value": "mail-1"}], **more}
        made = stage.call("POST", "/emails", mail)
        if event is None:
            stage.advance(60)
        else:
            stage.trigger(event, email_id=made["id"])

    return happen


_TRIGGERED = (
    "delivery_delayed",
    "delivered",
    "opened",
    "clicked",
    "failed",
    "suppressed",
    "bounced",
    "complained",
)
_RESEND: dict[str, Happening] = {f"email.{what}": _mail(f"email.{what}") for what in _TRIGGERED}
_RESEND |= {"email.sent": _mail(), "email.scheduled": _mail(scheduled_at="2026-03-02T09:00:00Z")}

# --- Clerk -------------------------------------------------------------------------------------------------------

_CLERK: dict[str, Happening] = {
    f"{kind}.{what}": _trigger(f"{kind}.{what}")
    for kind in ("user", "organization", "organizationMembership")
    for what in ("updated", "deleted")
}
_CLERK["organizationMembership.updated"] = lambda stage: stage.trigger(
    "organizationMembership.updated", role="org:admin"
)

# --- Mux ---------------------------------------------------------------------------------------------------------


def _fail_an_asset(stage: Stage) -> None:
    inputs = [{"url": "https://media.northwind.test/teaser.mp4"}]
    made = stage.call("POST", "/video/v1/assets", {"inputs": inputs, "passthrough": "video-1"})
    stage.trigger("video.asset.errored", asset_id=made["data"]["id"])


_MUX: dict[str, Happening] = {
    f"video.upload.{what}": _trigger(f"video.upload.{what}", upload_id="mux_upload_rough_cut")
    for what in ("asset_created", "cancelled", "errored")
}
_MUX |= {
    f"video.asset.{what}": _trigger(f"video.asset.{what}", asset_id="mux_video_teaser")
    for what in ("updated", "deleted")
}
_MUX["video.asset.errored"] = _fail_an_asset

# --- InsightIQ ---------------------------------------------------------------------------------------------------

_INSTAGRAM = "9bb8913b-ddd9-430b-a66a-d74d846e6c66"


def _fail_a_job(event: str, path: str, **more: str) -> Happening:
    def happen(stage: Stage) -> None:
        wanted = {name: value.format_map(stage.values) for name, value in more.items()}
        job = stage.call("POST", path, {"work_platform_id": _INSTAGRAM, **wanted})
        stage.trigger(event, job_id=job["id"])

    return happen


_INSIGHTIQ: dict[str, Happening] = {
    event: _trigger(event, account_id="insightiq_account_northwind")
    for event in ("ACCOUNTS.DISCONNECTED", "SESSION.EXPIRED", "PROFILES.UPDATED")
}
_INSIGHTIQ |= {
    "PROFILE_ANALYTICS.FAILURE": _fail_a_job(
        "PROFILE_ANALYTICS.FAILURE", "/v1/social/creators/async/profiles/analytics", identifier="mira"
    ),
    "SAFETY_FETCH.FAILURE": _fail_a_job(
        "SAFETY_FETCH.FAILURE",
        "/v1/safety/social-profile-screening",
        profile_url="https://www.instagram.com/mira",
        flagging_criteria_id="{insightiq_criteria_northwind}",
    ),
}

HAPPENINGS: dict[str, dict[str, Happening]] = {
    "stripe": _STRIPE,
    "resend": _RESEND,
    "clerk": _CLERK,
    "mux": _MUX,
    "insightiq": _INSIGHTIQ,
    "cint": {"com.cint.target-group.updated": _trigger("target-group-updated")},
}
"""By provider and type; what is not here has happened when the scenario is loaded."""
