"""Comments: under contents of connected accounts, and under any public post."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from harness import instants
from harness.errors import InvalidInput
from harness.transaction import Transaction
from mocks.insightiq import errors
from mocks.insightiq.dialect import find, metadata, timestamp
from mocks.insightiq.operations.contents import Listed
from mocks.insightiq.parameters import Body, Listing, Text
from mocks.insightiq.provider import insightiq
from mocks.insightiq.resources import accounts, comments, contents, creators, platforms
from mocks.insightiq.resources.accounts import ACCOUNTS
from mocks.insightiq.resources.contents import CONTENTS

Json = dict[str, Any]


class Under(Listed):
    """Under which content."""

    content_id: Text


class Sent(Body):
    """The same as a body: the vendor's own receiver asks so."""

    account_id: Text
    content_id: Text
    limit: Annotated[int, Field(ge=1, le=100)] = 10
    offset: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    from_date: Text | None = None
    to_date: Text | None = None


class UnderPublic(Body):
    """Under which public post."""

    content_url: Text
    work_platform_id: Text
    offset: Annotated[int, Field(ge=0, le=1_000_000)] = 0


@insightiq.get("/v1/social/comments", id="v1EngagementGetComments", tier="P1")
def list_comments(tx: Transaction, params: Under) -> Json:
    """List the comments under a content of a connected account, newest first."""
    shown = _listed(tx, (params.account_id, params.content_id), params, params.since, params.until)
    return {"data": shown, "metadata": [metadata(params, *params.days)]}


@insightiq.post("/v1/social/comments", id="greenroom:comments", tier="P1")
def list_comments_by_body(tx: Transaction, params: Sent) -> Json:
    """List the comments under a content; the published document lacks this operation."""
    since, until = (None if day is None else _instant(day) for day in (params.from_date, params.to_date))
    until = None if until is None else until + instants.DAY - 1
    page = Listing.model_construct(limit=params.limit, offset=params.offset)
    shown = _listed(tx, (params.account_id, params.content_id), page, since, until)
    return {"data": shown, "metadata": [metadata(page, params.from_date, params.to_date)]}


def _instant(day: str) -> int:
    try:
        return instants.parse(day) // instants.DAY * instants.DAY
    except InvalidInput:
        raise errors.invalid(["from_date"], "It must be a date.") from None


def _listed(
    tx: Transaction, ids: tuple[str, str], page: Listing, since: int | None, until: int | None
) -> list[Json]:
    account = accounts.granted(find(tx, ACCOUNTS, ids[0], "account"), "engagement")
    kept = find(tx, CONTENTS, ids[1], "content")
    if kept["account_id"] != account["id"]:
        raise errors.unknown("content")
    profile = accounts.profile_of(tx, account)
    post = contents.post_of(profile, kept)
    under = {"id": kept["id"], "url": post.url, "published_at": timestamp(post.published)}
    found = comments.page(tx, profile, post, page.limit, page.offset, since=since, until=until)
    return [
        comments.render(
            tx,
            each,
            accounts.envelope(tx, account, kept["id"], max(kept["created"], each.published)),
            under,
        )
        for each in found
    ]


@insightiq.post(
    "/v1/social/creators/contents/comments", id="post-v1-social-creators-contents-comments", tier="P1"
)
def list_public_comments(tx: Transaction, params: UnderPublic) -> Json:
    """List the comments under any public post, newest first.

    The document's schema has one comment where its example has a list: `spec` answers have both.
    """
    platform = platforms.of_creators(params.work_platform_id)
    profile = creators.look_up(tx, params.content_url, platform)
    number = creators.population(tx).by_url(params.content_url)[1]
    if profile is None or number is None or number >= profile.feed.count_at(tx.now):
        raise errors.unknown_creator()
    post = profile.feed.post(number)
    found = comments.page(tx, profile, post, comments.PUBLIC_PAGE, params.offset)
    shown = [comments.public(profile, post, each) for each in found]
    if tx.live:
        return {"data": shown}
    nothing = {"text": "", "commenter_username": "", "published_at": timestamp(post.published)}
    nobody = {"commenter_display_name": "", "like_count": 0, "reply_count": 0}
    place = {"work_platform": platform.attribute(), "content_url": post.url}
    return {**(shown[0] if shown else {**place, **nothing, **nobody}), "data": shown}
