"""The library of questions by which respondents are chosen, in the languages of the locales.

It is a small invented selection; the numbers of age, gender, postal code, origin, income and pets are Cint's own.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import orjson

from mocks.cint import errors

Json = dict[str, Any]

STANDARD, DEMOGRAPHIC = "standard", "demographic_only"
AGE, GENDER, ZIP, INCOME = 42, 43, 45, 14785
_DEMOGRAPHIC = frozenset({AGE, GENDER, ZIP})


@cache
def _library() -> Json:
    found: Json = orjson.loads(Path(__file__).parent.with_name("questions.json").read_bytes())
    return found


def categories() -> list[Json]:
    """Return the categories of questions."""
    found: list[Json] = _library()["categories"]
    return found


@cache
def _by_id() -> dict[int, Json]:
    return {each["id"]: each for each in _library()["questions"]}


def known(id: int) -> Json | None:
    """Return a question of the library."""
    return _by_id().get(id)


def find(id: int, locale: str) -> Json:
    """Return a question that is asked in a locale; refuse others (404)."""
    question = known(id)
    if question is None or not _asked(question, locale):
        raise errors.not_found()
    return question


def in_locale(locale: str) -> list[Json]:
    """Return the questions that are asked in a locale."""
    return [each for each in _library()["questions"] if _asked(each, locale)]


def _asked(question: Json, locale: str) -> bool:
    language, _, country = locale.partition("_")
    return country in question.get("countries", (country,)) and (
        language in question["text"] or "countries" not in question
    )


def scope(question: Json) -> str:
    """Return whether a question is a demographic one."""
    return DEMOGRAPHIC if question["id"] in _DEMOGRAPHIC else STANDARD


def said(texts: Json, locale: str) -> str:
    """Return a text in the language of a locale, in English where there is none."""
    found: str = texts.get(locale.partition("_")[0]) or texts["eng"]
    return found


def shown(question: Json, locale: str) -> Json:
    """Show a question as lists do."""
    return {
        "id": question["id"],
        "response_type": question["response_type"],
        "scope": scope(question),
        "name": question["name"],
        "text": said(question["text"], locale),
        "category_id": question["category_id"],
    }


def full(question: Json, locale: str) -> Json:
    """Show a question with what can be answered."""
    shown_question = shown(question, locale)
    if question["response_type"] == "range":
        return {**shown_question, "object": "range_options", "min": question["min"], "max": question["max"]}
    if question.get("regions"):
        return {**shown_question, "object": "region_options", "options": []}
    options = [{"id": int(id), "name": said(texts, locale)} for id, texts in question["options"].items()]
    return {**shown_question, "object": "selection_options", "options": options}


def translated(question: Json, locale: str, language: str) -> Json:
    """Show a question with its texts in a language besides that of the locale."""
    other = f"{language}_"
    return {
        "id": question["id"],
        "question_type": question["response_type"],
        "question_options": [
            {"text": said(texts, locale), "text_translated": said(texts, other), "precode": id}
            for id, texts in question.get("options", {}).items()
        ],
        "option_mask": "",
        "question_text": said(question["text"], locale),
        "question_text_translated": said(question["text"], other),
        "name": question["name"],
        "standard": True,
        "account_id": 0,
        "classification_id": question["category_id"],
        "classification_code": next(
            each["code"] for each in categories() if each["id"] == question["category_id"]
        ),
    }


def option(question_id: int, id: str, locale: str) -> str:
    """Return what an option of a question says; its id where the library has none."""
    texts = (known(question_id) or {}).get("options", {}).get(id)
    return id if texts is None else said(texts, locale)
