"""Lift, and whether it is more than chance: two-proportion z-tests of exposed against control respondents.

The value of an arm is the share of its respondents who chose a favourable (top-box) option. The test is two-sided
with the pooled variance; the 95 % interval uses the unpooled one and stays between -1 and 1, which are its ends as long
as nobody of an arm has answered. With fewer than 100 respondents in an arm, or fewer
than 5 favourable or unfavourable answers in one, the sample is insufficient and nothing is called significant.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import erfc, sqrt
from statistics import NormalDist
from typing import TypeVar

K = TypeVar("K")

ALPHA = 0.05
_SMALLEST_ARM, _SMALLEST_CELL = 100, 5
_NORMAL = NormalDist()
#: The two-sided 95 % quantile; 1.96 in the books.
_QUANTILE = _NORMAL.inv_cdf(1 - ALPHA / 2)


@dataclass(frozen=True, slots=True)
class ArmResult:
    """How many of an arm's respondents answered favourably."""

    favourable: int
    respondents: int

    @property
    def value(self) -> float:
        """The favourable share, 0 in an empty arm."""
        return self.favourable / self.respondents if self.respondents else 0.0

    @property
    def sufficient(self) -> bool:
        """Whether the normal approximation may be trusted."""
        cells = (self.favourable, self.respondents - self.favourable)
        return self.respondents >= _SMALLEST_ARM and min(cells) >= _SMALLEST_CELL


@dataclass(frozen=True, slots=True, kw_only=True)
class Lift:
    """Exposed against control. `relative` is None when nobody in control answered favourably."""

    control: ArmResult
    exposed: ArmResult
    absolute: float
    relative: float | None
    z: float
    p_value: float
    #: The p-value after Holm's correction for the number of KPIs, where that was asked for.
    adjusted_p_value: float | None = None
    interval: tuple[float, float]
    sufficient: bool

    @property
    def significant(self) -> bool:
        """Whether the lift is unlikely to be chance; never with an insufficient sample."""
        p_value = self.p_value if self.adjusted_p_value is None else self.adjusted_p_value
        return self.sufficient and p_value < ALPHA


def measure(control: ArmResult, exposed: ArmResult) -> Lift:
    """Compare the two arms."""
    absolute = exposed.value - control.value
    everybody = control.respondents + exposed.respondents
    z, spread = 0.0, 2.0
    if control.respondents and exposed.respondents:
        pooled = (control.favourable + exposed.favourable) / everybody
        error = sqrt(pooled * (1 - pooled) * (1 / control.respondents + 1 / exposed.respondents))
        z = absolute / error if error else 0.0
        spread = _QUANTILE * sqrt(_variance(control) + _variance(exposed))
    return Lift(
        control=control,
        exposed=exposed,
        absolute=absolute,
        relative=absolute / control.value if control.value else None,
        z=z,
        # As 2 * (1 - cdf), without losing what is left of very small ones.
        p_value=erfc(abs(z) / sqrt(2)),
        interval=(max(-1.0, absolute - spread), min(1.0, absolute + spread)),
        sufficient=control.sufficient and exposed.sufficient,
    )


def holm(lifts: Mapping[K, Lift]) -> dict[K, Lift]:
    """Correct the p-values of several KPIs, so that their number does not make chance look like lift."""
    ordered = sorted(lifts, key=lambda key: lifts[key].p_value)
    adjusted: dict[K, float] = {}
    so_far = 0.0
    for place, key in enumerate(ordered):
        so_far = max(so_far, min(1.0, lifts[key].p_value * (len(ordered) - place)))
        adjusted[key] = so_far
    return {key: replace(lift, adjusted_p_value=adjusted[key]) for key, lift in lifts.items()}


def _variance(arm: ArmResult) -> float:
    return arm.value * (1 - arm.value) / arm.respondents
