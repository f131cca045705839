"""The scenario `starter` in a running Greenroom: one person is one and the same at every provider, and history is played."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx
import mux_python  # type: ignore[import-untyped]  # the SDK comes without types
import pytest
import stripe
from algoliasearch.http.hosts import Host, HostsCollection
from algoliasearch.search.client import SearchClientSync
from algoliasearch.search.config import SearchConfig
from clerk_backend_api import Clerk

from tests.harness.serving import Served

NOW = "2026-03-01T09:00:00Z"
Json = dict[str, Any]


@pytest.fixture(scope="module")
def starter(server: Served) -> Json:
    """A world that began with the starter, and the ids that its providers gave."""
    world = server.create_world(seed=7, clock={"mode": "frozen", "now": NOW})
    loaded = server.control("POST", f"/worlds/{world['id']}/scenario", {"name": "starter"})
    return {**world, "refs": loaded["refs"]}


@pytest.fixture(scope="module")
def billing(starter: Json) -> stripe.StripeClient:
    return stripe.StripeClient(
        starter["env"]["STRIPE_SECRET_KEY"], base_addresses={"api": starter["urls"]["stripe"]}
    )


def test_organisations_pay_by_subscriptions_that_began_in_the_past(
    starter: Json, billing: stripe.StripeClient
) -> None:
    for key, days in (("northwind", 12), ("lumen", 20)):
        subscription = billing.v1.subscriptions.retrieve(starter["refs"][f"stripe.subscription.{key}"])
        assert subscription.status == "active"
        assert subscription.customer == starter["refs"][f"stripe.organisation.{key}"]
        began = datetime.fromisoformat(NOW) - timedelta(days=days)
        assert subscription.created == began.timestamp()
        (invoice,) = billing.v1.invoices.list({"subscription": subscription.id}).data
        assert (invoice.status, invoice.created) == ("paid", began.timestamp())


def test_the_person_who_pays_is_the_person_who_was_welcomed(
    server: Served, starter: Json, billing: stripe.StripeClient
) -> None:
    customer = billing.v1.customers.retrieve(starter["refs"]["stripe.organisation.northwind"])
    mails = server.control("GET", f"/worlds/{starter['id']}/emails", to=customer.email)["emails"]
    assert [mail["subject"] for mail in mails] == ["Welcome to Northwind Coffee"]


def test_a_person_is_one_and_the_same_at_every_provider(
    server: Served, starter: Json, billing: stripe.StripeClient
) -> None:
    env, refs, urls = starter["env"], starter["refs"], starter["urls"]
    person, organisation = refs["clerk.person.northwind-1"], refs["clerk.organisation.northwind"]
    clerk = Clerk(bearer_auth=env["CLERK_SECRET_KEY"], server_url=f"{urls['clerk']}/v1")
    user = clerk.users.get(user_id=person)
    members = clerk.organization_memberships.list(organization_id=organisation).data
    assert ("org:admin", person) in [
        (each.role, each.public_user_data.user_id) for each in members if each.public_user_data
    ]
    customer = billing.v1.customers.retrieve(refs["stripe.organisation.northwind"])
    address = user.email_addresses[0].email_address
    assert customer.metadata is not None
    assert (customer.email, customer.metadata["clerkUserId"]) == (address, person)
    resend = httpx.get(
        f"{urls['resend']}/emails/{refs['resend.welcome.northwind-1']}",
        headers={"Authorization": f"Bearer {env['RESEND_API_KEY']}", "User-Agent": "tests"},
        trust_env=False,
    ).json()
    assert (resend["to"], resend["last_event"]) == ([address], "delivered")
    host = urls["algolia"].rpartition(":")[2]
    config = SearchConfig(env["ALGOLIA_APP_ID"], env["ALGOLIA_ADMIN_API_KEY"])
    config.hosts = HostsCollection([Host("127.0.0.1", "http", int(host))])
    search = SearchClientSync.create_with_config(config)
    found = search.search_single_index("campaigns", {"filters": f"orgId:{organisation}"})
    assert found.nb_hits == 3
    mux = mux_python.Configuration(
        host=urls["mux"], username=env["MUX_TOKEN_ID"], password=env["MUX_TOKEN_SECRET"]
    )
    asset = mux_python.AssetsApi(mux_python.ApiClient(mux)).get_asset(refs["mux.video.teaser"]).data
    assert (asset.status, asset.aspect_ratio) == ("ready", "9:16")


def test_a_second_load_of_the_same_seed_gives_the_same_ids(server: Served, starter: Json) -> None:
    twin = server.create_world(seed=7, clock={"mode": "frozen", "now": NOW})
    assert (
        server.control("POST", f"/worlds/{twin['id']}/scenario", {"name": "starter"})["refs"]
        == starter["refs"]
    )


def test_a_world_made_with_it_comes_back_to_it(server: Served) -> None:
    world = server.create_world(seed=8, clock={"mode": "frozen", "now": NOW}, scenario="starter")
    path = f"/worlds/{world['id']}"
    before = server.control("GET", f"{path}/objects", provider="stripe", kind="customer")
    server.control("POST", f"{path}/scenario", {"name": "empty-org"})
    assert server.control("GET", f"{path}/objects", provider="stripe", kind="customer") != before
    server.control("POST", f"{path}/reset")
    assert server.control("GET", f"{path}/objects", provider="stripe", kind="customer") == before


def test_nothing_in_it_breaks_a_providers_rules(server: Served, starter: Json) -> None:
    assert server.control("GET", f"/worlds/{starter['id']}/violations")["violations"] == []


def test_a_pact_verifier_finds_its_states_here(server: Served) -> None:
    world = server.create_world(seed=7, clock={"mode": "frozen", "now": NOW})
    path = f"/worlds/{world['id']}/provider-state"
    values = server.control("POST", path, {"state": "starter", "action": "setup", "params": {}})
    assert values["stripe_organisation_northwind"].startswith("cus_")
    assert values["CINT_ACCOUNT_ID"] == world["env"]["CINT_ACCOUNT_ID"]
    assert server.control("POST", path, {"state": "starter", "action": "teardown"}) == {}
    assert server.control("GET", f"/worlds/{world['id']}/emails")["emails"] == []
    assert "stripe_organisation_northwind" not in server.control("POST", path, {"state": ""})


def test_a_provider_state_may_bring_failures(server: Served) -> None:
    world = server.create_world(seed=7, clock={"mode": "frozen", "now": NOW})
    path = f"/worlds/{world['id']}"
    params = {"faults": [{"kind": "rate_limit", "provider": "mux"}]}
    server.control("POST", f"{path}/provider-state", {"state": "empty-org", "params": params})
    (fault,) = server.control("GET", f"{path}/faults")["faults"]
    assert (fault["kind"], fault["provider"]) == ("rate_limit", "mux")
    server.control("POST", f"{path}/provider-state", {"state": "empty-org", "action": "teardown"})
    assert server.control("GET", f"{path}/faults")["faults"] == []
