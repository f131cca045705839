"""The plans the platform sells: four, each billed monthly or annually."""

from enum import StrEnum
from typing import Literal


class Plan(StrEnum):
    """A plan with its billing interval; each has one Stripe price, named by the settings."""

    PAY_AS_YOU_GO = "pay_as_you_go"
    PAY_AS_YOU_GO_ANNUAL = "pay_as_you_go_annual"
    ESSENTIAL_MONTHLY = "essential_monthly"
    ESSENTIAL_ANNUAL = "essential_annual"
    PROFESSIONAL_MONTHLY = "professional_monthly"
    PROFESSIONAL_ANNUAL = "professional_annual"
    ADVANCED_MONTHLY = "advanced_monthly"
    ADVANCED_ANNUAL = "advanced_annual"

    @property
    def label(self) -> str:
        """The plan as a person reads it, such as `Essential, billed monthly`."""
        if self is Plan.PAY_AS_YOU_GO:
            return "Pay as you go"
        name, _, interval = self.value.rpartition("_")
        billed = "annually" if interval == "annual" else "monthly"
        return f"{name.replace('_', ' ').capitalize()}, billed {billed}"

    @property
    def interval(self) -> Literal["month", "year"]:
        """How often it is billed, in Stripe's words."""
        return "year" if self.value.endswith("_annual") else "month"

    @property
    def rank(self) -> tuple[int, bool]:
        """Place among the plans: what it holds counts first, then that it binds for a year."""
        tier = next(index for index, name in enumerate(_TIERS) if self.value.startswith(name))
        return tier, self.interval == "year"


#: From the least to the most.
_TIERS = ("pay_as_you_go", "essential", "professional", "advanced")
