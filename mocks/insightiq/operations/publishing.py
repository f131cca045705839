"""Publishing contents through a connected account."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from harness import endpoints
from harness.errors import InvalidInput
from harness.params import Params
from harness.transaction import Transaction
from mocks.insightiq import errors
from mocks.insightiq.dialect import dashed, find
from mocks.insightiq.parameters import Body, Count, Text
from mocks.insightiq.provider import insightiq
from mocks.insightiq.resources import publishing
from mocks.insightiq.resources.accounts import ACCOUNTS
from mocks.insightiq.resources.publishing import PUBLICATIONS

Json = dict[str, Any]

Type = Literal[
    "TWEET",
    "REELS",
    "VIDEO",
    "IMAGE",
    "BLOG",
    "THREAD",
    "POST",
    "PODCAST",
    "TRACK",
    "STREAM",
    "FEED",
    "SHORTS",
]


class Media(Body):
    """One file: where it lies."""

    media_type: Literal["IMAGE", "VIDEO"]
    source_media_url: Text
    source_thumbnail_url: Text | None = None
    thumbnail_offset: Count = 0
    additional_info: dict[str, Any] | None = None


class Further(Body):
    """What one platform wants to know."""

    share_to_feed: bool = False


class NewContent(Body):
    """What to publish, and where."""

    account_id: Text
    type: Type
    title: Text | None = None
    description: Text | None = None
    visibility: Literal["PUBLIC", "PRIVATE", "UNLISTED"] = "PUBLIC"
    retry: bool = False
    additional_info: Further = Further()
    media: Annotated[list[Media], Field(max_length=20)] = []


class OfPublication(Params):
    """Which publication."""

    publish_id: str


@insightiq.post("/v1/social/contents/publish", id="v1SocialContentPublish", tier="P1", status=202)
def publish(tx: Transaction, params: NewContent) -> Json:
    """Begin to publish a content; where and how that ended, its id tells later."""
    for place, media in enumerate(params.media):
        _check(media.source_media_url, f"media.{place}.source_media_url")
    account = find(tx, ACCOUNTS, params.account_id, "account")
    wanted = params.model_dump(exclude_none=True, exclude={"account_id"})
    return publishing.render(tx, publishing.create(tx, account, wanted))


def _check(url: str, field: str) -> None:
    try:
        endpoints.check_url(url)
    except InvalidInput:
        raise errors.invalid([field], "It must be a URL.", rule="invalid_url") from None


@insightiq.get("/v1/social/contents/publish/{id}", id="v1GetSocialContentPublish", tier="P1")
def retrieve_publication(tx: Transaction, id: str) -> Json:
    """Tell how a publication goes."""
    return publishing.render(tx, find(tx, PUBLICATIONS, id, "publish"))


@insightiq.timer(publishing.STEP)
def go_on(tx: Transaction, payload: Json) -> None:
    """Make a post ready, or publish one that is."""
    publication = tx.get(PUBLICATIONS, payload["publication"])
    if publication is not None:
        publishing.step(tx, publication)


@insightiq.trigger("CONTENTS.PUBLISH_SUCCESS")
def succeed(tx: Transaction, params: OfPublication) -> Json:
    """Publish a post at once."""
    return publishing.render(tx, publishing.finish(tx, _publication(tx, params)))


@insightiq.trigger("CONTENTS.PUBLISH_FAILURE")
def fail(tx: Transaction, params: OfPublication) -> Json:
    """Let the platform refuse a post."""
    failed = publishing.finish(tx, _publication(tx, params), failure="platform_unavailable")
    return publishing.render(tx, failed)


def _publication(tx: Transaction, params: OfPublication) -> Json:
    publication = tx.get(PUBLICATIONS, dashed(params.publish_id))
    if publication is None:
        raise InvalidInput(f"there is no publication {params.publish_id!r} in world {tx.world.name}")
    return publication
