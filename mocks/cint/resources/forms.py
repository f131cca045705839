"""Reading a survey's page and filling in its form, as a respondent would in a browser.

Each question is a `<fieldset>` of radio buttons or checkboxes. One with `data-measure="<KPI>"` is answered by what the
person thinks: `data-top-box` marks the favourable answers. Others, and selects, are answered by chance, or by a straight
liner always in the same place; numbers and scales lie within their limits, open questions get words; hidden fields are
sent back as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import isfinite
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urljoin, urlsplit, urlunsplit

from fixtures.chance import fraction
from harness.markup import decoded, tokens

if TYPE_CHECKING:
    from fixtures.panel.people import Care

Json = dict[str, Any]
Chosen = list[tuple[str, str]]

_variable = re.compile(r"\[%([A-Za-z0-9_]{1,40})%\]")
_attribute = re.compile(r"\s([A-Za-z][\w:-]*)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"'=]+)))?")
_SOMEBODY = "00000000-0000-0000-0000-00000somebody"
WORDS = (
    "I liked how short it was.",
    "It reminded me of a trip last summer.",
    "The colours stood out, the message less.",
    "I had seen it before, on my way to work.",
    "Nothing that I remember, to be honest.",
)
CARELESS = ("good", "ok", "asdf", "nothing", "x")
"""What careful and careless people write where words are asked for."""
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
class Number:
    """A number or a scale: its name, and from where to where in which steps."""

    name: str
    low: float
    high: float
    step: float


@dataclass(slots=True)
class Form:
    """The form of a page: where it goes, what it sends anyway, and its questions."""

    url: str
    method: str
    fixed: Chosen = field(default_factory=list)
    numbers: list[Number] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)


def filled(url: str, known: Mapping[str, str]) -> str:
    """Replace the variables `[%name%]` of an address; their names are the same in any case."""
    return _variable.sub(lambda found: quote(known.get(found[1].upper(), ""), safe=""), url)


def read(html: str, url: str, rid: str = "") -> Form | None:
    """Return the first form of a page that was found at `url`, None if it has none.

    Pages that differ by a respondent's id alone are read once.
    """
    if not rid:
        return _parsed(html, url)
    found = _read(html.replace(rid, _SOMEBODY), url.replace(rid, _SOMEBODY))
    if found is None:
        return None
    fixed = [(name, value.replace(_SOMEBODY, rid)) for name, value in found.fixed]
    return replace(found, url=found.url.replace(_SOMEBODY, rid), fixed=fixed)


@lru_cache(64)
def _read(html: str, url: str) -> Form | None:
    return _parsed(html, url)


def _parsed(html: str, url: str) -> Form | None:
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
        elif kind in ("number", "range"):
            form.numbers.append(_number(label, attributes))
        elif kind == "text" and not attributes.get("value"):
            form.texts.append(label)
        elif kind not in ("submit", "button", "reset", "image", "file"):
            form.fixed.append((label, attributes.get("value", "")))
    elif name == "textarea" and label:
        form.texts.append(label)


def _number(label: str, attributes: dict[str, str]) -> Number:
    """Return a number's limits: 0 to 100 in steps of 1 where a page does not say otherwise."""
    found = []
    for name, usual in (("min", 0.0), ("max", 100.0), ("step", 1.0)):
        try:
            value = float(attributes.get(name, usual))
        except ValueError:
            value = usual
        found.append(value if isfinite(value) else usual)
    low, high, step = found
    return Number(label, low, max(low, high), step if step > 0 else 1.0)


def _attributes(tag: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _attribute.finditer(tag):
        found.setdefault(match[1].lower(), decoded(match[2] or match[3] or match[4] or ""))
    return found


def answer(form: Form, held: Mapping[str, bool], seed: str, care: Care = "careful") -> Chosen:
    """Return the answers of a person who holds opinions; `seed` is theirs."""
    chosen = _written(form, seed, care)
    for number, question in enumerate(form.questions):
        options = [each for each in question.options if each.value or not _is_select(question)]
        name = options[0].name if options else ""
        chances = [fraction(seed, "choice", number, name, each) for each in range(len(options) + 1)]
        favourable = held.get(question.measure or "")
        if favourable is not None and any(each.top for each in options):
            fitting = [each for each in options if each.top is favourable]
        else:
            fitting = options[:1] if care == "straight_liner" else options
        chosen += [(each.name, each.value) for each in _picked(fitting, chances, several=question.several)]
    return chosen


def _written(form: Form, seed: str, care: Care) -> Chosen:
    """Return numbers and words: the careless write little, and always choose the lowest number."""
    chosen: Chosen = []
    for each in form.numbers:
        steps = int((each.high - each.low) / each.step)
        place = 0 if care == "straight_liner" else int(fraction(seed, "number", each.name) * (steps + 1))
        chosen.append((each.name, f"{each.low + min(place, steps) * each.step:g}"))
    words = CARELESS if care != "careful" else WORDS
    for name in form.texts:
        chosen.append((name, words[int(fraction(seed, "words", name) * len(words))]))
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
