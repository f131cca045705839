"""Target groups as answers show them: the draft, the details and the overview."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import instants
from mocks.cint import money
from mocks.cint.resources import allocations, pricing, statistics, target_groups

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


def draft(tx: Transaction, group: Json) -> Json:
    """Show a draft."""
    shown = {
        "human_readable_id": group["human_readable_id"],
        "name": group["name"],
        "business_unit_id": group["business_unit_id"],
        "locale": group["locale"],
        "collects_pii": group["collects_pii"],
        "study_type_code": group["study_type_code"],
        "industry_code": group["industry_code"],
        "pricing_model": group["pricing_model"],
        "cost_per_interview": money.shown(pricing.current(group), group["currency"]),
        "client_id": group["client_id"],
        "project_manager_id": group["project_manager_id"],
        "fielding_specification": {
            "start_at": instants.iso(group["start_at"]),
            "end_at": instants.iso(group["end_at"]),
        },
        "filling_goal": group["filling_goal"],
        "expected_length_of_interview_minutes": group["minutes"],
        "expected_incidence_rate": group["incidence"],
        "exclusion": group["exclusion"],
        "industry_lockout_code": group["industry_lockout_code"],
        "live_url": group["live_url"],
        "test_url": group["test_url"],
        "fielding_assistant_assignment": group["assistant"],
        "created_at": instants.iso(group["created"]),
        "profile": group["profile"],
        "supply_allocations": [allocations.drafted(each) for each in group["supply_allocations"]],
        "links": {"test_client_survey": target_groups.test_link(tx, group)},
    }
    if group["client_cpi"] is not None:
        shown["client_cost_per_interview_note"] = money.shown(group["client_cpi"], group["currency"])
    return shown


def details(tx: Transaction, account: Json, group: Json, *, links: bool = True) -> Json:
    """Show a launched target group."""
    shown = {
        "id": group["id"],
        "human_readable_id": group["human_readable_id"],
        "name": group["name"],
        "account_name": account["name"],
        "business_unit_id": group["business_unit_id"],
        "project_manager_id": group["project_manager_id"],
        "study_type_code": group["study_type_code"],
        "industry_code": group["industry_code"],
        "locale": group["locale"],
        "filling_goal": group["filling_goal"],
        "expected_length_of_interview_minutes": group["minutes"],
        "expected_incidence_rate": group["incidence"],
        "industry_lockout_code": group["industry_lockout_code"],
        "client_id": group["client_id"],
        "collects_pii": group["collects_pii"],
        "live_url": group["live_url"],
        "test_url": group["test_url"],
        "created_at": instants.iso(group["created"]),
    }
    if group["client_cpi"] is not None:
        shown["client_cpi"] = money.shown(group["client_cpi"], group["currency"])
    if links:
        link = target_groups.test_link(tx, group)
        shown["links"] = {"test_screener": link.replace("&passthrough=1", ""), "test_client_survey": link}
    return shown


def overview(tx: Transaction, account: Json, project: Json, group: Json) -> Json:
    """Show the progress of a launched target group.

    A switch of the account adds what is no part of it, but is read by consumers who take it for a project's.
    """
    tally = statistics.tally(tx, group["id"])
    rates = statistics.rates(tx, group["id"])
    spoken, _, land = group["locale"].partition("_")
    shown = {
        "project_name": project["name"],
        "target_group_name": group["name"],
        "human_readable_id": group["human_readable_id"],
        "progress": statistics.progress(group, tally),
        "pricing_model": group["pricing_model"],
        "is_pricing_restricted": False,
        "current_cost_per_interview": money.shown(pricing.current(group), group["currency"]),
        "average_cost_per_interview": money.shown(statistics.average_cost(tally), group["currency"]),
        "current_cost": money.shown(tally.get("cost", 0), group["currency"]),
        "status": group["status"],
        "country_code": land,
        "language_code": spoken,
        **rates,
        "study_type_code": group["study_type_code"],
    }
    if account["compat_overview_statistics"]:
        shown["statistics"] = statistics.of_project(tx, [group])
    return shown


def listed(tx: Transaction, group: Json) -> Json:
    """Show a target group in a list."""
    return {
        "id": group["id"],
        "human_readable_id": group["human_readable_id"],
        "name": group["name"],
        "project_manager_id": group["project_manager_id"],
        "exclusion": group["exclusion"],
        "locale": group["locale"],
        "status": group["status"],
        "created_at": instants.iso(group["created"]),
        "updated_at": instants.iso(group["updated"]),
        "statistics": statistics.of_group(tx, group),
    }
