"""Dictionaries: stop words, plurals and compounds of the application."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from harness.params import Params
from harness.transaction import Transaction
from mocks.algolia.dialect import timestamp
from mocks.algolia.parameters import Flag
from mocks.algolia.provider import algolia
from mocks.algolia.resources import dictionaries, tasks

Json = dict[str, Any]


class EntryBatch(Params):
    """Entries to be added and deleted."""

    clearExistingDictionaryEntries: Flag = False
    requests: list[Any]


class EntrySearch(Params):
    """What entries are looked for."""

    query: str
    page: int = Field(0, ge=0, le=2**31)
    hitsPerPage: int = Field(20, ge=1, le=1000)
    language: str | None = None


class DictionarySettings(Params):
    """Which standard entries do not count."""

    disableStandardEntries: dict[str, Any]


@algolia.post("/1/dictionaries/{dictionary_name}/batch", id="batchDictionaryEntries", tier="P2")
def batch_dictionary_entries(tx: Transaction, params: EntryBatch, dictionary_name: str) -> Json:
    """Add and delete entries of a dictionary."""
    dictionaries.check_name(dictionary_name)
    dictionaries.batch(tx, dictionary_name, params.requests, clear=params.clearExistingDictionaryEntries)
    return {"taskID": tasks.new(tx), "updatedAt": timestamp(tx.now)}


@algolia.post("/1/dictionaries/{dictionary_name}/search", id="searchDictionaryEntries", tier="P2")
def search_dictionary_entries(tx: Transaction, params: EntrySearch, dictionary_name: str) -> Json:
    """Search a dictionary's entries."""
    dictionaries.check_name(dictionary_name)
    found = dictionaries.matching(tx, dictionary_name, params.query, params.language)
    start = params.page * params.hitsPerPage
    return {
        "hits": found[start : start + params.hitsPerPage],
        "page": params.page,
        "nbHits": len(found),
        "nbPages": -(-len(found) // params.hitsPerPage),
    }


@algolia.get("/1/dictionaries/*/settings", id="getDictionarySettings", tier="P2")
def get_dictionary_settings(tx: Transaction) -> Json:
    """Read which standard entries do not count."""
    return {"disableStandardEntries": dictionaries.settings(tx)["disableStandardEntries"]}


@algolia.put("/1/dictionaries/*/settings", id="setDictionarySettings", tier="P2")
def set_dictionary_settings(tx: Transaction, params: DictionarySettings) -> Json:
    """Say which standard entries do not count."""
    dictionaries.change_settings(tx, params.disableStandardEntries)
    return {"taskID": tasks.new(tx), "updatedAt": timestamp(tx.now)}


@algolia.get("/1/dictionaries/*/languages", id="getDictionaryLanguages", tier="P2")
def get_dictionary_languages(tx: Transaction) -> Json:
    """List the languages that there are dictionaries for."""
    return dictionaries.languages(tx)
