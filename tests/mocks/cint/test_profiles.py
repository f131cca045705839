"""The question library, the rules of profiling, and profiles of target groups with what their quotas brought."""

from typing import Any

import pytest

from tests.mocks.cint.room import Room
from tests.mocks.cint.test_target_groups import AGES, WOMEN, profile, ranges

QUESTIONS = "/v1/demand/questions"
DAY = 86_400


def v2(group: str) -> str:
    return f"{group.replace('/demand/', '/demand/v2/')}/profiles"


async def validated(room: Room, *drafts: Any, **more: Any) -> list[str]:
    body = {"locale": "eng_us", "filling_goal": 100, "profile_adjustment_type": "percentage", **more}
    found = await room.ok("POST", f"{room.account}/profiles/validate", {**body, "profiles": list(drafts)})
    return [each["reason"] for each in found]


async def test_questions_are_listed_by_locale_in_its_language(room: Room) -> None:
    at = f"{QUESTIONS}?account_id={room.env['CINT_ACCOUNT_ID']}"
    american = (await room.ok("GET", f"{at}&locale=eng_us&page_size=100"))["questions"]
    german = (await room.ok("GET", f"{at}&locale=ger_de&page_size=100"))["questions"]
    assert {42, 43, 45, 47, 113, 14785, 639} <= {each["id"] for each in american}
    assert not {47, 113, 14785} & {each["id"] for each in german}
    assert next(each["text"] for each in german if each["id"] == 42) == "Wie alt sind Sie?"
    pages = [await room.ok("GET", f"{at}&locale=eng_us&page_size=3")]
    while pages[-1]["questions"]:
        cursor = pages[-1]["questions"][-1]["id"]
        pages.append(await room.ok("GET", f"{at}&locale=eng_us&page_size=3&start_after={cursor}"))
    assert [each for page in pages for each in page["questions"]] == american
    assert pages[0]["pages"] == -(-len(american) // 3)
    found = await room.ok("GET", f"{at}&locale=eng_us&search=pets&category_id=2&type=standard")
    assert [each["id"] for each in found["questions"]] == [639]
    assert (await room.refused("GET", f"{at}&locale=english"))[0] == 400
    assert (await room.refused("GET", f"{at}&locale=jpn_us"))[0] == 400
    assert (await room.refused("GET", f"{at}&locale=eng_us&start_after=1"))[0] == 400


async def test_a_question_tells_what_can_be_answered(room: Room) -> None:
    age = await room.ok("GET", f"{QUESTIONS}/42?locale=eng_us")
    assert (age["object"], age["min"], age["max"]) == ("range_options", 13, 99)
    gender = await room.ok("GET", f"{QUESTIONS}/43?locale=fre_fr")
    assert [each["name"] for each in gender["options"]] == ["Homme", "Femme"]
    for path in ("47?locale=ger_de", "9?locale=eng_us", "x?locale=eng_us"):
        assert (await room.refused("GET", f"{QUESTIONS}/{path}"))[0] == 404
    both = await room.ok("GET", "/v1/demand/questions-translation?locale=ger_de&id=43")
    assert both["result"][0]["question_options"][1] == {
        "text": "Weiblich",
        "text_translated": "Female",
        "precode": "2",
    }


def quotas(*shares: int, nominal: tuple[int, ...] = ()) -> dict[str, Any]:
    single: list[Any] = [{"index": index, "quota_percentage": share} for index, share in enumerate(shares)]
    for each, number in zip(single, nominal, strict=False):
        each["quota_nominal"] = number
    return {"ungrouped": single, "grouped": []}


WRONG = [
    (AGES | {"question_id": 999}, "invalid_question_id_015"),
    (AGES | {"conditions": ranges((30, 20), (40, 50))}, "profile_condition_min_greater_than_max_001"),
    (AGES | {"conditions": ranges((18, 30), (30, 50))}, "profile_condition_ranges_should_not_overlap_014"),
    (AGES | {"conditions": ranges((18, 30), (18, 30))}, "profile_condition_not_unique_003"),
    (AGES | {"quotas": quotas(40, 40)}, "incorrect_sum_of_percentage_009"),
    (AGES | {"quotas": quotas(100, 0)}, "quota_value_cannot_be_zero_019"),
    (AGES | {"quotas": quotas(50, 50, nominal=(50, 40))}, "incorrect_sum_of_nominal_010"),
    (AGES | {"quotas": quotas(50, 50, nominal=(80, 20))}, "quota_percentage_not_in_sync_with_nominal_008"),
    (AGES | {"quotas": quotas(30, 30, 40)}, "quota_indexes_out_of_bounds_004"),
    (
        WOMEN
        | {
            "conditions": {
                "object": "selection_conditions_details_template",
                "data": [{"option": "7"}],
            }
        },
        "not_supported_question_option_020",
    ),
    (WOMEN | {"conditions": ranges((1, 2))}, "profile_with_invalid_condition_012"),
    (
        {
            "question_id": 45,
            "conditions": {
                "object": "zip_conditions_details_template",
                "data": [{"zip_codes": ["10001", "10001"], "allow_all_zip": False}],
            },
        },
        "duplicate_zip_code_017",
    ),
]


@pytest.mark.parametrize(("draft", "reason"), WRONG)
async def test_every_rule_of_profiling_is_told_by_the_validator_and_kept_by_drafts(
    room: Room, draft: Any, reason: str
) -> None:
    assert reason in await validated(room, draft)
    project = await room.project()
    answer = await room.call(
        "POST", f"{project}/target-groups", room.draft(filling_goal=100, profile=profile(draft))
    )
    if reason.endswith("008"):  # a warning
        assert answer.status_code == 201
    else:
        assert answer.status_code == 400
        assert answer.json()["invalid_params"][0]["name"].startswith("profile_validation_error_")


async def test_a_right_profile_has_no_problems(room: Room) -> None:
    assert await validated(room, AGES, WOMEN) == []
    assert await validated(room, AGES, AGES) == ["profile_not_unique_006"]
    assert "invalid_question_id_015" in await validated(room, AGES | {"question_id": 47}, locale="ger_de")


async def test_a_profile_is_added_changed_and_gets_quotas(room: Room) -> None:
    group = await room.target_group(filling_goal=101)
    conditions = {"object": "range_conditions", "data": [{"min": 18, "max": 40}]}
    made = await room.ok("POST", v2(group), {"question_id": 42, "conditions": conditions})
    assert (made["name"], made["quotas_enabled"], made["quotas"]["ungrouped"]) == ("AGE", False, [])
    at = f"{v2(group)}/{made['id']}"
    three = [{"min": 18, "max": 29}, {"min": 30, "max": 49}, {"min": 50, "max": 80}]
    changed = await room.ok("PUT", f"{at}/conditions", {"object": "range_conditions", "data": three})
    assert changed["id"] == made["id"]
    assert [each["text"] for each in changed["conditions"]["data"]] == ["18-29", "30-49", "50-80"]
    enabled = await room.ok("POST", f"{at}/enable-quotas")
    assert [each["quota"] for each in enabled["quotas"]["ungrouped"]] == [34, 33, 33]
    assert {each["condition"] for each in enabled["quotas"]["ungrouped"]} == {
        each["id"] for each in enabled["conditions"]["data"]
    }
    again = await room.refused("POST", v2(group), {"question_id": 42, "conditions": conditions})
    assert "profile_not_unique" in again[2]
    mixed = {"object": "range_conditions", "data": ["1"]}
    assert (await room.refused("PUT", f"{at}/conditions", mixed))[0] == 400
    disabled = await room.ok("POST", f"{at}/disable-quotas")
    assert disabled["quotas_enabled"] is False
    assert (await room.ok("GET", v2(group)))["data"] == [disabled]
    assert (await room.refused("GET", f"{v2(group)}/{'0' * 26}"))[0] == 404


async def test_goals_are_told_for_the_group_and_its_quotas(room: Room) -> None:
    group = await room.live(filling_goal=40, profile=profile(AGES))
    (shown,) = (await room.ok("GET", v2(group)))["data"]
    young, old = (each["id"] for each in shown["quotas"]["ungrouped"])
    at = f"{group}/quota-distribution?target_group_filling_goal="
    told = (await room.ok("GET", f"{at}61"))["condition_quota_distribution"]
    assert {each["quota_id"]: each["filling_goal"] for each in told} == {young: 31, old: 30}
    goals = [{"quota_id": young, "filling_goal": 45}, {"quota_id": old, "filling_goal": 15}]
    wanted = {"filling_goal": 60, "profiles": [{"profile_id": shown["id"], "quotas": goals}]}
    (changed,) = (await room.ok("PUT", f"{v2(group)}/filling-goal", wanted))["data"]
    assert [each["completes_goal"] for each in changed["quotas"]["ungrouped"]] == [45, 15]
    assert [each["quota"] for each in changed["quotas"]["ungrouped"]] == [75, 25]
    assert (await room.ok("GET", f"{group}/overview"))["progress"]["filling_goal"] == 60
    goals[0]["filling_goal"] = 44
    assert "incorrect_sum_of_nominal" in (await room.refused("PUT", f"{v2(group)}/filling-goal", wanted))[2]
    unknown = {"profiles": [{"profile_id": "0" * 26, "quotas": []}]}
    assert (await room.refused("PUT", f"{v2(group)}/filling-goal", unknown))[0] == 400


async def test_what_quotas_brought_stays_theirs_when_profiles_change(room: Room) -> None:
    group = await room.live(filling_goal=200, profile=profile(AGES))
    await room.advance(3 * DAY)
    (before,) = (await room.ok("GET", v2(group)))["data"]
    women = {"object": "selection_conditions", "data": ["1", "2"]}
    made = await room.ok("POST", v2(group), {"question_id": 43, "conditions": women})
    await room.ok("POST", f"{v2(group)}/{made['id']}/enable-quotas")
    found = {each["question_id"]: each for each in (await room.ok("GET", v2(group)))["data"]}
    assert found[42]["quotas"] == before["quotas"]
    assert {each["completes"] for each in found[43]["quotas"]["ungrouped"]} == {0}
    await room.advance(DAY)
    found = {each["question_id"]: each for each in (await room.ok("GET", v2(group)))["data"]}
    assert sum(each["prescreens"] for each in found[43]["quotas"]["ungrouped"]) > 0
    room.counts(group)


async def test_a_completed_groups_profiles_stand(room: Room) -> None:
    group = await room.live(profile=profile(AGES))
    await room.ok("POST", f"{(await room.run(group))[0]}/complete")
    (shown,) = (await room.ok("GET", v2(group)))["data"]
    refused = await room.refused("POST", f"{v2(group)}/{shown['id']}/disable-quotas")
    assert refused[0] == 400


async def test_incomes_are_admitted_exactly(room: Room) -> None:
    rich = {
        "question_id": 14785,
        "conditions": {
            "object": "selection_conditions_details_template",
            "data": [{"option": "4"}, {"option": "5"}],
        },
    }
    group = await room.live(filling_goal=40, profile=profile(rich))
    room.trigger("respondents.come", count=80)
    let_in = [each for each in room.sessions(group) if each["client"] is not None]
    assert let_in
    assert {each["demographics"]["income"] for each in let_in} <= {"75k to 100k", "over 100k"}


async def test_feasibility_of_what_was_launched_takes_what_is_there(room: Room) -> None:
    draft = await room.target_group()
    refused = await room.refused("POST", f"{draft}/calculate-feasibility", {})
    assert refused[:2] == (422, "invalid_state_error")
    group = await room.live(filling_goal=500, profile=profile(AGES))
    usual = await room.ok("POST", f"{group}/calculate-feasibility", {})
    rare = await room.ok("POST", f"{group}/calculate-feasibility", {"incidence_rate": 0.05})
    assert usual["suggested_price"]["value"] == "2.46"
    assert float(rare["suggested_price"]["value"]) > 2 * float(usual["suggested_price"]["value"])
    assert usual["profiles"][0]["question_id"] == 42
    assert len(usual["profiles"][0]["quotas"]["ungrouped"]) == 2


async def test_rate_cards_are_the_prices_by_length_and_incidence(room: Room) -> None:
    group = await room.target_group()
    card = await room.ok("GET", f"{group}/rate-card")
    table = card["predicted_rate_card"]
    row = table["length_of_interview_minutes"].index(10)
    column = table["incidence_rate_percents"].index(50)
    assert table["pricing_table_data"][row][column] == 2.46
    await room.launch(group)
    bound = await room.ok("GET", f"{group}/rate-card")
    assert bound["bound_rate_card"] == table
