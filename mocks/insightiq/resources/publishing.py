"""Publishing: a post that is handed in for a connected account, made ready, and then published or refused.

What is published becomes a content of the account. The public feed of the creator stays what it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fixtures.creators import Post
from harness import chance, instants
from harness.collection import Collection
from harness.errors import InvalidInput
from mocks.insightiq import errors
from mocks.insightiq.dialect import bare, timestamp
from mocks.insightiq.resources import accounts, contents, events, pictures

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

PUBLICATIONS = Collection("insightiq.publication", "account_id")
STEP = "publication.step"
TAKES = 2 * instants.SECOND
"""World time until a post is ready, and from then until it is out."""
TAKEN = {
    "instagram": {"REELS": "VIDEO", "VIDEO": "VIDEO", "IMAGE": "IMAGE", "POST": "IMAGE", "FEED": "IMAGE"},
    "youtube": {"VIDEO": "VIDEO", "SHORTS": "VIDEO"},
    "tiktok": {"VIDEO": "VIDEO"},
}
"""The types that each platform takes, and the kind of media that each needs."""
_LENGTH = 30
_FIRST = 1_000_000
"""The number of the first published post: the feed's own count from 0."""


def create(tx: Transaction, account: Json, wanted: Json) -> Json:
    """Take a post in; only a connected account that granted it may publish."""
    accounts.granted(account, "publish")
    if account["status"] != "CONNECTED":
        raise errors.invalid(["account_id"], "The account is not connected.", rule="account_not_connected")
    publication = {
        "id": tx.uuid("publication.id"),
        "account_id": account["id"],
        "status": "IN_PROGRESS",
        "wanted": wanted,
        "content": None,
        "error": None,
        "created": tx.now,
    }
    tx.insert(PUBLICATIONS, publication)
    _wait(tx, publication)
    return publication


def _wait(tx: Transaction, publication: Json) -> None:
    key = f"publication:{publication['id']}"
    tx.schedule(STEP, tx.now + TAKES, {"publication": publication["id"]}, key=key)


def step(tx: Transaction, publication: Json) -> None:
    """Make a post ready, or publish one that is."""
    if publication["status"] == "IN_PROGRESS":
        _turn(tx, publication, "READY")
        _wait(tx, publication)
    elif publication["status"] == "READY":
        finish(tx, publication)


def finish(tx: Transaction, publication: Json, failure: str | None = None) -> Json:
    """Publish a post, or refuse it as its platform would; `failure` makes it fail whatever it is."""
    if publication["status"] not in ("IN_PROGRESS", "READY"):
        raise InvalidInput(f"publication {publication['id']} has ended already: {publication['status']}")
    tx.unschedule(f"publication:{publication['id']}")
    account = tx.get(accounts.ACCOUNTS, publication["account_id"]) or {}
    publication["error"] = failure or _error(account, publication["wanted"])
    if publication["error"] is None:
        publication["content"] = contents.keep_published(tx, account, _post(tx, account, publication))
    _turn(tx, publication, "FAILURE" if publication["error"] else "SUCCESS")
    return publication


def _turn(tx: Transaction, publication: Json, status: str) -> None:
    publication["status"] = status
    tx.save(PUBLICATIONS, publication)
    account = tx.get(accounts.ACCOUNTS, publication["account_id"])
    if account is not None:
        events.of_account(tx, f"CONTENTS.PUBLISH_{status}", account, publish_id=bare(publication["id"]))


def _error(account: Json, wanted: Json) -> str | None:
    """Return why a platform does not take a post."""
    if account.get("status") != "CONNECTED":
        return "account_not_connected"
    needed = TAKEN.get(account["platform"], {}).get(wanted["type"])
    if needed is None:
        return "content_type_not_supported"
    kinds = [each["media_type"] for each in wanted.get("media", ())]
    return None if needed in kinds else "media_type_not_supported"


def _post(tx: Transaction, account: Json, publication: Json) -> Post:
    profile, wanted = accounts.profile_of(tx, account), publication["wanted"]
    key = tx.token("publication.key", 11, chance.ALPHANUMERIC)
    kind = "VIDEO" if wanted["type"] == "SHORTS" else wanted["type"]
    video = TAKEN[account["platform"]][wanted["type"]] == "VIDEO"
    caption = wanted.get("description", "")
    return Post(
        number=_FIRST + account["posts"],
        key=key,
        kind=kind,
        title=wanted.get("title", ""),
        caption=caption,
        hashtags=tuple(word[1:] for word in caption.split() if word.startswith("#") and len(word) > 1),
        brand=None,
        published=tx.now,
        seconds=_LENGTH if video else None,
        url=f"{profile.url}/published/{key}",
    )


# --- how it is shown ---------------------------------------------------------------------------------------------

MESSAGES = {
    "account_not_connected": "The account is not connected any more.",
    "content_type_not_supported": "The platform does not take contents of this type.",
    "media_type_not_supported": "The platform needs other media for contents of this type.",
}


def render(tx: Transaction, publication: Json) -> Json:
    """Show a publication; where it is published once it is, the platform's error once it has failed."""
    account = tx.get(accounts.ACCOUNTS, publication["account_id"]) or {}
    whose = accounts.envelope(tx, account, publication["id"], publication["created"])
    wanted = publication["wanted"]
    kinds = [each["media_type"] for each in wanted.get("media", ())]
    shown: Json = {
        **{name: whose[name] for name in ("id", "user", "account", "work_platform")},
        "status": publication["status"],
        "format": "TEXT" if not kinds else "VIDEO" if "VIDEO" in kinds else "IMAGE",
        **wanted,
    }
    if publication["content"] is not None:
        shown["published_info"] = _published(tx, account, publication["content"])
    answer: Json = {"data": shown}
    if publication["error"] is not None:
        code = publication["error"]
        told = MESSAGES.get(code, "The platform could not publish the content.")
        answer["platform_error"] = {"type": "PLATFORM_ERROR", "error_code": code, "message": told}
    return answer


def _published(tx: Transaction, account: Json, id: str) -> Json:
    kept = tx.get(contents.CONTENTS, id) or {}
    profile = accounts.profile_of(tx, account)
    post = contents.post_of(profile, kept)
    return {
        "content_id": id,
        "url": post.url,
        "media_url": pictures.media(tx, profile, post),
        "thumbnail_url": pictures.thumbnail(tx, post.key),
        "published_at": timestamp(post.published),
        "platform_content_id": post.key,
    }
