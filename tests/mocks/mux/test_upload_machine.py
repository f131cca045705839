"""Any sequence of uploads, chunks, cancellations, deletions and clock moves keeps to the states of uploads and assets."""

import asyncio
import tempfile
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from harness.errors import InvalidInput
from tests.mocks.mux.movies import movie
from tests.mocks.mux.room import PUBLIC, Room

FILES = [movie(), b"no movie at all"]
FOLLOWS = {
    "upload.created": {"upload.asset_created", "upload.cancelled", "upload.errored"},
    "asset.created": {"asset.ready", "asset.errored", "asset.updated", "asset.deleted"},
    "asset.ready": {"asset.updated", "asset.deleted"},
    "asset.errored": {"asset.updated", "asset.deleted"},
    "asset.updated": {"asset.ready", "asset.errored", "asset.updated", "asset.deleted"},
}
"""What can be announced after what, of one thing. (The asset of an upload may go before it is announced.)"""


class Uploads(RuleBasedStateMachine):
    """Keeps what each upload was sent; states and events must be a walk through the table."""

    waiting = Bundle("waiting")
    assets = Bundle("assets")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory(prefix="greenroom-test-")
        self.room = Room.open(Path(self.folder.name))
        self.sent: dict[str, int] = {}

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    def upload(self, id: str) -> Any:
        return self.run(self.room.ok("GET", f"/video/v1/uploads/{id}"))

    @rule(target=waiting, timeout=st.sampled_from([60, 3600]))
    def create(self, timeout: int) -> Any:
        made = self.run(self.room.upload(timeout=timeout, new_asset_settings=PUBLIC))
        self.sent[made["id"]] = 0
        return made

    @rule(target=assets, ending=st.sampled_from(["mp4", "pdf"]))
    def create_asset(self, ending: str) -> str:
        id: str = self.run(self.room.asset(f"https://media.studio.test/a.{ending}"))["id"]
        return id

    @rule(upload=waiting, size=st.integers(1, 900), file=st.sampled_from(FILES))
    def send(self, upload: Any, size: int, file: bytes) -> None:
        state, start = self.upload(upload["id"])["status"], self.sent[upload["id"]]
        end = min(start + size, len(file))
        if start >= end:
            return
        named = f"bytes {start}-{end - 1}/{len(file)}"
        answer = self.run(self.room.put(upload["url"], file[start:end], content_range=named))
        if state == "asset_created":
            assert answer.status_code == 200
        elif state != "waiting":
            assert answer.status_code in (403, 410)
        elif answer.status_code != 400:  # the other file was begun before, so that the total is another
            self.sent[upload["id"]] = end
            assert answer.status_code == (200 if end == len(file) else 308)

    @rule(target=assets, upload=waiting)
    def finish(self, upload: Any) -> str:
        try:
            shown = self.room.trigger("video.upload.asset_created", upload_id=upload["id"])
        except InvalidInput:
            shown = self.upload(upload["id"])
            assert shown["status"] != "waiting"
        return str(shown.get("asset_id"))

    @rule(upload=waiting)
    def cancel(self, upload: Any) -> None:
        state = self.upload(upload["id"])["status"]
        answer = self.run(self.room.call("PUT", f"/video/v1/uploads/{upload['id']}/cancel"))
        assert answer.status_code == (200 if state == "waiting" else 403)

    @rule(id=assets)
    def make_ready(self, id: str) -> None:
        with suppress(InvalidInput):
            self.room.trigger("video.asset.ready", asset_id=id)

    @rule(id=assets)
    def change(self, id: str) -> None:
        self.run(self.room.call("PATCH", f"/video/v1/assets/{id}", {"passthrough": "x"}))

    @rule(id=consumes(assets))
    def delete(self, id: str) -> None:
        self.run(self.room.call("DELETE", f"/video/v1/assets/{id}"))
        assert self.run(self.room.call("GET", f"/video/v1/assets/{id}")).status_code == 404

    @rule(seconds=st.sampled_from([0.5, 1, 4, 61, 4000]))
    def advance(self, seconds: float) -> None:
        self.run(self.room.advance(seconds))

    @invariant()
    def events_walk_through_the_states(self) -> None:
        seen: dict[str, list[str]] = {}
        for event in self.room.events():
            seen.setdefault(event["object"]["id"], []).append(event["type"].removeprefix("video."))
        for types in seen.values():
            for before, after in pairwise(types):
                assert after in FOLLOWS[before] or (before == "asset.updated" and after == "asset.created")

    @invariant()
    def uploads_and_assets_agree(self) -> None:
        uploads = {each["id"]: each for each in self.run(self.room.ok("GET", "/video/v1/uploads?limit=100"))}
        for asset in self.run(self.room.ok("GET", "/video/v1/assets?limit=100")):
            assert ("tracks" in asset) is (asset["status"] == "ready")
            assert ("errors" in asset) is (asset["status"] == "errored")
            if "upload_id" in asset:
                assert uploads[asset["upload_id"]]["asset_id"] == asset["id"]
        for upload in uploads.values():
            assert ("asset_id" in upload) is (upload["status"] == "asset_created")
            assert ("url" in upload) is (upload["status"] == "waiting")

    def teardown(self) -> None:
        self.run(self.room.close())
        self.loop.close()
        self.folder.cleanup()


TestUploads = Uploads.TestCase
TestUploads.settings = settings(max_examples=12, stateful_step_count=25, deadline=None)
