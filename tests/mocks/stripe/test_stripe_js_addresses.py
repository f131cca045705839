"""Where Stripe.js is to be had, and that pages of any origin may call the API."""

from __future__ import annotations

import httpx
import pytest

from tests.harness.serving import Served


@pytest.mark.parametrize(
    "path",
    ["/v3/", "/v3", "/v3/stripe.js", "/basil/stripe.js", "/endive/stripe.js?advancedFraudSignals=false"],
)
def test_the_script_can_be_asked_for(server: Served, path: str) -> None:
    url = f"{server.provider_url('stripe')}{path}"
    asked, got = httpx.head(url), httpx.get(url)
    assert (asked.status_code, got.status_code, asked.content) == (200, 200, b"")
    assert got.headers["content-type"] == "text/javascript; charset=utf-8"
    assert asked.headers["content-length"] == str(len(got.content))


@pytest.mark.parametrize("path", ["/farro/stripe.js", "/elements/teapot"])
def test_what_is_not_there_is_not_found(server: Served, path: str) -> None:
    assert httpx.get(f"{server.provider_url('stripe')}{path}").status_code == 404


def test_pages_of_any_origin_may_call_the_api(server: Served) -> None:
    asked = httpx.options(
        f"{server.provider_url('stripe')}/v1/payment_methods",
        headers={
            "Origin": "https://shop.test",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,stripe-version",
        },
    )
    assert asked.status_code == 200
    assert asked.headers["access-control-allow-origin"] == "*"
    assert asked.headers["access-control-allow-headers"] == "authorization,stripe-version"
    assert "POST" in asked.headers["access-control-allow-methods"]
