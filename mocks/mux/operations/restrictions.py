"""Playback restrictions."""

from __future__ import annotations

from harness.messages import Reply
from harness.params import Json
from harness.transaction import Transaction
from mocks.mux.dialect import data, find, gone, listed
from mocks.mux.parameters import Listing, NewRestriction, Referrers, UserAgents
from mocks.mux.provider import mux
from mocks.mux.resources import restrictions
from mocks.mux.resources.restrictions import RESTRICTIONS

PATH = "/video/v1/playback-restrictions/{playback_restriction_id}"


@mux.post("/video/v1/playback-restrictions", id="create-playback-restriction", tier="P1", status=201)
def create_restriction(tx: Transaction, params: NewRestriction) -> Json:
    """Create a playback restriction."""
    return data(restrictions.shown(restrictions.create(tx, params.referrer, params.user_agent)))


@mux.get("/video/v1/playback-restrictions", id="list-playback-restrictions", tier="P1")
def list_restrictions(tx: Transaction, params: Listing) -> Json:
    """List playback restrictions, newest first."""
    more = {"total_row_count": tx.count(RESTRICTIONS), "page": params.page, "limit": params.limit}
    return listed(tx, RESTRICTIONS, params, restrictions.shown) | more


@mux.get(PATH, id="get-playback-restriction", tier="P1")
def retrieve_restriction(tx: Transaction, playback_restriction_id: str) -> Json:
    """Retrieve a playback restriction."""
    return data(restrictions.shown(find(tx, RESTRICTIONS, playback_restriction_id)))


@mux.delete(PATH, id="delete-playback-restriction", tier="P1", status=204)
def delete_restriction(tx: Transaction, playback_restriction_id: str) -> Reply:
    """Delete a playback restriction."""
    tx.delete(RESTRICTIONS, find(tx, RESTRICTIONS, playback_restriction_id)["id"])
    return gone()


@mux.put(f"{PATH}/referrer", id="update-referrer-domain-restriction", tier="P1")
def update_referrer(tx: Transaction, params: Referrers, playback_restriction_id: str) -> Json:
    """Replace which sites may play."""
    restriction = find(tx, RESTRICTIONS, playback_restriction_id)
    restrictions.update(tx, restriction, params, "referrer")
    return data(restrictions.shown(restriction))


@mux.put(f"{PATH}/user_agent", id="update-user-agent-restriction", tier="P1")
def update_user_agent(tx: Transaction, params: UserAgents, playback_restriction_id: str) -> Json:
    """Replace which programs may play."""
    restriction = find(tx, RESTRICTIONS, playback_restriction_id)
    restrictions.update(tx, restriction, params, "user_agent")
    return data(restrictions.shown(restriction))
