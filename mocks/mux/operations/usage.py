"""Delivery usage, and the counts of views that stats.mux.com tells for a token."""

from __future__ import annotations

from urllib.parse import parse_qsl

from harness.errors import Refusal
from harness.messages import Reply
from harness.params import Json
from harness.transaction import Transaction
from mocks.mux.data_parameters import DeliveryUsage
from mocks.mux.dialect import data
from mocks.mux.provider import mux
from mocks.mux.resources import counts, delivery


@mux.get("/video/v1/delivery-usage", id="list-delivery-usage", tier="P1")
def list_usage(tx: Transaction, params: DeliveryUsage) -> Json:
    """List how many seconds of each asset were played."""
    span = delivery.timeframe(tx, params.timeframe)
    rows = delivery.used(tx, span, params)
    start = params.limit * (params.page - 1)
    more = {"timeframe": list(span), "page": params.page, "limit": params.limit}
    return data(rows[start : start + params.limit], total_row_count=len(rows), **more)


@mux.get("/counts", id="get-engagement-counts", tier="P2", public=True)
def retrieve_counts(tx: Transaction) -> Reply:
    """Tell how many people watch at the moment what a token names."""
    token = dict(parse_qsl(tx.request.query)).get("token", "") if tx.request else ""
    try:
        return Reply(data([counts.now(tx, token)]))
    except Refusal as refusal:
        error = refusal.body["error"]
        raise Refusal(403, {"error": {"type": error["type"], "messages": error["messages"]}}) from None
