"""Contents of connected accounts, and of any public creator."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from harness import instants
from harness.collection import Collection
from harness.transaction import Transaction
from mocks.insightiq import errors
from mocks.insightiq.dialect import blank, dashed, find, metadata
from mocks.insightiq.parameters import Body, Listing, OfAccount, Query, Text, Uuid
from mocks.insightiq.provider import insightiq
from mocks.insightiq.resources import accounts, contents, creators, jobs, platforms, public_contents
from mocks.insightiq.resources.accounts import ACCOUNTS
from mocks.insightiq.resources.contents import CONTENTS

Json = dict[str, Any]


class Listed(Listing):
    """Whose contents, published when; both days are included."""

    account_id: Text
    from_date: date | None = None
    to_date: date | None = None

    @property
    def since(self) -> int | None:
        """The first instant of the first day."""
        return None if self.from_date is None else first_of(self.from_date)

    @property
    def until(self) -> int | None:
        """The last instant of the last day."""
        return None if self.to_date is None else first_of(self.to_date) + instants.DAY - 1

    @property
    def days(self) -> list[str | None]:
        """Both days as the list's metadata repeats them."""
        return [None if each is None else each.isoformat() for each in (self.from_date, self.to_date)]


def first_of(day: date) -> int:
    """Return the instant at which a day begins."""
    return (day - date(1970, 1, 1)).days * instants.DAY


def since_of(text: str) -> int:
    """Return the instant at which a day that was sent begins; refuse what is none."""
    try:
        return first_of(date.fromisoformat(text))
    except ValueError:
        raise errors.invalid(["from_date"], "It must be a date.") from None


class Historic(OfAccount):
    """How far back."""

    from_date: Text


class Several(Body):
    """Up to a hundred ids."""

    ids: Annotated[list[Uuid], Field(min_length=1, max_length=100)]


class Public(Body):
    """A public profile or post, by its address."""

    work_platform_id: Text
    profile_url: Text | None = None
    content_url: Text | None = None

    @property
    def url(self) -> str:
        """The address; refuse a request without."""
        url = self.content_url or self.profile_url
        if url is None:
            raise errors.missing(["profile_url"])
        return url


class PublicPage(Public):
    """Which of a profile's posts."""

    content_type: Text | None = None
    offset: Annotated[int, Field(ge=0, le=100_000)] = 0


class Fetched(Query):
    """A page of what a job has fetched."""

    limit: int = Field(10, ge=1, le=100)
    offset: int = Field(0, ge=0, le=100_000)


def listed(tx: Transaction, collection: Collection, params: Listed, render: Callable[[Json], Json]) -> Json:
    """Answer a page of what an account has posted, newest first."""
    account = accounts.granted(find(tx, ACCOUNTS, params.account_id, "account"), "engagement")
    page = tx.page(
        collection,
        where={"account_id": account["id"]},
        since=params.since,
        until=params.until,
        limit=params.offset + params.limit,
    )
    shown = [render(kept) for kept in page.items[params.offset :]]
    return {"data": shown, "metadata": metadata(params, *params.days)}


def several(tx: Transaction, collection: Collection, ids: list[str]) -> list[Json]:
    """Return the documents of some ids, in that order; unknown ones are left out."""
    found = (tx.get(collection, dashed(id)) for id in dict.fromkeys(ids))
    return [kept for kept in found if kept is not None]


@insightiq.get("/v1/social/contents", id="v1StreamGetContents", tier="P1")
def list_contents(tx: Transaction, params: Listed) -> Json:
    """List an account's contents, newest first."""
    return listed(tx, CONTENTS, params, lambda kept: _render(tx, kept))


@insightiq.get("/v1/social/contents/{id}", id="v1StreamGetContentsById", tier="P1")
def retrieve_content(tx: Transaction, id: str) -> Json:
    """Retrieve a content."""
    return _render(tx, find(tx, CONTENTS, id, "content"))


@insightiq.post("/v1/social/contents/search", id="postv1socialcontentssearch", tier="P1")
def retrieve_contents(tx: Transaction, params: Several) -> Json:
    """Retrieve contents by their ids, in that order; unknown ones are left out."""
    return {"data": [_render(tx, kept) for kept in several(tx, CONTENTS, params.ids)]}


# --- publications ------------------------------------------------------------------------------------------------


def _publishing(tx: Transaction, kept: Json) -> bool:
    account = find(tx, ACCOUNTS, kept["account_id"], "account")
    return platforms.is_newsletter(platforms.find(account["work_platform_id"]))


@insightiq.get("/v1/publications/contents", id="v1pubStreamGetContents", tier="P1")
def list_publications(tx: Transaction, params: Listed) -> Json:
    """List what a newsletter's account has written, newest first; other platforms have no publications."""
    shown = listed(tx, CONTENTS, params, lambda kept: kept)
    shown["data"] = [_render(tx, kept) for kept in shown["data"] if _publishing(tx, kept)]
    return shown


@insightiq.get("/v1/publications/contents/{id}", id="v1pubStreamGetContentsById", tier="P1")
def retrieve_publication(tx: Transaction, id: str) -> Json:
    """Retrieve one of a newsletter's contents."""
    kept = find(tx, CONTENTS, id, "content")
    if not _publishing(tx, kept):
        raise errors.unknown("content")
    return _render(tx, kept)


@insightiq.post("/v1/publications/contents/search", id="postv1publicationscontentssearch", tier="P1")
def retrieve_publications(tx: Transaction, params: Several) -> Json:
    """Retrieve newsletters' contents by their ids, in that order; unknown ones are left out."""
    found = several(tx, CONTENTS, params.ids)
    return {"data": [_render(tx, kept) for kept in found if _publishing(tx, kept)]}


# --- reading again -----------------------------------------------------------------------------------------------


@insightiq.post("/v1/social/contents/refresh", id="v1RefreshSocialContents", tier="P1", status=202)
def refresh_contents(tx: Transaction, params: OfAccount) -> Json:
    """Read an account's contents again soon."""
    account = accounts.granted(find(tx, ACCOUNTS, params.account_id, "account"), "engagement")
    payload = {"account": account["id"], "products": ["engagement"]}
    tx.schedule("account.refresh", tx.now + accounts.STEP_TAKES, payload)
    return {"account_id": account["id"]}


@insightiq.post(
    "/v1/social/contents/fetch-historic", id="v1FetchHistoricSocialContents", tier="P1", status=202
)
def fetch_historic_contents(tx: Transaction, params: Historic) -> Json:
    """Read older contents soon."""
    account = accounts.granted(find(tx, ACCOUNTS, params.account_id, "account"), "engagement")
    payload = {"account": account["id"], "since": since_of(params.from_date)}
    tx.schedule("account.historic", tx.now + accounts.STEP_TAKES, payload)
    return {"account_id": account["id"], "from_date": params.from_date}


@insightiq.timer("account.historic")
def read_historic(tx: Transaction, payload: Json) -> None:
    """Read older contents, as asked for."""
    account = tx.get(ACCOUNTS, payload["account"])
    if account is not None and account["status"] == "CONNECTED":
        contents.fetch_historic(tx, account, accounts.profile_of(tx, account), payload["since"])
        tx.save(ACCOUNTS, account)


def _render(tx: Transaction, kept: Json) -> Json:
    account = find(tx, ACCOUNTS, kept["account_id"], "account")
    profile = accounts.profile_of(tx, account)
    envelope = accounts.envelope(tx, account, kept["id"], kept["created"])
    return contents.render(tx, profile, contents.post_of(profile, kept), envelope)


# --- public ones -------------------------------------------------------------------------------------------------


@insightiq.post("/v1/social/creators/contents/fetch", id="postCreatorContentsFetch", tier="P1")
def fetch_public(tx: Transaction, params: PublicPage) -> Json:
    """Read the newest posts of any creator, or one post."""
    profile = creators.look_up(tx, params.url, platforms.of_creators(params.work_platform_id))
    if profile is None:
        raise errors.unknown_creator()
    only = creators.population(tx).by_url(params.url)[1] if params.content_url else None
    posts = public_contents.posts(tx, profile, only=only, kind=params.content_type, offset=params.offset)
    return {"data": [public_contents.render(tx, profile, post) for post in posts]}


@insightiq.post(
    "/v1/social/creators/async/contents/fetch",
    id="asyncpostCreatorContentsFetch",
    tier="P1",
    status=202,
)
def begin_fetch(tx: Transaction, params: Public) -> Json:
    """Begin to read the posts of any creator, or one post."""
    platform = platforms.of_creators(params.work_platform_id)
    request = {"profile_url": params.profile_url, "content_url": params.content_url}
    job = jobs.start(tx, "contents", request, [params.url], platform.id)
    shown = {name: blank(tx, url, "") for name, url in request.items()}
    return {"id": job["id"], **shown, "work_platform": platform.attribute(), "status": job["status"]}


@insightiq.get(
    "/v1/social/creators/async/contents/fetch/{id}",
    id="get-v1-social-creators-async-contents-fetch",
    tier="P1",
)
def retrieve_fetched(tx: Transaction, params: Fetched, id: str) -> Json:
    """Retrieve a page of the posts that a job has read, newest first."""
    job = jobs.find(tx, "contents", id)
    shown: Json = {"id": job["id"], "status": job["status"], "data": []}
    if jobs.is_done(job):
        found = public_contents.fetched(tx, job)
        page = found[params.offset : params.offset + params.limit]
        shown["data"] = [public_contents.full(tx, profile, post) for profile, post in page]
    return shown
