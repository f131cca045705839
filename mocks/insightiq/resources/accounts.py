"""Accounts: a user's profile on a work platform, connected through the Connect SDK.

Connected, its products are synced one after the other; then they are looked at once a day. A lost session or a
disconnected account keeps its id and its data, and connecting the same profile again takes it up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import instants
from harness.collection import Collection
from harness.errors import InvalidInput
from mocks.insightiq import errors
from mocks.insightiq.dialect import bare, blank, timestamp
from mocks.insightiq.dialect import find as found
from mocks.insightiq.resources import content_groups, contents, creators, events, pictures, platforms, users

if TYPE_CHECKING:
    from fixtures.creators import Profile
    from harness.transaction import Transaction
    from mocks.insightiq.resources.platforms import WorkPlatform

Json = dict[str, Any]

ACCOUNTS = Collection(
    "insightiq.account", "user_id", "work_platform_id", who=lambda each: f"{each['user_id']}:{each['creator']}:{each['platform']}"
)  # fmt: skip
PROFILES = Collection("insightiq.profile", "user_id", "work_platform_id", "account_id")

SYNC, DAILY = "account.sync", "account.daily"
STEPS = ("identity", "identity.audience", "engagement")
STEP_TAKES = 700_000
"""µs of world time that each product takes at the first sync."""
EVERY = instants.DAY
PRODUCTS = {
    "IDENTITY": "identity",
    "IDENTITY.AUDIENCE": "identity.audience",
    "ENGAGEMENT": "engagement",
    "ENGAGEMENT.AUDIENCE": "engagement.audience",
    "INCOME": "income",
    "PUBLISH.CONTENT": "publish",
    "ACTIVITY": "activity",
}
"""The products of SDK tokens, as an account's `data` calls them."""
STANDARD = "STANDARD"
USUAL = ["IDENTITY", "IDENTITY.AUDIENCE", "ENGAGEMENT"]


# --- what happens to an account ----------------------------------------------------------------------------------


def connect(tx: Transaction, user: Json, profile: Profile, products: list[str] | None = None) -> Json:
    """Connect a profile to a user, or connect it again after a lost session; its first sync begins."""
    platform = platforms.named(profile.platform)
    assert platform is not None  # noqa: S101 - profiles are on platforms that there are
    wanted = [PRODUCTS[name] for name in products or user["products"] or USUAL]
    who = f"{user['id']}:{profile.creator.index}:{profile.platform}"
    account = tx.first(ACCOUNTS, who=who)
    if account is None:
        account = _new(tx, user, profile, platform.id)
    elif account["status"] == "CONNECTED":
        raise InvalidInput(f"{profile.creator.handle} is connected to user {user['id']} already")
    account |= {"status": "CONNECTED", "updated": tx.now, "lost_by": None}
    account["products"] = {
        name: account["products"].get(name, {"status": _first(platform, name), "at": None}) for name in wanted
    }
    tx.save(ACCOUNTS, account)
    events.of_account(tx, "ACCOUNTS.CONNECTED", account)
    _next(tx, account, 0)
    return account


def _new(tx: Transaction, user: Json, profile: Profile, platform_id: str) -> Json:
    account = {
        "id": tx.uuid("account.id"),
        "user_id": user["id"],
        "work_platform_id": platform_id,
        "platform": profile.platform,
        "creator": profile.creator.index,
        "profile_id": tx.uuid("profile.id"),
        "audience_id": tx.uuid("audience.id"),
        "status": "CONNECTED",
        "products": {},
        "since": None,
        "posts": 0,
        "monitoring": {},
        "lost_by": None,
        "created": tx.now,
        "updated": tx.now,
    }
    return tx.insert(ACCOUNTS, account)


def _first(platform: WorkPlatform, product: str) -> str:
    """Return where a product begins; publishing needs no sync."""
    if product not in platform.products or product not in (*STEPS, "publish"):
        return "NOT_SUPPORTED"
    return "SYNCED" if product == "publish" else "IN_PROGRESS"


def disconnect(tx: Transaction, account: Json) -> Json:
    """End a connection; the data stays readable."""
    if account["status"] != "NOT_CONNECTED":
        _leave(tx, account, "NOT_CONNECTED", "USER")
        events.of_account(tx, "ACCOUNTS.DISCONNECTED", account)
    return account


def expire(tx: Transaction, account: Json) -> Json:
    """Lose a connection, as when the creator changes the password."""
    if account["status"] != "CONNECTED":
        raise InvalidInput(f"account {account['id']} is {account['status']} and has no session to lose")
    _leave(tx, account, "SESSION_EXPIRED", "PLATFORM")
    events.of_account(tx, "SESSION.EXPIRED", account)
    return account


def _leave(tx: Transaction, account: Json, status: str, by: str) -> None:
    account |= {"status": status, "updated": tx.now, "lost_by": by}
    tx.unschedule(f"account:{account['id']}")
    tx.save(ACCOUNTS, account)


# --- syncing -----------------------------------------------------------------------------------------------------


def _next(tx: Transaction, account: Json, step: int) -> None:
    """Set the timer of the next product that was asked for and is supported; after the last one, the daily one."""
    key = f"account:{account['id']}"
    while step < len(STEPS) and not has(account, STEPS[step]):
        step += 1
    if step < len(STEPS):
        tx.schedule(SYNC, tx.now + STEP_TAKES, {"account": account["id"], "step": step}, key=key)
    else:
        tx.schedule(DAILY, tx.now + EVERY, {"account": account["id"]}, key=key)


def _state(account: Json, product: str) -> str | None:
    """Return a product's state, None where it was not asked for."""
    state: str | None = account["products"].get(product, {}).get("status")
    return state


def sync(tx: Transaction, account: Json, step: int) -> None:
    """End the first sync of a product, and begin that of the next."""
    product = STEPS[step]
    refresh(tx, account, product, change="UPDATED" if account["products"][product]["at"] else "ADDED")
    _next(tx, account, step + 1)


def daily(tx: Transaction, account: Json) -> None:
    """Look at all products again, but for those that are read on demand only."""
    for product in STEPS:
        if _state(account, product) == "SYNCED" and _monitored(account, product) == STANDARD:
            refresh(tx, account, product)
    _next(tx, account, len(STEPS))


def monitor(tx: Transaction, account: Json, wanted: Json) -> Json:
    """Say which products are read daily (STANDARD) and which on demand only; `wanted` is by product."""
    account["monitoring"] = {**account["monitoring"], **wanted}
    account["updated"] = tx.now
    return tx.save(ACCOUNTS, account)


def _monitored(account: Json, product: str) -> str:
    found: str = account["monitoring"].get(product, STANDARD)
    return found


def refresh(tx: Transaction, account: Json, product: str, change: str = "UPDATED") -> None:
    """Read a product from the platform, and announce what is new."""
    account["products"][product] = {"status": "SYNCED", "at": tx.now}
    account["updated"] = tx.now
    tx.save(ACCOUNTS, account)
    if product == "engagement":
        profile = profile_of(tx, account)
        contents.sync(tx, account, profile)
        content_groups.sync(tx, account, profile)
        tx.save(ACCOUNTS, account)
        return
    if product == "identity":
        _keep_profile(tx, account)
    group = "PROFILES" if product == "identity" else "PROFILES_AUDIENCE"
    events.of_account(tx, f"{group}.{change}", account, profile_id=bare(account["profile_id"]))


def _keep_profile(tx: Transaction, account: Json) -> None:
    if tx.get(PROFILES, account["profile_id"]) is None:
        names = ("user_id", "work_platform_id")
        kept = {"id": account["profile_id"], "account_id": account["id"], "created": tx.now}
        tx.insert(PROFILES, kept | {name: account[name] for name in names})


def profile_of(tx: Transaction, account: Json) -> Profile:
    """Return the public profile behind an account."""
    creator = creators.population(tx).creator(account["creator"])
    return creators.profile(tx, creator, platforms.find(account["work_platform_id"]))


def has(account: Json, product: str) -> bool:
    """Tell whether a product was asked for and is supported."""
    return _state(account, product) not in (None, "NOT_SUPPORTED")


def granted(account: Json, product: str) -> Json:
    """Return the account when it has a product, and its platform supports it; refuse others (403)."""
    if not has(account, product):
        raise errors.product_not_enabled(product.upper())
    return account


# --- how it is shown ---------------------------------------------------------------------------------------------


def render(tx: Transaction, account: Json) -> Json:
    """Show an account; products that were not asked for are absent."""
    profile = profile_of(tx, account)
    handle = profile.creator.handle
    shown = {
        **summary(tx, account),
        "platform_username": handle,
        "username": handle,
        "profile_pic_url": pictures.profile(tx, handle),
        "platform_profile_name": profile.creator.full_name,
        "platform_profile_id": profile.external_id,
        "platform_profile_published_at": timestamp(profile.feed.began),
        "data": {},
    }
    if tx.live:
        shown["disconnection_source"] = account["lost_by"]
    for name, told in account["products"].items():
        product, _, part = name.partition(".")
        state = _product(tx, account, name, told)
        if part:
            shown["data"].setdefault(product, _product(tx, account, product, told))[part] = state
        else:
            shown["data"][product] = state | shown["data"].get(product, {})
    return shown


def _product(tx: Transaction, account: Json, product: str, told: Json) -> Json:
    """Show the state of a product. Real answers call the last field `monitor_type`, so both are there."""
    state: Json = {"status": told["status"]}
    if product == "publish":
        return state
    name, product = product, product.partition(".")[0]
    state["last_sync_at"] = blank(
        tx, timestamp(told["at"]) if told["at"] else None, timestamp(account["created"])
    )
    if product != "identity":
        since = timestamp(account["since"]) if account["since"] else None
        state |= {"refresh_since": None, "data_available_from": since}
    monitored = _monitored(account, name)
    return state | {"monitoring_type": monitored, "monitor_type": monitored}


def summary(tx: Transaction, account: Json) -> Json:
    """Show what remains of an account in the answer to its disconnection."""
    user = found(tx, users.USERS, account["user_id"], "user")
    return {
        "id": account["id"],
        "created_at": timestamp(account["created"]),
        "updated_at": timestamp(account["updated"]),
        "user": users.attribute(user),
        "work_platform": platforms.find(account["work_platform_id"]).attribute(),
        "status": account["status"],
    }


def envelope(tx: Transaction, account: Json, id: str, created: int) -> Json:
    """Show whose a thing is: what profiles, audiences and contents begin with."""
    user = found(tx, users.USERS, account["user_id"], "user")
    return {
        "id": id,
        "created_at": timestamp(created),
        "updated_at": timestamp(account["updated"]),
        "user": users.attribute(user),
        "account": {
            "id": account["id"],
            "platform_username": profile_of(tx, account).creator.handle,
        },
        "work_platform": platforms.find(account["work_platform_id"]).attribute(),
    }
