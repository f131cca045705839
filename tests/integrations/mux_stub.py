"""An invented Mux: uploads and assets that a test may change at will, and its signature."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.integrations.stubs import OPTIONAL, Answer, Call, Json, Stub, json_answer


def mux_error(status: int, kind: str) -> Answer:
    return json_answer({"error": {"type": kind, "messages": [f"invented {kind}"]}}, status)


@dataclass
class MuxStub(Stub):
    """Mux; `after_read` runs between an answer and its arrival, `during_create` before an upload's answer is sent."""

    uploads: dict[str, Json] = field(default_factory=dict)
    assets: dict[str, Json] = field(default_factory=dict)
    compared: list[Json] = field(default_factory=list)
    after_read: Callable[[str], None] | None = None
    during_create: Callable[[Json], None] | None = None

    def fill(self, upload_id: str, status: str = "preparing", **changes: Any) -> Json:
        """The file of an upload has arrived."""
        upload = self.uploads[upload_id]
        asset_id = upload.setdefault("asset_id", f"asset{next(self.numbers)}")
        upload["status"] = "asset_created"
        asset: Json = {
            "id": asset_id,
            "status": status,
            "created_at": "1793534400",
            "master_access": "none",
            "max_resolution_tier": "1080p",
            "encoding_tier": "baseline",
            "upload_id": upload_id,
            "passthrough": upload["new_asset_settings"]["passthrough"],
            "playback_ids": [{"id": f"play-{asset_id}", "policy": "public"}],
        }
        if status == "ready":
            asset |= {"duration": 23.857167, "aspect_ratio": "9:16"}
        self.assets[asset_id] = asset | changes
        return self.assets[asset_id]

    def reply(self, call: Call) -> Answer:
        match call.method, call.path.removeprefix("/video/v1/").split("/"):
            case "POST", ["uploads"]:
                upload_id = f"upload{next(self.numbers)}"
                self.uploads[upload_id] = {
                    "id": upload_id,
                    "timeout": 3600,
                    "status": "waiting",
                    "url": f"https://direct-uploads.mux.test/{upload_id}",
                    **call.json,
                }
                if self.during_create is not None:
                    self.during_create(self.uploads[upload_id])
                return json_answer({"data": self.uploads[upload_id]}, 201)
            case "GET", ["uploads", upload_id]:
                return self._read(self.uploads, upload_id)
            case "PUT", ["uploads", upload_id, "cancel"]:
                if self.uploads[upload_id]["status"] != "waiting":
                    return mux_error(403, "forbidden")
                self.uploads[upload_id]["status"] = "cancelled"
                return self._read(self.uploads, upload_id)
            case "POST", ["assets"]:
                return self._import(call.json)
            case "GET", ["", "data", "v1", "metrics", "comparison"]:
                return json_answer({"data": self.compared, "total_row_count": None, "timeframe": [1, 2]})
            case "GET", ["assets", asset_id]:
                return self._read(self.assets, asset_id)
            case "DELETE", ["assets", asset_id]:
                return (204, {}, "") if self.assets.pop(asset_id, None) else mux_error(404, "not_found")
        raise AssertionError(f"unexpected {call.method} {call.path}")

    def _import(self, asked: Json) -> Answer:
        if asked["inputs"][0]["url"].endswith(".pdf"):
            return mux_error(400, "invalid_parameters")
        asset_id = f"asset{next(self.numbers)}"
        policy = asked["playback_policies"][0]
        self.assets[asset_id] = {
            "id": asset_id,
            "status": "preparing",
            "created_at": "1793534400",
            "master_access": "none",
            "max_resolution_tier": "1080p",
            "encoding_tier": "baseline",
            "passthrough": asked["passthrough"],
            "playback_ids": [{"id": f"play-{asset_id}", "policy": policy}],
        }
        return json_answer({"data": self.assets[asset_id]}, 201)

    def _read(self, things: dict[str, Json], thing_id: str) -> Answer:
        found = things.get(thing_id)
        answer = mux_error(404, "not_found") if found is None else json_answer({"data": found})
        if self.after_read is not None:
            self.after_read(thing_id)
        return answer


def mux_event(event_id: str, event_type: str, data: Json) -> Json:
    return {
        "type": event_type,
        "request_id": None,
        "object": {"type": event_type.split(".")[1], "id": data["id"]},
        "id": event_id,
        "environment": {"name": "Development", "id": "dev"},
        "data": data,
        "created_at": "2026-11-01T12:00:00.000000Z",
        "attempts": [],
        "accessor_source": None,
        "accessor": None,
    }


def sign_stamped(body: str, at: datetime, secret: str = OPTIONAL["MUX_WEBHOOK_SIGNING_SECRET"]) -> str:
    """Sign as Mux and Cint do."""
    stamp = int(at.timestamp())
    digest = hmac.new(secret.encode(), f"{stamp}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"t={stamp},v1={digest}"
