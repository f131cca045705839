"""mux-node, the newest and the one the platform pins, and UpChunk, unmodified, against a running server."""

from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.mocks.mux.movies import movie

Node = Callable[..., Any]
HERE = Path(__file__).parent
SDKS = ["@mux/mux-node", "mux-node-platform"]


@pytest.fixture
def env(fresh_world: dict[str, Any]) -> dict[str, str]:
    own: dict[str, str] = fresh_world["env"]
    return own | {"WORLD": fresh_world["id"], "PLATFORM_SDK": "mux-node-platform"}


@pytest.mark.parametrize("sdk", SDKS)
def test_the_sdks_do_all_that_is_served(node: Node, env: dict[str, str], sdk: str) -> None:
    done = node(HERE / "operations.mjs", env | {"SDK": sdk})
    newest = sdk == SDKS[0]
    assert done == {
        "made": ["preparing", "smart", "public"],
        "ready": ["ready", 12.5, "16:9", ["video", "audio"]],
        "updated": {"title": "Teaser"},
        "input": "mp4",
        "playback": ["signed", True],
        "parts": [["ready", "ready"], "ready", "ready"],
        "mp4": "preparing",
        "listed": 4,
        "deleted": ["NotFoundError", 404, "not_found"],
        "upload": ["waiting", 3600, True],
        "cancelled": "cancelled",
        "again": ["PermissionDeniedError", 403, "forbidden"],
        "uploads": 1,
        "restriction": ["*"],
        "restrictions": 1,
        "key": [["id", "created_at"], 1],
        "token": 3,
        "invalid": ["BadRequestError", 400, "invalid_parameters"],
        "unserved": ["NotFoundError", 404, "not_found"],
        "unauthorized": ["AuthenticationError", 401, "unauthorized"],
    } | (
        {
            "track": "Deutsch",
            "whoami": "Development",
            "webhook": [True, False, "http://127.0.0.1:9/hook", 1],
        }
        if newest
        else {}
    )


@pytest.mark.parametrize("sdk", SDKS)
def test_deliveries_are_verified_by_the_sdks(node: Node, env: dict[str, str], sdk: str) -> None:
    done = node(HERE / "webhooks.mjs", env | {"SDK": sdk})
    assert sorted(done["types"]) == [
        "video.asset.created",
        "video.asset.ready",
        "video.upload.asset_created",
        "video.upload.created",
    ]
    assert (done["ready"], done["refused"]) == (["ready", "number", "asset"], 4)


def test_upchunk_uploads_from_a_browser(node: Node, env: dict[str, str]) -> None:
    film = movie(8, width=720, height=1280)
    total, step = len(film) + 600_000, 256 * 1024
    done = node(HERE / "upchunk.mjs", env | {"MOVIE": b64encode(film).decode()})
    assert done == {
        "first": "success",
        "requests": [
            [f"bytes 0-{step - 1}/{total}", 503, None],
            [f"bytes 0-{step - 1}/{total}", 308, f"bytes=0-{step - 1}"],
            [f"bytes {step}-{2 * step - 1}/{total}", 308, f"bytes=0-{2 * step - 1}"],
            [f"bytes {2 * step}-{total - 1}/{total}", 200, None],
        ],
        "asset": ["ready", 8, "9:16", True],
        "wrong_origin": "Server responded with 0. Stopping upload.",
        "cancelled": "Server responded with 410. Stopping upload.",
    }
