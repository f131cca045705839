"""What was changed of a target group, and how its completes came in."""

from __future__ import annotations

from harness.params import Json
from harness.transaction import Transaction
from mocks.cint import listing
from mocks.cint.operations.target_groups import ONE, located
from mocks.cint.parameters import Listing, Query
from mocks.cint.provider import cint
from mocks.cint.resources import history, target_groups
from mocks.cint.resources.history import CHANGES


class Interval(Query):
    """How far apart the counts are; a day when not given."""

    aggregation_interval: str = "P1D"


@cint.get(f"{ONE}/changelog", id="get_target_group_changelog", tier="P1")
def get_target_group_changelog(
    tx: Transaction, params: Listing, account_id: str, project_id: str, target_group_id: str
) -> Json:
    """List the changes of a target group, the newest first."""
    _, _, group = located(tx, account_id, project_id, target_group_id)
    found = listing.page(tx, CHANGES, params, target_group=group["id"])
    shown = {"changelog": [history.shown(each) for each in found.items]}
    return {**shown, "next_cursor": found.items[-1]["id"]} if found.has_more else shown


@cint.get(
    f"{ONE}/completes-aggregated-by-interval",
    id="get_target_group_completes_aggregated_by_interval",
    tier="P1",
)
def get_target_group_completes(
    tx: Transaction, params: Interval, account_id: str, project_id: str, target_group_id: str
) -> Json:
    """Tell how many completes there were at the end of each interval."""
    _, _, group = located(tx, account_id, project_id, target_group_id)
    target_groups.launched(group)
    return {"aggregated_completes_intervals": history.completes(tx, group, params.aggregation_interval)}
