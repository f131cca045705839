"""Target groups: drafts, and what is told of those that were launched."""

from __future__ import annotations

from harness.messages import Reply
from harness.params import Json
from harness.transaction import Transaction
from mocks.cint import listing, money
from mocks.cint.operations.target_group_parameters import (
    Details,
    Draft,
    NewPrice,
    NewStrategy,
    TargetGroupListing,
    Transitions,
)
from mocks.cint.provider import cint
from mocks.cint.resources import accounts, fielding, projects, showing, statistics, target_groups
from mocks.cint.resources.target_groups import TARGET_GROUPS

PROJECT = "/v1/demand/accounts/{account_id}/projects/{project_id}"
PATH = f"{PROJECT}/target-groups"
ONE = f"{PATH}/{{target_group_id}}"


def located(
    tx: Transaction, account_id: str, project_id: str, target_group_id: str
) -> tuple[Json, Json, Json]:
    """Return the account, the project and the target group of a path."""
    account = accounts.find(tx, account_id)
    project = projects.find(tx, account, project_id)
    return account, project, target_groups.find(tx, project, target_group_id)


@cint.post(PATH, id="create_target_group", tier="P0", status=201)
def create_target_group(tx: Transaction, params: Draft, account_id: str, project_id: str) -> Json:
    """Create a draft."""
    account = accounts.find(tx, account_id)
    project = projects.find(tx, account, project_id)
    return {"id": target_groups.create(tx, account, project, params)["id"]}


@cint.get(PATH, id="get_list_target_groups", tier="P1")
def get_list_target_groups(
    tx: Transaction, params: TargetGroupListing, account_id: str, project_id: str
) -> Json:
    """List the target groups of a project, the newest first."""
    project = projects.find(tx, accounts.find(tx, account_id), project_id)

    def wanted(group: Json) -> bool:
        if params.human_readable_ids and group["human_readable_id"] not in params.human_readable_ids:
            return False
        if params.exclusion_status not in (None, group["exclusion"]["enabled"]):
            return False
        return target_groups.matches(
            group,
            text=params.search_string or params.name,
            status=params.status,
            country=params.country,
            language=params.language,
        )

    found, more = listing.filtered(tx, TARGET_GROUPS, params, wanted, project=project["id"])
    shown = [showing.listed(tx, each) for each in found]
    return listing.shown(tx, "target_groups", shown, has_more=more)


@cint.get(ONE, id="get_target_group", tier="P1")
def get_target_group(tx: Transaction, account_id: str, project_id: str, target_group_id: str) -> Reply:
    """Retrieve a draft; what was launched has its details elsewhere."""
    _, _, group = located(tx, account_id, project_id, target_group_id)
    if group["status"] != "draft":
        path = tx.request.path if tx.request is not None else ""
        return Reply(None, 301, [("location", f"{path.rstrip('/')}/details")])
    return Reply(showing.draft(tx, group))


@cint.put(ONE, id="update_target_group", tier="P1", status=204)
def update_target_group(
    tx: Transaction, params: Draft, account_id: str, project_id: str, target_group_id: str
) -> None:
    """Make a draft anew."""
    account, _, group = located(tx, account_id, project_id, target_group_id)
    target_groups.redraft(tx, account, group, params)


@cint.get(f"{ONE}/details", id="get_target_group_details", tier="P1")
def get_target_group_details(tx: Transaction, account_id: str, project_id: str, target_group_id: str) -> Json:
    """Retrieve a launched target group."""
    account, _, group = located(tx, account_id, project_id, target_group_id)
    return showing.details(tx, account, target_groups.launched(group))


@cint.put(f"{ONE}/details", id="update_launched_target_group_details", tier="P1")
def update_launched_target_group_details(
    tx: Transaction, params: Details, account_id: str, project_id: str, target_group_id: str
) -> Json:
    """Change what can be changed after the launch."""
    account, _, group = located(tx, account_id, project_id, target_group_id)
    target_groups.update_details(tx, account, group, params)
    return showing.details(tx, account, group, links=False)


@cint.get(f"{ONE}/overview", id="get_target_group_overview", tier="P0")
def get_target_group_overview(
    tx: Transaction, account_id: str, project_id: str, target_group_id: str
) -> Json:
    """Show the progress of a launched target group."""
    account, project, group = located(tx, account_id, project_id, target_group_id)
    return showing.overview(tx, account, project, target_groups.launched(group))


@cint.get(f"{ONE}/performance", id="get_target_group_performance", tier="P1")
def get_target_group_performance(
    tx: Transaction, account_id: str, project_id: str, target_group_id: str
) -> Json:
    """Show the respondents of a launched target group by outcome."""
    _, _, group = located(tx, account_id, project_id, target_group_id)
    return statistics.performance(tx, target_groups.launched(group))


@cint.put(f"{ONE}/cost-per-interview", id="update_cost_per_interview", tier="P1")
def update_cost_per_interview(
    tx: Transaction, params: NewPrice, account_id: str, project_id: str, target_group_id: str
) -> Json:
    """Set the price of an interview; respondents who come later cost it."""
    account, _, group = located(tx, account_id, project_id, target_group_id)
    target_groups.launched(group)
    price = money.read(params.target_group_cpi, group["currency"], "target_group_cpi")
    target_groups.change(tx, group, {"price": price}, by=accounts.user_id(account))
    return {"target_group_cpi": money.shown(price, group["currency"])}


@cint.put(f"{ONE}/filling-strategy", id="update_filling_strategy", tier="P1")
def update_filling_strategy(
    tx: Transaction, params: NewStrategy, account_id: str, project_id: str, target_group_id: str
) -> Json:
    """Say what fills the goal. The panel heeds it not: completes do."""
    account, _, group = located(tx, account_id, project_id, target_group_id)
    target_groups.launched(group)
    changes = {"filling_strategy": params.filling_strategy}
    target_groups.change(tx, group, changes, by=accounts.user_id(account))
    return changes


@cint.post(f"{PROJECT}/compute-target-group-transitions", id="compute_target_group_transitions", tier="P1")
def compute_target_group_transitions(
    tx: Transaction, params: Transitions, account_id: str, project_id: str
) -> Json:
    """Tell what can be done with the target groups that match."""
    project = projects.find(tx, accounts.find(tx, account_id), project_id)
    filters = params.filters
    found = [
        group
        for group in target_groups.of_project(tx, project["id"])
        if group["id"] not in params.excluded_target_group_ids
        and (params.included_target_group_ids is None or group["id"] in params.included_target_group_ids)
        and target_groups.matches(
            group,
            text=params.search_string,
            status=filters.status,
            country=filters.country,
            language=filters.language,
        )
    ]
    states = {group["status"] for group in found}

    def allowed(action: str) -> bool:
        return bool(states & fielding.ACTIONS[action].origins)

    return {
        "target_groups": [group["id"] for group in found],
        "is_launch_allowed": bool(states & {"draft", "scheduled"}),
        "is_pause_allowed": allowed("pause"),
        "is_resume_allowed": allowed("resume"),
        "is_relaunch_allowed": allowed("relaunch"),
        "is_finish_allowed": allowed("complete"),
    }
