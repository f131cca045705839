"""Planning: sample sizes by worked examples, and that power, sample size and the smallest lift agree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.studies.power import Design, Sample, divided, power_of, sample_size, seats, smallest_lift


@pytest.mark.parametrize(
    ("baseline", "lift", "size"),
    [(0.30, 0.05, 1376), (0.30, 0.08, 549), (0.20, 0.05, 1094), (0.40, 0.10, 387)],
)
def test_worked_examples(baseline: float, lift: float, size: int) -> None:
    assert sample_size(Design(baseline=baseline, lift=lift)) == Sample(size, size)


@pytest.mark.parametrize(
    ("baseline", "lift", "size", "kpis", "power"),
    [
        (0.3, 0.05, 700, 1, 0.5149),
        (0.3, 0.05, 1376, 1, 0.7999),
        (0.3, 0.05, 1376, 5, 0.5888),
        (0.2, 0.08, 200, 1, 0.4653),
        (0.05, 0.02, 1000, 3, 0.3046),
        (0.9, 0.05, 300, 1, 0.6431),
        (0.6, -0.08, 400, 1, 0.6256),
        (0.01, 0.02, 500, 1, 0.6178),
        (0.45, 0.3, 20, 1, 0.4902),
        (0.18, 0.09, 150, 3, 0.2979),
    ],
)
def test_an_independent_library_finds_the_same_power(
    baseline: float, lift: float, size: int, kpis: int, power: float
) -> None:
    """The figures are statsmodels' (`power_proportions_2indep`)."""
    assert power_of(Design(baseline=baseline, lift=lift, kpis=kpis), size) == pytest.approx(power, abs=2e-4)


@pytest.mark.parametrize(
    ("design", "control", "power"),
    [
        (Design(baseline=0.3, lift=0.05, allocation=0.5), 1376, 0.6323),
        (Design(baseline=0.3, lift=0.05, allocation=2), 1032, 0.7979),
        (Design(baseline=0.2, lift=0.08, allocation=3, kpis=3), 200, 0.4324),
        (Design(baseline=0.6, lift=-0.08, allocation=0.25), 1200, 0.7086),
        (Design(baseline=0.05, lift=0.02, allocation=1.5, kpis=5), 1000, 0.2870),
        (Design(baseline=0.9, lift=0.05, allocation=0.1), 3000, 0.8648),
    ],
)
def test_an_independent_library_finds_the_same_power_of_unequal_arms(
    design: Design, control: int, power: float
) -> None:
    """The figures are statsmodels' (`power_proportions_2indep` with its `ratio`).

    It counts a find in the wrong direction too, which is no power here: where that is likely, the two differ.
    """
    assert power_of(design, control) == pytest.approx(power, abs=2e-4)


def test_unequal_arms_need_more_respondents_than_equal_ones() -> None:
    equal, *unequal = (
        sample_size(Design(baseline=0.3, lift=0.05, allocation=allocation)) for allocation in (1, 0.5, 2, 4)
    )
    for sample in unequal:
        assert sample.completes > equal.completes
        assert min(sample.control, sample.exposed) < equal.control


def test_both_arms_have_what_the_test_demands() -> None:
    for allocation in (0.1, 10):
        sample = sample_size(Design(baseline=0.3, lift=0.5, allocation=allocation))
        assert sorted([sample.control, sample.exposed]) == [100, 1000]


@pytest.mark.parametrize(
    ("completes", "allocation", "arms"),
    [
        (1000, 1, (500, 500)),
        (5, 1, (3, 3)),
        (1000, 3, (250, 750)),
        (1000, 0.1, (910, 91)),
        (13, 0.3, (10, 3)),
        (2, 10, (1, 2)),
    ],
)
def test_the_seats_of_both_arms_are_enough_for_the_goal(
    completes: int, allocation: float, arms: tuple[int, int]
) -> None:
    found = seats(completes, allocation)
    assert found == Sample(*arms)
    assert completes <= found.completes <= completes + 1


def test_completes_are_divided_by_the_allocation() -> None:
    assert divided(301, 1) == Sample(150, 150)
    assert divided(300, 2) == Sample(100, 200)


@given(
    st.floats(0.05, 0.9), st.floats(0.02, 0.3), st.floats(0.5, 0.95), st.integers(1, 9), st.floats(0.1, 10)
)
def test_power_at_the_sample_size_is_what_was_wanted(
    baseline: float, lift: float, power: float, kpis: int, allocation: float
) -> None:
    if baseline + lift >= 1:
        return
    design = Design(baseline=baseline, lift=lift, power=power, kpis=kpis, allocation=allocation)
    size = sample_size(design).control
    assert power_of(design, size + 1) >= power - 0.01
    smallest = smallest_lift(baseline, size, power=power, kpis=kpis, allocation=allocation)
    assert smallest is not None
    assert smallest <= lift + 0.002


def test_more_kpis_need_more_respondents() -> None:
    one, five = (sample_size(Design(baseline=0.3, lift=0.05, kpis=kpis)).control for kpis in (1, 5))
    assert five > 1.3 * one


@pytest.mark.parametrize("wrong", [(0.0, 0.1), (0.95, 0.1), (0.3, 0.0), (0.3, -0.3)])
def test_shares_that_cannot_be_are_an_error(wrong: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Design(baseline=wrong[0], lift=wrong[1])


@pytest.mark.parametrize("allocation", [0.0, -1.0, float("inf"), float("nan")])
def test_an_allocation_that_cannot_be_is_an_error(allocation: float) -> None:
    with pytest.raises(ValueError, match="allocation"):
        Design(baseline=0.3, lift=0.1, allocation=allocation)


def test_nothing_is_found_with_nobody() -> None:
    assert power_of(Design(baseline=0.3, lift=0.1), 0) == 0
    assert smallest_lift(0.95, 20) is None
