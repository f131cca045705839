"""The fielding assistant of a target group: pricing, quotas, pacing, soft launch."""

from __future__ import annotations

from harness.messages import Reply
from harness.transaction import Transaction
from mocks.cint import errors
from mocks.cint.dialect import check_version, etag
from mocks.cint.operations.target_group_parameters import Assistant
from mocks.cint.operations.target_groups import ONE, located
from mocks.cint.provider import cint
from mocks.cint.resources import target_groups

PATH = f"{ONE}/fielding-assistant-assignment"


@cint.get(PATH, id="get_fielding_assistant_assignment", tier="P1")
def get_assignment(tx: Transaction, account_id: str, project_id: str, target_group_id: str) -> Reply:
    """Tell what the assistant does."""
    _, _, group = located(tx, account_id, project_id, target_group_id)
    return Reply(group["assistant"], headers=[("ETag", etag(group["assistant_version"]))])


@cint.put(PATH, id="create_or_update_fielding_assistant_assignment", tier="P1", status=204)
def assign(
    tx: Transaction, params: Assistant, account_id: str, project_id: str, target_group_id: str
) -> None:
    """Tell the assistant what to do; with `If-None-Match` only one that was told nothing yet."""
    _, _, group = located(tx, account_id, project_id, target_group_id)
    check_version(tx, group["assistant_version"])
    if tx.request is not None and tx.request.header("if-none-match") and group["assistant"]:
        raise errors.stale()
    target_groups.assign(tx, group, params)
