"""Every answer against InsightIQ's own OpenAPI document, complete to the last field."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from mocks.insightiq.provider import insightiq
from tests.mocks.insightiq.room import CRITERIA, INSTAGRAM, LARGEST_FIRST, Room, Spec

# Fields of the document that an answer has only where they apply, or that mean nothing.
ABSENT = {
    "filters": "an export repeats what it was asked for",
    "livestream_metrics": "Twitch only",
    "filter_match": "what the filters asked for",
    "platform_error": "failed publications only",
    "error_type": "failed screenings only",
    "subtitles": "not derived",
    "audio_track_info": "not derived",
    "published_info": "of a publication that has ended well",
    "locations": "not derived",
    "genre": "not derived",
    "lookalikes": "in `audience_likers` the document has a text, which is a mistake",
    "contact_details": "in an export the document has one object, which is a mistake",
    "metadata": "of each exported result: texts that repeat the request",
    "income": "products that were not asked for",
    "activity": "products that were not asked for",
    "publish": "products that were not asked for",
}
PREFIX = "/v1/social/creators"
SEARCH = {"work_platform_id": INSTAGRAM, "sort_by": LARGEST_FIRST}
HOOK = {"name": "all", "url": "http://127.0.0.1:9/", "events": ["PROFILES.ADDED"]}


@pytest.fixture
async def strict(tmp_path: Path, specs: Path) -> AsyncIterator[Room]:
    room = Room.open(tmp_path, Spec(specs))
    yield room
    await room.close()


async def answers(room: Room) -> dict[str, Any]:
    """Call every operation that is served; return what each answered."""
    found = await room.search(has_contact_details=True)
    who = {"identifier": found[0]["platform_username"], "work_platform_id": INSTAGRAM}
    query = "&".join(f"{name}={value}" for name, value in who.items())
    user = await room.ok("POST", "/v1/users", {"name": "Ada", "external_id": "ada"})
    every = ["IDENTITY", "IDENTITY.AUDIENCE", "ENGAGEMENT", "ENGAGEMENT.AUDIENCE", "PUBLISH.CONTENT"]
    account = (await room.connect(user_id=user["id"], products=every))["id"]
    profile = (await room.ok("GET", "/v1/profiles"))["data"][0]["id"]
    contents = await room.ok("GET", f"/v1/social/contents?account_id={account}")
    content = next(each["id"] for each in contents["data"] if each["engagement"]["comment_count"])
    group = (await room.ok("GET", f"/v1/social/content-groups?account_id={account}"))["data"][0]["id"]
    letters = (await room.connect(user_id=user["id"], products=every, work_platform="Substack"))["id"]
    letter = (await room.ok("GET", f"/v1/publications/contents?account_id={letters}"))["data"][0]["id"]
    hooked = (await room.ok("POST", "/v1/webhooks", HOOK))["id"]
    criteria = await room.ok("POST", CRITERIA, {"name": "strict"})
    screened = {
        "work_platform_id": INSTAGRAM,
        "profile_url": found[0]["url"],
        "flagging_criteria_id": criteria["id"],
    }
    started = {
        "asyncpostCreatorProfileAnalytics": await room.ok("POST", f"{PREFIX}/async/profiles/analytics", who),
        "emailreverselookup": await room.ok(
            "POST", f"{PREFIX}/email-lookup", {"emails": ["nobody@else.test", mail_of(found)]}
        ),
        "audioverlap": await room.ok(
            "POST",
            f"{PREFIX}/audience-overlap",
            {"work_platform_id": INSTAGRAM, "identifiers": [each["platform_username"] for each in found[:2]]},
        ),
        "get-v1-analytics-safety": await room.ok("POST", "/v1/safety/social-profile-screening", screened),
        "asyncpostCreatorContentsFetch": await room.ok(
            "POST",
            f"{PREFIX}/async/contents/fetch",
            {"work_platform_id": INSTAGRAM, "profile_url": found[0]["url"]},
        ),
        "v1SocialContentPublish": await room.ok("POST", "/v1/social/contents/publish", post(account)),
        "AsyncCreatorProfileSearch": await room.ok(
            "POST", f"{PREFIX}/profiles/search-export", {**SEARCH, "max_results": 3}
        ),
    }
    job = {name: answer.get("data", answer)["id"] for name, answer in started.items()}
    await room.ok("GET", f"{PREFIX}/async/profiles/analytics/{job['asyncpostCreatorProfileAnalytics']}")
    await room.advance(5)
    known = {
        "user": user["id"],
        "account": account,
        "profile": profile,
        "content": content,
        "group": group,
        "letters": letters,
        "letter": letter,
        "hook": hooked,
        "criteria": criteria["id"],
        "url": found[0]["url"],
        "post": await discussed(room, who),
        **job,
    }
    got = {id: await room.ok("GET", path) for id, path in reads(known, query).items()}
    done = {id: await room.ok("POST", *call) for id, call in writes(known, who).items()}
    return {
        **started,
        **got,
        **done,
        "v1StreamGetContents": contents,
        "v1WebhookPutWebhooksById": await room.ok("PUT", f"/v1/webhooks/{hooked}", HOOK | {"name": "b"}),
        "v1WebhookDeleteWebhooksById": await room.ok("DELETE", f"/v1/webhooks/{hooked}"),
    }


def post(account: str) -> dict[str, Any]:
    media = {"media_type": "VIDEO", "source_media_url": "https://files.test/a.mp4"}
    more = {"source_thumbnail_url": "https://files.test/a.png", "additional_info": {}}
    told = {"title": "New", "description": "Out now #launch"}
    return {"account_id": account, "type": "REELS", **told, "media": [{**media, **more}]}


async def discussed(room: Room, who: dict[str, str]) -> str:
    """Return the address of a post with comments."""
    profile = (await room.ok("POST", f"{PREFIX}/profiles/analytics", who))["profile"]
    found = (each for each in profile["top_contents"] if each["engagement"]["comment_count"])
    return str(next(found)["url"])


def reads(known: dict[str, str], query: str) -> dict[str, str]:
    """Return the address of every GET, by its operation."""
    account = known["account"]
    safety = f"/v1/safety/social-profile-screening/{known['get-v1-analytics-safety']}"
    return {
        "v1ConnectGetWorkPlatforms": "/v1/work-platforms",
        "v1ConnectGetWorkPlatformsById": f"/v1/work-platforms/{INSTAGRAM}",
        "v1ConnectGetUsers": "/v1/users",
        "v1ConnectGetUsersById": f"/v1/users/{known['user']}",
        "v1ConnectGetUsersByExternalId": "/v1/users/external_id/ada",
        "v1StreamGetAccounts": "/v1/accounts",
        "v1StreamGetAccountsById": f"/v1/accounts/{account}",
        "v1StreamGetProfiles": "/v1/profiles",
        "v1StreamGetProfileById": f"/v1/profiles/{known['profile']}",
        "v1GetAudienceDemographics": f"/v1/audience?account_id={account}",
        "v1StreamGetContentsById": f"/v1/social/contents/{known['content']}",
        "v1StreamGetContentGroups": f"/v1/social/content-groups?account_id={account}",
        "v1StreamGetContentGroupsById": f"/v1/social/content-groups/{known['group']}",
        "v1pubStreamGetContents": f"/v1/publications/contents?account_id={known['letters']}",
        "v1pubStreamGetContentsById": f"/v1/publications/contents/{known['letter']}",
        "v1EngagementGetComments": (
            f"/v1/social/comments?account_id={account}&content_id={known['content']}"
        ),
        "v1GetSocialContentPublish": f"/v1/social/contents/publish/{known['v1SocialContentPublish']}",
        "basicprofileapi": f"{PREFIX}/profiles?{query}",
        "getasynccsresults": f"{PREFIX}/profiles/search-export/{known['AsyncCreatorProfileSearch']}",
        "get-v1-social-creators-async-profiles-analytics": (
            f"{PREFIX}/async/profiles/analytics/{known['asyncpostCreatorProfileAnalytics']}"
        ),
        "get-v1-social-creators-async-contents-fetch": (
            f"{PREFIX}/async/contents/fetch/{known['asyncpostCreatorContentsFetch']}"
        ),
        "getreversemeaillookup": f"{PREFIX}/email-lookup/{known['emailreverselookup']}",
        "getaudioverlap": f"{PREFIX}/audience-overlap/{known['audioverlap']}",
        "get-v1-analytics-safety-id": safety,
        "get-v1-analytics-safety-contents": f"{safety}/contents?include_all=true",
        "get-v1-analytics-safety-flagging-criteria": CRITERIA,
        "get-v1-analytics-safety-flagging-criteria-id": f"{CRITERIA}/{known['criteria']}",
        "v1WebhookGetWebhooks": "/v1/webhooks",
        "v1WebhookGetWebhooksById": f"/v1/webhooks/{known['hook']}",
        "get-v1-social-creators-profiles-dictionary-countries": f"{PREFIX}/dictionary/locations?search_string=lon",
        "get-v1-social-creators-profiles-dictionary-languages": f"{PREFIX}/dictionary/languages",
        "get-v1-social-creators-profiles-dictionary-interests": f"{PREFIX}/dictionary/interests",
        "get-v1-social-creators-profiles-dictionary-brands": f"{PREFIX}/dictionary/brands",
        "get-v1-social-creators-dictionary-userhandles": (
            f"{PREFIX}/dictionary/userhandles?query_text=a&work_platform_id={INSTAGRAM}&type=lookalike"
        ),
        "get-v1-social-creators-profiles-dictionary-topics": f"{PREFIX}/dictionary/topics?{query}",
        "get-v1-social-creators-profiles-dictionary-topics-relevance": (
            f"{PREFIX}/dictionary/topics/relevance?{query}"
        ),
    }


def writes(known: dict[str, str], who: dict[str, str]) -> dict[str, tuple[str, Any]]:
    """Return address and body of every POST that starts no job, by its operation."""
    account = known["account"]
    return {
        "postCreatorProfileSearch": (f"{PREFIX}/profiles/search", SEARCH),
        "postQuickCreatorProfileSearch": (f"{PREFIX}/profiles/quick-search", SEARCH),
        "basicprofile-with-contact-api": (f"{PREFIX}/profiles/contact-info", who),
        "postCreatorProfileAnalytics": (f"{PREFIX}/profiles/analytics", who),
        "postCreatorContentsFetch": (
            f"{PREFIX}/contents/fetch",
            {"work_platform_id": INSTAGRAM, "profile_url": known["url"], "content_type": "REELS"},
        ),
        "v1ConnectPostSdkTokens": ("/v1/sdk-tokens", {"user_id": known["user"], "products": ["IDENTITY"]}),
        "v1RefreshProfile": ("/v1/profiles/refresh", {"account_id": account}),
        "v1RefreshSocialContents": ("/v1/social/contents/refresh", {"account_id": account}),
        "v1FetchHistoricSocialContents": (
            "/v1/social/contents/fetch-historic",
            {"account_id": account, "from_date": "2025-06-01"},
        ),
        "postv1socialcontentssearch": ("/v1/social/contents/search", {"ids": [known["content"]]}),
        "v1RefreshSocialContentGroups": ("/v1/social/content-groups/refresh", {"account_id": account}),
        "v1FetchHistoricSocialContentGroups": (
            "/v1/social/content-groups/fetch-historic",
            {"account_id": account, "from_date": "2025-06-01"},
        ),
        "postv1socialcontentgroupssearch": (
            "/v1/social/content-groups/search",
            {"ids": [known["group"]]},
        ),
        "postv1publicationscontentssearch": (
            "/v1/publications/contents/search",
            {"ids": [known["letter"]]},
        ),
        "post-v1-social-creators-contents-comments": (
            f"{PREFIX}/contents/comments",
            {"work_platform_id": INSTAGRAM, "content_url": known["post"]},
        ),
        "v1ConnectPostLinks": ("/v1/links", {"external_id": "cy", "name": "Cy"}),
        "v1DisconnectAccountById": (f"/v1/accounts/{account}/disconnect", {}),
        "v1WebhookPostWebhooks": ("/v1/webhooks", HOOK),
        "v1WebhookPostWebhooksSend": (
            "/v1/webhooks/send",
            {"payload": {"event": "PROFILES.ADDED", "name": "profile added", "data": {"profile_id": "p"}}},
        ),
        "v1ConnectPostUsers": ("/v1/users", {"name": "Bo", "external_id": "bo"}),
        "post-v1-analytics-safety-flagging-criteria": (CRITERIA, {"name": "further"}),
    }


def mail_of(found: list[Any]) -> str:
    contacts = [contact for each in found for contact in each["contact_details"]]
    return next(str(contact["value"]) for contact in contacts if contact["type"] == "email")


async def test_every_operation_that_is_served_answers_as_the_spec_says_and_completely(strict: Room) -> None:
    answered = await answers(strict)
    assert set(answered) == {id for id in insightiq.operations if not id.startswith("greenroom:")}
    spec = strict.spec
    assert spec is not None
    found: dict[str, set[str]] = {}
    for id, answer in answered.items():
        operation = insightiq.operations[id]
        schema = spec.answer(operation.method, operation.path, operation.status)
        if schema is None:
            assert answer is None
            continue
        assert answer not in ({"data": []}, [], {}), id
        lacking = {each for each in spec.missing(answer, schema) if not set(each.split(".")) & set(ABSENT)}
        if lacking:
            found[id] = lacking
    assert not found


def test_operations_have_the_specs_own_ids_and_statuses(specs: Path) -> None:
    spec = Spec(specs)
    insightiq.load()
    for id, operation in insightiq.operations.items():
        if id.startswith("greenroom:"):
            continue
        described = spec.operation(operation.method, operation.path)
        assert str(operation.status) in described["responses"]
        assert described["operationId"] == id.removesuffix("-id") or described["operationId"] == id


async def test_live_answers_have_null_where_nothing_is_known(tmp_path: Path) -> None:
    room = Room.open(tmp_path, live=["insightiq"])
    found = await room.search(limit=200)
    assert {each["subscriber_count"] for each in found} == {None}
    assert None in {each["gender"] for each in found}
    assert None in {each["creator_location"]["city"] for each in found}
    assert (await room.ok("GET", "/v1/webhooks"))["metadata"] == dict.fromkeys(
        ("offset", "limit", "from_date", "to_date")
    )
    await room.close()
