"""The library of questions by locale, and the check of profiles made of them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.cint import errors
from mocks.cint.operations.target_group_parameters import DraftProfile
from mocks.cint.parameters import Body, Listing, Locale, Query
from mocks.cint.provider import cint
from mocks.cint.resources import accounts, profiles, questions

PATH = "/v1/demand/questions"
MOST = 100


class Located(Query):
    """In which locale."""

    locale: Locale


class Questions(Listing):
    """Which questions."""

    account_id: str
    locale: Locale
    search: str = ""
    category_id: int | None = None
    type: Literal["standard", "custom", "demographic_only"] | None = None


class Translations(Located):
    """Which questions, and in which further language (English when not given)."""

    id: str | None = None
    translation_language: str = "eng"
    query: str = ""
    limit: int = Field(MOST, ge=1, le=MOST)


class Checked(Body):
    """A profile to check before a target group is made of it."""

    locale: Locale
    filling_goal: int = Field(ge=1, le=10_000)
    profile_adjustment_type: Literal["percentage"]
    profiles: list[DraftProfile] = Field([], max_length=50)
    interlocked_profile: dict[str, Any] | None = None


@cint.get(PATH, id="list_questions", tier="P1")
def list_questions(tx: Transaction, params: Questions) -> Json:
    """List the questions of a locale, by their ids."""
    accounts.find(tx, params.account_id)
    text = params.search.lower()
    found = [
        each
        for each in questions.in_locale(params.locale)
        if text in f"{each['name']} {questions.said(each['text'], params.locale)}".lower()
        and params.category_id in (None, each["category_id"])
        and params.type in (None, questions.scope(each))
    ]
    page = _page(sorted(found, key=lambda each: int(each["id"])), params)
    pages = -(-len(found) // params.page_size)
    return {"questions": [questions.shown(each, params.locale) for each in page], "pages": pages}


def _page(found: list[Json], params: Questions) -> list[Json]:
    places = {str(each["id"]): place for place, each in enumerate(found)}
    for name in ("start_after", "end_before"):
        cursor = getattr(params, name)
        if cursor is not None and cursor not in places:
            raise errors.bad_request(f"{name} is not a cursor of this list.", name, rule="unknown_cursor")
    if params.end_before is not None:
        end = places[params.end_before]
        return found[max(0, end - params.page_size) : end]
    first = 0 if params.start_after is None else places[params.start_after] + 1
    return found[first : first + params.page_size]


@cint.get(f"{PATH}/categories", id="list_all_question_categories", tier="P1")
def list_categories(tx: Transaction) -> Json:
    """List the categories of questions."""
    return {"categories": questions.categories()}


@cint.get(f"{PATH}/{{question_id}}", id="get_question_by_id", tier="P1")
def get_question(tx: Transaction, params: Located, question_id: str) -> Json:
    """Retrieve a question with what can be answered."""
    id = int(question_id) if question_id.isascii() and question_id.isdigit() else -1
    return questions.full(questions.find(id, params.locale), params.locale)


@cint.get("/v1/demand/questions-translation", id="get_questions_translation", tier="P1")
def translate_questions(tx: Transaction, params: Translations) -> Json:
    """List questions in two languages."""
    return _translated(params)


@cint.get(
    "/v1/demand/accounts/{account_id}/questions-translation", id="account_questions_translation", tier="P1"
)
def translate_account_questions(tx: Transaction, params: Translations, account_id: str) -> Json:
    """List an account's questions in two languages: it has none of its own."""
    accounts.find(tx, account_id)
    return _translated(params)


def _translated(params: Translations) -> Json:
    wanted = None if params.id is None else set(params.id.split(","))
    text = params.query.lower()
    found = [
        each
        for each in questions.in_locale(params.locale)
        if (wanted is None or str(each["id"]) in wanted)
        and text in f"{each['name']} {questions.said(each['text'], params.locale)}".lower()
    ]
    shown = [questions.translated(each, params.locale, params.translation_language) for each in found]
    return {"total": len(found), "result": shown[: params.limit]}


@cint.post("/v1/demand/accounts/{account_id}/profiles/validate", id="validate-profiles", tier="P1")
def validate_profiles(tx: Transaction, params: Checked, account_id: str) -> Json:
    """Tell what is wrong with a profile, all of it."""
    accounts.find(tx, account_id)
    if params.interlocked_profile is not None:
        raise profiles.interlocked("interlocked_profile")
    drafts = [each.model_dump(exclude_none=True) for each in params.profiles]
    return [profiles.told(each) for each in profiles.problems(drafts, params.filling_goal, params.locale)]
