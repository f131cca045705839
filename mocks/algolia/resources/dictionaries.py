"""The application's dictionaries: stop words, plurals and compounds, by language, and which standard entries count."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.algolia import errors
from mocks.algolia.engine.language import (
    BUILT_IN,
    DECOMPOUNDED,
    NO_DICTIONARIES,
    Dictionaries,
    standard_compounds,
    standard_stop_words,
)
from mocks.algolia.engine.text import apart, normalise

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

ENTRIES = Collection("algolia.dictionary_entry", "dictionary")
"""{id, dictionary, entry}: an application's own entries; `id` is the dictionary and the objectID, joined by a slash."""

SETTINGS = Collection("algolia.dictionary_settings")
"""{id, version, disableStandardEntries}: one document; `version` counts all changes of dictionaries."""

NAMES = ("stopwords", "plurals", "compounds")
FIELDS = {"stopwords": "word", "plurals": "words", "compounds": "decomposition"}
LONGEST = 500
"""Characters of a word of an entry."""


def check_name(name: str) -> None:
    """Refuse a dictionary that there is not."""
    if name not in NAMES:
        raise errors.bad_request(f"Invalid dictionary name: {name}", subject="dictionaryName")


def settings(tx: Transaction) -> Json:
    """Return the application's one document about its dictionaries."""
    found = tx.get(SETTINGS, "settings")
    return found or {"id": "settings", "version": 0, "disableStandardEntries": {}}


def _changed(tx: Transaction, document: Json) -> None:
    document["version"] += 1
    keep = tx.insert if tx.get(SETTINGS, "settings") is None else tx.save
    keep(SETTINGS, document)


def change_settings(tx: Transaction, disabled: Json) -> None:
    """Say which standard entries do not count, by dictionary and language."""
    for name, languages in disabled.items():
        proper = isinstance(languages, dict) and all(isinstance(each, bool) for each in languages.values())
        if name not in NAMES or not (languages is None or proper):
            raise errors.bad_request("Invalid value for disableStandardEntries", subject=name)
    document = settings(tx)
    document["disableStandardEntries"] |= {
        name: value for name, value in disabled.items() if value is not None
    }
    _changed(tx, document)


# --- entries -----------------------------------------------------------------------------------------------------


def batch(tx: Transaction, name: str, requests: list[Any], *, clear: bool) -> None:
    """Add and delete entries, perhaps in the place of all."""
    read = [_read(name, each) for each in requests]
    if clear:
        for document in list(tx.every(ENTRIES, dictionary=name)):
            tx.delete(ENTRIES, document["id"])
    for action, entry in read:
        id = f"{name}/{entry['objectID']}"
        if action == "deleteEntry":
            tx.delete(ENTRIES, id)
            continue
        document = {"id": id, "dictionary": name, "entry": entry}
        keep = tx.insert if tx.get(ENTRIES, id) is None else tx.save
        keep(ENTRIES, document)
    _changed(tx, settings(tx))


def _read(name: str, request: Any) -> tuple[str, Json]:
    if not isinstance(request, dict) or request.get("action") not in ("addEntry", "deleteEntry"):
        raise errors.bad_request(
            'Invalid value for "action", expected addEntry or deleteEntry', subject="action"
        )
    body = request.get("body")
    if not isinstance(body, dict) or not isinstance(body.get("objectID"), str) or not body["objectID"]:
        raise errors.bad_request("Missing mandatory parameter: objectID", subject="objectID")
    if request["action"] == "addEntry":
        _check_entry(name, body)
    return request["action"], {key: value for key, value in body.items() if value is not None}


def _check_entry(name: str, entry: Json) -> None:
    language = entry.get("language")
    if not isinstance(language, str) or not 2 <= len(language) <= 5:
        raise errors.bad_request("Missing mandatory parameter: language", subject="language")
    needed = ("word", "decomposition") if name == "compounds" else (FIELDS[name],)
    for field in needed:
        value = entry.get(field)
        texts = value if isinstance(value, list) else [value]
        proper = isinstance(value, str) is (field == "word") and texts
        if not proper or not all(isinstance(each, str) and 0 < len(each) <= LONGEST for each in texts):
            raise errors.bad_request(f'Invalid value for "{field}" parameter', subject=field)
    if entry.get("state", "enabled") not in ("enabled", "disabled"):
        raise errors.bad_request('Invalid value for "state" parameter', subject="state")


def entries(tx: Transaction, name: str) -> Iterator[Json]:
    """Return the entries of a dictionary: the application's own, then the standard ones."""
    own = [dict(document["entry"]) for document in tx.every(ENTRIES, dictionary=name)]
    for each in own:
        yield {"state": "enabled", **each, "type": "custom"}
    if name == "plurals":
        return  # these follow rules
    replaced = {(each["language"], normalise(each["word"])) for each in own}
    for language, word, more in _standard(name):
        if (language, word) not in replaced:
            about = {"objectID": f"standard-{language}-{word}", "language": language, "word": word}
            yield {**about, **more, "state": "enabled", "type": "standard"}


def _standard(name: str) -> Iterator[tuple[str, str, Json]]:
    """Return what everybody has of a dictionary: language, word, and what an entry has besides."""
    if name == "stopwords":
        for language in BUILT_IN:
            for word in sorted(standard_stop_words(language)):
                yield language, word, {}
    else:
        for language in DECOMPOUNDED:
            for word, parts in sorted(standard_compounds(language).items()):
                yield language, word, {"decomposition": list(parts)}


def matching(tx: Transaction, name: str, query: str, language: str | None) -> list[Json]:
    """Return the entries with a word that begins with the query's letters, of a language if one is given."""
    wanted = normalise(query.strip())
    return [
        each
        for each in entries(tx, name)
        if language in (None, each["language"])
        and any(normalise(text).startswith(wanted) for text in _texts(each))
    ]


def _texts(entry: Json) -> list[str]:
    return [*entry.get("words", ()), *([entry["word"]] if "word" in entry else ())]


def languages(tx: Transaction) -> Json:
    """Return the languages that there are dictionaries for, with the numbers of an application's own entries."""
    found: Json = {language: dict.fromkeys(NAMES) for language in sorted({*BUILT_IN, *DECOMPOUNDED})}
    for name in NAMES:
        for language in DECOMPOUNDED if name == "compounds" else BUILT_IN:
            found[language][name] = {"nbCustomEntries": 0}
        for document in tx.every(ENTRIES, dictionary=name):
            of = found.setdefault(document["entry"]["language"], dict.fromkeys(NAMES))
            of[name] = {"nbCustomEntries": (of[name] or {"nbCustomEntries": 0})["nbCustomEntries"] + 1}
    return found


# --- for searches ------------------------------------------------------------------------------------------------


def in_effect(tx: Transaction) -> Dictionaries:
    """Return the dictionaries as searches use them, read again only when they were changed."""
    document = tx.get(SETTINGS, "settings")
    if document is None:
        return NO_DICTIONARIES
    known: tuple[int, Dictionaries] = tx.world.derived.get("algolia.dictionaries", (0, NO_DICTIONARIES))
    if known[0] != document["version"]:
        known = document["version"], _gathered(tx, document)
        tx.world.derived["algolia.dictionaries"] = known
    return known[1]


def _gathered(tx: Transaction, document: Json) -> Dictionaries:
    stop: dict[str, set[str]] = {}
    not_stop: dict[str, set[str]] = {}
    plurals: dict[str, list[tuple[str, ...]]] = {}
    compounds: dict[str, dict[str, tuple[str, ...]]] = {}
    for entry in (dict(each["entry"]) for each in tx.every(ENTRIES)):
        language, enabled = entry["language"], entry.get("state") != "disabled"
        if "decomposition" in entry:
            parts = tuple(word.text for text in entry["decomposition"] for word in apart(text))
            compounds.setdefault(language, {})[normalise(entry["word"])] = parts if enabled else ()
        elif "words" in entry:
            if enabled:
                plurals.setdefault(language, []).append(tuple(normalise(each) for each in entry["words"]))
        else:
            (stop if enabled else not_stop).setdefault(language, set()).add(normalise(entry["word"]))
    disabled = document["disableStandardEntries"]
    return Dictionaries(
        {language: frozenset(words) for language, words in stop.items()},
        {language: frozenset(words) for language, words in not_stop.items()},
        {language: tuple(groups) for language, groups in plurals.items()},
        compounds,
        frozenset((name, language) for name in disabled for language, off in disabled[name].items() if off),
        document["version"],
    )
