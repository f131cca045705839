"""Billing alerts: create, retrieve, list, activate, deactivate, archive."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe.parameters import Group, Integer, ListParams, StripeParams
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render, requested
from mocks.stripe.resources import alerts
from mocks.stripe.resources.alerts import ALERTS

PATH = "/v1/billing/alerts/{id}"


class AlertFilter(Group):
    """Whom an alert watches."""

    customer: str | None = None
    type: Literal["customer"]


class UsageThreshold(Group):
    """What an alert watches, and from how much on it tells."""

    filters: Annotated[list[AlertFilter], Field(max_length=1)] | None = None
    gte: Annotated[Integer, Field(ge=1)]
    meter: str
    recurrence: Literal["one_time"]


class CreateAlert(StripeParams):
    """POST /v1/billing/alerts."""

    alert_type: Literal["usage_threshold"]
    title: Annotated[str, Field(max_length=256)]
    usage_threshold: UsageThreshold | None = None


class ListAlerts(ListParams):
    """GET /v1/billing/alerts."""

    alert_type: Literal["usage_threshold"] | None = None
    meter: str | None = None


@stripe.post("/v1/billing/alerts", id="PostBillingAlerts", tier="P2")
def create_alert(tx: Transaction, params: CreateAlert) -> Json:
    """Create an alert."""
    return render(tx, alerts.create(tx, params.given()), params.expand)


@stripe.get(PATH, id="GetBillingAlertsId", tier="P2")
def retrieve_alert(tx: Transaction, params: StripeParams, id: str) -> Json:
    """Retrieve an alert."""
    return render(tx, requested(tx, "billing.alert", id), params.expand)


@stripe.get("/v1/billing/alerts", id="GetBillingAlerts", tier="P2")
def list_alerts(tx: Transaction, params: ListAlerts) -> Json:
    """List alerts, newest first."""
    where = {"alert_type": params.alert_type, "meter": params.meter}
    return listing(tx, ALERTS, params, url="/v1/billing/alerts", where=where)


@stripe.post(f"{PATH}/activate", id="PostBillingAlertsIdActivate", tier="P2")
def activate_alert(tx: Transaction, params: StripeParams, id: str) -> Json:
    """Let an alert watch again."""
    return render(tx, alerts.become(tx, requested(tx, "billing.alert", id), "active"), params.expand)


@stripe.post(f"{PATH}/deactivate", id="PostBillingAlertsIdDeactivate", tier="P2")
def deactivate_alert(tx: Transaction, params: StripeParams, id: str) -> Json:
    """Let an alert rest."""
    return render(tx, alerts.become(tx, requested(tx, "billing.alert", id), "inactive"), params.expand)


@stripe.post(f"{PATH}/archive", id="PostBillingAlertsIdArchive", tier="P2")
def archive_alert(tx: Transaction, params: StripeParams, id: str) -> Json:
    """End an alert for good."""
    return render(tx, alerts.become(tx, requested(tx, "billing.alert", id), "archived"), params.expand)
