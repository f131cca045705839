"""Lift over thousands of studies: how often chance looks like lift, and how often the interval holds the truth.

The studies are drawn as arrays and evaluated by the same formulas; that these are the ones in use is checked on some.
"""

from typing import Any

import numpy as np
import pytest

from fixtures.panel.opinions import RATES, opinions
from integrations.studies.lift import ArmResult, Lift, holm, measure
from integrations.studies.power import Design, sample_size

STUDIES = 4_000
CRITICAL = 1.959963984540054


Sizes = tuple[int, int]
"""Respondents of control and of exposed."""


def drawn(seed: int, control: float, exposed: float, sizes: Sizes) -> tuple[Any, Any]:
    chance = np.random.default_rng(seed)
    return chance.binomial(sizes[0], control, STUDIES), chance.binomial(sizes[1], exposed, STUDIES)


def evaluated(control: Any, exposed: Any, sizes: Sizes) -> tuple[Any, Any, Any]:
    """Return whether each study is significant, and its interval."""
    n, m = sizes
    one, two = control / n, exposed / m
    pooled = (control + exposed) / (n + m)
    z = (two - one) / np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    spread = CRITICAL * np.sqrt(one * (1 - one) / n + two * (1 - two) / m)
    return np.abs(z) > CRITICAL, two - one - spread, two - one + spread


def measured(control: Any, exposed: Any, sizes: Sizes, place: int) -> Lift:
    return measure(ArmResult(int(control[place]), sizes[0]), ArmResult(int(exposed[place]), sizes[1]))


@pytest.mark.parametrize("sizes", [(500, 500), (300, 900)], ids=["equal", "unequal"])
@pytest.mark.parametrize("share", [0.18, 0.30, 0.45])
def test_without_an_effect_one_study_in_twenty_is_significant(share: float, sizes: Sizes) -> None:
    control, exposed = drawn(7, share, share, sizes)
    significant, _, _ = evaluated(control, exposed, sizes)
    assert 0.04 <= significant.mean() <= 0.06
    for place in range(0, STUDIES, 40):
        assert measured(control, exposed, sizes, place).significant == bool(significant[place])


@pytest.mark.parametrize("sizes", [(600, 600), (400, 1200)], ids=["equal", "unequal"])
@pytest.mark.parametrize("kpi", ["AD_RECALL", "BRAND_AWARENESS", "CONSIDERATION", "PURCHASE_INTENT"])
def test_known_lifts_lie_within_their_intervals(kpi: str, sizes: Sizes) -> None:
    before, after = RATES[kpi]
    control, exposed = drawn(11, before, after, sizes)
    _, low, high = evaluated(control, exposed, sizes)
    lift = after - before
    assert 0.94 <= ((low <= lift) & (lift <= high)).mean() <= 0.96
    for place in range(0, STUDIES, 40):
        found = measured(control, exposed, sizes, place).interval
        assert found == pytest.approx((low[place], high[place]), abs=1e-4)


@pytest.mark.parametrize("allocation", [1, 0.5, 3])
def test_power_is_what_planning_promises(allocation: float) -> None:
    sample = sample_size(Design(baseline=0.30, lift=0.05, allocation=allocation))
    sizes = (sample.control, sample.exposed)
    significant, _, _ = evaluated(*drawn(13, 0.30, 0.35, sizes), sizes)
    assert 0.78 <= significant.mean() <= 0.82


def test_the_correction_keeps_all_kpis_of_a_study_together_at_one_in_twenty() -> None:
    chance = np.random.default_rng(17)
    counts = chance.binomial(500, 0.3, (600, 2, 5))
    wrong = 0
    for study in counts:
        lifts = {
            name: measure(ArmResult(int(study[0, name]), 500), ArmResult(int(study[1, name]), 500))
            for name in range(5)
        }
        wrong += any(lift.significant for lift in holm(lifts).values())
    assert wrong / len(counts) <= 0.07


def test_the_panel_has_the_lift_that_it_was_told() -> None:
    """The panel's own opinions, person by person, evaluated as a study would be."""
    rates = {"AD_RECALL": (0.20, 0.32)}
    groups = {
        group: ArmResult(
            sum(opinions("7", number, group, rates)["AD_RECALL"] for number in range(3000)), 3000
        )
        for group in ("control", "exposed")
    }
    found = measure(groups["control"], groups["exposed"])
    assert found.significant
    assert found.interval[0] <= 0.12 <= found.interval[1]
