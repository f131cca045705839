"""Mux Data: incidents."""

from __future__ import annotations

from harness.params import Json
from harness.transaction import Transaction
from mocks.mux.data_parameters import Incidents, Timeframe
from mocks.mux.operations.data_views import answer
from mocks.mux.provider import mux
from mocks.mux.resources import incidents


def _page(tx: Transaction, rows: list[Json], params: Incidents) -> Json:
    if params.order_direction == "asc":
        rows.reverse()
    start = params.limit * (params.page - 1)
    return answer(tx, rows[start : start + params.limit], Timeframe(), len(rows))


@mux.get("/data/v1/incidents", id="list-incidents", tier="P1")
def list_incidents(tx: Transaction, params: Incidents) -> Json:
    """List incidents, the newest first."""
    rows = [
        each
        for each in incidents.found(tx)
        if params.status in (None, each["status"]) and params.severity in (None, each["severity"])
    ]
    return _page(tx, rows, params)


@mux.get("/data/v1/incidents/{incident_id}", id="get-incident", tier="P1")
def retrieve_incident(tx: Transaction, incident_id: str) -> Json:
    """Retrieve an incident."""
    return answer(tx, incidents.find(tx, incident_id), Timeframe())


@mux.get("/data/v1/incidents/{incident_id}/related", id="list-related-incidents", tier="P1")
def list_related(tx: Transaction, params: Incidents, incident_id: str) -> Json:
    """List the other incidents of the same kind of error."""
    mine = incidents.find(tx, incident_id)
    kind = mine["breakdowns"][0]["value"]
    others = [
        each
        for each in incidents.found(tx)
        if each["id"] != incident_id and each["breakdowns"][0]["value"] == kind
    ]
    return _page(tx, others, params)
