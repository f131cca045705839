"""What comparing a mirror with its provider finds: the same report, whichever provider it is."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Finding(StrEnum):
    """How a thing differs. `duplicate`: a second customer at Stripe for one organisation; nothing here mends that."""

    MISSING_HERE = "missing_here"
    MISSING_THERE = "missing_there"
    DIFFERS = "differs"
    DUPLICATE = "duplicate"


@dataclass(slots=True, kw_only=True)
class Difference:
    """A thing that is not the same on both sides; `fields` holds what it is here and there.

    `id` is the provider's; `organisation_id` says whose a thing of Stripe's is.
    """

    kind: StrEnum
    id: str
    finding: Finding
    organisation_id: str | None = None
    fields: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    repaired: bool = False

    def __str__(self) -> str:
        """Return a line for a person."""
        owner = "" if self.organisation_id is None else f" of {self.organisation_id}"
        what = "; ".join(
            f"{name}: {here!r} here, {there!r} there" for name, (here, there) in self.fields.items()
        )
        done = " (repaired)" if self.repaired else ""
        return f"{self.kind} {self.id}{owner}: {self.finding}{done} {what}".rstrip()


@dataclass(slots=True, kw_only=True)
class Report:
    """How many things of each kind were compared, and what was found; `repair`: the mirror was to be mended."""

    compared: dict[StrEnum, int]
    repair: bool = False
    differences: list[Difference] = field(default_factory=list)

    @classmethod
    def of(cls, kinds: type[StrEnum], *, repair: bool) -> "Report":
        """Return an empty report about things of some kinds."""
        return cls(compared=dict.fromkeys(kinds, 0), repair=repair)

    @property
    def left(self) -> list[Difference]:
        """What still differs."""
        return [each for each in self.differences if not each.repaired]

    def lines(self) -> list[str]:
        """Return the report for a person."""
        counts = ", ".join(f"{count} {kind}s" for kind, count in self.compared.items())
        summary = f"Compared {counts}; {len(self.differences)} differ, {len(self.left)} of them still do."
        return [*map(str, self.differences), summary]
