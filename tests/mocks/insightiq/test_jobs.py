"""Jobs: analytics, look-ups of mail addresses, overlaps and screenings, from 202 to their end."""

from typing import Any

import pytest

from harness.errors import InvalidInput
from tests.mocks.insightiq.room import CRITERIA, INSTAGRAM, TIKTOK, YOUTUBE, Room

ANALYTICS = "/v1/social/creators/async/profiles/analytics"
EMAILS = "/v1/social/creators/email-lookup"
OVERLAP = "/v1/social/creators/audience-overlap"
FETCH = "/v1/social/creators/async/contents/fetch"
SCREENING = "/v1/safety/social-profile-screening"
LINKEDIN = "36410629-f907-43ba-aa0d-434ca9c0501a"


async def handles(room: Room, count: int = 2) -> list[str]:
    return [each["platform_username"] for each in await room.search(limit=count)]


async def test_an_analysis_is_in_progress_until_its_time_has_come(room: Room) -> None:
    handle = (await handles(room))[0]
    job = await room.ok("POST", ANALYTICS, {"identifier": handle.upper(), "work_platform_id": INSTAGRAM})
    assert (job["status"], job["identifier"]) == ("IN_PROGRESS", handle.upper())
    at = f"{ANALYTICS}/{job['id']}"
    waiting = await room.ok("GET", at)
    assert waiting["status"] == "IN_PROGRESS"
    assert "profile" not in waiting
    await room.advance(1)
    done = await room.ok("GET", at)
    assert done["status"] == "SUCCESS"
    assert done["profile"]["platform_username"] == handle
    assert done["work_platform"]["name"] == "Instagram"
    assert "reputation" not in done["profile"]
    assert "work_platform" not in done["profile"]
    assert room.events()[-1]["event"] == "PROFILE_ANALYTICS.SUCCESS"
    assert room.events()[-1]["data"] == {"job_id": job["id"].replace("-", "")}
    await room.advance(100 * 86_400)
    assert (await room.ok("GET", at))["profile"] == done["profile"]


async def test_an_analysis_of_nobody_fails(room: Room) -> None:
    job = await room.ok("POST", ANALYTICS, {"identifier": "nobody", "work_platform_id": TIKTOK})
    await room.advance(1)
    ended = await room.ok("GET", f"{ANALYTICS}/{job['id']}")
    assert ended["status"] == "FAILURE"
    assert "profile" not in ended
    assert room.events()[-1]["event"] == "PROFILE_ANALYTICS.FAILURE"


@pytest.mark.parametrize("form", ["{handle}", "@{handle}", "https://www.instagram.com/{handle}/"])
async def test_a_creator_is_named_by_handle_or_address(room: Room, form: str) -> None:
    handle = (await handles(room))[0]
    wanted = {"identifier": form.format(handle=handle), "work_platform_id": INSTAGRAM.replace("-", "")}
    report = await room.ok("POST", "/v1/social/creators/profiles/analytics", wanted)
    assert report["profile"]["platform_username"] == handle
    assert report["pricing"]["post_type"]["reels"]["max"] > report["pricing"]["post_type"]["reels"]["min"]


async def test_analytics_cover_three_platforms(room: Room) -> None:
    wanted = {"identifier": "x", "work_platform_id": LINKEDIN}
    assert (await room.refused("POST", ANALYTICS, wanted))[:2] == (400, "invalid_fields")
    at = "/v1/social/creators/profiles/analytics"
    assert (await room.refused("POST", at, wanted | {"work_platform_id": TIKTOK}))[:2] == (
        404,
        "incorrect_identifier",
    )


async def test_a_job_can_be_made_to_fail_and_ends_once(room: Room) -> None:
    handle = (await handles(room))[0]
    job = await room.ok("POST", ANALYTICS, {"identifier": handle, "work_platform_id": INSTAGRAM})
    assert room.trigger("PROFILE_ANALYTICS.FAILURE", job_id=job["id"])["status"] == "FAILURE"
    await room.advance(5)
    assert (await room.ok("GET", f"{ANALYTICS}/{job['id']}"))["status"] == "FAILURE"
    assert len(room.events()) == 1
    with pytest.raises(InvalidInput, match="ended already"):
        room.trigger("PROFILE_ANALYTICS.SUCCESS", job_id=job["id"])
    with pytest.raises(InvalidInput, match="no job"):
        room.trigger("EMAIL_LOOKUP.SUCCESS", job_id=job["id"])


async def test_mail_addresses_are_matched_on_every_platform(room: Room) -> None:
    found = await room.search(limit=50, has_contact_details=True)
    contacts = [(each["platform_username"], contact) for each in found for contact in each["contact_details"]]
    handle, email = next((name, each["value"]) for name, each in contacts if each["type"] == "email")
    job = await room.ok("POST", EMAILS, {"emails": [email, "nobody@else.test"]})
    assert job["status"] == "IN_PROGRESS"
    waiting = await room.ok("GET", f"{EMAILS}/{job['id']}")
    assert waiting["matched_emails"] == waiting["non_matched_emails"] == []
    await room.advance(1)
    done = await room.ok("GET", f"{EMAILS}/{job['id']}")
    assert done["lookup_report"]["status"] == "SUCCESS"
    assert (done["lookup_report"]["matched_count"], done["lookup_report"]["non_matched_count"]) == (1, 1)
    assert {each["platform_username"] for each in done["matched_emails"]} == {handle}
    assert "Instagram" in {each["work_platform"]["name"] for each in done["matched_emails"]}
    assert done["non_matched_emails"] == ["nobody@else.test"]


async def test_an_overlap_is_the_same_from_both_sides(room: Room) -> None:
    names = await handles(room, 4)
    job = await room.ok("POST", OVERLAP, {"work_platform_id": INSTAGRAM, "identifiers": names[:2]})
    await room.advance(1)
    done = await room.ok("GET", f"{OVERLAP}/{job['id']}")
    one, two = done["profiles"]
    assert [one["platform_username"], two["platform_username"]] == names[:2]
    shared = [each["follower_count"] * each["overlap_follower_percentage"] / 100 for each in (one, two)]
    assert shared[0] == pytest.approx(shared[1], rel=0.05)
    assert done["total_follower_count"] == one["follower_count"] + two["follower_count"]
    assert done["unique_follower_count"] == pytest.approx(done["total_follower_count"] - shared[0], rel=0.01)
    nobody = await room.ok("POST", OVERLAP, {"work_platform_id": YOUTUBE, "identifiers": ["nobody"]})
    await room.advance(1)
    assert (await room.ok("GET", f"{OVERLAP}/{nobody['id']}"))["status"] == "FAILURE"


async def test_a_screening_needs_criteria_and_lenient_mode_lets_it_pass(room: Room, lenient: Room) -> None:
    url = (await room.search())[0]["url"]
    wanted = {"profile_url": url, "work_platform_id": INSTAGRAM}
    status, code, message = await room.refused("POST", SCREENING, wanted)
    assert (status, code) == (400, "MISSING_FIELDS")
    assert message == "Request is missing required fields: [flagging_criteria_id]."
    assert (await lenient.ok("POST", SCREENING, wanted))["status"] == "IN_PROGRESS"
    assert lenient.rules() == ["missing_fields"]
    unknown = wanted | {"flagging_criteria_id": "5e4b5b3c-0000-4000-8000-000000000000"}
    assert (await room.refused("POST", SCREENING, unknown))[:2] == (404, "incorrect_flagging_criteria_id")
    assert (await room.refused("POST", SCREENING, {"work_platform_id": INSTAGRAM}))[1] == "MISSING_FIELDS"


async def screened(room: Room, **what: Any) -> tuple[str, Any]:
    """Screen a profile with criteria; return the screening's address and its report."""
    criteria = await room.ok("POST", CRITERIA, {"name": "all", "content_limit": 40})
    wanted = {"work_platform_id": INSTAGRAM, "flagging_criteria_id": criteria["id"], **what}
    at = f"{SCREENING}/{(await room.ok('POST', SCREENING, wanted))['id']}"
    assert "report_summary" not in await room.ok("GET", at)
    assert (await room.ok("GET", f"{at}/contents"))["data"] == []
    await room.advance(1)
    return at, await room.ok("GET", at)


async def test_a_screening_counts_what_it_lists(room: Room) -> None:
    found = await room.search(limit=40)
    ratings = set()
    for each in found:
        at, report = await screened(room, profile_url=each["url"])
        summary = report["report_summary"]
        ratings.add(summary["risk_rating"])
        flagged = (await room.ok("GET", f"{at}/contents?limit=100"))["data"]
        looked_at = (await room.ok("GET", f"{at}/contents?limit=100&include_all=true"))["data"]
        assert (len(flagged), len(looked_at)) == (
            summary["flagged_content_count"],
            summary["total_content_count"],
        )
        assert all(content["risks"] for content in flagged)
        assert len(looked_at) <= 40
    assert ratings >= {"LOW", "MEDIUM"}
    assert room.events()[-1]["event"] == "SAFETY_FETCH.SUCCESS"


async def test_one_post_can_be_screened(room: Room) -> None:
    profile = (await room.search())[0]
    wanted = {"work_platform_id": INSTAGRAM, "profile_url": profile["url"]}
    posts = (await room.ok("POST", "/v1/social/creators/contents/fetch", wanted | {"content_type": "REELS"}))[
        "data"
    ]
    at, report = await screened(room, content_url=posts[0]["url"])
    assert report["report_summary"]["total_content_count"] == 1
    shown = (await room.ok("GET", f"{at}/contents?include_all=true"))["data"]
    assert [each["url"] for each in shown] == [posts[0]["url"]]


async def test_a_job_reads_the_posts_of_any_creator(room: Room) -> None:
    profile = (await room.search())[0]
    wanted = {"work_platform_id": INSTAGRAM, "profile_url": profile["url"]}
    job = await room.ok("POST", FETCH, wanted)
    assert (await room.ok("GET", f"{FETCH}/{job['id']}"))["data"] == []
    await room.advance(1)
    first, second = [
        (await room.ok("GET", f"{FETCH}/{job['id']}?limit=12&offset={offset}"))["data"] for offset in (0, 12)
    ]
    direct = (await room.ok("POST", "/v1/social/creators/contents/fetch", wanted))["data"]
    assert [each["url"] for each in first] == [each["url"] for each in direct]
    assert first[-1]["published_at"] > second[0]["published_at"]
    assert room.events()[-1]["event"] == "CONTENTS_FETCH.SUCCESS"
    one = await room.ok("POST", FETCH, {"work_platform_id": INSTAGRAM, "content_url": second[3]["url"]})
    await room.advance(1)
    assert (await room.ok("GET", f"{FETCH}/{one['id']}"))["data"] == [second[3]]


async def test_a_screening_of_nobody_fails(room: Room) -> None:
    _, report = await screened(room, profile_url="https://www.instagram.com/nobody")
    assert (report["status"], report["error"]["error_code"]) == ("FAILURE", "profile_not_found")


@pytest.mark.parametrize("path", [ANALYTICS, EMAILS, OVERLAP, FETCH, SCREENING])
async def test_unknown_jobs_are_refused(room: Room, path: str) -> None:
    assert (await room.refused("GET", f"{path}/5e4b5b3c-0000-4000-8000-000000000000"))[:2] == (
        404,
        "incorrect_job_id",
    )


async def test_a_job_of_another_kind_is_unknown(room: Room) -> None:
    job = await room.ok("POST", EMAILS, {"emails": ["a@b.test"]})
    assert (await room.refused("GET", f"{OVERLAP}/{job['id']}"))[1] == "incorrect_job_id"
    assert await room.ok("GET", f"{EMAILS}/{job['id'].replace('-', '')}")
