"""The wire: credentials, headers, encodings, errors, versions, expansion."""

import json
from base64 import b64encode
from typing import Any

import pytest

from tests.mocks.stripe.room import Room

CUSTOMERS = "/v1/customers"
INTENTS = "/v1/payment_intents"
LIVE = "sk_live_" + "0" * 24


async def customer(room: Room, **params: Any) -> Any:
    return await room.ok("POST", CUSTOMERS, {"email": "ada@studio.test", **params})


# --- answers -----------------------------------------------------------------------------------------------------------


async def test_every_answer_has_stripes_headers_and_is_indented(room: Room) -> None:
    made = await room.call("POST", CUSTOMERS, {}, Idempotency_Key="k1")
    refused = await room.call("GET", f"{CUSTOMERS}/cus_no")
    unknown = await room.client.get("/v1/nothing")
    for answer in (made, refused, unknown):
        assert answer.headers["request-id"].startswith("req_")
        assert len(answer.headers["request-id"]) == 18
        assert answer.headers["stripe-version"] == "2026-05-27.dahlia"
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "no-cache, no-store"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "Request-Id" in answer.headers["access-control-expose-headers"]
        assert answer.text == json.dumps(answer.json(), indent=2, ensure_ascii=False) + "\n"
    assert made.headers["idempotency-key"] == "k1"
    assert made.headers["original-request"] == made.headers["request-id"]
    assert refused.headers["stripe-should-retry"] == "false"
    assert unknown.status_code == 404
    assert unknown.headers["greenroom-unserved"] == "GET /v1/nothing"
    error = unknown.json()["error"]
    assert error["message"].startswith("Unrecognized request URL (GET: /v1/nothing).")
    assert error["request_log_url"].startswith(
        f"https://dashboard.stripe.com/test/logs/{unknown.headers['request-id']}?t="
    )


async def test_an_sdk_is_told_the_lists_that_people_see(room: Room) -> None:
    """Lists of documents that are shown as they are kept are not read for an SDK, which sees no indentation."""
    for number in range(3):
        await customer(room, metadata={"_": "mine", "number": number} if number else {"number": 0})
    await room.ok("POST", "/v1/coupons", {"percent_off": 10, "duration": "once"})
    await room.ok("POST", "/v1/products", {"name": "Beans", "metadata": {"kind": "robusta"}})
    for path in (CUSTOMERS, f"{CUSTOMERS}?limit=1", "/v1/coupons", "/v1/products", "/v1/events"):
        for version in ({}, {"Stripe-Version": "2025-04-30.basil"}):
            shown = await room.client.get(path, headers=version)
            told = await room.client.get(
                path, headers={"User-Agent": "Stripe/v1 NodeBindings/23.1.0", **version}
            )
            assert told.json() == shown.json()
            assert shown.json()["data"]


async def test_an_error_is_complete_and_in_order(room: Room) -> None:
    status, error = await room.refused("GET", f"{CUSTOMERS}/cus_no")
    assert status == 404
    log = error.pop("request_log_url")
    assert log.startswith("https://dashboard.stripe.com/test/logs/req_")
    assert error == {
        "code": "resource_missing",
        "doc_url": "https://stripe.com/docs/error-codes/resource-missing",
        "message": "No such customer: 'cus_no'",
        "param": "id",
        "type": "invalid_request_error",
    }


# --- credentials -------------------------------------------------------------------------------------------------------


async def test_keys_come_as_bearer_or_as_the_user_of_basic(room: Room) -> None:
    key = room.world.accounts["stripe"]["tokens"]["secret_key"]
    basic = b64encode(f"{key}:".encode()).decode()
    for header in (f"Bearer {key}", f"bearer {key}", f"Basic {basic}"):
        assert (await room.call("GET", CUSTOMERS, Authorization=header)).status_code == 200


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("", "You did not provide an API key."),
        ("Bearer ", "You did not provide an API key."),
        ("Bearer sk_test_nobodyknowsthis", "Invalid API Key provided: sk_test_***********this"),
        ("Basic !!!", "Invalid API Key provided: ****"),
        (f"Bearer {LIVE}", "Invalid API Key provided: sk_live_****. A live key reached Greenroom"),
    ],
)
async def test_bad_keys_are_401(
    room: Room, header: str, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await room.client.get(CUSTOMERS, headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.json()["error"]["message"].startswith(words)
    assert "doc_url" not in answer.json()["error"]
    assert LIVE not in answer.text + caplog.text


async def test_a_webhook_secret_is_no_key(room: Room) -> None:
    secret = room.world.accounts["stripe"]["tokens"]["webhook_secret"]
    answer = await room.client.get(CUSTOMERS, headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 401


async def test_a_key_acts_for_its_own_account_alone(room: Room) -> None:
    own = (await room.ok("GET", "/v1/account"))["id"]
    await room.ok("GET", "/v1/customers", Stripe_Account=own)
    for header in ("Stripe_Account", "Stripe_Context"):
        status, error = await room.refused("POST", "/v1/customers", {"name": "Ada"}, **{header: "acct_other"})
        assert (status, error["code"]) == (403, "account_invalid")
        assert room.world.accounts["stripe"]["tokens"]["secret_key"] not in error["message"]
    assert (await room.ok("GET", "/v1/customers"))["data"] == []


async def test_a_publishable_key_reaches_what_browsers_need_and_nothing_else(room: Room) -> None:
    browser = {"Authorization": f"Bearer {room.publishable}"}
    status, error = await room.refused("GET", CUSTOMERS, **browser)
    assert (status, error["code"]) == (403, "secret_key_required")
    intent = await room.ok("POST", INTENTS, {"amount": 500, "currency": "usd"})
    path, secret = f"{INTENTS}/{intent['id']}", {"client_secret": intent["client_secret"]}
    assert (await room.refused("GET", path, **browser))[1]["code"] == "parameter_missing"
    wrong = await room.refused("GET", path, {"client_secret": "pi_x_secret_y"}, **browser)
    assert wrong[1]["code"] == "payment_intent_invalid_parameter"
    seen = await room.ok("GET", path, secret, **browser)
    assert seen["status"] == "requires_payment_method"
    assert not {"metadata", "customer", "latest_charge", "amount_received"} & set(seen)
    card = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2030, "cvc": "123"}
    data = {"payment_method_data": {"type": "card", "card": card}}
    paid = await room.ok("POST", f"{path}/confirm", secret | data, **browser)
    assert (paid["status"], "latest_charge" in paid) == ("succeeded", False)
    setup = await room.ok("POST", "/v1/setup_intents", {})
    shown = await room.ok(
        "GET", f"/v1/setup_intents/{setup['id']}", {"client_secret": setup["client_secret"]}, **browser
    )
    assert (shown["usage"], "metadata" in shown) == ("off_session", False)


# --- bodies ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b'{"email": "ada@studio.test"}'),
        ("multipart/form-data; boundary=x", b"--x--"),
        ("application/x-www-form-urlencoded", b"email=%zz"),
        ("application/x-www-form-urlencoded", b"email=%ff"),
        ("application/x-www-form-urlencoded", b"email=\xff"),
        ("application/x-www-form-urlencoded", b"address=1&address[city]=Leeds"),
        ("application/x-www-form-urlencoded", b"address[city=Leeds"),
        ("application/x-www-form-urlencoded", b"a" + b"[b]" * 40 + b"=1"),
        ("application/x-www-form-urlencoded", b"&".join(b"metadata[%d]=1" % each for each in range(3000))),
    ],
)
async def test_bodies_that_cannot_be_read_are_400(room: Room, content_type: str, body: bytes) -> None:
    before = room.state()
    answer = await room.client.post(CUSTOMERS, content=body, headers={"Content-Type": content_type})
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_request_error")
    assert room.state() == before


@pytest.mark.parametrize(
    "body",
    [
        "address[city]=Leeds&preferred_locales[0]=en&preferred_locales[1]=fr&metadata[a]=1",
        "address%5Bcity%5D=Leeds&preferred_locales%5B%5D=en&preferred_locales%5B%5D=fr&metadata%5Ba%5D=1",
        "metadata[a]=1&preferred_locales[7]=fr&preferred_locales[3]=en&address[city]=Leeds",
    ],
)
async def test_all_spellings_of_a_form_say_the_same(room: Room, body: str) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    made = (await room.client.post(CUSTOMERS, content=body, headers=form)).json()
    assert made["preferred_locales"] == ["en", "fr"]
    assert (made["address"]["city"], made["metadata"]) == ("Leeds", {"a": "1"})


async def test_delete_takes_its_parameters_from_query_or_body(room: Room) -> None:
    for send in ({"params": {"colour": "red"}}, {"content": "colour=red"}):
        made = await customer(room)
        answer = await room.client.request("DELETE", f"{CUSTOMERS}/{made['id']}", **send)  # type: ignore[arg-type]
        assert answer.json()["error"]["message"] == "Received unknown parameter: colour"


# --- parameters --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "params", "code", "param", "message"),
    [
        (CUSTOMERS, {"emial": "x"}, "parameter_unknown", "emial", "Received unknown parameter: emial. Did you mean email?"),
        (CUSTOMERS, {"a": 1, "b": 2}, "parameter_unknown", "a", "Received unknown parameters: a, b"),
        (CUSTOMERS, {"address": {"town": 1}}, "parameter_unknown", "address[town]", "Received unknown parameter: address[town]"),
        (CUSTOMERS, {"balance": "1.5"}, "parameter_invalid_integer", "balance", "Invalid integer: 1.5"),
        (CUSTOMERS, {"balance": ""}, "parameter_invalid_empty", "balance", None),
        (CUSTOMERS, {"email": "nobody"}, "email_invalid", "email", "Invalid email address: nobody"),
        (CUSTOMERS, {"tax_exempt": "maybe"}, None, "tax_exempt", "Invalid tax_exempt: must be one of exempt, none, or reverse"),
        (CUSTOMERS, {"address": "Leeds"}, None, "address", "Invalid object"),
        (CUSTOMERS, {"preferred_locales": "en"}, None, "preferred_locales", "Invalid array"),
        (CUSTOMERS, {"metadata": {"k" * 41: "v"}}, None, "metadata", None),
        (CUSTOMERS, {"metadata": {"k": "v" * 501}}, None, "metadata[k]", None),
        (CUSTOMERS, {"metadata": {str(each): "v" for each in range(51)}}, None, "metadata", None),
        (CUSTOMERS, {"bank_account": "btok_us"}, "parameter_unknown", "bank_account", None),
        (CUSTOMERS, {"payment_method": "pm_no"}, "resource_missing", "payment_method", "No such PaymentMethod: 'pm_no'"),
        (INTENTS, {"currency": "usd"}, "parameter_missing", "amount", "Missing required param: amount."),
        (INTENTS, {"amount": 2000}, "parameter_missing", "currency", "Missing required param: currency."),
        (INTENTS, {"amount": -1, "currency": "usd"}, "parameter_invalid_integer", "amount", None),
        (INTENTS, {"amount": 49, "currency": "usd"}, "amount_too_small", "amount", "Amount must be at least $0.50 usd"),
        (INTENTS, {"amount": 49, "currency": "JPY"}, "amount_too_small", "amount", "Amount must be at least ¥50 jpy"),
        (INTENTS, {"amount": 10**8, "currency": "usd"}, "amount_too_large", "amount", None),
        (INTENTS, {"amount": 500, "currency": "xxx"}, None, "currency", None),
        (INTENTS, {"amount": 500, "currency": "usd", "confirm": "1"}, None, "confirm", "Invalid boolean: 1"),
        (INTENTS, {"amount": 500, "currency": "usd", "customer": "cus_no"}, "resource_missing", "customer", "No such customer: 'cus_no'"),
        (INTENTS, {"amount": 500, "currency": "usd", "off_session": "maybe"}, None, "off_session", "Invalid boolean: maybe"),
        (INTENTS, {"amount": 500, "currency": "usd", "off_session": True}, "payment_intent_invalid_parameter", "off_session", None),
        (INTENTS, {"amount": 500, "currency": "usd", "transfer_data": {"destination": "acct_x"}}, "parameter_unknown", "transfer_data", None),
        (
            INTENTS,
            {"amount": 500, "currency": "usd", "automatic_payment_methods": {"enabled": True}, "payment_method_types": ["card"]},
            "parameters_exclusive",
            "automatic_payment_methods",
            "You may only specify one of these parameters: automatic_payment_methods, payment_method_types.",
        ),
        (CUSTOMERS, {"metadata": {"a": {"b": "c"}}}, None, "metadata[a]", None),
        (CUSTOMERS, {"expand": "address"}, None, "expand", "Invalid array"),
        ("/v1/products", {"name": "x", "images": list("abcdefghi")}, None, "images", None),
        ("/v1/prices", {"currency": "usd", "tiers": [{"up_to": "x"}]}, "parameter_invalid_integer", "tiers[0][up_to]", "Invalid integer: x"),
        ("/v1/prices", {"currency": "usd", "product": "prod_no", "unit_amount": 1}, "resource_missing", "product", "No such product: 'prod_no'"),
        ("/v1/webhook_endpoints", {"url": "ftp://x", "enabled_events": ["*"]}, "url_invalid", "url", "Not a valid URL"),
        ("/v1/webhook_endpoints", {"url": "http://x.test", "enabled_events": ["customer.sneezed"]}, None, "enabled_events[0]", None),
        ("/v1/webhook_endpoints", {"url": "http://x.test", "enabled_events": ["*"], "api_version": "2020-01-01"}, None, "api_version", "Invalid Stripe API version: 2020-01-01"),
    ],
)  # fmt: skip
async def test_bad_parameters_are_named(
    room: Room, path: str, params: Any, code: str | None, param: str, message: str | None
) -> None:
    before = room.state()
    status, error = await room.refused("POST", path, params)
    assert (status, error.get("code"), error["param"]) == (400, code, param)
    assert message in (None, error["message"])
    assert room.state() == before
    assert len(room.rules()) <= 1


@pytest.mark.parametrize(
    ("params", "param", "message"),
    [
        ({"limit": 0}, "limit", "This value must be between 1 and 100."),
        ({"limit": 101}, "limit", "This value must be between 1 and 100."),
        ({"limit": "many"}, "limit", "Invalid integer: many"),
        ({"created": "today"}, "created", "Invalid integer: today"),
        ({"created": {"gte": "x"}}, "created[gte]", "Invalid integer: x"),
        ({"starting_after": "cus_no"}, "starting_after", "No such customer: 'cus_no'"),
        (
            {"starting_after": "cus_a", "ending_before": "cus_b"},
            "starting_after",
            "You may only specify one of these parameters: starting_after, ending_before.",
        ),
    ],
)
async def test_lists_refuse_bad_bounds(room: Room, params: Any, param: str, message: str) -> None:
    status, error = await room.refused("GET", CUSTOMERS, params)
    assert (status, error["param"], error["message"]) == (400, param, message)


async def test_lists_are_bounded_by_time(room: Room) -> None:
    made = []
    for _ in range(3):
        made.append(await customer(room))
        await room.advance(10)
    second = made[1]["created"]
    for bounds, wanted in (
        ({"created": second}, [1]),
        ({"created": {"gt": second}}, [2]),
        ({"created": {"gte": second}}, [2, 1]),
        ({"created": {"lt": second}}, [0]),
        ({"created": {"lte": second, "gt": second - 11}}, [1, 0]),
    ):
        found = await room.ok("GET", CUSTOMERS, bounds)
        assert [each["id"] for each in found["data"]] == [made[each]["id"] for each in wanted]


async def test_what_is_not_acted_upon_is_refused_loudly(room: Room) -> None:
    _, error = await room.refused("POST", CUSTOMERS, {"tax": {"validate_location": "deferred"}})
    assert "Greenroom's Stripe does not support the parameter tax yet" in error["message"]
    assert room.rules() == ["unsupported_parameter"]


async def test_lenient_worlds_let_unknown_parameters_pass_and_tell(lenient: Room) -> None:
    made = await lenient.ok("POST", CUSTOMERS, {"emial": "x", "name": "Ada"})
    assert made["name"] == "Ada"
    assert lenient.rules() == ["parameter_unknown"]


async def test_an_empty_string_unsets_and_metadata_is_merged(room: Room) -> None:
    made = await customer(
        room, name="Ada", phone="1", metadata={"a": "1", "b": "2"}, address={"city": "Leeds"}
    )
    path = f"{CUSTOMERS}/{made['id']}"
    changed = await room.ok("POST", path, {"name": "", "address": "", "metadata": {"a": "", "c": "3"}})
    assert (changed["name"], changed["address"], changed["phone"]) == (None, None, "1")
    assert changed["metadata"] == {"b": "2", "c": "3"}
    assert (await room.ok("POST", path, {"metadata": ""}))["metadata"] == {}


# --- expansion -----------------------------------------------------------------------------------------------------------


async def test_expansion_reaches_four_levels_and_no_further(room: Room) -> None:
    owner = await customer(room, payment_method="pm_card_visa")
    (method,) = (await room.ok("GET", f"{CUSTOMERS}/{owner['id']}/payment_methods"))["data"]
    intent = await room.ok(
        "POST",
        INTENTS,
        {
            "amount": 500,
            "currency": "usd",
            "customer": owner["id"],
            "payment_method": method["id"],
            "confirm": True,
        },
    )
    await room.advance(5)
    path = f"{INTENTS}/{intent['id']}"
    deep = {"expand": ["latest_charge.balance_transaction.source.customer", "payment_method"]}
    seen = await room.ok("GET", path, deep)
    charge = seen["latest_charge"]
    assert charge["balance_transaction"]["source"]["customer"]["id"] == owner["id"]
    assert (charge["payment_intent"], seen["payment_method"]["customer"]) == (intent["id"], owner["id"])
    listed = await room.ok("GET", INTENTS, {"expand": ["data.customer"]})
    assert listed["data"][0]["customer"]["email"] == "ada@studio.test"
    refunds = await room.ok("GET", f"/v1/charges/{charge['id']}", {"expand": ["refunds"]})
    assert refunds["refunds"]["data"] == []
    for method_path, wrong, words in (
        (path, "nonsense", "This property cannot be expanded (nonsense)."),
        (path, "amount", "This property cannot be expanded (amount)."),
        (path, "latest_charge.nonsense", "This property cannot be expanded (latest_charge.nonsense)."),
        (path, "a.b.c.d.e", "You cannot expand more than 4 levels of a property (property: a.b.c.d.e)."),
        (INTENTS, "customer", "This property cannot be expanded (customer). You may want to try expanding"),
        (INTENTS, "data.nonsense", "This property cannot be expanded (data.nonsense)."),
        ("/v1/balance", "available", "This property cannot be expanded (available)."),
        ("/v1/events", "data.data", "This property cannot be expanded (data.data)."),
    ):
        status, error = await room.refused("GET", method_path, {"expand": [wrong]})
        assert (status, error["message"][: len(words)]) == (400, words)


# --- versions ------------------------------------------------------------------------------------------------------------


async def test_versions_shape_the_answer(room: Room) -> None:
    made = await customer(room)
    path = f"{CUSTOMERS}/{made['id']}"
    platform = await room.call("GET", path, Stripe_Version="2025-04-30.basil")
    assert platform.headers["stripe-version"] == "2025-04-30.basil"
    assert set(made) - set(platform.json()) == {"customer_account"}
    intent = await room.ok("POST", INTENTS, {"amount": 500, "currency": "usd"})
    old = await room.ok("GET", f"{INTENTS}/{intent['id']}", Stripe_Version="2025-04-30.basil")
    new = await room.ok("GET", f"{INTENTS}/{intent['id']}", Stripe_Version="2026-10-28.endive")
    assert set(intent) - set(old) == {"customer_account", "excluded_payment_method_types", "managed_payments"}
    assert set(new) - set(intent) == {"allowed_payment_method_types", "payment_record"}
    inside = await room.ok(
        "GET", f"{INTENTS}/{intent['id']}", {"expand": ["customer"]}, Stripe_Version="2025-04-30.basil"
    )
    assert inside == old


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("yesterday", "Invalid Stripe API version: yesterday"),
        ("2026-05-28.dahlia", "Invalid Stripe API version: 2026-05-28.dahlia"),
        ("2024-06-20", "Greenroom's Stripe does not serve API versions before 2025-03-31.basil"),
    ],
)
async def test_versions_that_are_not_are_refused(room: Room, version: str, words: str) -> None:
    answer = await room.call("GET", CUSTOMERS, Stripe_Version=version)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith(words)
    assert answer.headers["stripe-version"] == "2026-05-27.dahlia"
