"""Target groups: drafts and their rules, and what is told of launched ones."""

from typing import Any

import pytest

from harness import instants
from tests.mocks.cint.room import EMPTY_PROFILE, Room

USD = {"value": "2.50", "currency_code": "USD"}
AGES = {
    "question_id": 42,
    "quotas_enabled": True,
    "conditions": {
        "object": "range_conditions_details_template",
        "data": [{"min": 18, "max": 34}, {"min": 35, "max": 80}],
    },
    "quotas": {
        "ungrouped": [{"index": 0, "quota_percentage": 50}, {"index": 1, "quota_percentage": 50}],
        "grouped": [],
    },
}
WOMEN = {
    "question_id": 43,
    "quotas_enabled": False,
    "conditions": {"object": "selection_conditions_details_template", "data": [{"option": "2"}]},
}
ASSISTANT = {
    "pricing": {"type": "dynamic", "maximum_cpi": {"value": "2.00", "currency_code": "USD"}},
    "quota_overlay": {"prevent_overfill": True, "balance_fill": False},
    "pacing": {"type": "linear", "increment_interval": "P1DT12H"},
    "soft_launch": {
        "end_at": "2026-03-05T00:00:00Z",
        "filling_goal_percentage": 10,
        "demographics_strictness_percentage": 0,
    },
}
SUPPLY = [
    {
        "type": "group",
        "name": "Test",
        "percentage_min": 0,
        "percentage_max": 100,
        "suppliers": [{"id": 980}],
    },
    {"type": "exchange", "percentage_min": 0, "percentage_max": 0},
    {"type": "blocked", "suppliers": [{"id": 101}]},
]


def profile(*drafts: Any) -> dict[str, Any]:
    return {"profile_adjustment_type": "percentage", "drafts": list(drafts)}


def changed(draft: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return profile(draft | changes)


def ranges(*pairs: tuple[int, int]) -> dict[str, Any]:
    data = [{"min": low, "max": high} for low, high in pairs]
    return {"object": "range_conditions_details_template", "data": data}


async def test_a_draft_is_created_shown_and_made_anew(room: Room) -> None:
    project = await room.project()
    wanted = {
        "fielding_assistant_assignment": ASSISTANT,
        "profile": profile(AGES, WOMEN),
        "supply_allocations": SUPPLY,
        "client_cost_per_interview_note": USD,
        "exclusion": {"enabled": True, "list": [{"entity_type": "RID", "entity_ids": ["x"]}]},
    }
    made = await room.call("POST", f"{project}/target-groups", room.draft(**wanted))
    assert (made.status_code, list(made.json())) == (201, ["id"])
    group = f"{project}/target-groups/{made.json()['id']}"
    shown = await room.ok("GET", group)
    assert shown["profile"]["drafts"][0]["conditions"]["data"][0] == {"text": "18-34", "min": 18, "max": 34}
    assert shown["profile"]["drafts"][1]["conditions"]["data"] == [{"text": "Female", "option": "2"}]
    assert shown["cost_per_interview"]["value"] == "2.00"
    assert shown["client_cost_per_interview_note"] == {**USD, "currency_scale": 2}
    assert shown["fielding_assistant_assignment"]["pacing"] == ASSISTANT["pacing"]
    assert [each["type"] for each in shown["supply_allocations"]] == ["group", "exchange", "blocked"]
    assert len(shown["human_readable_id"]) == 7
    await room.ok("PUT", group, room.draft(name="Another name", filling_goal=7))
    again = await room.ok("GET", group)
    assert (again["name"], again["filling_goal"]) == ("Another name", 7)
    assert again["profile"] == EMPTY_PROFILE
    for path in ("details", "overview", "performance"):
        assert await room.refused("GET", f"{group}/{path}") == (404, "not_found_error", "resource not found")


async def test_a_launched_draft_has_its_details_elsewhere(room: Room) -> None:
    group = await room.live()
    moved = await room.call("GET", group)
    assert (moved.status_code, moved.headers["location"], moved.content) == (301, f"{group}/details", b"")
    assert (await room.refused("PUT", group, room.draft()))[0] == 400
    details = await room.ok("GET", moved.headers["location"])
    assert details["account_name"] == "Greenroom Research"
    names = (
        "project_manager_id",
        "expected_length_of_interview_minutes",
        "expected_incidence_rate",
        "live_url",
        "test_url",
    )
    body = {name: details[name] for name in names} | {"name": "Renamed group", "client_cpi": USD}
    changed = await room.ok("PUT", f"{group}/details", body)
    assert (changed["name"], changed["client_cpi"]["value"]) == ("Renamed group", "2.50")
    assert (await room.ok("GET", f"{group}/overview"))["target_group_name"] == "Renamed group"
    priced = await room.ok("PUT", f"{group}/cost-per-interview", {"target_group_cpi": USD})
    assert priced["target_group_cpi"]["value"] == "2.50"
    assert (await room.ok("GET", f"{group}/overview"))["current_cost_per_interview"]["value"] == "2.50"
    await room.ok("PUT", f"{group}/filling-strategy", {"filling_strategy": "completes"})
    assert (await room.ok("GET", f"{group}/overview"))["progress"]["filling_strategy"] == "completes"
    told = [change["object"] for event in room.events() for change in event["data"]["changes"]]
    assert told == ["status_change", "name_change", "cpi_change", "filling_strategy_change"]
    log = (await room.ok("GET", f"{group}/changelog"))["changelog"]
    assert [change["object"] for batch in log for change in batch["changes"]] == told[::-1]
    assert log[2]["changes"][0] == {
        "object": "name_change",
        "new_value": "Renamed group",
        "old_value": "Spring lift, adults",
    }
    page = await room.ok("GET", f"{group}/changelog?page_size=3")
    rest = await room.ok("GET", f"{group}/changelog?start_after={page['next_cursor']}")
    assert rest == {"changelog": log[3:]}


async def test_the_assistant_is_told_anew(room: Room) -> None:
    group = await room.target_group()
    path = f"{group}/fielding-assistant-assignment"
    shown = await room.call("GET", path)
    assert (shown.json(), shown.headers["etag"]) == ({}, 'W/"1"')
    await room.ok("PUT", path, ASSISTANT, If_None_Match="*")
    assert (await room.refused("PUT", path, {}, If_None_Match="*"))[0] == 412
    assert (await room.refused("PUT", path, {}, If_Match='W/"1"'))[0] == 412
    shown = await room.call("GET", path)
    assert (shown.json()["pricing"]["maximum_cpi"]["value"], shown.headers["etag"]) == ("2.00", 'W/"2"')
    euros = {"pricing": {"type": "dynamic", "total_budget": {"value": "9", "currency_code": "EUR"}}}
    assert (await room.refused("PUT", path, euros, If_Match='W/"2"'))[0] == 400


async def test_completes_are_counted_by_interval(room: Room) -> None:
    group = await room.live()
    await room.advance(3.5 * 86400)
    path = f"{group}/completes-aggregated-by-interval"
    days = (await room.ok("GET", path))["aggregated_completes_intervals"]
    assert len(days) == 4
    assert [each["count"] for each in days] == sorted(each["count"] for each in days)
    assert days[-1]["count"] == room.counts(group)["completes"] > 0
    hours = (await room.ok("GET", f"{path}?aggregation_interval=PT6H"))["aggregated_completes_intervals"]
    assert [each for each in hours if each["timestamp"] == days[0]["timestamp"]] == days[:1]
    for wrong in ("P", "PT", "1D", "P0D", "PT1M"):
        assert (await room.refused("GET", f"{path}?aggregation_interval={wrong}"))[0] == 400


WRONG = [
    {"name": None},
    {"name": "n" * 129},
    {"business_unit_id": "1"},
    {"business_unit_id": 184071},
    {"locale": "english"},
    {"locale": "jpn_us"},
    {"locale": "eng_zz"},
    {"collects_pii": "no"},
    {"project_manager_id": "pm_mock_123"},
    {"filling_goal": -1},
    {"filling_goal": 1.5},
    {"filling_goal": True},
    {"expected_length_of_interview_minutes": 46},
    {"expected_incidence_rate": 1.1},
    {"expected_incidence_rate": 0.123},
    {"live_url": "http://survey.studio.test/?rid=[%RID%]"},
    {"live_url": "nowhere"},
    {"test_url": "ftp://survey.studio.test"},
    {"live_url": "https://[::1"},
    {"fielding_assistant_assignment": None},
    {"fielding_assistant_assignment": {"pricing": {"type": "free"}}},
    {"fielding_assistant_assignment": {"pricing": {"type": "dynamic", "maximum_cpi": {"value": "2", "currency_code": "EUR"}}}},
    {"fielding_assistant_assignment": {"pacing": {"type": "linear", "increment_interval": "P"}}},
    {"fielding_assistant_assignment": {"pacing": {"type": "linear", "increment_interval": "PT"}}},
    {"cost_per_interview": {"value": "2,50", "currency_code": "USD"}},
    {"cost_per_interview": {"value": "2.50", "currency_code": "GBP"}},
    {"profile": {}},
    {"profile": None},
    {"profile": {"profile_adjustment_type": "nominal"}},
    {"profile": {"profile_adjustment_type": "percentage"}},
    {"fielding_specification": {"start_at": "2026-03-02T09:30:00Z", "end_at": "2026-03-12T09:00:00Z"}},
    {"fielding_specification": {"start_at": "2026-03-05T09:00:00Z", "end_at": "2026-03-05T09:00:00Z"}},
    {"fielding_specification": {"start_at": "tomorrow", "end_at": "2026-03-12T09:00:00Z"}},
    {"fielding_specification": {"start_at": "2026-03-05", "end_at": "2026-03-12T09:00:00Z"}},
    {"supply_allocations": [{"type": "exchange", "percentage_max": 101}]},
]  # fmt: skip


async def test_every_locale_that_is_listed_is_taken(room: Room) -> None:
    listed = [
        f"{language['code']}_{each['country']['code']}"
        for each in (await room.ok("GET", "/v1/locales"))["locales"]
        for language in each["languages"]
    ]
    assert {"eng_us", "ben_in", "ind_id", "ara_ae"} <= set(listed)
    assert len(set(listed)) == len(listed)
    project = await room.project()
    for locale in listed:
        await room.ok("POST", f"{project}/target-groups", room.draft(locale=locale))


@pytest.mark.parametrize("changes", WRONG)
async def test_wrong_drafts_are_refused(room: Room, changes: Any) -> None:
    project = await room.project()
    refusal = await room.refused("POST", f"{project}/target-groups", room.draft(**changes))
    assert refusal[:2] == (400, "bad_request_error")
    assert (await room.ok("GET", f"{project}/target-groups"))["target_groups"] == []


@pytest.mark.parametrize(
    ("wrong", "number"),
    [
        (changed(AGES, conditions=ranges((34, 18), (35, 80))), 1),
        (changed(AGES, conditions=ranges((18, 34), (18, 34))), 3),
        (changed(AGES, conditions=ranges((18, 34), (34, 80))), 14),
        (changed(AGES, conditions=ranges((18, 34))), 4),
        (changed(AGES, quotas={"ungrouped": [{"index": 0, "quota_percentage": 60}]}), 9),
        (profile(AGES, AGES), 6),
    ],
)
async def test_profiles_keep_the_rules_of_profiling(room: Room, wrong: Any, number: int) -> None:
    project = await room.project()
    answer = await room.call("POST", f"{project}/target-groups", room.draft(profile=wrong))
    assert answer.status_code == 400
    (told,) = answer.json()["invalid_params"]
    assert told["name"] == f"profile_validation_error_{number:03d}"
    assert told["reason"].endswith(f"_{number:03d}")


async def test_interlocked_profiles_are_loudly_refused(room: Room) -> None:
    project = await room.project()
    wrong = {"profile_adjustment_type": "percentage", "interlocked_profiles": [{"id": "x"}]}
    answer = await room.call("POST", f"{project}/target-groups", room.draft(profile=wrong))
    assert (answer.status_code, answer.headers["Greenroom-Unserved"]) == (400, "interlocked_profiles")


async def test_what_the_platform_sends_wrongly_is_recorded_in_a_lenient_world(lenient: Room) -> None:
    now = lenient.world.clock.now()
    soon = {"start_at": instants.iso(now), "end_at": instants.iso(now + instants.DAY)}
    group = await lenient.target_group(
        profile={},
        fielding_assistant_assignment=None,
        project_manager_id="pm_mock_123",
        name="n" * 200,
        fielding_specification=soon,
        live_url="http://survey.studio.test/live",
        test_url="http://survey.studio.test/test",
    )
    assert set(lenient.rules()) == {
        "project_manager_not_uuid",
        "target_group_name_length",
        "start_too_early",
        "url_not_https",
        "url_without_rid",
        "missing_field",
    }
    lenient.spec = None  # the manager's id, as it was sent, is none that the document allows
    assert (await lenient.launch(group))["status"] == "Completed"
    assert (await lenient.ok("GET", f"{group}/overview"))["status"] == "live"


async def test_a_start_exactly_an_hour_ahead_has_a_grace(room: Room) -> None:
    now = room.world.clock.now()
    start = now + instants.HOUR - 90 * instants.SECOND
    period = {"start_at": instants.iso(start), "end_at": instants.iso(now + instants.DAY)}
    await room.target_group(fielding_specification=period)
    early = period | {"start_at": instants.iso(start - instants.SECOND)}
    project = await room.project()
    refusal = await room.refused("POST", f"{project}/target-groups", room.draft(fielding_specification=early))
    assert refusal[2] == "start_at must be at least one hour in the future."


async def test_a_survey_on_this_machine_needs_no_certificate(room: Room) -> None:
    await room.target_group(live_url="http://127.0.0.1:9/?r=[%RID%]", test_url="http://localhost/?r=[%RID%]")
    assert room.rules() == []


async def test_an_address_without_rid_is_noted_but_taken(room: Room) -> None:
    await room.target_group(live_url="https://survey.studio.test/")
    assert room.rules() == ["url_without_rid"]


async def test_target_groups_are_listed_and_filtered(room: Room) -> None:
    project = await room.project()
    await room.target_group(project, name="Adults, US")
    german = await room.target_group(project, name="Adults, DE", locale="ger_de")
    await room.launch(german)

    async def found(query: str) -> list[str]:
        listed = await room.ok("GET", f"{project}/target-groups?{query}")
        return [each["name"] for each in listed["target_groups"]]

    assert await found("") == ["Adults, DE", "Adults, US"]
    assert await found("status=draft") == ["Adults, US"]
    assert await found("status=live&status=paused") == ["Adults, DE"]
    assert await found("country=de,gb&language=ger") == ["Adults, DE"]
    assert await found("search_string=us") == ["Adults, US"]
    assert await found("exclusion_status=true") == []
    assert (await room.refused("GET", f"{project}/target-groups?status=asleep"))[0] == 400
    allowed = await room.ok("POST", f"{project}/compute-target-group-transitions", {})
    assert len(allowed.pop("target_groups")) == 2
    assert {name for name, value in allowed.items() if value} == {
        "is_launch_allowed",
        "is_pause_allowed",
        "is_finish_allowed",
    }


async def test_feasibility_follows_length_incidence_and_country(room: Room) -> None:
    path = f"{await room.project()}/target-groups/calculate-feasibility"

    wanted = room.feasible()

    async def price(**changes: Any) -> float:
        answer = await room.ok("POST", path, wanted | changes)
        assert answer["suggested_filling_goal_range"]["max"] <= 1000
        return float(answer["suggested_price"]["value"])

    assert abs(await price() - 2.5) < 0.1
    assert abs(await price(incidence_rate=0.05) - 7) < 0.5
    assert await price(locale="eng_in") < await price() < await price(collects_pii=True)
    assert await price(locale="fre_ca") > 0
    unknown = {"name": "locale", "reason": "'ger_us' is not a supported locale"}
    answer = await room.call("POST", path, {**wanted, "locale": "ger_us"})
    assert (answer.status_code, answer.json()["invalid_params"]) == (400, [unknown])
    quotas = {"ungrouped": [{"index": 0, "quota_percentage": 40}]}
    await price(profiles=[{"question_id": 42, "conditions": ranges((18, 34)), "quotas": quotas}])
    wrong = {"business_unit_id": 1}
    assert (await room.refused("POST", path, wrong))[0] == 400
