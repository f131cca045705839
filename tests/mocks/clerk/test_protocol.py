"""How Clerk speaks: keys, content types, versions, errors, pages."""

import re
from pathlib import Path
from typing import Any

import pytest

from mocks.clerk import keys
from mocks.clerk.frontend import API
from mocks.clerk.provider import clerk
from tests.mocks.clerk.published import frontend, published
from tests.mocks.clerk.room import Room
from tests.mocks.clerk.tab import anonymous

LIVE = "sk_live_" + "A" * 40


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "authorization_header_format_invalid"),
        ("Basic c2s6", "authorization_header_format_invalid"),
        ("Bearer ", "authorization_header_format_invalid"),
        ("Bearer sk_test_unknown", "clerk_key_invalid"),
        (f"Bearer {LIVE}", "clerk_key_invalid"),
    ],
)
async def test_wrong_keys_are_refused(room: Room, header: str | None, code: str) -> None:
    del room.client.headers["authorization"]
    if header is not None:
        room.client.headers["authorization"] = header
    assert await room.refused("GET", "/users") == (401, code, "")


async def test_a_live_key_is_named_and_not_repeated(room: Room) -> None:
    answer = await room.call("GET", "/users", Authorization=f"Bearer {LIVE}")
    assert "live key reached Greenroom" in answer.text
    assert LIVE not in answer.text


async def test_the_publishable_key_and_the_webhook_secret_open_nothing(room: Room) -> None:
    for name in ("publishable_key", "webhook_secret"):
        token = room.tokens[name]
        assert await room.refused("GET", "/users", Authorization=f"Bearer {token}") == (
            401,
            "clerk_key_invalid",
            "",
        )


async def test_the_publishable_key_names_a_host_of_this_world_alone(room: Room, tmp_path: Path) -> None:
    key = room.tokens["publishable_key"]
    host = keys.frontend_host(key)
    assert host.endswith(".clerk.accounts.dev")
    assert keys.publishable_key(host) == key
    assert "=" not in key
    found = room.runtime.worlds.credentials.find("clerk", keys.publishable_key(host))
    assert found is not None
    assert found.world == room.world.id
    other = room.runtime.worlds.create(seed=7)
    assert keys.frontend_host(other.accounts["clerk"]["tokens"]["publishable_key"]) != host


async def test_the_environment_has_what_the_platform_reads(room: Room) -> None:
    assert room.world.accounts["clerk"]["env"] == {
        "NEXT_PUBLIC_CLERK_SIGN_IN_URL": "/sign-in",
        "NEXT_PUBLIC_CLERK_SIGN_UP_URL": "/sign-up",
        "NEXT_PUBLIC_CLERK_SIGN_IN_FORCE_REDIRECT_URL": "/dashboard",
        "NEXT_PUBLIC_CLERK_SIGN_UP_FORCE_REDIRECT_URL": "/dashboard",
        "NEXT_PUBLIC_CLERK_TELEMETRY_DISABLED": "1",
        "CLERK_TELEMETRY_DISABLED": "1",
    }


async def test_every_answer_has_exactly_the_content_type_that_the_node_sdk_compares_with(room: Room) -> None:
    for path in ("/users", "/users/nobody", "/nowhere"):
        assert (await room.call("GET", path)).headers["content-type"] == "application/json"


async def test_a_refusal_lists_all_that_is_wrong_each_parameter_once(room: Room) -> None:
    body = {"email_address": "ada@northwind.test", "frist_name": "Ada", "banned": "yes"}
    answer = await room.call("POST", "/users", body)
    assert answer.status_code == 422
    errors = answer.json()["errors"]
    assert [(each["code"], each["meta"]["param_name"]) for each in errors] == [
        ("form_param_type_invalid", "email_address"),
        ("form_param_type_invalid", "banned"),
        ("form_param_unknown", "frist_name"),
    ]
    assert errors[2]["message"] == "is unknown"
    assert errors[2]["long_message"] == "frist_name is not a valid parameter for this request."


@pytest.mark.parametrize(
    ("content", "content_type", "refusal"),
    [
        (b"{", "application/json", (400, "request_body_invalid")),
        (b"[]", "application/json", (400, "request_body_invalid")),
        (b"\xff", "application/json", (400, "request_body_invalid")),
        (
            b'{"public_metadata":' + b'{"a":' * 300 + b"1" + b"}" * 301,
            "application/json",
            (400, "request_body_invalid"),
        ),
        (b"<a/>", "application/xml", (415, "unsupported_content_type")),
    ],
)
async def test_bodies_that_cannot_be_read_are_refused(
    room: Room, content: bytes, content_type: str, refusal: Any
) -> None:
    answer = await room.client.post("/v1/users", content=content, headers={"Content-Type": content_type})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == refusal


async def test_forms_are_read_like_json(room: Room) -> None:
    form = {
        "email_address": ["ada@northwind.test", "ada@second.test"],
        "first_name": "7",
        "public_metadata": '{"role":"admin"}',
        "skip_password_checks": "true",
    }
    answer = await room.client.post("/v1/users", data=form)
    assert answer.status_code == 200, answer.text
    user = answer.json()
    assert [each["email_address"] for each in user["email_addresses"]] == form["email_address"]
    assert (user["first_name"], user["public_metadata"]) == ("7", {"role": "admin"})


async def test_versions(room: Room) -> None:
    assert await room.refused("GET", "/users", Clerk_API_Version="2020-01-01") == (
        400,
        "api_version_invalid",
        "",
    )
    assert await room.refused("GET", "/users?__clerk_api_version=2025-11-10") == (
        400,
        "api_version_invalid",
        "",
    )
    del room.client.headers["clerk-api-version"]
    await room.ok("GET", "/users?__clerk_api_version=2025-11-10")
    await room.ok("GET", "/users")


async def test_metadata_moves_out_of_updates_with_the_newest_version(room: Room) -> None:
    user = (await room.user(public_metadata={"a": {"b": 1}, "c": 2}))["id"]
    changes = {"public_metadata": {"a": {"d": 3}}}
    refused = await room.refused("PATCH", f"/users/{user}", changes)
    assert refused == (422, "form_param_unknown", "public_metadata")
    changed = await room.ok("PATCH", f"/users/{user}", changes, Clerk_API_Version="2025-11-10")
    assert changed["public_metadata"] == {"a": {"d": 3}}
    made = (await room.organization())["id"]
    refused = await room.refused("PATCH", f"/organizations/{made}", changes)
    assert refused == (422, "form_param_unknown", "public_metadata")
    older = await room.ok("PATCH", f"/organizations/{made}", changes, Clerk_API_Version="2025-11-10")
    assert older["public_metadata"] == {"a": {"d": 3}}


async def test_a_lenient_world_takes_what_a_consumer_sends_wrongly_and_notes_it(lenient: Room) -> None:
    user = await lenient.user(nick_name="Countess")
    changed = await lenient.ok("PATCH", f"/users/{user['id']}", {"public_metadata": {"role": "admin"}})
    assert changed["public_metadata"] == {"role": "admin"}
    assert set(lenient.rules()) == {"form_param_unknown"}


async def test_the_three_shapes_of_lists(room: Room) -> None:
    await room.user()
    assert isinstance(await room.ok("GET", "/users"), list)
    assert set(await room.ok("GET", "/organizations")) == {"data", "total_count"}
    for path in ("/sessions", "/invitations", "/jwt_templates", "/redirect_urls", "/allowlist_identifiers"):
        assert await room.ok("GET", path) == []
        assert await room.ok("GET", f"{path}?paginated=true") == {"data": [], "total_count": 0}


@pytest.mark.parametrize(
    ("query", "code", "param"),
    [
        ("limit=0", "form_param_value_invalid", "limit"),
        ("limit=501", "form_param_value_too_large", "limit"),
        ("offset=-1", "form_param_value_invalid", "offset"),
        ("limit=many", "form_param_type_invalid", "limit"),
        ("order_by=height", "form_param_value_invalid", "order_by"),
        ("order_by=--created_at", "form_param_value_invalid", "order_by"),
        ("starting_after=user_nobody", "form_resource_not_found", "starting_after"),
        ("starting_after=user_nobody&query=a", "form_resource_not_found", "starting_after"),
        ("starting_after=user_nobody&order_by=username", "form_param_value_invalid", "starting_after"),
    ],
)
async def test_wrong_pages_are_refused(room: Room, query: str, code: str, param: str) -> None:
    assert await room.refused("GET", f"/users?{query}") == (422, code, param)


async def test_what_is_not_served_is_loud(room: Room) -> None:
    for method, path in (
        ("GET", "/saml_connections"),
        ("PUT", "/users/user_1/profile_image"),
        ("DELETE", "/users"),
    ):
        answer = await room.call(method, path)
        assert answer.status_code == 404
        assert answer.headers["greenroom-unserved"] == f"{method} /v1{path}"
        assert answer.json()["errors"][0]["code"] == "resource_not_found"
    assert set(room.rules()) == {"unserved_operation"}


async def test_every_documented_operation_that_is_not_served_is_refused_in_clerks_words(
    room: Room, specs: Path
) -> None:
    """Passkeys, SAML, billing and the rest: in both APIs, never with an invented success."""
    documents = (("", published(specs).operations), (API, frontend(specs).operations))
    own = {"Authorization": room.client.headers["Authorization"]}
    wrong, refused = [], 0
    for base, operations in documents:
        for id, (path, method, _) in operations.items():
            if f"{base[1:]}/{id}".lstrip("/") in clerk.operations:
                continue
            asked = re.sub(r"{[^}]*}", "x", path)
            url, headers = (asked, own) if not base else (f"/~{room.world.name}{asked}", {})
            answer = await anonymous(room).request(method, url, headers=headers)
            loud = answer.headers.get("greenroom-unserved") == f"{method} {asked}"
            body = answer.json() if answer.status_code == 404 else {}
            if not loud or body.get("errors", [{}])[0].get("code") != "resource_not_found":
                wrong.append((method, url, answer.status_code, answer.text[:100]))
            refused += 1
    assert wrong == []
    assert refused > 150


async def test_a_rate_limit_says_when_to_come_again(room: Room) -> None:
    refusal = room.runtime.providers["clerk"].dialect.failure(429)
    assert refusal.status == 429
    assert dict(refusal.headers) == {"Retry-After": "10"}
    assert refusal.body["errors"][0]["code"] == "too_many_requests"
