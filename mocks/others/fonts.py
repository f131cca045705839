"""Web fonts: a style sheet with the families that were asked for, and a font without letters.

A browser takes each letter that a font lacks from the next family of the page, so that texts stay readable. Paths and
forms are those of Google Fonts' CSS API (https://developers.google.com/fonts/docs/css2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from urllib.parse import parse_qs, quote

from harness.intercept.standin import Asked, Standin
from harness.messages import Answer
from mocks.others import answers

SHEETS, FILES = "fonts.googleapis.com", "fonts.gstatic.com"
FAMILY = re.compile(r"[A-Za-z0-9 _-]{1,80}")
WEIGHT = re.compile(r"[1-9][0-9]{0,3}(?:\.\.[1-9][0-9]{0,3})?")
MOST_FACES = 200
REGULAR = "400"


def answer(asked: Asked) -> Answer:
    """Answer for both hosts."""
    if asked.method not in ("GET", "HEAD"):
        return answers.not_served(asked.method, asked.path)
    if asked.host == FILES:
        return answers.text(_blank(), "font/woff2")
    if asked.path in ("/css", "/css2"):
        return _sheet(asked)
    if asked.path in ("/icon", "/"):
        return answers.text(_comment(), "text/css; charset=utf-8")
    return answers.not_served(asked.method, asked.path)


def _sheet(asked: Asked) -> Answer:
    query = parse_qs(asked.query)
    display = query.get("display", ["swap"])[0]
    wanted = [part for each in query.get("family", []) for part in each.split("|")]
    if (
        not wanted
        or not all(FAMILY.fullmatch(each.partition(":")[0]) for each in wanted)
        or not display.isalpha()
    ):
        return answers.text(
            f"{_comment()}/* 400: no font family was asked for */\n", "text/css; charset=utf-8", 400
        )
    faces = [face for each in wanted for face in _faces(each, display)]
    return answers.text(_comment() + "".join(faces[:MOST_FACES]), "text/css; charset=utf-8")


def _faces(wanted: str, display: str) -> Iterator[str]:
    """Write the faces of `Inter`, `Inter:400,700`, `Inter:wght@400;700` or `Inter:ital,wght@0,400;1,700`."""
    family, _, axes = wanted.partition(":")
    names, _, values = axes.partition("@")
    tuples = (
        [each.split(",") for each in values.split(";")] if values else [[each] for each in names.split(",")]
    )
    order = names.split(",") if values else ["wght"]
    for each in tuples:
        by_axis = dict(zip(order, each, strict=False))
        weight = by_axis.get("wght", REGULAR)
        style = "italic" if by_axis.get("ital") == "1" or weight.endswith(("i", "italic")) else "normal"
        weight = weight.removesuffix("italic").removesuffix("i") or REGULAR
        weight = weight.replace("..", " ") if WEIGHT.fullmatch(weight) else REGULAR
        url = f"https://{FILES}/s/{quote(family.lower().replace(' ', ''))}/greenroom-standin.woff2"
        yield (
            "/* latin */\n@font-face {\n"
            f"  font-family: '{family}';\n  font-style: {style};\n  font-weight: {weight};\n"
            f"  font-display: {display};\n  src: url({url}) format('woff2');\n"
            "  unicode-range: U+0000-00FF;\n}\n"
        )


def _comment() -> str:
    return f"/* {answers.LABEL} */\n"


@cache
def _blank() -> bytes:
    """Return a font of our own making that has a space and no letters."""
    return files(__package__).joinpath("blank.woff2").read_bytes()


standin = Standin("fonts", "Web fonts", (SHEETS, FILES), answer)
