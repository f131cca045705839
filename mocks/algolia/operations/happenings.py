"""What scenarios let happen at Algolia in plain words: records that are lost, grow stale, and indices that are emptied."""

from __future__ import annotations

from typing import Any, Literal

from harness.errors import InvalidInput
from harness.happenings import told
from harness.params import Json, Params
from harness.transaction import Transaction
from mocks.algolia.provider import algolia
from mocks.algolia.resources import indices, records
from mocks.algolia.seed import CAMPAIGNS, STUDIES


class OfCampaign(Params):
    """Which campaign."""

    record: str = told("algolia.campaign", by="campaign")


class Stale(OfCampaign):
    """What the record says instead."""

    changes: dict[str, Any]


class Stray(Params):
    """A record of an index that stands for nothing."""

    index: Literal["campaigns", "brand_lift_studies"] = "campaigns"
    record: dict[str, Any]


class OfIndex(Params):
    """Which of the platform's indices."""

    index: Literal["campaigns", "brand_lift_studies"] = "campaigns"


class OfStudy(Params):
    """Which study."""

    record: str = told("algolia.study", by="study")


@algolia.happening("campaign goes missing")
def lose_campaign(tx: Transaction, params: OfCampaign) -> None:
    """A campaign's record is lost, though the campaign is there."""
    _lose(tx, CAMPAIGNS, params.record)


@algolia.happening("study goes missing")
def lose_study(tx: Transaction, params: OfStudy) -> None:
    """A study's record is lost, though the study is there."""
    _lose(tx, STUDIES, params.record)


@algolia.happening("campaign goes stale")
def grow_stale(tx: Transaction, params: Stale) -> None:
    """A campaign's record says what is not so any more."""
    index = indices.to_fill(tx, CAMPAIGNS)
    records.update(tx, index, params.record, params.changes, create=False)
    indices.changed(tx, index)


@algolia.happening("stray record appears")
def appear(tx: Transaction, params: Stray) -> None:
    """A record appears of something that does not exist."""
    index = indices.to_fill(tx, params.index)
    records.put(tx, index, params.record)
    indices.changed(tx, index)


@algolia.happening("index is emptied")
def empty(tx: Transaction, params: OfIndex) -> None:
    """All records of an index are lost."""
    index = indices.to_fill(tx, params.index)
    records.clear(tx, index)
    indices.changed(tx, index)


def _lose(tx: Transaction, name: str, id: str) -> Json:
    index = indices.to_fill(tx, name)
    if records.get(tx, index, id) is None:
        raise InvalidInput(f"{name} has no record {id!r} to lose")
    records.remove(tx, index, id)
    indices.changed(tx, index)
    return index
