"""What holds between InsightIQ's documents, and in the population that its creators are derived of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.coherence import Coherence, Link
from mocks.insightiq.resources import creators, platforms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fixtures.creators import Audience
    from harness.transaction import Transaction

Json = dict[str, Any]

ORGANISATION = r"org_\w{27}"
"""Clerk's ids: the platform's users stand for its organisations, other consumers' for whom they like."""
USER, ACCOUNT = ("insightiq.user",), ("insightiq.account",)
LOOKED_AT = 50
"""Of a population that may have a million creators, so many are looked at, evenly spread."""


def _audiences(tx: Transaction, _: Json) -> str | None:
    """The shares of every audience sum up to 100 %."""
    people = creators.population(tx)
    step = max(1, people.size // LOOKED_AT)
    for index in range(0, people.size, step):
        creator = people.creator(index)
        for name in creator.platforms:
            platform = platforms.named(name)
            if platform is None:
                continue
            for what, total in _shares(creators.profile(tx, creator, platform).audience):
                if round(total, 2) != 100:
                    return f"{what} of {creator.handle} on {name} sum up to {total:g} %"
    return None


def _shares(audience: Audience) -> Iterator[tuple[str, float]]:
    for what in ("countries", "languages", "types"):
        yield what, sum(each.value for each in getattr(audience, what))


COHERENCE = Coherence(
    links={
        "insightiq.user": (Link("external_id", ("clerk.organization",), like=ORGANISATION),),
        "insightiq.account": (Link("user_id", USER), Link("profile_id", ("insightiq.profile",))),
        "insightiq.profile": (Link("user_id", USER), Link("account_id", ACCOUNT)),
        "insightiq.content": (Link("account_id", ACCOUNT),),
        "insightiq.content_group": (Link("account_id", ACCOUNT),),
        "insightiq.publication": (Link("account_id", ACCOUNT),),
        "insightiq.invite": (Link("user_id", USER),),
        "insightiq.sdk_token": (Link("user_id", USER),),
        "insightiq.job": (Link("request.flagging_criteria_id", ("insightiq.flagging_criteria",)),),
    },
    orders={
        "insightiq.account": (("created", "updated"),),
        "insightiq.job": (("created", "ended"),),
    },
    rules={"insightiq.settings": {"audience shares": _audiences}},
)
