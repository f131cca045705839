"""What scenarios let happen at InsightIQ in plain words: creators who connect, are lost and come back."""

from __future__ import annotations

from pydantic import Field

from harness.happenings import told
from harness.params import Params
from harness.transaction import Transaction
from mocks.insightiq.dialect import find
from mocks.insightiq.operations.accounts import Connected, connect
from mocks.insightiq.provider import insightiq
from mocks.insightiq.resources import accounts, erasure, jobs, platforms, screening, users
from mocks.insightiq.resources.accounts import ACCOUNTS


class OfCreator(Params):
    """Which organisation's creator."""

    account: str = told("insightiq.account", by="organisation")


class OfUser(Params):
    """The user that stands for which organisation."""

    user: str = told("insightiq.user", by="organisation")


class Creators(Params):
    """How many creators, on which platform."""

    count: int = Field(1, ge=1, le=100)
    platform: str = "instagram"


class Screened(OfCreator):
    """Whether the screening fails."""

    fails: bool = False


@insightiq.happening("creator disconnects")
def disconnect(tx: Transaction, params: OfCreator) -> None:
    """A creator takes the connection back; what was read stays."""
    accounts.disconnect(tx, find(tx, ACCOUNTS, params.account, "account"))


@insightiq.happening("creator loses the session")
def expire(tx: Transaction, params: OfCreator) -> None:
    """A creator has to connect anew, as when the password was changed."""
    accounts.expire(tx, find(tx, ACCOUNTS, params.account, "account"))


@insightiq.happening("creator comes back")
def reconnect(tx: Transaction, params: OfCreator) -> None:
    """A creator whose connection was lost connects again, under the same id."""
    account = find(tx, ACCOUNTS, params.account, "account")
    user = find(tx, users.USERS, account["user_id"], "user")
    accounts.connect(tx, user, accounts.profile_of(tx, account))


@insightiq.happening("creators connect")
def arrive(tx: Transaction, params: Creators) -> None:
    """Creators of the population connect their accounts to new users."""
    for _ in range(params.count):
        connect(tx, Connected.model_validate({"work_platform": params.platform}))


@insightiq.happening("creator is screened")
def screen(tx: Transaction, params: Screened) -> None:
    """A creator's posts are screened for brand safety anew; the report is there some seconds later, unless it fails."""
    account = find(tx, ACCOUNTS, params.account, "account")
    platform = platforms.named(account["platform"])
    assert platform is not None  # noqa: S101 - accounts are on platforms that there are
    criteria = screening.add_criteria(tx, {"name": "crisis"})
    wanted = {"work_platform_id": platform.id, "profile_url": accounts.profile_of(tx, account).url}
    job = screening.start(tx, {**wanted, "flagging_criteria_id": criteria["id"]})
    if params.fails:
        jobs.finish(tx, job, "profile_not_found")


@insightiq.happening("user is erased")
def erase(tx: Transaction, params: OfUser) -> None:
    """InsightIQ erases, as it was asked to, a user with their accounts and all that was read through them."""
    erasure.erase(tx, find(tx, users.USERS, params.user, "user"))
