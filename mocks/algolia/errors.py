"""Algolia's refusals: `{"message", "status"}`, one function for each kind.

The wordings are those of answers that users reported, where there are any; the room's README lists the others.
"""

from __future__ import annotations

from typing import Any

from harness.errors import Refusal

SIZE_LIMITS = (
    "https://www.algolia.com/doc/guides/sending-and-managing-data/prepare-your-data/in-depth/"
    "index-and-records-size-and-usage-limitations/#record-size-limits"
)


def refusal(status: int, message: str, *, rule: str | None = None, subject: str = "", **more: Any) -> Refusal:
    """Return a refusal in Algolia's envelope; `more` are further fields of it."""
    body = {"message": message, "status": status, **more}
    return Refusal(status, body, rule=rule, message=message, subject=subject)


def bad_request(message: str, *, rule: str = "invalid_parameters", subject: str = "", **more: Any) -> Refusal:
    """Return the 400 for a request that breaks a rule."""
    return refusal(400, message, rule=rule, subject=subject, **more)


# --- credentials -------------------------------------------------------------------------------------------------


def invalid_credentials() -> Refusal:
    """Return the 403 for an unknown application or key, for missing ones, and for secured keys of no known key."""
    return refusal(403, "Invalid Application-ID or API key", rule="invalid_credentials")


def invalid_key() -> Refusal:
    """Return the 403 for a secured key that restricts nothing."""
    return refusal(403, "Invalid API key", rule="invalid_credentials")


def expired_key() -> Refusal:
    """Return the 400 for a secured key whose `validUntil` has passed."""
    message = '"validUntil" parameter expired (less than current date)'
    return refusal(400, message, rule="expired_key")


def method_not_allowed_with_key(detail: str = "") -> Refusal:
    """Return the 403 for a key that lacks the operation's ACL."""
    message = "Method not allowed with this API key"
    return refusal(403, f"{message} ({detail})" if detail else message, rule="acl_missing")


def index_not_allowed() -> Refusal:
    """Return the 403 for an index that the key is not for."""
    return refusal(403, "Index not allowed with this API key", rule="index_not_allowed")


def referer_not_allowed() -> Refusal:
    """Return the 403 for a page that the key is not for."""
    return refusal(403, "Method not allowed with this referer", rule="referer_not_allowed")


def source_not_allowed() -> Refusal:
    """Return the 403 for an address that the key is not for."""
    return refusal(403, "Source not allowed with this API key", rule="source_not_allowed")


def not_enough_rights(doing: str, place: tuple[int, int]) -> Refusal:
    """Return the 400 for an action of a batch that the key has no ACL for; `doing` such as `add an object`."""
    return bad_request(f"Not enough rights to {doing}{_near(place)}", rule="acl_missing")


# --- what does not exist -----------------------------------------------------------------------------------------


def no_index(name: str) -> Refusal:
    """Return the 404 for an unknown index."""
    return refusal(404, f"Index {name} does not exist")


def no_object() -> Refusal:
    """Return the 404 for an unknown record or rule."""
    return refusal(404, "ObjectID does not exist")


def no_synonym() -> Refusal:
    """Return the 404 for an unknown synonym."""
    return refusal(404, "Synonym set does not exist")


def no_key() -> Refusal:
    """Return the 404 for an unknown key."""
    return refusal(404, "Key does not exist")


def no_task() -> Refusal:
    """Return the 404 for a task that was never given out."""
    return refusal(404, "Task does not exist")


def no_path() -> Refusal:
    """Return the 404 for a path that Algolia does not have."""
    return refusal(404, "Path not found")


# --- requests ----------------------------------------------------------------------------------------------------


def invalid_json(line: int = 1, column: int = 1) -> Refusal:
    """Return the 400 for a body that is not the JSON asked for."""
    return bad_request(f"Invalid JSON near line:{line} column:{column}", rule="malformed_json")


def not_an_object() -> Refusal:
    """Return the 400 for a body or record that is no JSON object."""
    return bad_request("Invalid object", rule="malformed_json")


def unknown_setting(name: str, place: tuple[int, int]) -> Refusal:
    """Return the 400 for a setting that Algolia does not know."""
    return bad_request(
        f"Invalid object attributes: {name}{_near(place)}", rule="unknown_setting", subject=name
    )


def object_id_required(action: str, place: tuple[int, int]) -> Refusal:
    """Return the 400 for an action that needs the objectID of a record."""
    message = f"The 'objectID' attribute is required to use action={action}{_near(place)}"
    return bad_request(message, rule="missing_object_id", subject="objectID")


def record_too_big(size: int, most: int, object_id: str, position: int | None) -> Refusal:
    """Return the 400 for a record beyond the plan's limit; `position` is its place in a batch."""
    advice = f"Please have a look at {SIZE_LIMITS}"
    if position is None:
        message = f"Record is too big size={size}/{most} bytes. {advice}"
        return bad_request(message, rule="record_too_big", objectID=object_id)
    message = f"Record at the position {position} objectID={object_id} is too big size={size}/{most} bytes. {advice}"
    return bad_request(message, rule="record_too_big", position=position, objectID=object_id)


def facet_not_searchable(name: str) -> Refusal:
    """Return the 400 for a search among the values of a facet that is not declared `searchable(…)`."""
    message = (
        f"Cannot search in `{name}` attribute, you need to add `searchable({name})` to attributesForFaceting."
    )
    return bad_request(message, rule="facet_not_searchable", subject=name)


def no_filter() -> Refusal:
    """Return the 400 for deleting by a query that filters nothing, or by more than filters."""
    message = (
        "DeleteByQuery endpoint only supports tagFilters, facetFilters, numericFilters and geoQuery condition"
    )
    return bad_request(message, rule="delete_by_without_filter")


def _near(place: tuple[int, int]) -> str:
    line, column = place
    return f" near line:{line} column:{column}"


# --- by status ---------------------------------------------------------------------------------------------------

_BY_STATUS = {
    400: "Bad request",
    402: "This feature is not available on your plan",
    403: "Invalid Application-ID or API key",
    404: "Path not found",
    405: "Method not allowed",
    413: "Request entity too large",
    429: "Too Many Requests",
}


def failure(status: int, message: str = "") -> Refusal:
    """Return a refusal by status alone: injected faults, limits, failures of Greenroom itself."""
    refused = refusal(status, message or _BY_STATUS.get(status, "Internal server error"))
    if status == 429:
        refused.headers = (("Retry-After", "1"),)
    return refused
