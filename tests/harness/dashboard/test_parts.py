"""The parts that pages are made of: names of consumers, readable bodies, curl, the map's layout, figures."""

from __future__ import annotations

import shlex
from typing import Any

import pytest

from harness.dashboard import bodies, curl
from harness.dashboard.consumers import UNNAMED, consumer
from harness.dashboard.depmap import MOST, OTHERS, End, Posts, drawn
from harness.dashboard.links import shape
from harness.dashboard.traffic import LOOKED, traffic
from harness.journal import BODY_SHOWN, Exchange, Journal
from harness.messages import Answer, Request

CALLER = {"user-agent": "acme-python/1.2.3"}


def seen(journal: Journal, number: int = 0, **more: Any) -> Exchange:
    """Put an exchange into a journal: answered 200 after one millisecond, unless told otherwise."""
    words: dict[str, Any] = {
        "at": number * 1_000_000,
        "world_time": 0,
        "provider": "parcel",
        "operation": "createParcel",
        "request": Request("POST", "/parcels", headers=dict(CALLER), body=b"{}"),
        "answer": Answer(200, [], b"{}"),
        "milliseconds": 1.0,
        "fault": None,
    }
    return journal.add(**(words | more))


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Stripe/v1 PythonBindings/16.1.0", "Stripe PythonBindings 16.1.0"),
        ("resend-python:2.10.0", "resend-python 2.10.0"),
        ("Algolia for JavaScript (5.65.0); Search (5.65.0); Node.js (20)", "Algolia-JavaScript 5.65.0"),
        ("speakeasy-sdk/python 3.0.1 2.5 2024 clerk-backend-api", "clerk-backend-api 3.0.1"),
        ("@clerk/backend@3.25.0", "@clerk/backend@3.25.0"),
        ("Mux-Node/JS 15.3.0", "Mux-Node/JS 15.3.0"),
        ("Mozilla/5.0 (X11; Linux) AppleWebKit/537.36 Chrome/1.0 Safari/537.36", "Chrome"),
        ("Mozilla/5.0 something", "a browser"),
        ("Mux Python | 5.1.2", "Mux Python 5.1.2"),
        ("node", "node"),
        ("x" * 100, "x" * 40),
        ("", UNNAMED),
    ],
)
def test_a_consumer_is_named_by_its_sdk(agent: str, name: str) -> None:
    assert consumer(agent) == name


def test_json_is_indented_escaped_and_linked() -> None:
    shown = bodies.shown(b'{"a<b": ["<script>", 1, null, {}], "id": "cus_1"}', link={"cus_1": "/x?a=1&b"}.get)
    assert shown.kind == "json"
    assert shown.json is not None
    assert "<script>" not in shown.json
    assert "a&lt;b" in shown.json
    assert '<a href="/x?a=1&amp;b">' in shown.json
    assert shown.json.count("\n") == 8


@pytest.mark.parametrize(
    ("body", "content_type", "kind"),
    [
        (b"", "application/json", "empty"),
        (b"a=1&b=", "application/x-www-form-urlencoded", "form"),
        (b"{broken", "application/json", "text"),
        (b"<p>Hello</p>", "text/html", "text"),
        (b"\xff\xfe", "", "text"),
        (b"[" * 500 + b"]" * 500, "", "json"),
    ],
)
def test_a_body_is_shown_as_what_it_is(body: bytes, content_type: str, kind: str) -> None:
    assert bodies.shown(body, content_type).kind == kind


def test_a_form_is_pairs_and_a_long_body_is_told_to_be_cut() -> None:
    assert bodies.shown(b"a=1&b=", "application/x-www-form-urlencoded").pairs == [("a", "1"), ("b", "")]
    assert bodies.shown(b"x" * (BODY_SHOWN + 1)).cut


def test_curl_names_secrets_by_their_variables() -> None:
    env = {"ACME_KEY": "acme_key_123", "ACME_ID": "acme_id_1", "ACME_SECRET": "s$cret`word", "SHORT": "1"}
    basic = "Basic YWNtZV9pZF8xOnMkY3JldGB3b3Jk"
    told = []
    for headers in (
        {"authorization": "Bearer acme_key_123", "content-type": "application/json", "host": "x"},
        {"authorization": basic},
        {"authorization": "Bearer of-another-world"},
        {"authorization": "Basic !"},
    ):
        held = Request("PUT", "/parcels/it's", "a=1&b=2", headers, b'{"a": "it\'s"}')
        exchange = seen(Journal(), request=held)
        told.append(curl.command(exchange, "http://127.0.0.1:4401", env))
    assert '-H "authorization: Bearer ${ACME_KEY}"' in told[0]
    assert "host" not in told[0]
    assert '-u "${ACME_ID}:${ACME_SECRET}"' in told[1]
    assert "another-world" not in told[2]
    assert "(redacted)" in told[2]
    assert "-u '(redacted)'" in told[3]
    words = shlex.split(told[0].replace("\\\n", ""))
    assert words[:4] == ["curl", "-X", "PUT", "http://127.0.0.1:4401/parcels/it's?a=1&b=2"]
    assert words[-2:] == ["--data-binary", '{"a": "it\'s"}']


def test_a_plain_get_is_a_plain_curl() -> None:
    exchange = seen(Journal(), request=Request("GET", "/parcels", label="mine"))
    assert curl.command(exchange, "http://127.0.0.1:4401", {}) == "curl 'http://127.0.0.1:4401/~mine/parcels'"


def test_traffic_counts_by_provider_and_consumer() -> None:
    journal = Journal()
    for number in range(100):
        seen(journal, number, milliseconds=float(number))
    seen(journal, 100, answer=Answer(404, [], b""), milliseconds=0.0)
    seen(journal, 101, answer=None, provider="letter", milliseconds=0.0, fault="reset")
    told = traffic(journal)
    assert (told.all.count, told.all.refused, told.all.failed) == (102, 1, 1)
    assert told.providers["parcel"].percentiles() == {"p50": 49.0, "p95": 94.0, "p99": 98.0}
    assert told.edges["acme-python 1.2.3", "letter"].failed == 1
    assert told.operations["parcel", "createParcel"] == 101
    assert told.rate(told.providers["parcel"]) == 60.0
    assert not told.more


def test_a_long_journal_is_looked_at_in_part() -> None:
    journal = Journal(2 * LOOKED)
    for number in range(LOOKED + 1):
        seen(journal, number)
    told = traffic(journal)
    assert told.all.count == LOOKED
    assert told.more


def test_nobody_called_yet() -> None:
    told = traffic(Journal())
    assert told.all.percentiles()["p95"] == 0
    assert told.all.errors == 0
    picture = drawn(told, {"parcel": "Parcel"}, {}, "/ui/w")
    assert [(box.title, box.told, box.tone) for box in picture.boxes] == [
        ("Parcel", "not called yet", "quiet")
    ]
    assert picture.lines == []


def test_a_narrow_screen_has_the_same_by_provider() -> None:
    journal = Journal()
    seen(journal)
    seen(journal, answer=Answer(404, [], b""))
    titles = {"letter": "Letter", "parcel": "Parcel"}
    picture = drawn(
        traffic(journal), titles, {("parcel", "shop.test"): Posts(3, 1)}, "/ui/w", "not called here"
    )
    letter, parcel = picture.stops
    assert (letter.box.told, letter.callers, letter.receivers) == ("not called here", [], [])
    assert parcel.callers == [End("acme-python 1.2.3", "2 calls, 50% errors", "warn")]
    assert parcel.receivers == [End("shop.test", "3 deliveries, 1 failed", "bad")]


def test_many_consumers_are_drawn_as_one() -> None:
    journal = Journal()
    for number in range(20):
        for _ in range(30 - number):
            seen(journal, request=Request("GET", "/", headers={"user-agent": f"acme/{number}.0"}))
    picture = drawn(traffic(journal), {"parcel": "Parcel"}, {("parcel", "shop.test"): Posts(3, 1)}, "/ui/w")
    consumers = [box.name for box in picture.boxes if box.x == 10]
    assert len(consumers) == MOST
    assert consumers[0] == "acme 0.0"
    assert consumers[-1] == OTHERS
    [receiver] = [box for box in picture.boxes if box.name == "shop.test"]
    assert (receiver.tone, receiver.told) == ("bad", "3 deliveries, 1 failed")
    assert len(picture.lines) == MOST + 1
    assert all(box.y + 44 <= picture.height for box in picture.boxes)


@pytest.mark.parametrize(
    ("text", "looks"),
    [
        ("cus_Abc123", "cus_"),
        ("org_2abcDEF", "org_"),
        ("4ef9a417-02e9-4d39-ad75-9611e0fcc33c", "uuid"),
        ("Xj02vLkLm1vDlbOxV4nQ", "token"),
        ("ada@shop.test", None),
        ("hello", None),
        ("two words of text", None),
    ],
)
def test_ids_are_known_by_their_shape(text: str, looks: str | None) -> None:
    assert shape(text) == looks
