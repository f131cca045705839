"""The scenario `under-way`: what is not finished is there at each provider, under the ids that it gives."""

from typing import Any

import httpx
import pytest

from tests.harness.serving import Served

NOW = "2026-03-01T09:00:00Z"
Json = dict[str, Any]


class World:
    """A world that the scenario has filled; `refs` are the ids it gave."""

    def __init__(self, server: Served, record: Json, refs: Json) -> None:
        self.urls, self.env, self.refs = record["urls"], record["env"], refs
        self.http = server.http

    def read(self, provider: str, path: str, ref: str, **credentials: Any) -> Json:
        """Read one thing from a provider."""
        url = f"{self.urls[provider]}{path}/{self.refs[ref]}"
        answer = httpx.get(url, trust_env=False, **credentials)
        assert answer.status_code == 200, answer.text
        body: Json = answer.json()
        return body


@pytest.fixture(scope="module")
def world(server: Served) -> World:
    record = server.create_world(seed=7, clock={"mode": "frozen", "now": NOW})
    loaded = server.control("POST", f"/worlds/{record['id']}/scenario", {"name": "under-way"})
    assert server.control("GET", f"/worlds/{record['id']}/violations")["violations"] == []
    return World(server, record, loaded["refs"])


@pytest.mark.parametrize("organisation", ["northwind", "lumen"])
def test_invoices_are_open(world: World, organisation: str) -> None:
    bearer = {"Authorization": f"Bearer {world.env['STRIPE_SECRET_KEY']}"}
    subscription = world.read(
        "stripe", "/v1/subscriptions", f"stripe.subscription.{organisation}", headers=bearer
    )
    invoice = world.read("stripe", "/v1/invoices", f"stripe.invoice.{organisation}", headers=bearer)
    assert (subscription["status"], subscription["latest_invoice"]) == ("incomplete", invoice["id"])
    assert (invoice["status"], invoice["attempt_count"]) == ("open", int(organisation == "northwind"))
    assert subscription["default_payment_method"] == world.refs[f"stripe.payment_method.{organisation}"]


def test_a_video_waits_for_its_file(world: World) -> None:
    auth = (world.env["MUX_TOKEN_ID"], world.env["MUX_TOKEN_SECRET"])
    upload = world.read("mux", "/video/v1/uploads", "mux.upload.rough-cut", auth=auth)["data"]
    assert (upload["status"], upload["new_asset_settings"]["passthrough"]) == ("waiting", "rough-cut")


def test_a_creator_has_connected_and_was_analysed_and_screened(world: World) -> None:
    auth = (world.env["INSIGHTIQ_CLIENT_ID"], world.env["INSIGHTIQ_SECRET"])

    def read(path: str, kind: str) -> Json:
        return world.read("insightiq", f"/v1/{path}", f"insightiq.{kind}.northwind", auth=auth)

    assert read("users", "user")["external_id"] == world.refs["clerk.organisation.northwind"]
    account = read("accounts", "account")
    assert (account["status"], account["data"]["identity"]["status"]) == ("CONNECTED", "SYNCED")
    analysis = read("social/creators/async/profiles/analytics", "analysis")
    assert (analysis["status"], analysis["profile"]["platform_username"]) == (
        "SUCCESS",
        account["platform_username"],
    )
    assert read("safety/social-profile-screening", "screening")["report_summary"]["total_content_count"] > 0
