"""Albums and playlists of connected accounts."""

from __future__ import annotations

from typing import Any

from harness.transaction import Transaction
from mocks.insightiq.dialect import find
from mocks.insightiq.operations.contents import Historic, Listed, Several, listed, several, since_of
from mocks.insightiq.parameters import OfAccount
from mocks.insightiq.provider import insightiq
from mocks.insightiq.resources import accounts, content_groups
from mocks.insightiq.resources.accounts import ACCOUNTS
from mocks.insightiq.resources.content_groups import CONTENT_GROUPS

Json = dict[str, Any]


def _render(tx: Transaction, kept: Json) -> Json:
    account = find(tx, ACCOUNTS, kept["account_id"], "account")
    envelope = accounts.envelope(tx, account, kept["id"], kept["created"])
    return content_groups.render(tx, accounts.profile_of(tx, account), kept, envelope)


@insightiq.get("/v1/social/content-groups", id="v1StreamGetContentGroups", tier="P1")
def list_groups(tx: Transaction, params: Listed) -> Json:
    """List an account's content groups, newest first."""
    return listed(tx, CONTENT_GROUPS, params, lambda kept: _render(tx, kept))


@insightiq.get("/v1/social/content-groups/{id}", id="v1StreamGetContentGroupsById", tier="P1")
def retrieve_group(tx: Transaction, id: str) -> Json:
    """Retrieve a content group."""
    return _render(tx, find(tx, CONTENT_GROUPS, id, "content_group"))


@insightiq.post("/v1/social/content-groups/search", id="postv1socialcontentgroupssearch", tier="P1")
def retrieve_groups(tx: Transaction, params: Several) -> Json:
    """Retrieve content groups by their ids, in that order; unknown ones are left out."""
    return {"data": [_render(tx, kept) for kept in several(tx, CONTENT_GROUPS, params.ids)]}


@insightiq.post("/v1/social/content-groups/refresh", id="v1RefreshSocialContentGroups", tier="P1", status=202)
def refresh_groups(tx: Transaction, params: OfAccount) -> Json:
    """Read an account's content groups again soon."""
    return {"account_id": _read_soon(tx, params.account_id)}


@insightiq.post(
    "/v1/social/content-groups/fetch-historic",
    id="v1FetchHistoricSocialContentGroups",
    tier="P1",
    status=202,
)
def fetch_historic_groups(tx: Transaction, params: Historic) -> Json:
    """Read older content groups soon: the first sync has read them all, so that they are read again."""
    since_of(params.from_date)
    return {"account_id": _read_soon(tx, params.account_id), "from_date": params.from_date}


def _read_soon(tx: Transaction, account_id: str) -> str:
    account = accounts.granted(find(tx, ACCOUNTS, account_id, "account"), "engagement")
    tx.schedule("account.groups", tx.now + accounts.STEP_TAKES, {"account": account["id"]})
    id: str = account["id"]
    return id


@insightiq.timer("account.groups")
def read_groups(tx: Transaction, payload: Json) -> None:
    """Read content groups, as asked for."""
    account = tx.get(ACCOUNTS, payload["account"])
    if account is not None and account["status"] == "CONNECTED":
        content_groups.sync(tx, account, accounts.profile_of(tx, account))
