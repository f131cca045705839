"""The panel: who comes, when, what the exchange makes of them, and what they think."""

from collections import Counter
from itertools import pairwise
from math import sqrt
from pathlib import Path
from typing import Any

import pytest

from fixtures.panel import arrivals, chance, people
from fixtures.panel.opinions import FUNNEL, RATES, opinions
from fixtures.panel.people import Conduct
from harness import instants
from mocks.cint.resources import recruiting
from tests.mocks.cint.room import Room
from tests.mocks.cint.test_target_groups import AGES, WOMEN, profile

MANY = 3000


def share(found: Any) -> float:
    listed = [float(each) for each in found]
    return sum(listed) / len(listed)


def test_the_same_seed_gives_the_same_people() -> None:
    one = [people.respondent("7", number, Conduct()) for number in range(50)]
    assert one == [people.respondent("7", number, Conduct()) for number in range(50)]
    assert one != [people.respondent("8", number, Conduct()) for number in range(50)]


def test_people_are_as_the_conduct_says() -> None:
    conduct = Conduct(control_share=0.25, quality=0.1, incidence=0.6)
    found = [people.respondent("7", number, conduct) for number in range(MANY)]
    assert abs(share(each.exposure == "control" for each in found) - 0.25) < 0.03
    assert abs(share(each.care != "careful" for each in found) - 0.1) < 0.02
    assert all(18 <= each.age <= 80 and len(each.zip_code) == 5 for each in found)
    gate = Counter(people.turned_away("7", number, conduct) for number in range(MANY))
    assert abs(gate["security"] / MANY - 0.03) < 0.01
    assert abs(gate["duplicate"] / MANY - 0.02) < 0.01
    fates = Counter(people.fate("7", each, conduct, 10) for each in found)
    assert abs(fates["drop"] / MANY - 0.11) < 0.02
    assert abs(fates["complete"] / (fates["complete"] + fates["quality"] + fates["terminate"]) - 0.54) < 0.04
    expected = people.completing(conduct, 10)
    passing = [each for each in found if people.turned_away("7", each.number, conduct) is None]
    reached = sum(people.fate("7", each, conduct, 10) == "complete" for each in passing) / MANY
    assert abs(reached - expected) < 0.03


@pytest.mark.parametrize("exposure", ["control", "exposed"])
def test_opinions_have_the_rates_and_keep_the_funnel(exposure: Any) -> None:
    held = [opinions("7", number, exposure, RATES) for number in range(MANY)]
    for name, rates in RATES.items():
        wanted = rates[exposure == "exposed"]
        assert abs(share(each[name] for each in held) - wanted) < 4 * sqrt(wanted * (1 - wanted) / MANY)
    for each in held:
        assert all(each[first] or not each[second] for first, second in pairwise(FUNNEL))
    liked = [each["ADVOCACY"] for each in held if each["RECOMMENDATION_INTENT"]]
    assert share(liked) > 1.3 * share(each["ADVOCACY"] for each in held)


def test_rates_that_contradict_the_funnel_are_kept() -> None:
    rates = {"BRAND_AWARENESS": (0.2, 0.2), "CONSIDERATION": (0.6, 0.6)}
    held = [opinions("7", number, "control", rates) for number in range(MANY)]
    assert abs(share(each["CONSIDERATION"] for each in held) - 0.6) < 0.04


def test_arrivals_follow_the_day() -> None:
    assert arrivals.diurnal(4) == pytest.approx(0.3)
    assert arrivals.diurnal(20) == pytest.approx(1.3)
    night = arrivals.weight(4 * 3600, 0, 99999)
    assert night == pytest.approx(arrivals.weight(10 * 3600, -6, 99999))
    assert arrivals.weight(0, 0, 0) < arrivals.weight(0, 0, 900) < arrivals.weight(0, 0, 1800)


@pytest.mark.parametrize("mean", [0.0, 0.5, 7.0, 120.0])
def test_poisson_numbers_have_their_mean(mean: float) -> None:
    found = [chance.poisson(mean, "7", number) for number in range(MANY)]
    assert abs(sum(found) / MANY - mean) <= 5 * sqrt(mean / MANY)


# --- in the field ------------------------------------------------------------------------------------------------


async def test_a_thousand_respondents_come_and_every_count_is_that_of_the_table(room: Room) -> None:
    group = await room.live(filling_goal=1000)
    await room.advance(14 * 86400)
    counts = room.counts(group)
    sessions = room.sessions(group)
    assert len(sessions) == counts["entrants"] > 1000
    assert counts["completes"] >= 1000
    shown = await room.ok("GET", f"{group}/overview")
    assert shown["status"] == "completed"
    assert shown["progress"] == {
        "current_completes": sum(each["client"] == 10 for each in sessions),
        "current_prescreens": sum(each["client"] is not None for each in sessions),
        "filling_goal": 1000,
        "filling_strategy": "automated",
    }
    lengths = sorted(each["seconds"] for each in sessions if each["client"] == 10)
    assert lengths[0] <= shown["median_length_of_interview_seconds"] <= lengths[-1]
    assert abs(shown["median_length_of_interview_seconds"] - 600) < 60
    assert abs(shown["incidence_rate"] - 0.5) < 0.15
    project = await room.ok("GET", f"{group.partition('/target-groups')[0]}/overview")
    assert project["statistics"]["current_completes"] == counts["completes"]
    listed = (await room.ok("GET", group.rpartition("/")[0]))["target_groups"][0]["statistics"]
    assert listed["progress"]["value"] == shown["progress"]
    hours = Counter(each["entered"] // instants.HOUR % 24 for each in sessions)
    assert hours[2] > 2 * hours[10]  # 20 and 4 o'clock in the middle of the United States


async def test_a_higher_price_brings_more(room: Room) -> None:
    cheap = await room.live(filling_goal=400)
    dear = await room.live(filling_goal=400)
    for group, price in ((cheap, "0.50"), (dear, "5.00")):
        body = {"target_group_cpi": {"value": price, "currency_code": "USD"}}
        await room.ok("PUT", f"{group}/cost-per-interview", body)
    await room.advance(3 * 86400)
    assert len(room.sessions(dear)) > 3 * len(room.sessions(cheap)) > 0


async def test_quotas_fill_and_turn_people_away(room: Room) -> None:
    group = await room.live(filling_goal=40, profile=profile(AGES))
    await room.advance(13 * 86400)
    counts = room.counts(group)
    assert 20 <= counts["filled.1"] <= 22
    assert 10 <= counts["filled.0"] <= 22
    assert counts["live.exchange.40"] > 0
    ages = [each["demographics"]["age"] for each in room.sessions(group) if 0 in each["cells"]]
    assert ages
    assert all(18 <= age <= 34 for age in ages)


async def test_profiles_turn_people_away(room: Room) -> None:
    zips = {
        "question_id": 45,
        "conditions": {"object": "zip_conditions_details_template", "data": [{"allow_all_zip": True}]},
    }
    other = {
        "question_id": 639,
        "conditions": {"object": "selection_conditions_details_template", "data": [{"option": "1"}]},
    }
    group = await room.live(filling_goal=40, profile=profile(WOMEN, zips, other))
    room.trigger("respondents.come", count=60)
    let_in = [each for each in room.sessions(group) if each["client"] is not None]
    assert {each["demographics"]["gender"] for each in let_in} == {"female"}
    counts = room.counts(group)
    assert counts["live.exchange.23"] > 0
    assert counts["live.exchange.24"] > 0


async def test_a_control_group_is_paced_by_its_exposed_group(room: Room) -> None:
    project = await room.project()
    exposed = await room.target_group(project, filling_goal=30)
    pacing = {"pacing": {"type": "gemini", "exposed_target_group_id": exposed.rpartition("/")[2]}}
    control = await room.target_group(project, filling_goal=30, fielding_assistant_assignment=pacing)
    await room.launch(control)
    room.trigger("respondents.come", target_group_id=control.rpartition("/")[2], count=20)
    assert not [each for each in room.sessions(control) if each["client"] is not None]
    await room.launch(exposed)
    await room.advance(13 * 86400)
    assert {each["exposure"] for each in room.sessions(exposed)} == {"exposed"}
    assert {each["exposure"] for each in room.sessions(control)} == {"control"}
    assert room.counts(control)["completes"] > 0


async def test_same_seed_same_respondents(tmp_path: Path) -> None:
    found = []
    for place, seed in (("a", 7), ("b", 7), ("c", 8)):
        room = Room.open(tmp_path / place, seed=seed)
        group = await room.live()
        await room.advance(4 * 86400)
        found.append(room.sessions(group))
        await room.close()
    assert found[0] == found[1] != found[2]


async def test_time_alone_brings_respondents_where_a_clock_runs(room: Room) -> None:
    group = await room.live()
    plan = next(iter(room.tx().every(recruiting.PLANS)))
    first = plan["begun"] + plan["step"]
    assert room.runtime.timeline.next_due(room.world) == first
    await room.advance(86400)
    assert room.sessions(group)
