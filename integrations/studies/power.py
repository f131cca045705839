"""How many respondents a study needs, and what it can find with those that it has.

Two proportions are compared, two-sided at 5 %: the usual formula with the pooled variance under "no lift" and the
unpooled one under the lift that is looked for. Several KPIs are planned for by the strictest step of Holm's correction.
"""

from dataclasses import dataclass
from math import sqrt
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

    def __post_init__(self) -> None:
        """Raise ValueError for shares that cannot be."""
        if not 0 < self.baseline < 1 or not 0 < self.baseline + self.lift < 1 or self.lift == 0:
            raise ValueError("baseline and baseline + lift lie between 0 and 1, and lift is not 0")
        if not 0 < self.power < 1 or self.kpis < 1:
            raise ValueError("power lies between 0 and 1, and there is one KPI at least")

    @property
    def alpha(self) -> float:
        """The level at which one KPI is tested."""
        return ALPHA / self.kpis


def sample_size(design: Design) -> int:
    """Return how many completes each arm needs, to the nearest; never fewer than the test demands."""
    exposed = design.baseline + design.lift
    critical = _NORMAL.inv_cdf(1 - design.alpha / 2)
    wanted = _NORMAL.inv_cdf(design.power)
    error = critical * _null_deviation(design.baseline, exposed)
    error += wanted * _deviation(design.baseline, exposed)
    return max(_SMALLEST, round((error / design.lift) ** 2))


def power_of(design: Design, respondents: int) -> float:
    """Return how likely a lift is found with so many completes in each arm."""
    if respondents < 1:
        return 0.0
    exposed = design.baseline + design.lift
    critical = _NORMAL.inv_cdf(1 - design.alpha / 2)
    distance = abs(design.lift) * sqrt(respondents) - critical * _null_deviation(design.baseline, exposed)
    spread = _deviation(design.baseline, exposed)
    return _NORMAL.cdf(distance / spread) if spread else float(distance > 0)


def smallest_lift(baseline: float, respondents: int, *, power: float = POWER, kpis: int = 1) -> float | None:
    """Return the smallest lift that is found with that power; None where not even the largest one is."""
    low, high = 0.0, 1.0 - baseline - 1e-9
    if power_of(Design(baseline=baseline, lift=high, power=power, kpis=kpis), respondents) < power:
        return None
    for _ in range(60):
        middle = (low + high) / 2
        found = power_of(Design(baseline=baseline, lift=middle, power=power, kpis=kpis), respondents)
        low, high = (low, middle) if found >= power else (middle, high)
    return high


def _null_deviation(control: float, exposed: float) -> float:
    pooled = (control + exposed) / 2
    return sqrt(2 * pooled * (1 - pooled))


def _deviation(control: float, exposed: float) -> float:
    return sqrt(control * (1 - control) + exposed * (1 - exposed))
