"""How many respondents a study needs, and what it can find with those that it has.

Two proportions are compared, two-sided at 5 %: the usual formula with the pooled variance under "no lift" and the
unpooled one under the lift that is looked for. Several KPIs are planned for by the strictest step of Holm's correction.
The arms may be of different sizes: `allocation` is how many respondents of exposed there are for each of control.
"""

from dataclasses import dataclass
from math import ceil, inf, sqrt
from statistics import NormalDist

from integrations.studies.lift import ALPHA

POWER = 0.80
_NORMAL = NormalDist()
_SMALLEST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """What is expected and wanted: `baseline` is control's favourable share, `lift` how many more of exposed (0 to 1)."""

    baseline: float
    lift: float
    power: float = POWER
    #: How many KPIs are tested together.
    kpis: int = 1
    #: How many respondents of exposed there are for each of control.
    allocation: float = 1.0

    def __post_init__(self) -> None:
        """Raise ValueError for shares that cannot be."""
        if not 0 < self.baseline < 1 or not 0 < self.baseline + self.lift < 1 or self.lift == 0:
            raise ValueError("baseline and baseline + lift lie between 0 and 1, and lift is not 0")
        if not 0 < self.power < 1 or self.kpis < 1:
            raise ValueError("power lies between 0 and 1, and there is one KPI at least")
        if not 0 < self.allocation < inf:
            raise ValueError("allocation is a finite number above 0")

    @property
    def alpha(self) -> float:
        """The level at which one KPI is tested."""
        return ALPHA / self.kpis


@dataclass(frozen=True, slots=True)
class Sample:
    """How many completes each arm has."""

    control: int
    exposed: int

    @property
    def completes(self) -> int:
        """Both arms together."""
        return self.control + self.exposed


def divided(completes: int, allocation: float) -> Sample:
    """Return the arms that so many completes make; what is left over is nobody's."""
    control = int(completes / (1 + allocation))
    return Sample(control, int(control * allocation))


def seats(completes: int, allocation: float) -> Sample:
    """Return how many completes each arm may have where so many are wanted: whole ones, and together no fewer."""
    exact = completes / (1 + allocation)
    return Sample(_whole(exact), _whole(completes - exact))


def sample_size(design: Design) -> Sample:
    """Return how many completes each arm needs, to the nearest; never fewer than the test demands."""
    wanted = _NORMAL.inv_cdf(design.power)
    error = _critical(design) * _null_deviation(design) + wanted * _deviation(design)
    control = max(_SMALLEST, _SMALLEST / design.allocation, (error / design.lift) ** 2)
    return Sample(round(control), round(control * design.allocation))


def power_of(design: Design, control: int) -> float:
    """Return how likely a lift is found with so many completes in control, and exposed in proportion.

    Chance that finds one in the wrong direction does not count.
    """
    if control < 1:
        return 0.0
    distance = abs(design.lift) * sqrt(control) - _critical(design) * _null_deviation(design)
    spread = _deviation(design)
    return _NORMAL.cdf(distance / spread) if spread else float(distance > 0)


def smallest_lift(
    baseline: float, control: int, *, power: float = POWER, kpis: int = 1, allocation: float = 1.0
) -> float | None:
    """Return the smallest lift that is found with that power; None where not even the largest one is."""

    def found(lift: float) -> bool:
        design = Design(baseline=baseline, lift=lift, power=power, kpis=kpis, allocation=allocation)
        return power_of(design, control) >= power

    low, high = 0.0, 1.0 - baseline - 1e-9
    if not found(high):
        return None
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if found(middle) else (middle, high)
    return high


def _whole(exact: float) -> int:
    """Round up, but for what division leaves of a whole number."""
    return ceil(round(exact, 6))


def _critical(design: Design) -> float:
    return _NORMAL.inv_cdf(1 - design.alpha / 2)


def _null_deviation(design: Design) -> float:
    """Return the deviation of a difference without lift, for one respondent in control."""
    exposed = design.baseline + design.lift
    pooled = (design.baseline + design.allocation * exposed) / (1 + design.allocation)
    return sqrt(pooled * (1 - pooled) * (1 + 1 / design.allocation))


def _deviation(design: Design) -> float:
    control, exposed = design.baseline, design.baseline + design.lift
    return sqrt(control * (1 - control) + exposed * (1 - exposed) / design.allocation)
