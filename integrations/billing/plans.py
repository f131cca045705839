"""The plans the platform sells: four, each billed monthly or annually."""

from enum import StrEnum


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
