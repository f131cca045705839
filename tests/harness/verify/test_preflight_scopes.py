"""Preflight tells of keys that may do more than is used, of misplaced ones, and of API versions that are not served."""

from __future__ import annotations

import base64
import json
import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness import registry
from harness.provider import Api, Pin
from harness.verify import certificates, pinned, scopes
from harness.verify.pacts import read
from mocks.stripe import versions
from tests.harness.serving import Served
from tests.harness.test_tls import trusting
from tests.needs import NODE_FOLDER, ROOT

PROVIDERS = registry.providers()
STRIPE, CLERK, MUX, ALGOLIA = (PROVIDERS[name] for name in ("stripe", "clerk", "mux", "algolia"))
NOW = 1_772_355_600.0
DAY = 86_400


def token(**claims: Any) -> str:
    def part(told: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(told).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none'})}.{part(claims)}.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("value", "verdict", "told"),
    [
        ("sk_test_abc", "note", "may do everything; a restricted key (rk_test_…)"),
        ("rk_test_abc", "ok", "restricted"),
    ],
)
def test_a_key_that_may_do_everything_is_told_with_what_is_used(value: str, verdict: str, told: str) -> None:
    used = {"customers": {"read", "write"}, "events": {"read"}}
    (found,) = scopes.scopes(STRIPE, {"STRIPE_SECRET_KEY": value}, used)
    assert (found.verdict, told in found.told, value in found.told) == (verdict, True, False)
    assert ("customers (read and write), events (read)" in found.told) == (verdict == "note")


def test_a_key_that_shows_no_scope_is_told_so() -> None:
    (found,) = scopes.scopes(MUX, {"MUX_TOKEN_SECRET": "a" * 75}, {})
    assert (found.verdict, "does not say what it may do" in found.told) == ("note", True)
    assert list(scopes.scopes(MUX, {}, {})) == []


def test_what_is_used_is_read_from_pacts() -> None:
    (pact,) = [each for each in read(ROOT / "contracts/pacts", ["stripe"]) if each.http]
    used = scopes.resources(pact.http)
    assert used["customers"] == {"read", "write"}
    assert used["events"] == {"read"}


@pytest.mark.parametrize(
    ("claims", "verdicts", "told"),
    [
        ({"scope": "projects:read projects:write"}, ["ok"], "projects:read, projects:write"),
        ({"permissions": ["*"]}, ["no"], "may do everything"),
        ({"scope": "admin"}, ["no"], "may do everything"),
        ({"lucid_scopes": "app:api", "exp": NOW - 1}, ["no", "ok"], "has expired"),
        ({"sub": "x"}, ["note"], "does not say"),
    ],
)
def test_tokens_that_say_their_scope(claims: dict[str, Any], verdicts: list[str], told: str) -> None:
    env = {"CINT_ACCESS_TOKEN": token(**claims), "CINT_CLIENT_ID": "abc", "OTHER_TOKEN": token(scope="*")}
    found = list(scopes.tokens(PROVIDERS["cint"], env, NOW))
    assert [each.verdict for each in found] == verdicts
    assert told in found[0].told


@pytest.mark.parametrize("value", ["a.b.c", "ey.%%%.c", "eyJ.W10.c", "eyJhbGciOiJub25lIn0"])
def test_what_is_no_token_is_not_taken_for_one(value: str) -> None:
    assert list(scopes.tokens(PROVIDERS["cint"], {"CINT_ACCESS_TOKEN": value}, NOW)) == []


@pytest.mark.parametrize(
    ("provider", "env", "told"),
    [
        (STRIPE, {"STRIPE_SECRET_KEY": "pk_test_abc"}, "STRIPE_SECRET_KEY holds a publishable key"),
        (CLERK, {"NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY": "sk_test_abc"}, "holds a secret key"),
        (
            ALGOLIA,
            {"ALGOLIA_ADMIN_API_KEY": "a" * 32, "NEXT_PUBLIC_ALGOLIA_API_KEY": "a" * 32},
            "ALGOLIA_ADMIN_API_KEY and NEXT_PUBLIC_ALGOLIA_API_KEY hold the same",
        ),
        (MUX, {"MUX_TOKEN_SECRET": "b" * 75, "NEXT_PUBLIC_MUX": "b" * 75}, "NEXT_PUBLIC_MUX holds a secret"),
    ],
)
def test_misplaced_keys(provider: Any, env: dict[str, str], told: str) -> None:
    found = list(scopes.misplaced(provider, env))
    assert any(told in each.told for each in found)
    assert {each.verdict for each in found} == {"no"}
    assert not any(value in each.told for each in found for value in env.values())


def test_keys_in_their_places_are_not_told() -> None:
    env = {
        "STRIPE_SECRET_KEY": "rk_test_" + "a" * 20,
        "NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY": "pk_test_" + "b" * 20,
        "STRIPE_WEBHOOK_SECRET": "whsec_" + "c" * 20,
    }
    assert list(scopes.misplaced(STRIPE, env)) == []


def test_the_account_is_of_the_version_that_the_room_answers() -> None:
    assert STRIPE.api is not None
    assert STRIPE.api.account == versions.ACCOUNT_DEFAULT


@pytest.mark.parametrize("provider", [STRIPE, CLERK])
def test_the_versions_that_installed_sdks_speak_are_served(provider: Any) -> None:
    found = list(pinned.pinned(provider, NODE_FOLDER))
    python = [each for each in found if "Python" in each.name]
    assert [each.verdict for each in python] == ["note" if provider is STRIPE else "ok"]
    assert "it speaks 20" in python[0].told


def stated(folder: Path, version: str) -> None:
    module = folder / "node_modules/paying"
    module.mkdir(parents=True)
    (module / "version.js").write_text(f"version = '{version}'", "utf-8")


@pytest.mark.parametrize(
    ("version", "verdict"), [("2", "ok"), ("1", "note"), ("9", "no"), ("x y", "note"), (None, "note")]
)
def test_the_version_of_a_node_package(tmp_path: Path, version: str | None, verdict: str) -> None:
    if version is not None:
        stated(tmp_path, version)
    pin = Pin("paying", "version.js", r"version = '(\d+)'", node=True)
    provider = replace(STRIPE, api=Api(lambda: ("1", "2"), (pin,), account="2"))
    (found,) = pinned.pinned(provider, tmp_path)
    assert found.verdict == verdict


def _refused(*_: object) -> float:
    raise ssl.SSLCertVerificationError(1, "certificate verify failed: certificate has expired")


def _silent(*_: object) -> float:
    raise ConnectionRefusedError("refused")


@pytest.mark.parametrize(
    ("look", "verdict", "told"),
    [
        (None, "note", "was not looked at: --live does"),
        (lambda *_: NOW + 60 * DAY, "ok", "60 days are left"),
        (lambda *_: NOW + 3 * DAY, "note", "3 days are left"),
        (lambda *_: NOW - 3 * DAY, "no", "-3 days are left"),
        (_refused, "no", "has expired"),
        (_silent, "no", "cannot be reached"),
    ],
)
def test_certificates(look: Any, verdict: str, told: str) -> None:
    urls = [("stripe", "https://shop.test/hooks"), ("stripe", "https://shop.test/other")]
    local = [("stripe", "http://shop.test/hooks"), ("stripe", "https://127.0.0.1:3000/hooks")]
    (found,) = certificates.certificates([*urls, *local], NOW, look)
    assert (found.verdict, told in found.told) == (verdict, True)


def test_a_certificate_is_read_where_its_chain_is_known(server: Served) -> None:
    port = server.port + 43
    assert certificates.expiry("api.stripe.com", port, trusting(server), at="127.0.0.1") > NOW
    with pytest.raises(ssl.SSLCertVerificationError):
        certificates.expiry("api.stripe.com", port, at="127.0.0.1")
