"""Work platforms, users and the tokens of the Connect SDK."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from harness.transaction import Transaction
from mocks.insightiq.dialect import find, listed, metadata
from mocks.insightiq.parameters import Body, Listing, Text
from mocks.insightiq.provider import insightiq
from mocks.insightiq.resources import dialog, platforms, users
from mocks.insightiq.resources.users import USERS

Json = dict[str, Any]
Product = Literal[
    "IDENTITY",
    "IDENTITY.AUDIENCE",
    "ENGAGEMENT",
    "ENGAGEMENT.AUDIENCE",
    "INCOME",
    "PUBLISH.CONTENT",
    "ACTIVITY",
]


class Platforms(Listing):
    """Which work platforms."""

    name: str | None = None


class NewUser(Body):
    """A user: `external_id` is the consumer's own."""

    name: Text
    external_id: Annotated[str, StringConstraints(min_length=1, max_length=100)]


class NewToken(Body):
    """Whose accounts may be connected, for which products."""

    user_id: Text
    products: Annotated[list[Product], Field(min_length=1)]


class NewLink(Body):
    """Whom a link is for."""

    external_id: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    name: Text | None = None


@insightiq.get("/v1/work-platforms", id="v1ConnectGetWorkPlatforms", tier="P0")
def list_platforms(tx: Transaction, params: Platforms) -> Json:
    """List work platforms."""
    found = [each for each in platforms.ALL if params.name is None or each.key == params.name.lower()]
    page = found[params.offset : params.offset + params.limit]
    return {"data": [each.full() for each in page], "metadata": metadata(params)}


@insightiq.get("/v1/work-platforms/{id}", id="v1ConnectGetWorkPlatformsById", tier="P0")
def retrieve_platform(tx: Transaction, id: str) -> Json:
    """Retrieve a work platform."""
    return platforms.find(id).full()


@insightiq.post("/v1/users", id="v1ConnectPostUsers", tier="P0", status=201)
def create_user(tx: Transaction, params: NewUser) -> Json:
    """Add a user."""
    return users.render(users.create(tx, params.name, params.external_id))


@insightiq.get("/v1/users", id="v1ConnectGetUsers", tier="P0")
def list_users(tx: Transaction, params: Listing) -> Json:
    """List users, newest first."""
    return listed(tx, USERS, params, users.render)


@insightiq.get("/v1/users/external_id/{external_id}", id="v1ConnectGetUsersByExternalId", tier="P0")
def retrieve_user_by_external_id(tx: Transaction, external_id: str) -> Json:
    """Retrieve a user by the consumer's own id."""
    return users.render(users.by_external_id(tx, external_id))


@insightiq.get("/v1/users/{id}", id="v1ConnectGetUsersById", tier="P0")
def retrieve_user(tx: Transaction, id: str) -> Json:
    """Retrieve a user."""
    return users.render(find(tx, USERS, id, "user"))


@insightiq.post("/v1/links", id="v1ConnectPostLinks", tier="P1", status=201)
def create_link(tx: Transaction, params: NewLink) -> Json:
    """Make a page of InsightIQ's own on which a user connects accounts."""
    return dialog.link(tx, params.external_id, params.name or params.external_id)


@insightiq.post("/v1/sdk-tokens", id="v1ConnectPostSdkTokens", tier="P0", status=201)
def create_token(tx: Transaction, params: NewToken) -> Json:
    """Give a token for the Connect SDK."""
    user = find(tx, USERS, params.user_id, "user")
    return users.token(tx, user, list(params.products))
