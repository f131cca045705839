"""The panel in the field: who comes, when, and what the exchange makes of them."""

from collections import Counter
from pathlib import Path

from harness import instants
from mocks.cint.resources import conduct, recruiting
from mocks.cint.resources.target_groups import TARGET_GROUPS
from tests.mocks.cint.room import Room
from tests.mocks.cint.test_target_groups import AGES, WOMEN, profile

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
    v2 = group.replace("/demand/", "/demand/v2/")
    (shown,) = (await room.ok("GET", f"{v2}/profiles"))["data"]
    young, old = shown["quotas"]["ungrouped"]
    assert 20 <= old["completes"] <= 22
    assert 10 <= young["completes"] <= 22
    assert young["completes_goal"] == old["completes_goal"] == 20
    assert young["prescreens"] >= young["completes"]
    assert room.counts(group)["live.exchange.40"] > 0
    ages = [each["demographics"]["age"] for each in room.sessions(group) if young["id"] in each["cells"]]
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


async def test_late_ones_finish_when_fielding_is_over_and_count(room: Room) -> None:
    group = await room.live(filling_goal=60)
    room.trigger("panel.behave", late=1.0, drop_off=0.0)
    room.trigger("respondents.come", count=20)
    await room.advance(2 * 3600)
    assert "completes" not in room.counts(group)
    await room.ok("POST", f"{(await room.run(group))[0]}/complete")
    await room.advance(2 * 86400)
    assert room.counts(group)["completes"] > 3
    seconds = [each["seconds"] for each in room.sessions(group) if each["client"] == 10]
    assert min(seconds) > 3 * 3600


async def test_duplicates_are_people_who_have_been_here(room: Room) -> None:
    group = await room.live(filling_goal=60)
    room.trigger("panel.behave", duplicate=0.5)
    room.trigger("respondents.come", count=60)
    found = room.sessions(group)
    twice = [each for each in found if each["exchange"] == 35]
    others = {each["panelist_id"] for each in found if each["exchange"] != 35}
    assert len(twice) > 15
    known: set[str] = set()
    for each in found:
        assert each["exchange"] != 35 or each["number"] == 0 or each["panelist_id"] in known | others
        known.add(each["panelist_id"])
    assert all(each["client"] is None for each in twice)


async def test_costs_add_up_although_prices_change(room: Room) -> None:
    group = await room.live(filling_goal=60)
    await room.advance(2 * 86400)
    body = {"target_group_cpi": {"value": "3.10", "currency_code": "USD"}}
    await room.ok("PUT", f"{group}/cost-per-interview", body)
    await room.advance(11 * 86400)
    done = [each for each in room.sessions(group) if each["client"] == 10]
    assert {each["price"] for each in done} == {24_600, 31_000}
    total = sum(each["price"] for each in done) / 10_000
    overview = await room.ok("GET", f"{group}/overview")
    shown = await room.ok("GET", f"{group}/performance")
    assert float(overview["current_cost"]["value"]) == float(shown["completes_cost"]["value"]) == total
    average = float(overview["average_cost_per_interview"]["value"])
    assert abs(average * len(done) - total) < 0.01


async def test_a_scenario_sets_how_a_studys_panel_behaves(room: Room) -> None:
    study = {"key": "s", "status": "DRAFT", "panel": {"drop_off": 0.4, "late": 0.2}}
    refs = room.told({"name": "x", "seed": "7", "studies": [study]})
    group = room.tx().get(TARGET_GROUPS, refs["cint.study.s"])
    assert group is not None
    manner = conduct.panel(room.tx(), group)
    assert (manner.drop_off, manner.late, manner.quality) == (0.4, 0.2, 0.03)
