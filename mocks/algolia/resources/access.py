"""What a request's key may do: which operations, on which indices, with which parameters forced upon its searches."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from mocks.algolia import errors
from mocks.algolia.dialect import KEY, credential, place_of_request
from mocks.algolia.engine import parameters
from mocks.algolia.engine.parameters import Wrong
from mocks.algolia.resources import api_keys, secured_keys

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

ADMIN = "admin"
ANY = ""
"""The ACL of operations that every key may call; batches look at each of their actions."""

OPERATIONS: dict[str, str] = {
    **dict.fromkeys(
        ("searchSingleIndex", "searchSingleIndexGet", "search", "searchForFacetValues"), "search"
    ),
    **dict.fromkeys(("getObject", "getObjects", "getApiKey"), "search"),
    "pushEvents": "search",
    "deleteUserToken": "deleteObject",
    **dict.fromkeys(("browse", "browseGet"), "browse"),
    **dict.fromkeys(
        ("saveObject", "addOrUpdateObject", "partialUpdateObject", "operationIndex"), "addObject"
    ),
    **dict.fromkeys(("getTask", "batch", "multipleBatch"), ANY),
    "deleteObject": "deleteObject",
    **dict.fromkeys(("deleteBy", "clearObjects", "deleteIndex"), "deleteIndex"),
    **dict.fromkeys(("getSettings", "getSynonym", "searchSynonyms", "getRule", "searchRules"), "settings"),
    **dict.fromkeys(
        ("setSettings", "saveSynonym", "deleteSynonym", "saveSynonyms", "clearSynonyms"), "editSettings"
    ),
    **dict.fromkeys(("saveRule", "deleteRule", "saveRules", "clearRules", "getAppTask"), "editSettings"),
    **dict.fromkeys(
        ("getDictionarySettings", "getDictionaryLanguages", "searchDictionaryEntries"), "settings"
    ),
    **dict.fromkeys(("batchDictionaryEntries", "setDictionarySettings"), "editSettings"),
    **dict.fromkeys(("getSources", "replaceSources", "appendSource", "deleteSource"), ADMIN),
    **dict.fromkeys(
        ("listClusters", "listUserIds", "getUserId", "getTopUserIds", "hasPendingMappings"), ADMIN
    ),
    **dict.fromkeys(("assignUserId", "batchAssignUserIds", "removeUserId", "searchUserIds"), ADMIN),
    **dict.fromkeys(("getTopSearches", "getSearchesCount", "getSearchesNoResults"), "analytics"),
    **dict.fromkeys(("getSearchesNoClicks", "getNoResultsRate", "getNoClickRate"), "analytics"),
    **dict.fromkeys(("getTopHits", "getUsersCount", "getTopFilterAttributes", "getStatus"), "analytics"),
    **dict.fromkeys(("getAverageClickPosition", "getClickPositions", "getClickThroughRate"), "analytics"),
    **dict.fromkeys(("getConversionRate", "getAddToCartRate", "getPurchaseRate"), "analytics"),
    "listIndices": "listIndexes",
    "getLogs": "logs",
    **dict.fromkeys(("listApiKeys", "addApiKey", "updateApiKey", "deleteApiKey", "restoreApiKey"), ADMIN),
}
"""The ACL that each operation asks of a key (Algolia's document: `x-acl`)."""

NOT_PARAMETERS = frozenset({"restrictIndices", "restrictSources", "validUntil", "referers"})
"""Restrictions of a secured key that are no search parameters."""


@dataclass(frozen=True, slots=True)
class Access:
    """A key in use; `forced` are search parameters that requests cannot change, `indices` lists of allowed names."""

    admin: bool
    acl: frozenset[str] = frozenset()
    indices: tuple[tuple[str, ...], ...] = ()
    most_hits: int = 0
    forced: tuple[Json, ...] = ()
    key: Json = field(default_factory=dict)

    def may(self, acl: str) -> bool:
        """Tell whether the key has an ACL."""
        return self.admin or acl in self.acl or acl == ANY

    def sees(self, index: str) -> bool:
        """Tell whether the key is for an index."""
        return all(any(fnmatchcase(index, _literal(each)) for each in names) for names in self.indices)


def _literal(pattern: str) -> str:
    """Leave `*` as the only character with a meaning."""
    return pattern.replace("[", "[[]").replace("?", "[?]")


def check(tx: Transaction, operation: str) -> Access:
    """Refuse a request whose key is unknown, expired, or not for the operation; what is not listed is an admin's."""
    access = of(tx)
    acl = OPERATIONS.get(operation, ADMIN)
    if not access.may(acl):
        raise errors.method_not_allowed_with_key()
    return access


def to_index(tx: Transaction, *names: str) -> Access:
    """Refuse a request whose key is not for an index."""
    access = of(tx)
    if not all(access.sees(name) for name in names):
        raise errors.index_not_allowed()
    return access


def to_act(tx: Transaction, access: Access, acl: str, doing: str, number: int) -> None:
    """Refuse an action of a batch, counted from 0, that the key has no ACL for."""
    if not access.may(acl):
        raise errors.not_enough_rights(
            doing, place_of_request(tx.request.body if tx.request else b"", number)
        )


def of(tx: Transaction) -> Access:
    """Return what the request's key may do; refuse an unknown key, and one that is not valid now or not here."""
    if tx.request is None:
        return Access(admin=True)
    value = credential(tx.request, KEY)
    if value == api_keys.token(tx, api_keys.ADMIN):
        return Access(admin=True)
    document = api_keys.lookup(tx, value) if value else None
    if document is not None:
        return _of_key(tx, document, {})
    found = secured_keys.opened(tx, value)
    if found is None:
        raise errors.invalid_credentials()
    return _of_key(tx, *found)


def _of_key(tx: Transaction, document: Json, restrictions: dict[str, str]) -> Access:
    key = document["key"]
    own = parameters.of_query_string(key.get("queryParameters") or "")
    _check_time(tx, restrictions)
    for each in (own, restrictions):
        _check_source(tx, each.get("restrictSources", ""))
    _check_referer(tx, key.get("referers") or [])
    _check_referer(tx, _names(restrictions.get("referers", "")))
    limits = (tuple(key.get("indexes") or ()), tuple(_names(restrictions.get("restrictIndices", ""))))
    try:
        forced = tuple(
            parameters.of_search({name: value for name, value in each.items() if name not in NOT_PARAMETERS})
            for each in (own, restrictions)
            if each
        )
    except Wrong as wrong:
        raise errors.bad_request(wrong.message, subject=wrong.name) from None
    return Access(
        admin=False,
        acl=frozenset(key["acl"]),
        indices=tuple(names for names in limits if names),
        most_hits=key.get("maxHitsPerQuery") or 0,
        forced=forced,
        key=document,
    )


def _names(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


def _check_time(tx: Transaction, restrictions: dict[str, str]) -> None:
    until = restrictions.get("validUntil")
    if until is None:
        return
    if not (until.isascii() and until.isdigit() and len(until) < 20):
        raise errors.invalid_key()
    if int(until) < tx.seconds:
        raise errors.expired_key()


def _check_source(tx: Transaction, sources: str) -> None:
    """Refuse an address outside `restrictSources`: that of X-Forwarded-For, or else this machine's."""
    if not sources:
        return
    forwarded = tx.request.header("x-forwarded-for") if tx.request else None
    try:
        address = ipaddress.ip_address((forwarded or "127.0.0.1").partition(",")[0].strip())
        allowed = any(address in network for network in api_keys.networks(sources))
    except ValueError:
        allowed = False
    if not allowed:
        raise errors.source_not_allowed()


def _check_referer(tx: Transaction, referers: list[str]) -> None:
    """Refuse pages that the key is not for; `*` stands for anything, and a pattern without it for a beginning."""
    if not referers:
        return
    referer = (tx.request.header("referer") if tx.request else None) or ""
    patterns = [each if "*" in each else f"{each}*" for each in referers]
    if not any(fnmatchcase(referer, _literal(each)) for each in patterns):
        raise errors.referer_not_allowed()
