"""The arithmetic of lift, by worked examples."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.studies.lift import ArmResult, holm, measure


@pytest.mark.parametrize(
    ("exposed", "control", "lift", "relative", "z", "p_value"),
    [
        ((210, 500), (170, 500), 0.080, 0.235, 2.60599, 0.00916),
        ((98, 400), (90, 400), 0.020, 0.089, 0.66708, 0.50472),
        ((30, 100), (20, 100), 0.100, 0.5, 1.63299, 0.10247),
    ],
)
def test_worked_examples(
    exposed: tuple[int, int],
    control: tuple[int, int],
    lift: float,
    relative: float,
    z: float,
    p_value: float,
) -> None:
    found = measure(ArmResult(*control), ArmResult(*exposed))
    assert found.absolute == pytest.approx(lift)
    assert found.relative == pytest.approx(relative, abs=5e-4)
    assert found.z == pytest.approx(z, abs=5e-6)
    assert found.p_value == pytest.approx(p_value, abs=5e-6)
    assert found.sufficient
    assert found.significant is (p_value < 0.05)


def test_the_interval_is_unpooled() -> None:
    low, high = measure(ArmResult(170, 500), ArmResult(210, 500)).interval
    assert (round(low, 4), round(high, 4)) == (0.0200, 0.1400)


def test_arms_may_be_of_different_sizes() -> None:
    found = measure(ArmResult(30, 100), ArmResult(150, 300))
    assert found.absolute == pytest.approx(0.2)
    assert found.z == pytest.approx(3.4815531)
    assert found.interval == pytest.approx((0.0938479, 0.3061521), abs=1e-6)
    assert found.significant


@pytest.mark.parametrize(
    ("control", "exposed"),
    [
        ((20, 99), (60, 100)),
        ((20, 100), (60, 99)),
        ((4, 100), (60, 100)),
        ((50, 100), (96, 100)),
        ((0, 0), (0, 0)),
    ],
)
def test_too_small_a_sample_is_never_significant(control: tuple[int, int], exposed: tuple[int, int]) -> None:
    found = measure(ArmResult(*control), ArmResult(*exposed))
    assert not found.sufficient
    assert not found.significant


def test_nothing_divides_by_zero() -> None:
    nobody = measure(ArmResult(0, 0), ArmResult(0, 0))
    assert (nobody.absolute, nobody.relative, nobody.z, nobody.p_value) == (0.0, None, 0.0, 1.0)
    everybody = measure(ArmResult(100, 100), ArmResult(100, 100))
    assert (everybody.z, everybody.p_value, everybody.interval) == (0.0, 1.0, (0.0, 0.0))


@pytest.mark.parametrize(
    ("control", "exposed", "z", "p_value", "interval"),
    [
        ((0, 100), (5, 100), 2.264554, 0.023540, (0.007284, 0.092716)),
        ((0, 500), (50, 500), 7.254763, 4.02367e-13, (0.073704, 0.126296)),
        ((100, 100), (95, 100), -2.264554, 0.023540, (-0.092716, -0.007284)),
        ((1, 2), (2, 2), 1.154701, 0.248213, (-0.192952, 1.000000)),
        ((0, 1), (1, 1), 1.414214, 0.157299, (1.000000, 1.000000)),
        ((3, 7), (5, 9), 0.503953, 0.614295, (-0.362694, 0.616662)),
        ((50, 1000), (80, 250), 12.508582, 6.70096e-36, (0.210619, 0.329381)),
        ((5, 120), (400, 5000), 1.537513, 0.124168, (0.001798, 0.074868)),
        ((1200, 4000), (1400, 4000), 4.774099, 1.80513e-06, (0.029502, 0.070498)),
        ((2500, 5000), (2501, 5000), 0.020000, 0.984043, (-0.019400, 0.019800)),
        ((10, 20000), (40, 20000), 4.245295, 2.18306e-05, (0.000808, 0.002192)),
        ((4500, 5000), (4300, 5000), -6.154575, 7.52793e-10, (-0.052714, -0.027286)),
        ((333, 1000), (512, 1024), 7.617044, 2.59552e-14, (0.124679, 0.209321)),
        ((7, 300), (3, 300), -1.275586, 0.202102, (-0.033792, 0.007126)),
        ((100, 300), (300, 600), 4.743416, 2.10144e-06, (0.099987, 0.233346)),
        ((250, 500), (410, 500), 10.680917, 1.25030e-26, (0.264730, 0.375270)),
    ],
)
def test_an_independent_library_says_the_same(
    control: tuple[int, int],
    exposed: tuple[int, int],
    z: float,
    p_value: float,
    interval: tuple[float, float],
) -> None:
    """The figures are statsmodels' (`proportions_ztest`, and `confint_proportions_2indep` by Wald)."""
    found = measure(ArmResult(*control), ArmResult(*exposed))
    assert found.z == pytest.approx(z, abs=1e-6)
    assert found.p_value == pytest.approx(p_value, rel=1e-4)
    assert found.interval == pytest.approx(interval, abs=1e-6)


def test_nothing_is_known_while_nobody_of_an_arm_has_answered() -> None:
    found = measure(ArmResult(0, 0), ArmResult(300, 400))
    assert (found.p_value, found.interval, found.significant) == (1.0, (-1.0, 1.0), False)


def test_holm_corrects_for_the_number_of_kpis() -> None:
    base = measure(ArmResult(170, 500), ArmResult(210, 500))
    lifts = {
        name: replace(base, p_value=p) for name, p in {"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005}.items()
    }
    found = holm(lifts)
    assert {name: round(lift.adjusted_p_value or 0, 4) for name, lift in found.items()} == {
        "a": 0.03,
        "b": 0.06,
        "c": 0.06,
        "d": 0.02,
    }
    assert [name for name, lift in found.items() if lift.significant] == ["a", "d"]


ARMS = st.integers(0, 2000).flatmap(lambda n: st.builds(ArmResult, st.integers(0, n), st.just(n)))


@given(ARMS, ARMS)
def test_swapping_the_arms_turns_the_sign_and_nothing_else(one: ArmResult, other: ArmResult) -> None:
    there, back = measure(one, other), measure(other, one)
    assert there.absolute == -back.absolute
    assert there.p_value == pytest.approx(back.p_value)
    assert 0 <= there.p_value <= 1
    low, high = there.interval
    assert low <= there.absolute <= high
