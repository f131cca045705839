"""Connected accounts, their profiles and audiences, and what happens to them by time and by hand."""

from __future__ import annotations

from typing import Any, Literal

from harness.errors import InvalidInput
from harness.params import Params
from harness.transaction import Transaction
from mocks.insightiq.dialect import dashed, find, listed
from mocks.insightiq.parameters import Body, Listing, OfAccount, Query, Text
from mocks.insightiq.provider import insightiq
from mocks.insightiq.resources import accounts, creators, dialog, platforms, profiles, users
from mocks.insightiq.resources.accounts import ACCOUNTS, PROFILES

Json = dict[str, Any]


class Listed(Listing):
    """Which accounts."""

    user_id: str | None = None
    work_platform_id: str | None = None


class ProfilesListed(Listed):
    """Which profiles."""

    account_id: str | None = None


class Audience(Query):
    """Whose audience."""

    account_id: Text


class Part(Body):
    """How the audience of a product is read."""

    monitoring_type: Literal["STANDARD", "ON_DEMAND"] | None = None


class Product(Part):
    """How a product is read."""

    audience: Part | None = None


class Products(Body):
    """How some products are read."""

    identity: Product | None = None
    engagement: Product | None = None
    income: Part | None = None


class Monitoring(Body):
    """How an account is read."""

    data: Products

    def wanted(self) -> dict[str, str]:
        """Return the kind of monitoring by product."""
        found: dict[str, str] = {}
        for name in ("identity", "engagement", "income"):
            product = getattr(self.data, name)
            for part, told in ((name, product), (f"{name}.audience", getattr(product, "audience", None))):
                if told is not None and told.monitoring_type is not None:
                    found[part] = told.monitoring_type
        return found


def _where(**ids: str | None) -> dict[str, str | None]:
    return {name: None if id is None else dashed(id) for name, id in ids.items()}


@insightiq.get("/v1/accounts", id="v1StreamGetAccounts", tier="P1")
def list_accounts(tx: Transaction, params: Listed) -> Json:
    """List connected accounts, newest first."""
    where = _where(user_id=params.user_id, work_platform_id=params.work_platform_id)
    return listed(tx, ACCOUNTS, params, lambda account: accounts.render(tx, account), **where)


@insightiq.get("/v1/accounts/{id}", id="v1StreamGetAccountsById", tier="P1")
def retrieve_account(tx: Transaction, id: str) -> Json:
    """Retrieve a connected account."""
    return accounts.render(tx, find(tx, ACCOUNTS, id, "account"))


@insightiq.post("/v1/accounts/{id}/disconnect", id="v1DisconnectAccountById", tier="P1")
def disconnect_account(tx: Transaction, params: Body, id: str) -> Json:
    """End a connection."""
    return accounts.summary(tx, accounts.disconnect(tx, find(tx, ACCOUNTS, id, "account")))


@insightiq.patch("/v1/accounts/{id}", id="greenroom:monitoring", tier="P1")
def change_monitoring(tx: Transaction, params: Monitoring, id: str) -> Json:
    """Say which products are read daily and which on demand; the published document lacks this operation."""
    account = find(tx, ACCOUNTS, id, "account")
    return accounts.render(tx, accounts.monitor(tx, account, params.wanted()))


@insightiq.get("/v1/profiles", id="v1StreamGetProfiles", tier="P1")
def list_profiles(tx: Transaction, params: ProfilesListed) -> Json:
    """List the profiles of connected accounts, newest first."""
    where = _where(
        user_id=params.user_id, work_platform_id=params.work_platform_id, account_id=params.account_id
    )
    return listed(tx, PROFILES, params, lambda kept: profiles.render(tx, kept), **where)


@insightiq.get("/v1/profiles/{id}", id="v1StreamGetProfileById", tier="P0")
def retrieve_profile(tx: Transaction, id: str) -> Json:
    """Retrieve the profile of a connected account."""
    return profiles.render(tx, find(tx, PROFILES, id, "profile"))


@insightiq.post("/v1/profiles/refresh", id="v1RefreshProfile", tier="P1", status=202)
def refresh_profile(tx: Transaction, params: OfAccount) -> Json:
    """Read a profile, and its audience, again soon."""
    account = accounts.granted(find(tx, ACCOUNTS, params.account_id, "account"), "identity")
    products = [name for name in ("identity", "identity.audience") if accounts.has(account, name)]
    payload = {"account": account["id"], "products": products}
    tx.schedule("account.refresh", tx.now + accounts.STEP_TAKES, payload)
    return {"account_id": account["id"]}


@insightiq.get("/v1/audience", id="v1GetAudienceDemographics", tier="P0")
def retrieve_audience(tx: Transaction, params: Audience) -> Json:
    """Retrieve who follows a connected account: one object, no list."""
    return profiles.audience(tx, find(tx, ACCOUNTS, params.account_id, "account"))


# --- by time -----------------------------------------------------------------------------------------------------


@insightiq.timer(accounts.SYNC)
def sync(tx: Transaction, payload: Json) -> None:
    """End the first sync of a product."""
    account = _connected(tx, payload)
    if account is not None:
        accounts.sync(tx, account, payload["step"])


@insightiq.timer(accounts.DAILY)
def look_again(tx: Transaction, payload: Json) -> None:
    """Look at all products once a day."""
    account = _connected(tx, payload)
    if account is not None:
        accounts.daily(tx, account)


@insightiq.timer("account.refresh")
def refresh(tx: Transaction, payload: Json) -> None:
    """Read some products again, as asked for."""
    account = _connected(tx, payload)
    for product in payload["products"] if account is not None else ():
        accounts.refresh(tx, account, product)  # type: ignore[arg-type]


def _connected(tx: Transaction, payload: Json) -> Json | None:
    account = tx.get(ACCOUNTS, payload["account"])
    return account if account is not None and account["status"] == "CONNECTED" else None


# --- by hand -----------------------------------------------------------------------------------------------------


class Connected(Params):
    """Who connects what: a user by either id (a new one without), a creator by handle, a platform by name or id."""

    user_id: str | None = None
    external_id: str | None = None
    username: str | None = None
    work_platform: str = "instagram"
    products: list[str] | None = None


class OfOne(Params):
    """Which account."""

    account_id: str


@insightiq.trigger("ACCOUNTS.CONNECTED")
def connect(tx: Transaction, params: Connected) -> Json:
    """A user approves in the Connect dialog: `greenroom trigger insightiq ACCOUNTS.CONNECTED username=…`."""
    platform = platforms.named(params.work_platform)
    if platform is None or platform.key not in dialog.offered(tx):
        raise InvalidInput(f"no creator of this world is on {params.work_platform!r}")
    if params.products and (unknown := set(params.products) - set(accounts.PRODUCTS)):
        raise InvalidInput(
            f"there is no product {', '.join(sorted(unknown))}; there are {', '.join(accounts.PRODUCTS)}"
        )
    number = int(tx.fraction("somebody") * creators.population(tx).size) if params.username is None else 0
    profile = creators.look_up(tx, params.username or dialog.somebody(tx, platform, number), platform)
    if profile is None:
        raise InvalidInput(f"{params.username!r} is no creator on {platform.name}; see a creator search")
    account = accounts.connect(tx, _user(tx, params, profile.creator.full_name), profile, params.products)
    return accounts.render(tx, account)


def _user(tx: Transaction, params: Connected, name: str) -> Json:
    user = None
    if params.user_id is not None:
        user = tx.get(users.USERS, dashed(params.user_id))
    elif params.external_id is not None:
        user = tx.first(users.USERS, external_id=params.external_id)
    else:
        return users.create(tx, name, f"triggered-{tx.token('external_id', 12)}")
    if user is None:
        raise InvalidInput("there is no such user: create one by POST /v1/users, or name none for a new one")
    return user


@insightiq.trigger("ACCOUNTS.DISCONNECTED")
def disconnect(tx: Transaction, params: OfOne) -> Json:
    """The user removes the account in the Connect dialog."""
    return accounts.render(tx, accounts.disconnect(tx, _account(tx, params)))


@insightiq.trigger("SESSION.EXPIRED")
def expire(tx: Transaction, params: OfOne) -> Json:
    """The platform ends the session."""
    return accounts.render(tx, accounts.expire(tx, _account(tx, params)))


@insightiq.trigger("PROFILES.UPDATED")
def update_profile(tx: Transaction, params: OfOne) -> Json:
    """InsightIQ reads the profile again."""
    return _read(tx, params, "identity")


@insightiq.trigger("CONTENTS.UPDATED")
def update_contents(tx: Transaction, params: OfOne) -> Json:
    """InsightIQ reads the contents again."""
    return _read(tx, params, "engagement")


def _read(tx: Transaction, params: OfOne, product: str) -> Json:
    account = _account(tx, params)
    if account["products"].get(product, {}).get("status") != "SYNCED":
        raise InvalidInput(
            f"account {account['id']} has not synced {product} yet: move the clock, or grant it"
        )
    accounts.refresh(tx, account, product)
    return accounts.render(tx, account)


def _account(tx: Transaction, params: OfOne) -> Json:
    account = tx.get(ACCOUNTS, dashed(params.account_id))
    if account is None:
        raise InvalidInput(f"there is no account {params.account_id!r} in world {tx.world.name}")
    return account
