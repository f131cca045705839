"""Creator search: filters agree with what profiles show, orders hold, pages join."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mocks.insightiq.resources.search import BY_PROFILE, BY_REQUEST
from tests.mocks.insightiq.room import INSTAGRAM, LARGEST_FIRST, TIKTOK, YOUTUBE, Room

PATH = "/v1/social/creators/profiles/search"
PAGE = {"work_platform_id": INSTAGRAM, "sort_by": LARGEST_FIRST}
ANALYTICS = "/v1/social/creators/profiles/analytics"
FACEBOOK = "ad2fec62-2987-40a0-89fb-23485972598c"


async def analysed(room: Room, found: dict[str, Any]) -> Any:
    wanted = {"identifier": found["platform_username"], "work_platform_id": found["work_platform"]["id"]}
    return (await room.ok("POST", ANALYTICS, wanted))["profile"]


async def test_results_and_profiles_say_the_same(room: Room) -> None:
    for platform in (INSTAGRAM, YOUTUBE, TIKTOK):
        found = (await room.search(platform, offset=7, limit=1))[0]
        profile = await analysed(room, found)
        same = set(found) & set(profile)
        assert {"follower_count", "engagement_rate", "is_verified", "gender", "average_likes"} <= same
        assert {name: profile[name] for name in same} == {name: found[name] for name in same}
        assert profile["location"] == found["creator_location"]


async def test_what_the_platform_sends_is_answered(room: Room) -> None:
    found = await room.search(limit=30, follower_count={"min": 50_000, "max": 400_000}, is_verified=True)
    assert len(found) > 5
    counts = [each["follower_count"] for each in found]
    assert counts == sorted(counts, reverse=True)
    assert all(50_000 <= count <= 400_000 for count in counts)
    assert all(each["is_verified"] for each in found)


async def test_pages_join_and_end_at_five_hundred(room: Room) -> None:
    whole = await room.search(limit=500)
    assert len(whole) == 500
    pages = [await room.search(limit=120, offset=offset) for offset in range(0, 600, 120)]
    assert [each for page in pages for each in page] == whole
    assert await room.search(offset=500) == []
    body = {"work_platform_id": INSTAGRAM, "sort_by": LARGEST_FIRST}
    assert (await room.ok("POST", PATH, body))["metadata"] == {"offset": 0, "limit": 10}


async def test_an_export_goes_beyond_five_hundred(room: Room) -> None:
    body = {"work_platform_id": INSTAGRAM, "sort_by": LARGEST_FIRST, "max_results": 700}
    job = await room.ok("POST", "/v1/social/creators/profiles/search-export", body)
    at = f"/v1/social/creators/profiles/search-export/{job['id']}?limit=500"
    assert (await room.ok("GET", at))["data"] == []
    await room.advance(1)
    first, second = await room.ok("GET", at), await room.ok("GET", f"{at}&offset=500")
    assert (first["status"], len(first["data"]), len(second["data"])) == ("SUCCESS", 500, 200)


@pytest.mark.parametrize("field", sorted({*BY_PROFILE, *BY_REQUEST}))
async def test_every_order_is_answered(room: Room, field: str) -> None:
    found = await room.search(sort_by={"field": field, "order": "DESCENDING"}, limit=20)
    assert len(found) == 20
    shown = {
        "AVERAGE_LIKES": "average_likes",
        "ENGAGEMENT_RATE": "engagement_rate",
        "CONTENT_COUNT": "content_count",
    }
    if field in shown:
        values = [each[shown[field]] for each in found]
        assert values == sorted(values, reverse=True)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    low=st.integers(0, 400_000),
    width=st.integers(0, 2_000_000),
    verified=st.none() | st.booleans(),
    women=st.none() | st.integers(0, 90),
    rate=st.none() | st.integers(0, 9),
)
async def test_a_search_finds_all_that_fit_and_nothing_else(
    room: Room, low: int, width: int, verified: bool | None, women: int | None, rate: int | None
) -> None:
    filters: dict[str, Any] = {"follower_count": {"min": low, "max": low + width}}
    if verified is not None:
        filters["is_verified"] = verified
    if women is not None:
        filters["audience_gender"] = {"type": "FEMALE", "operator": "GT", "percentage_value": women}
    if rate is not None:
        filters["engagement_rate"] = {"percentage_value": str(rate)}
    found = {each["platform_username"] for each in await room.search(TIKTOK, limit=500, **filters)}
    if len(found) == 500:
        return
    everybody = await room.search(TIKTOK, limit=500, follower_count={"min": low, "max": low + width})
    if len(everybody) == 500:
        return
    for each in everybody[:40]:
        profile = await analysed(room, each)
        people = profile["audience"]["gender_age_distribution"]
        share = sum(part["value"] for part in people if part["gender"] == "FEMALE")
        fits = (
            low <= profile["follower_count"] <= low + width
            and verified in (None, profile["is_verified"])
            and (women is None or share > women + 0.005)
            and (rate is None or 100 * profile["engagement_rate"] >= rate)
        )
        close = women is not None and abs(share - women) < 0.01
        assert close or (each["platform_username"] in found) is fits


@pytest.mark.parametrize(
    ("filters", "fits"),
    [
        ({"description_keywords": "BEAUTY skin"}, lambda each, _: "Beauty & Skin" in each["introduction"]),
        ({"bio_phrase": "Slow trains"}, lambda each, _: "Slow trains" in each["introduction"]),
        ({"creator_gender": "FEMALE"}, lambda each, _: each["gender"] == "FEMALE"),
        ({"creator_age": {"min": 25, "max": 34}}, lambda each, _: each["age_group"] == "25-34"),
        ({"creator_language": {"code": "de"}}, lambda each, _: each["language"] == "de"),
        ({"platform_account_type": "BUSINESS"}, lambda each, _: each["platform_account_type"] == "BUSINESS"),
        ({"has_contact_details": False}, lambda each, _: each["contact_details"] == []),
        (
            {"specific_contact_details": [{"type": "EMAIL", "preference": "MUST_HAVE"}]},
            lambda each, _: "email" in {contact["type"] for contact in each["contact_details"]},
        ),
        ({"average_likes": {"min": 3000}}, lambda each, _: each["average_likes"] >= 3000),
        ({"content_count": {"max": 300}}, lambda each, _: each["content_count"] <= 300),
        ({"creator_interests": ["Gaming"]}, lambda _, full: full["top_interests"][0]["name"] == "Gaming"),
        (
            {
                "follower_growth": {
                    "interval": 3,
                    "interval_unit": "MONTH",
                    "operator": "GT",
                    "percentage_value": 8,
                }
            },
            lambda _, full: grown(full["reputation_history"]) > 7.5,
        ),
        (
            {"audience_age": {"min": 18, "max": 24, "percentage_value": 20}},
            lambda _, full: aged(full["audience"], "18-24") > 20,
        ),
        (
            {"audience_language": [{"code": "fr", "percentage_value": "40"}]},
            lambda _, full: (
                {each["code"]: each["value"] for each in full["audience"]["languages"]}["fr"] > 40
            ),
        ),
        (
            {"audience_credibility_category": ["EXCELLENT", "HIGH"]},
            lambda _, full: full["audience"]["credibility_score"] >= 0.78,
        ),
        (
            {"audience_credibility_score": 0.8},
            lambda _, full: full["audience"]["credibility_score"] >= 0.8,
        ),
        (
            {"hashtags": [{"name": "#skincare"}]},
            lambda _, full: "skincare" in {each["name"] for each in full["top_hashtags"]},
        ),
        (
            {"brand_sponsors": ["Velmora", "Dewlight", "Orisse", "Saltmarsh"]},
            lambda each, full: each["filter_match"]["brand_sponsors"] and full["sponsored_contents"],
        ),
        (
            {"topic_relevance": {"name": ["travel", "hiking"], "threshold": 0.9}},
            lambda _, full: full["top_interests"][0]["name"] == "Travel",
        ),
        (
            {"last_post_timestamp": "2026-02-27T00:00:00"},
            lambda _, full: full["recent_contents"][0]["published_at"] >= "2026-02-27T00:00:00",
        ),
        (
            {"instagram_options": {"reel_views": {"min": 100_000}}},
            lambda _, full: full["average_reels_views"] >= 100_000,
        ),
        (
            {"audience_interests": ["Sport"]},
            lambda _, full: "Sport" in {each["name"] for each in full["audience"]["interests"]},
        ),
        (
            {"creator_brand_affinities": ["Velmora", "Saltmarsh"]},
            lambda _, full: {"Velmora", "Saltmarsh"} & {each["name"] for each in full["brand_affinity"]},
        ),
    ],
)
async def test_filters_agree_with_the_profiles(room: Room, filters: Any, fits: Any) -> None:
    room.populate(size=400)
    everybody = await room.search(limit=500)
    found = await room.search(limit=500, **filters)
    assert 0 < len(found) < len(everybody) < 500
    for each in found[:12]:
        assert fits(each, await analysed(room, each))


def grown(history: Any) -> float:
    """Return by how many percent followers have grown within three months, on the first of a month."""
    then, now = history[-5]["follower_count"], history[-1]["follower_count"]
    return float(100 * (now / then - 1))


def aged(audience: Any, ages: str) -> float:
    people = audience["gender_age_distribution"]
    return float(sum(each["value"] for each in people if each["age_range"] == ages))


async def test_places_are_searched_by_the_ids_of_the_dictionary(room: Room) -> None:
    at = "/v1/social/creators/dictionary/locations"
    london = (await room.ok("GET", f"{at}?search_string=london"))["locations"][0]
    assert (london["type"], london["name"]) == ("CITY", "London, England, United Kingdom")
    found = await room.search(creator_locations=[london["id"]], limit=500)
    assert found
    assert {each["creator_location"]["city"] for each in found} == {"London"}
    assert await room.search(creator_locations=[london["id"].replace("-", "").upper()], limit=500) == found
    for name, wrong in (("creator_locations", ["London"]), ("audience_locations", [{"location_id": "GB"}])):
        code, _, message = await room.refused("POST", PATH, {**PAGE, name: wrong})
        assert (code, name in message) == (400, True)
    wanted = [{"location_id": london["id"], "percentage_value": 10, "operator": "GT"}]
    watched = await room.search(audience_locations=wanted, limit=500)
    assert all(each["filter_match"]["audience_locations"]["percentage_value"] > 10 for each in watched)
    assert len(await room.search(audience_location=[{"name": "United Kingdom", "percentage_value": 40}])) > 3


async def test_look_alikes_are_of_the_same_niche(room: Room) -> None:
    one = (await room.search())[0]
    found = await room.search(creator_lookalikes=one["platform_username"], limit=50)
    interests = {(await analysed(room, each))["top_interests"][0]["name"] for each in found[:5]}
    assert interests == {(await analysed(room, one))["top_interests"][0]["name"]}


async def test_youtube_counts_subscribers(room: Room) -> None:
    found = (await room.search(YOUTUBE, subscriber_count={"min": 100_000}))[0]
    assert found["subscriber_count"] == found["follower_count"] >= 100_000
    assert (await room.search(INSTAGRAM))[0]["subscriber_count"] == 0
    assert await room.search(INSTAGRAM, subscriber_count={"min": 1}) == []


async def test_a_platform_without_creators_has_no_results(room: Room) -> None:
    assert await room.search(FACEBOOK) == []


async def test_keywords_as_a_list_are_refused_and_let_through_by_lenient_mode(
    room: Room, lenient: Room
) -> None:
    body = {"work_platform_id": INSTAGRAM, "sort_by": LARGEST_FIRST, "description_keywords": ["travel"]}
    status, code, message = await room.refused("POST", PATH, body)
    assert (status, code) == (400, "invalid_fields")
    assert "description_keywords" in message
    extra = {**body, "platform_username": {"value": "a"}, "external_id": "x"}
    found = (await lenient.ok("POST", PATH, extra))["data"]
    assert found
    assert all("travel" in str(each).lower() for each in found)
    assert set(lenient.rules()) == {"invalid_fields", "keywords_as_list"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"work_platform_id": None}, "MISSING_FIELDS"),
        ({"sort_by": None}, "MISSING_FIELDS"),
        ({"sort_by": {"field": "NONSENSE", "order": "DESCENDING"}}, "invalid_fields"),
        ({"sort_by": {"field": "FOLLOWER_COUNT", "order": "ASCENDING"}}, "invalid_fields"),
        ({"limit": 501}, "invalid_fields"),
        ({"offset": -1}, "invalid_fields"),
        ({"external_id": "x"}, "invalid_fields"),
        ({"engagement_rate": {"percentage_value": "much"}}, "invalid_fields"),
        ({"last_post_timestamp": "yesterday"}, "invalid_fields"),
        ({"work_platform_id": "5e4b5b3c-0000-4000-8000-000000000000"}, "incorrect_work_platform_id"),
    ],
)
async def test_wrong_searches_are_refused(room: Room, changes: Any, code: str) -> None:
    body = {"work_platform_id": INSTAGRAM, "sort_by": LARGEST_FIRST, **changes}
    wanted = {name: value for name, value in body.items() if value is not None}
    assert (await room.refused("POST", PATH, wanted))[1] == code


async def test_wrong_fields_are_named_by_their_place(room: Room) -> None:
    body = {
        "work_platform_id": INSTAGRAM,
        "sort_by": LARGEST_FIRST,
        "description_keywords": 5,
        "hashtags": [{"name": "a"}, {"name": 1}],
        "follower_count": {"min": "10"},
    }
    _, _, message = await room.refused("POST", PATH, body)
    assert message == (
        "Request has invalid fields: [follower_count.min, description_keywords, hashtags.1.name]."
    )


async def test_nobody_streams(room: Room) -> None:
    streams = {"field": "AIRTIME", "order": "DESCENDING"}
    assert await room.search(sort_by=streams) == await room.search()
    assert await room.search(livestream_options={"peak_viewers": {"min": 1}}) == []
    assert await room.search(YOUTUBE, post_type="SHORTS") == []
    assert await room.search(YOUTUBE, post_type="VIDEOS") == await room.search(YOUTUBE)


async def test_results_move_with_time(room: Room) -> None:
    before = await room.search(limit=100)
    await room.advance(200 * 86_400)
    after = {each["platform_username"]: each for each in await room.search(limit=300)}
    grown = [
        after[each["platform_username"]]["follower_count"] > each["follower_count"]
        for each in before
        if each["platform_username"] in after
    ]
    assert len(grown) > 60
    assert sum(grown) > 0.9 * len(grown)
