"""mux-python, of any version; it verifies no webhooks."""

import os
from typing import Any

import mux_python as mux  # type: ignore[import-untyped]

from tests.matrix.checks import checking

env = os.environ
config = mux.Configuration(
    host=env["ADDRESS"], username=env["MUX_TOKEN_ID"], password=env["MUX_TOKEN_SECRET"]
)
client = mux.ApiClient(config)
assets: Any = mux.AssetsApi(client)
made: dict[str, str] = {}


def create() -> object:
    """Make an asset of a file."""
    clip = "https://media.shop.test/clip.mp4?duration=12.5&width=1920&height=1080&frame_rate=30"
    many = "inputs" in mux.CreateAssetRequest.openapi_types
    given = [mux.InputSettings(url=clip)]
    asset = assets.create_asset(mux.CreateAssetRequest(**{"inputs" if many else "input": given})).data
    made["id"] = asset.id
    return asset.status == "preparing"


def error() -> object:
    """Ask for an asset that is not there."""
    told: Any = checking.refused(lambda: assets.get_asset("nobody"), mux.exceptions.NotFoundException)
    return told.status == 404


checking.run(
    create=create,
    read=lambda: assets.get_asset(made["id"]).data.id == made["id"],
    list=lambda: [each.id for each in assets.list_assets().data] == [made["id"]],
    error=error,
)
