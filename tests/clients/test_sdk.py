"""Official SDK clients that are set up for a world."""

from __future__ import annotations

import sys

import pytest
import resend
import stripe

from greenroom import Greenroom, GreenroomError
from tests.clients.standin import StandIn


def test_the_stripe_client_speaks_with_the_worlds_key_to_its_address(
    server: StandIn, client: Greenroom
) -> None:
    server.tell("GET", "/v1/customers/cus_1", {"id": "cus_1", "object": "customer"})
    sdk = client.create_world().client("stripe")
    assert isinstance(sdk, stripe.StripeClient)
    assert sdk.v1.customers.retrieve("cus_1").id == "cus_1"
    assert server.headers[-1]["Authorization"] == "Bearer sk_test_world1"


def test_the_resend_module_is_set_up_for_the_world_that_asked_last(
    server: StandIn, client: Greenroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resend, "api_key", None)
    monkeypatch.setattr(resend, "api_url", "https://api.resend.com")
    server.tell("GET", "/emails/m1", {"id": "m1"})
    client.create_world().client("resend")
    sdk = client.create_world().client("resend")
    assert sdk is resend
    sdk.Emails.get("m1")
    assert server.headers[-1]["Authorization"] == "Bearer re_world2"


def test_a_missing_sdk_is_named_with_its_package(client: Greenroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "stripe", None)
    with pytest.raises(GreenroomError, match=r"the SDK of stripe is not installed .* `pip install stripe`"):
        client.create_world().client("stripe")


def test_a_provider_without_a_known_sdk_says_what_to_do(client: Greenroom) -> None:
    with pytest.raises(
        GreenroomError, match=r"no SDK of 'acme' .*\(known: algolia, clerk, mux, resend, stripe\).* world.env"
    ):
        client.create_world().client("acme")
