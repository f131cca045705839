"""Accounts that creators connect themselves: users and tokens for InsightIQ's browser SDK, and what was connected."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from integrations.clock import Clock
from integrations.creators.insightiq_gateway import (
    WORK_PLATFORMS,
    Account,
    InsightiqGateway,
    SdkToken,
    dashed,
)
from integrations.creators.observations import CONNECTED, noted, prevails
from integrations.database import Database
from integrations.errors import ProviderError
from integrations.mirror import Mirror
from integrations.models import ERASED, ConnectedAccount, Creator, CreatorUser

_log = logging.getLogger(__name__)

_GONE = "NOT_CONNECTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What a browser needs to let somebody connect an account."""

    user_id: str
    token: SdkToken


class Connections:
    """Lets accounts be connected, and mirrors them."""

    def __init__(self, database: Database, insightiq: InsightiqGateway, mirror: Mirror, clock: Clock) -> None:
        self._database = database
        self._insightiq = insightiq
        self._mirror = mirror
        self._clock = clock

    def invite(self, external_id: str, name: str) -> Invitation:
        """Return a fresh token for a person of the platform's; called again, it is for the same InsightIQ user."""
        with self._database.transaction() as session:
            known = session.get(CreatorUser, external_id)
        if known is None:
            user = self._insightiq.ensure_user(external_id=external_id, name=name)
            known = CreatorUser(
                external_id=external_id, insightiq_id=dashed(user.id), name=name, created_at=self._clock.now()
            )
            with self._database.transaction() as session:
                session.merge(known)
        return Invitation(user_id=known.insightiq_id, token=self._insightiq.sdk_token(known.insightiq_id))

    def list(self, external_id: str) -> list[ConnectedAccount]:
        """Return the accounts that a person connected."""
        query = (
            select(ConnectedAccount)
            .join(CreatorUser, CreatorUser.insightiq_id == ConnectedAccount.insightiq_user_id)
            .where(CreatorUser.external_id == external_id)
            .order_by(ConnectedAccount.account_id)
        )
        with self._database.transaction() as session:
            return list(session.scalars(query))

    def refresh(self, account_id: str) -> bool:
        """Read an account and its profile from InsightIQ into the mirror; say whether it exists.

        Nothing is kept of an account that is news only by being disconnected, or whose person has been erased.
        """
        account_id = dashed(account_id)
        number = self._mirror.begin_read(account_id)
        account = self._insightiq.account(account_id)
        profile = None if account is None else self._insightiq.profile_of(account_id)
        with self._database.transaction() as session:
            if not self._mirror.claim(session, account_id, number):
                return account is not None
            known = session.get(ConnectedAccount, account_id)
            if account is None or _erased(session, account):
                if known is not None:
                    session.delete(known)
                return False
            if known is None and account.status == _GONE:
                return True
            reputation = (profile or {}).get("reputation") or {}
            session.merge(
                ConnectedAccount(
                    account_id=account_id,
                    insightiq_user_id=dashed(account.user.id),
                    work_platform_id=account.work_platform.id if account.work_platform else None,
                    username=account.platform_username,
                    status=account.status,
                    follower_count=reputation.get("follower_count") or reputation.get("subscriber_count"),
                    profile=profile,
                    mirrored_at=self._clock.now(),
                )
            )
            _tell_creator(session, account, reputation, self._clock.now())
        return True

    def release_erased(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Disconnect at InsightIQ what people connected who were erased since, and forget their users; return how many."""
        with self._database.transaction() as session:
            erased = session.scalars(select(CreatorUser.insightiq_id).where(CreatorUser.name == ERASED)).all()
        done = 0
        for user_id in erased:
            if stopping():
                break
            try:
                for account in self._insightiq.accounts_of(user_id):
                    if account.status != _GONE:
                        self._insightiq.disconnect(account.id)
            except ProviderError as error:
                _log.warning("user %s is not disconnected: %s", user_id, error)
                continue
            with self._database.transaction() as session:
                session.execute(delete(ConnectedAccount).where(ConnectedAccount.insightiq_user_id == user_id))
                session.execute(delete(CreatorUser).where(CreatorUser.insightiq_id == user_id))
            done += 1
        return done


def _erased(session: Session, account: Account) -> bool:
    """Say whether the person who connected an account has been erased."""
    theirs = select(CreatorUser.name).where(CreatorUser.insightiq_id == dashed(account.user.id))
    return session.scalars(theirs).one_or_none() == ERASED


def _tell_creator(session: Session, account: Account, reputation: Mapping[str, Any], now: datetime) -> None:
    """Let the creator whose account it is have the number of followers that the account says, where that counts."""
    platforms = {id: platform for platform, id in WORK_PLATFORMS.items()}
    platform = platforms.get(account.work_platform.id) if account.work_platform else None
    size = reputation.get("follower_count") or reputation.get("subscriber_count")
    if platform is None or size is None or account.platform_username is None:
        return
    handle = account.platform_username.lower()
    same = select(Creator).where(Creator.platform == platform, Creator.handle == handle)
    creator = session.scalars(same.with_for_update()).one_or_none()
    seen = dict((creator.observed or {}) if creator is not None else {})
    if creator is not None and prevails((CONNECTED, now), seen.get("follower_count")):
        creator.follower_count = int(size)
        creator.observed = {**seen, "follower_count": noted(CONNECTED, now)}
