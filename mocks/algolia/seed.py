"""What a new world's account holds, and what a scenario puts into it: the platform's two indices."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from fixtures.records import ORGANISATIONS, Library
from harness import instants
from mocks.algolia.dialect import timestamp
from mocks.algolia.resources import api_keys, indices, records, settings

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

CAMPAIGNS = "campaigns"
STUDIES = "brand_lift_studies"
CREATORS = "creators"
OWNER = "clerk.organisation."

SETTINGS: dict[str, Json] = {
    CAMPAIGNS: {
        "searchableAttributes": ["campaignName", "brand", "unordered(description)"],
        "attributesForFaceting": [
            "filterOnly(orgId)",
            "status",
            "platform",
            "searchable(brand)",
            "primaryKPI",
        ],
    },
    STUDIES: {
        "searchableAttributes": ["name", "campaignName"],
        "attributesForFaceting": ["filterOnly(orgId)", "studyStatus", "funnelStage", "primaryKpi"],
    },
    CREATORS: {
        "searchableAttributes": ["name", "handle", "unordered(biography)"],
        "attributesForFaceting": ["platforms", "language"],
        "customRanking": ["desc(followers)"],
    },
}
"""What must be set for the platform's searches by organisation to find anything."""


def open_account(tx: Transaction) -> dict[str, str]:
    """Fill the account; return the name of the index of studies, under which the platform reads it."""
    api_keys.open_account(tx)
    return {"ALGOLIA_BRAND_LIFT_STUDIES_INDEX_NAME": STUDIES}


def populate(tx: Transaction, story: Json) -> dict[str, str]:
    """Index a story's campaigns and studies, and its records; return the objectID of each of the former, and their tasks."""
    refs = story.get("refs") or {}
    campaigns, studies = story.get("campaigns") or [], story.get("studies") or []
    done: dict[str, str] = {}
    numbers = {each["key"]: each.get("number", place) for place, each in enumerate(campaigns, 1)}
    names = {each["key"]: each["name"] for each in campaigns}
    if campaigns:
        index = _opened(tx, CAMPAIGNS)
        for each in campaigns:
            record = _campaign(each, numbers[each["key"]], refs)
            done[f"algolia.campaign.{each['key']}"] = records.put(tx, index, record)
        done["algolia.task.campaigns"] = str(indices.changed(tx, index))
    if studies:
        index = _opened(tx, STUDIES)
        for each in studies:
            number, name = numbers.get(each.get("campaign"), 0), names.get(each.get("campaign"))
            done[f"algolia.study.{each['key']}"] = records.put(
                tx, index, _study(tx, each, number, name, refs)
            )
        done["algolia.task.studies"] = str(indices.changed(tx, index))
    for told in story.get("records") or ():
        _library(tx, story, told)
    return done


def _library(tx: Transaction, story: Json, told: Json) -> None:
    """Index the records of the library of the story's seed from one to another; they belong to its first organisations."""
    known = (id for name, id in (story.get("refs") or {}).items() if name.startswith(OWNER))
    owners = list(islice(known, ORGANISATIONS)) or [each["key"] for each in story.get("organisations") or ()]
    library, numbers = Library(str(story["seed"]), told["size"]), range(told["from"], told["to"])
    for name, kind in ((CAMPAIGNS, library.campaign), (STUDIES, library.study), (CREATORS, library.creator)):
        index = _opened(tx, name)
        for number in numbers:
            record = kind(number)
            if owners and "orgId" in record:
                record["orgId"] = owners[number % len(owners)]
            records.put(tx, index, record)
        indices.changed(tx, index)


def _opened(tx: Transaction, name: str) -> Json:
    index = indices.to_fill(tx, name)
    if not index["settings"]:
        settings.change(tx, index, SETTINGS[name])
    return index


def _organisation(thing: Json, refs: Json) -> str:
    """Return the organisation's id at Clerk; its key where nobody has given it one."""
    return str(refs.get(f"{OWNER}{thing['organisation']}", thing["organisation"]))


def _campaign(campaign: Json, number: int, refs: Json) -> Json:
    """Return a record as the platform indexes a campaign; the ids of its database are numbers."""
    record = {
        "objectID": str(number),
        "id": str(number),
        "orgId": _organisation(campaign, refs),
        "campaignName": campaign["name"],
        "description": campaign.get("description", ""),
        "status": campaign.get("status"),
        "startDate": _date(campaign.get("start_date")),
        "endDate": _date(campaign.get("end_date")),
        "timeZone": campaign.get("time_zone"),
        "primaryKPI": campaign.get("primary_kpi"),
        "brand": campaign.get("brand"),
        "platform": campaign.get("platform"),
        "currency": campaign.get("currency"),
        "totalBudget": campaign.get("total_budget"),
        "socialMediaBudget": campaign.get("social_media_budget"),
    }
    return {name: value for name, value in record.items() if value is not None}


def _study(tx: Transaction, study: Json, number: int, campaign: str | None, refs: Json) -> Json:
    """Return a record as the platform indexes a study."""
    created = timestamp(tx.now - study.get("days_ago", 0) * instants.DAY)
    record = {
        "objectID": study["key"],
        "id": study["key"],
        "orgId": _organisation(study, refs),
        "name": study["name"],
        "studyStatus": study.get("status"),
        "funnelStage": study.get("funnel_stage"),
        "primaryKpi": study.get("primary_kpi"),
        "secondaryKpis": study.get("secondary_kpis"),
        "campaignSubmissionId": number,
        "campaignName": campaign,
        "createdAt": created,
        "updatedAt": created,
    }
    return {name: value for name, value in record.items() if value is not None}


def _date(day: str | None) -> str | None:
    """Write a day as the platform's JSON has it."""
    return None if day is None else f"{day}T00:00:00.000Z"
