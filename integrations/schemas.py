"""The JSON that the app's routes take and give: what all areas share. Each area has its own in its `schemas.py`."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, StringConstraints

from integrations.differences import Finding, Report
from integrations.resilience import CircuitState
from integrations.webhooks.inbox import Outcome

#: Deliberately loose: whether an address exists, only its mail server knows.
EmailAddress = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=320, pattern=r"^[^@\s<>,;]+@[^@\s<>,;]+$")
]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class Body(BaseModel):
    """A request's body: what is not named is refused."""

    model_config = ConfigDict(extra="forbid")


class View(BaseModel):
    """An answer that is read off an object."""

    model_config = ConfigDict(from_attributes=True)


class Receipt(BaseModel):
    """What became of a webhook delivery."""

    status: Outcome


class CintReceipt(Receipt):
    """Cint takes an event as delivered when its id comes back."""

    event_id: str


class Health(BaseModel):
    """Whether the app can work."""

    status: Literal["ok"]
    circuits: dict[str, CircuitState]


class PartInStep(View):
    """One thing that is kept in step with a provider; `failed` are dead letters, `lag_seconds` the age of the oldest that waits."""

    name: str
    state: str
    waiting: int
    failed: int
    conflicts: int
    lag_seconds: float
    last_success_at: datetime | None
    last_failure: str | None


class InStep(BaseModel):
    """How far this layer is in step with the providers."""

    parts: list[PartInStep]


class SidesView(BaseModel):
    """A value on both sides."""

    here: Any
    there: Any


class DifferenceView(BaseModel):
    """A thing that is not the same here and at its provider; `id` is the provider's, `fields` holds both values."""

    kind: str
    id: str
    organisation_id: str | None
    finding: Finding
    fields: dict[str, SidesView]
    repaired: bool


class ReportView(BaseModel):
    """How many things of each kind were compared, which differ, and how many still do."""

    compared: dict[str, int]
    differences: list[DifferenceView]
    left: int

    @classmethod
    def of(cls, report: Report) -> Self:
        """Show a report."""
        return cls(
            compared={kind.value: count for kind, count in report.compared.items()},
            differences=[
                DifferenceView(
                    kind=each.kind,
                    id=each.id,
                    organisation_id=each.organisation_id,
                    finding=each.finding,
                    fields={
                        name: SidesView(here=here, there=there) for name, (here, there) in each.fields.items()
                    },
                    repaired=each.repaired,
                )
                for each in report.differences
            ],
            left=len(report.left),
        )


class Problem(BaseModel):
    """An error as RFC 9457 has it; `provider`, `operation`, `code` and `request_id` when a provider caused it."""

    type: str
    title: str
    status: int
    detail: str
    provider: str | None = None
    operation: str | None = None
    code: str | None = None
    request_id: str | None = None
    errors: list[str] | None = None
