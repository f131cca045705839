"""Supply allocations of a target group."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from harness.params import Json
from harness.transaction import Transaction
from mocks.cint.operations.profiles import V2
from mocks.cint.operations.target_group_parameters import Percentage, Supplier
from mocks.cint.operations.target_groups import located
from mocks.cint.parameters import Body
from mocks.cint.provider import cint
from mocks.cint.resources import accounts, allocations, target_groups

PATH = f"{V2}/supply-allocations"


class Allocation(Body):
    """The part of some suppliers, or of all others; or suppliers that are left out."""

    type: Literal["group", "exchange", "blocked"]
    name: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    percentage_max: Percentage | None = None
    percentage_min: Percentage | None = None
    suppliers: list[Supplier] = Field([], max_length=500)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.type == "group" and self.name is None:
            raise ValueError("name is required for a group")
        if self.type != "blocked" and self.percentage_max is None:
            raise ValueError(f"percentage_max is required for the type {self.type}")
        return self

    def told(self) -> dict[str, Any]:
        """Return what belongs to an allocation of this type."""
        names = {
            "group": {"type", "name", "percentage_max", "percentage_min", "suppliers"},
            "exchange": {"type", "percentage_max", "percentage_min"},
            "blocked": {"type", "suppliers"},
        }
        return self.model_dump(exclude_none=True, include=names[self.type])


class NewAllocation(Allocation):
    """A further allocation; there is one exchange, which is there already."""

    type: Literal["group", "blocked"]


@cint.get(PATH, id="get_target_group_supply_allocation", tier="P1")
def get_allocations(tx: Transaction, account_id: str, project_id: str, target_group_id: str) -> Json:
    """List the allocations of a target group."""
    _, _, group = located(tx, account_id, project_id, target_group_id)
    return {
        "supply_allocations": [allocations.listed(tx, group, each) for each in group["supply_allocations"]]
    }


@cint.post(PATH, id="create_target_group_supply_allocation", tier="P1", status=201)
def create_allocation(
    tx: Transaction, params: NewAllocation, account_id: str, project_id: str, target_group_id: str
) -> None:
    """Add an allocation."""
    account, _, group = located(tx, account_id, project_id, target_group_id)
    changes = {"supply_allocations": allocations.add(group, params.told())}
    target_groups.change(tx, group, changes, by=accounts.user_id(account))


@cint.put(f"{PATH}/{{allocation_id}}", id="update_target_group_supply_allocation", tier="P1")
def update_allocation(
    tx: Transaction,
    params: Allocation,
    account_id: str,
    project_id: str,
    target_group_id: str,
    allocation_id: str,
) -> Json:
    """Make an allocation anew."""
    account, _, group = located(tx, account_id, project_id, target_group_id)
    told, new = allocations.replace(group, allocation_id, params.told())
    target_groups.change(tx, group, {"supply_allocations": told}, by=accounts.user_id(account))
    return allocations.shown(tx, group, new)
