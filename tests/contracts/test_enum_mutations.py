"""`greenroom verify` sees an answer with a value of an enum that the provider's document does not know."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness import registry
from harness.specs.calls import Got, Sent
from harness.specs.document import Described
from harness.specs.serving import Inferred
from harness.specs.shapes import flat
from harness.verify.mocks import Mocks
from harness.verify.results import Result
from harness.verify.running import Plan, verify
from tests.harness.serving import Served

STRANGE = "never_heard_of"
READ = {
    "clerk": "GET /v1/domains",
    "cint": "GET /v1/demand/accounts/{account_id}/projects/{project_id}/target-groups",
    "mux": "GET /video/v1/assets",
    "stripe": "GET /v1/customers",
    "vercel": "GET /v9/projects/{idOrName}",
}
"""An operation of each provider whose answer has an enum."""


def enums(described: Described, schema: Any, value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield (object, field) for each field of an answer that holds a text of an enum."""
    told = flat(described.document, schema)
    if isinstance(value, list):
        for each in value:
            yield from enums(described, told.get("items") or {}, each)
    elif isinstance(value, dict):
        for name, each in value.items():
            inner = flat(described.document, (told.get("properties") or {}).get(name) or {})
            if isinstance(each, str) and each in inner.get("enum", ()):
                yield value, name
            else:
                yield from enums(described, inner, each)


def documents(url: str, specs: Path, provider: str, operation: str) -> list[Result]:
    """Verify one operation as `greenroom verify PROVIDER --only OPERATION --specs FOLDER` does."""
    plan = Plan(pacts=None, specs=specs, url=url, wanted=(provider,), only=(operation,))
    return verify(plan, registry.providers()).results


@pytest.mark.parametrize("provider", READ)
def test_a_wrong_enum_is_seen(
    server: Served, specs: Path, monkeypatch: pytest.MonkeyPatch, provider: str
) -> None:
    catalogue = Inferred(specs).catalogue(provider)
    assert catalogue is not None
    method, path = READ[provider].split(" ")
    described = next(
        each for each in catalogue.operations.values() if (each.method, each.path) == (method, path)
    )
    (sound,) = documents(server.url, specs, provider, described.id)
    assert sound.outcome == "passed", sound.told

    send = Mocks.send
    broken: list[str] = []

    def breaking(mocks: Mocks, base: str, sent: Sent) -> Got:
        got = send(mocks, base, sent)
        answer = described.answer(got.status)
        body = got.json
        if sent.method != method or answer is None or got.status != 200:
            return got
        found = next(enums(described, answer.json, body), None)
        if found is None:
            return got
        thing, name = found
        thing[name] = STRANGE
        broken.append(name)
        return replace(got, body=json.dumps(body).encode())

    monkeypatch.setattr(Mocks, "send", breaking)
    (seen,) = documents(server.url, specs, provider, described.id)
    assert broken
    assert (seen.outcome, STRANGE in seen.told) == ("failed", True), seen.told
