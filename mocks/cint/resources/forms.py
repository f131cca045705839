"""Reading a survey's page and filling in its form, as a respondent would in a browser.

Each question is a `<fieldset>` of radio buttons or checkboxes. One with `data-measure="<KPI>"` is answered by what the
person thinks: `data-top-box` marks the favourable answers. Others, and selects, are answered by chance; hidden fields
are sent back as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit, urlunsplit

from fixtures.chance import fraction
from harness.markup import decoded, tokens

Json = dict[str, Any]
Chosen = list[tuple[str, str]]

_variable = re.compile(r"\[%([A-Za-z0-9_]{1,40})%\]")
_attribute = re.compile(r"\s([A-Za-z][\w:-]*)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"'=]+)))?")
MORE = 0.25
"""The chance of each further box of several that may be ticked."""


@dataclass(slots=True)
class Option:
    """One answer: what its input would send."""

    name: str
    value: str
    top: bool


@dataclass(slots=True)
class Question:
    """One fieldset or select: its indicator, if it measures one, and its options."""

    measure: str | None = None
    several: bool = False
    options: list[Option] = field(default_factory=list)


@dataclass(slots=True)
class Form:
    """The form of a page: where it goes, what it sends anyway, and its questions."""

    url: str
    method: str
    fixed: Chosen = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)


def filled(url: str, known: Mapping[str, str]) -> str:
    """Replace the variables `[%name%]` of an address; their names are the same in any case."""
    return _variable.sub(lambda found: quote(known.get(found[1].upper(), ""), safe=""), url)


def read(html: str, url: str) -> Form | None:
    """Return the first form of a page that was found at `url`, None if it has none."""
    form: Form | None = None
    question: Question | None = None
    for name, tag in tokens(html):
        if name is None:
            continue
        if tag.startswith("</"):
            if name == "form" and form is not None:
                break
            question = None if name in ("fieldset", "select") else question
            continue
        attributes = _attributes(tag)
        if name == "form" and form is None:
            form = Form(_target(url, attributes.get("action", "")), attributes.get("method", "get").upper())
        elif form is not None and name in ("fieldset", "select"):
            question = Question(attributes.get("data-measure"))
            form.questions.append(question)
            if name == "select":
                question.options.append(Option(attributes.get("name", ""), "", top=False))
        elif form is not None:
            _take(form, question, name, attributes)
    return form


def _target(url: str, action: str) -> str:
    """Return where a form goes; one whose address is none goes to its own page, as an empty one does."""
    try:
        return urljoin(url, action)
    except ValueError:
        return url


def _take(form: Form, question: Question | None, name: str, attributes: dict[str, str]) -> None:
    """Take an input, a text area or an option of a select into the form."""
    label, value = attributes.get("name", ""), attributes.get("value", "on")
    kind = attributes.get("type", "text").lower()
    if name == "option" and question is not None and question.options:
        if "disabled" not in attributes:
            question.options.append(
                Option(question.options[0].name, attributes.get("value", ""), "data-top-box" in attributes)
            )
    elif name == "input" and label and "disabled" not in attributes:
        if kind in ("radio", "checkbox"):
            if question is None:
                question = Question()
                form.questions.append(question)
            question.several = kind == "checkbox"
            question.options.append(Option(label, value, "data-top-box" in attributes))
        elif kind not in ("submit", "button", "reset", "image", "file"):
            form.fixed.append((label, attributes.get("value", "")))
    elif name == "textarea" and label:
        form.fixed.append((label, ""))


def _attributes(tag: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _attribute.finditer(tag):
        found.setdefault(match[1].lower(), decoded(match[2] or match[3] or match[4] or ""))
    return found


def answer(form: Form, held: Mapping[str, bool], seed: str) -> Chosen:
    """Return the answers of a person who holds opinions; `seed` is theirs."""
    chosen: Chosen = []
    for number, question in enumerate(form.questions):
        options = [each for each in question.options if each.value or not _is_select(question)]
        name = options[0].name if options else ""
        chances = [fraction(seed, "choice", number, name, each) for each in range(len(options) + 1)]
        favourable = held.get(question.measure or "")
        if favourable is not None and any(each.top for each in options):
            fitting = [each for each in options if each.top is favourable]
        else:
            fitting = options
        chosen += [(each.name, each.value) for each in _picked(fitting, chances, several=question.several)]
    return chosen


def _is_select(question: Question) -> bool:
    return bool(question.options) and question.options[0].value == ""


def _picked(options: list[Option], chances: list[float], *, several: bool) -> list[Option]:
    """Return one of the options, and perhaps more where several may be chosen."""
    if not options:
        return []
    first = int(chances[-1] * len(options))
    return [
        each for place, each in enumerate(options) if place == first or (several and chances[place] < MORE)
    ]


def submission(form: Form, chosen: Chosen) -> Json:
    """Return what sending the form asks for: {url, method, body}."""
    body = urlencode([*form.fixed, *chosen])
    if form.method == "POST":
        return {"url": form.url, "method": "POST", "body": body}
    parts = urlsplit(form.url)
    return {"url": urlunsplit(parts._replace(query=body)), "method": "GET", "body": ""}
