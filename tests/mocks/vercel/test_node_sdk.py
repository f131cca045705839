"""@vercel/sdk, unmodified, against a running server: it parses every answer strictly."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

Node = Callable[..., Any]
HERE = Path(__file__).parent


def test_the_sdk_does_all_that_is_served(node: Node, fresh_world: dict[str, Any]) -> None:
    seen = node(HERE / "sdk.mjs", fresh_world["env"] | {"WORLD": fresh_world["id"]})
    assert seen == {
        "user": ["greenroom-owner", True],
        "teams": ["greenroom"],
        "team": "greenroom",
        "created_team": ["harbour-tea", "Harbour Tea"],
        "taken_team": [400, "bad_request"],
        "members": ["DEVELOPER", "OWNER"],
        "token": "CI",
        "tokens": 2,
        "deleted_token": [403, "forbidden"],
        "project": "make",
        "projects": ["shop", "platform"],
        "taken": [409, "conflict"],
        "environments": ["qa"],
        "encrypted": False,
        "read": "s3cret",
        "conflict": [400, "ENV_CONFLICT"],
        "variables": {"HIDDEN": "", "API_KEY": "new"},
        "shared": "1",
        "shared_listed": 1,
        "missing": [400, "missing_files"],
        "created": ["QUEUED", ["lhr1"]],
        "checks": 1,
        "ready": ["READY", "PROMOTED", ["platform.vercel.app", "platform-greenroom.vercel.app"]],
        "deployments": [["READY", "PROMOTED"]],
        "log": ["Running build in lhr1", 'Running "vercel build"', "Build Completed"],
        "crons": [{"host": "platform.vercel.app", "path": "/api/cron", "schedule": "0 5 * * *"}],
        "production": "READY",
        "alias": True,
        "unaliased": "SUCCESS",
        "canceled": "CANCELED",
        "removed": "DELETED",
        "failed": ["ERROR", "BUILD_FAILED"],
        "unverified": [400, "missing_txt_record"],
        "verified": True,
        "misconfigured": False,
        "domains": ["shop.test", "platform.vercel.app"],
        "account_domains": [["shop.test", True], "shop.test", True],
        "webhook": True,
        "webhooks": 1,
        "drains": 1,
        "unknown": [404, "not_found"],
        "unserved": [404, "not_found"],
        "foreign": [403, "forbidden"],
    }
