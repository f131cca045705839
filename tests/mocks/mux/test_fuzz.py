"""Requests that Schemathesis makes of Mux's own document: no 5xx, valid answers, no trace of what was refused."""

import asyncio
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import orjson
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from mocks.mux.provider import mux
from tests.mocks.mux.room import CLIP, PUBLIC, Room, Spec
from tests.mocks.mux.test_spec import UNPUBLISHED

Json = Any
mux.load()
KEYS = {each for each in mux.operations if "signing-key" in each and each.startswith("create")}
RIGHT: dict[str, Json] = {
    "create-asset": {"inputs": [{"url": CLIP}], "playback_policies": ["public"]},
    "create-asset-track": {"url": "https://a.test/b.vtt", "type": "text", "language_code": "de"},
    "create-direct-upload": {"cors_origin": "*", "new_asset_settings": PUBLIC},
    "generate-asset-track-subtitles": {"generated_subtitles": [{"language_code": "fr"}]},
}
"""Bodies that are right: some of what is generated is laid over them, so that not only the first rule is met."""
PLAYBACK = {
    *("get-thumbnail", "get-animated", "get-image-storyboard", "get-vtt-storyboard", "get-json-storyboard"),
    *("get-hls-manifest", "get-static-rendition", "get-vtt-text-track"),
}
"""What the document has of the hosts of playback, whose refusals are in two envelopes."""
PRIVATE = {id for id, operation in mux.operations.items() if not operation.public} - UNPUBLISHED
PUBLISHED = sorted(PRIVATE | PLAYBACK)


@dataclass
class Target:
    """A room with one of each thing in it, whose ids are in `things` by the path's parameter."""

    room: Room
    runner: asyncio.Runner
    things: dict[str, str]

    def send(self, method: str, path: str, body: Json) -> tuple[int, bytes, bool]:
        """Send a request; return status, body, and whether it left everything as it was."""
        before = self.room.state()
        content = b"" if body is None else encoded(body)
        answer = self.runner.run(self.room.client.request(method, path, content=content))
        self.room.check(method, path, answer)
        return answer.status_code, answer.content, self.room.state() == before


def asked(value: Any) -> Any:
    """Return a value of a query as text, the values of a list each."""
    return [str(each) for each in value] if isinstance(value, list) else str(value)


def encoded(body: Json) -> bytes:
    """Write a body, also one that is no JSON (lone surrogates, integers beyond 64 bits)."""
    try:
        return orjson.dumps(body)
    except (orjson.JSONEncodeError, TypeError):
        return repr(body).encode("utf-8", "replace")


@pytest.fixture(scope="module")
def target(specs: Path) -> Iterator[Target]:
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        room = Room.open(Path(folder), Spec(specs))
        yield Target(room, runner, {})
        runner.run(room.close())


async def furnish(room: Room) -> dict[str, str]:
    """Make one of each thing anew; return their ids by the parameters of paths."""
    await room.runtime.worlds.reset(room.world)
    body = {"inputs": CLIP, **PUBLIC, "static_renditions": [{"resolution": "highest"}]}
    asset = await room.ok("POST", "/video/v1/assets", body)
    await room.advance(5)
    text = {"url": "https://a.test/a.vtt", "type": "text", "language_code": "en"}
    track = await room.ok("POST", f"/video/v1/assets/{asset['id']}/tracks", text)
    shown = await room.ok("GET", f"/video/v1/assets/{asset['id']}")
    rules: Json = {"referrer": {"allowed_domains": []}, "user_agent": {}}
    return {
        "{ASSET_ID}": asset["id"],
        "{PLAYBACK_ID}": asset["playback_ids"][0]["id"],
        "{TRACK_ID}": track["id"],
        "sound": shown["tracks"][1]["id"],
        "{STATIC_RENDITION_ID}": asset["static_renditions"]["files"][0]["id"],
        "{UPLOAD_ID}": (await room.upload())["id"],
        "{PLAYBACK_RESTRICTION_ID}": (await room.ok("POST", "/video/v1/playback-restrictions", rules))["id"],
        "{SIGNING_KEY_ID}": "nothing",
        **await ask(room, asset["id"]),
    }


async def ask(room: Room, asset: str) -> dict[str, str]:
    """Have the asset watched, and something noted; return what Mux Data's paths name."""
    room.trigger("data.views", count=20, asset_id=asset)
    view = (await room.ok("GET", "/data/v1/video-views?limit=1"))[0]
    note = await room.ok("POST", "/data/v1/annotations", {"note": "x", "date": 1_772_000_000})
    words = await room.ok("POST", "/video/v1/transcription-vocabularies", {"phrases": ["x"]})
    return {
        "{VIDEO_VIEW_ID}": view["id"],
        "{VIDEO_ID}": asset,
        "{ANNOTATION_ID}": note["id"],
        "{TRANSCRIPTION_VOCABULARY_ID}": words["id"],
        "{METRIC_ID}": "video_startup_time",
        "{DIMENSION_ID}": "country",
        "{MONITORING_METRIC_ID}": "current-average-bitrate",
        "{MONITORING_HISTOGRAM_METRIC_ID}": "video-startup-time",
    }


@pytest.fixture(scope="module")
def operations(specs: Path) -> dict[str, Any]:
    document = Spec(specs).document
    paths: dict[str, Json] = {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if isinstance(operation, dict) and operation.get("operationId") in PUBLISHED:
                answers = {"default": {"description": "any"}}
                paths.setdefault(path, {})[method] = operation | {"responses": answers}
    schema = schemathesis.openapi.from_dict(document | {"paths": paths, "webhooks": {}})
    return {found.ok().definition.raw["operationId"]: found.ok() for found in schema.get_all_operations()}


@pytest.mark.parametrize("id", PUBLISHED)
def test_no_request_breaks_an_operation(id: str, target: Target, operations: dict[str, Any]) -> None:
    operation = operations[id]

    @seed(7)
    @settings(
        max_examples=2 if id in KEYS else 15,  # a key takes a few tenths of a second
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=operation.as_strategy(),
        other=st.just("") | st.text(min_size=1, max_size=9),
        most=st.integers(0, 3),
    )
    def run(case: Any, other: str, most: int) -> None:
        target.things = target.runner.run(furnish(target.room))
        if id.startswith("generate"):
            target.things["{TRACK_ID}"] = target.things["sound"]
        path = operation.path
        for name, thing in target.things.items():
            path = path.replace(name, quote(other.encode("utf-8", "replace"), safe="") or thing)
        if case.query:
            path += "?" + urlencode(
                {name: asked(value) for name, value in case.query.items()}, doseq=True, errors="replace"
            )
        body = case.body if isinstance(case.body, dict | list | str | int | float | bool) else None
        if id in RIGHT and isinstance(body, dict):
            body = RIGHT[id] | dict(list(body.items())[:most])
        status, content, untouched = target.send(operation.method.upper(), path, body)
        assert status < 500, content
        if status >= 400:
            told = orjson.loads(content)
            assert list(told.get("error", ())) == ["type", "messages"] or (
                id in PLAYBACK and list(told) == ["code", "message"]
            )
            assert untouched
        target.runner.run(target.room.advance(100))

    run()


RANGES = st.one_of(
    st.from_regex(r"bytes [0-9]{1,3}-[0-9]{1,3}/([0-9]{1,3}|\*)", fullmatch=True),
    st.from_regex(r"bytes \*/([0-9]{1,3}|\*)", fullmatch=True),
    st.text(alphabet="bytes 0123456789-*/", max_size=20),
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(sent=st.lists(st.tuples(st.none() | RANGES, st.binary(max_size=40)), min_size=1, max_size=4))
def test_no_range_breaks_the_upload_host(target: Target, sent: list[tuple[str | None, bytes]]) -> None:
    room, run = target.room, target.runner.run
    upload = run(room.upload())
    for named, body in sent:
        before = room.state()
        headers = {} if named is None else {"content_range": named}
        answer = run(room.put(upload["url"], body, **headers))
        assert answer.status_code in (200, 308, 400, 503)
        if answer.status_code in (400, 503):
            assert room.state() == before
    run(room.advance(10))
