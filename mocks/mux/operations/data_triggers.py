"""People who watch, on demand: `greenroom trigger mux data.views count=500`."""

from __future__ import annotations

from pydantic import Field

from harness.errors import InvalidInput
from harness.params import Json, Params
from harness.transaction import Transaction
from mocks.mux.provider import mux
from mocks.mux.resources import audience, simulation
from mocks.mux.resources.assets import ASSETS


class Watching(Params):
    """How many views, of which asset (all that are ready and can be played, unless one is named), in how many hours."""

    count: int = Field(100, ge=1, le=2_000_000)
    asset_id: str | None = None
    hours: float = Field(24, gt=0, le=24 * 90)
    viewers: int | None = Field(None, ge=1)


@mux.trigger("data.views")
def watch(tx: Transaction, params: Watching) -> Json:
    """People watch: views that end within the last hours."""
    if params.asset_id is None:
        films = audience.films(tx)
    else:
        asset = tx.get(ASSETS, params.asset_id)
        films = [] if asset is None else audience.of_asset(asset)
    if not films:
        raise InvalidInput(f"there is no asset in world {tx.world.name} that is ready and can be played")
    simulation.views_of(tx, films, params.count, audience.until_now(tx, params.hours), viewers=params.viewers)
    return {"views": params.count, "assets": len(films)}
