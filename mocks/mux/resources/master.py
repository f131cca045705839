"""Access to the master: the best version of an asset as one file, to be downloaded for 24 hours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import instants
from mocks.mux import errors, ids
from mocks.mux.resources import assets
from mocks.mux.resources.assets import ASSETS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

MADE_AFTER = 5 * instants.SECOND
OPEN_FOR = 24 * instants.HOUR


def ask(asset: Json, access: str) -> None:
    """Note what is asked for with the asset."""
    if access == "temporary":
        asset |= {"master_access": "temporary", "master": {"status": "preparing"}}


def update(tx: Transaction, asset: Json, access: str) -> None:
    """Open or close the access to an asset's master."""
    if access == asset["master_access"]:
        return
    if access == "none":
        close(tx, asset)
        return
    if asset["status"] == "errored":
        raise errors.invalid("The asset is errored.", field="ASSET_ID", rule="asset_errored")
    ask(asset, access)
    tx.save(ASSETS, asset)
    if asset["status"] == "ready":
        begin(tx, asset)


def begin(tx: Transaction, asset: Json) -> None:
    """Begin to make the master of a ready asset, if it is asked for."""
    if asset["master"] is None:
        return
    assets.announce(tx, asset, "master.preparing")
    tx.schedule("master.made", tx.now + MADE_AFTER, {"asset": asset["id"]}, key=_key(asset))


def conclude(tx: Transaction, asset: Json) -> None:
    """The master is made; its address works for a day."""
    address = f"https://master.mux.com/{ids.new(tx, 'master')}/master.mp4?signature={tx.token('master.signature', 43)}"
    asset["master"] = {"status": "ready", "url": address}
    tx.save(ASSETS, asset)
    assets.announce(tx, asset, "master.ready")
    tx.schedule("master.expired", tx.now + OPEN_FOR, {"asset": asset["id"]}, key=_key(asset))


def close(tx: Transaction, asset: Json) -> None:
    """End the access, by wish or after a day."""
    tx.unschedule(_key(asset))
    asset |= {"master_access": "none", "master": None}
    tx.save(ASSETS, asset)
    assets.announce(tx, asset, "master.deleted")


def give_up(asset: Json) -> None:
    """There is no master of an errored asset."""
    if asset["master"] is not None:
        asset["master"] = {"status": "errored"}


def _key(asset: Json) -> str:
    return f"master:{asset['id']}"
