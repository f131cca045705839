"""Keys, tokens, mail addresses and card numbers, planted in requests and answers, are in no recording, pact, log or report."""

from __future__ import annotations

import gzip
import json
from dataclasses import asdict
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, quote_plus

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.specs.calls import Got, Sent
from harness.verify import reporting, violations
from harness.verify.exchanges import redacted
from harness.verify.recorded import Recorder
from harness.verify.results import Report, Result
from tests.harness.serving import Served
from tests.harness.verify.test_redaction import PLANTED, WORD
from tests.harness.verify.test_violations import violation

Json = dict[str, Any]
FORM = "application/x-www-form-urlencoded"
KINDS = st.sampled_from(
    ["form", "json", "nested", "parts", "gzip", "path", "query", "answer", "refusal", "header"]
)


def exchange(secret: str, word: str, kind: str) -> tuple[Sent, Got]:
    """Return a request and its answer, with a secret somewhere."""
    path, body, headers = "/v1/customers", b"", {"Content-Type": "application/json"}
    answer: Json = {"id": "cus_1", word: "fine"}
    if kind == "form":
        headers, body = {"Content-Type": FORM}, f"{word}={quote_plus(secret)}&plan=essential".encode()
    elif kind == "json":
        body = json.dumps({word: {"inner": [secret]}}).encode()
    elif kind == "nested":
        body = json.dumps({word: json.dumps({word: secret})}).encode()
    elif kind == "parts":
        headers = {"Content-Type": "multipart/form-data; boundary=B"}
        body = f'--B\r\nContent-Disposition: form-data; name="{word}"\r\n\r\n{secret}\r\n--B--\r\n'.encode()
    elif kind == "path":
        path += f"/{quote(secret, safe='')}"
    elif kind == "query":
        path += f"?{word}={quote(secret)}"
    elif kind == "answer":
        answer[word] = secret
    elif kind == "refusal":
        answer = {"error": {"message": f"{secret} is not known"}}
    else:
        headers |= {"Authorization": f"Bearer {secret}", "Idempotency-Key": secret}
    status = 400 if kind == "refusal" else 200
    return Sent("POST", path, headers, body), Got(status, {"x-told": secret}, json.dumps(answer).encode())


def without(secret: str, told: str) -> bool:
    """Tell whether a text has a secret in none of the ways in which it may be written."""
    ways = {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}
    return not any(way in told for way in ways)


@given(PLANTED, WORD, KINDS)
def test_recordings(secret: str, word: str, kind: str) -> None:
    sent, got = exchange(secret, word, "json" if kind == "gzip" else kind)
    if kind == "gzip":
        packed = {**sent.headers, "CONTENT-ENCODING": "gzip"}
        sent = Sent(sent.method, sent.path, packed, gzip.compress(sent.body))
    kept = redacted(sent, got)
    assert kind != "gzip" or word in kept.body
    told = json.dumps(asdict(kept), ensure_ascii=False)
    assert without(secret, told), told


@given(PLANTED, WORD, KINDS)
def test_pacts(secret: str, word: str, kind: str) -> None:
    sent, got = exchange(secret, word, kind)
    path, _, query = sent.path.partition("?")
    heard = {
        "operation": "PostCustomers",
        "status": got.status,
        "fault": None,
        "method": sent.method,
        "path": path,
        "query": query,
        "request_headers": {name.lower(): value for name, value in sent.headers.items()},
        "request_body": sent.body.decode(),
        "response_body": got.body.decode(),
    }
    template = "/v1/customers/{id}" if kind == "path" else "/v1/customers"
    recorder = Recorder(SimpleNamespace(name="stripe"), None, {}, {"PostCustomers": template})  # type: ignore[arg-type]
    recorder.add([heard])
    made = recorder.pact("shop")
    assert made is not None
    told = json.dumps(made, ensure_ascii=False)
    assert without(secret, told), told


@given(PLANTED, WORD)
def test_reports_of_violations(secret: str, word: str) -> None:
    example = {
        "method": "POST",
        "path": f"/{quote(secret, safe='')}",
        "query": f"{word}={quote(secret)}",
        "body": secret,
    }
    found = violations.graded([violation("missing", message=f"{secret} is not known", example=example)])
    assert without(secret, violations.sarif(found).decode())
    assert without(secret, violations.junit(found, "gap").decode())


@given(PLANTED)
def test_reports_of_verification(secret: str) -> None:
    report = Report()
    report.add(
        Result("pacts", "stripe", "read a customer", "failed", f"$.email: expected x but was {secret}")
    )
    for told in (
        reporting.text(report),
        reporting.junit(report).decode(),
        reporting.page(report),
        json.dumps(reporting.as_json(report)),
    ):
        assert without(secret, told), told


@pytest.mark.parametrize(
    "secret",
    [
        "sk_test_" + "Planted0" * 3,
        "sk_" + "live_" + "Planted1" * 3,
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJwbGFudGVkIn0.c2lnbmF0dXJl",
        "planted.person@studio.test",
        "4000056655665556",
    ],
)
def test_logs(server: Served, fresh_world: Json, secret: str) -> None:
    base, key = fresh_world["urls"]["stripe"], fresh_world["env"]["STRIPE_SECRET_KEY"]
    for used in (key, secret):
        headers = {"Authorization": f"Bearer {used}"}
        httpx.post(
            f"{base}/v1/customers", data={"email": secret}, headers=headers, trust_env=False, timeout=60
        )
        httpx.get(
            f"{base}/v1/nothing/{quote(secret)}?q={quote(secret)}",
            headers=headers,
            trust_env=False,
            timeout=60,
        )
    assert without(secret, server.log())
