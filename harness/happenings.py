"""Happenings in plain words: what scenarios may let happen at a provider, each declared by the provider's own room.

A room registers a function with `@provider.happening("payment fails")`. Its parameters name things as the story does;
a field made by `told` is given by the thing's key in the file and arrives as the id that a room gave it.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from pydantic import Field, JsonValue, ValidationError
from pydantic.fields import FieldInfo

from harness.errors import InvalidInput

if TYPE_CHECKING:
    from harness.params import Params
    from harness.provider import Provider

Json = dict[str, Any]
REFERENCE = re.compile(r"\$\{([a-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+)\}")
"""What a room or the story itself gave: `${cint.study.first-lift}`, `${people.northwind-1.email}`."""
TOLD = "told"


class Misplaced(InvalidInput):
    """Something in a scenario cannot be; `field` is where in the thing that was looked at (`with.organisation`)."""

    def __init__(self, message: str, field: str = "") -> None:
        """Keep where it is."""
        super().__init__(message)
        self.field = field


def told(kind: str, *, by: str, optional: bool = False) -> Any:
    """Declare a parameter that a scenario gives by a key, under the name `by`, and that arrives as an id.

    `kind` is the first half of the references that rooms return: `stripe.subscription`, `clerk.person`.
    """
    more: dict[str, JsonValue] = {TOLD: kind}
    return (
        Field(None, alias=by, json_schema_extra=more) if optional else Field(alias=by, json_schema_extra=more)
    )


def vocabulary(provider: Provider) -> list[Json]:
    """Return a room's happenings: {provider, happens, with: {field: what it is}, summary}, in alphabetical order."""
    provider.load()
    found = []
    for words, (model, handler) in sorted(provider.happenings.items()):
        fields = {each.alias or name: _spelled(each) for name, each in model.model_fields.items()}
        summary = (inspect.getdoc(handler) or "").split("\n")[0]
        found.append({"provider": provider.name, "happens": words, "with": fields, "summary": summary})
    return found


def _spelled(info: FieldInfo) -> str:
    kind, annotation = _told(info), info.annotation
    if kind is not None:
        spelled = f"key, {kind}"
    elif get_origin(annotation) is Literal:
        spelled = " | ".join(map(str, get_args(annotation)))
    else:
        spelled = (
            annotation.__name__ if isinstance(annotation, type) else str(annotation).replace("typing.", "")
        )
    return spelled if info.is_required() or info.default is None else f"{spelled} = {info.default}"


def _told(info: FieldInfo) -> str | None:
    extra = info.json_schema_extra
    kind = extra.get(TOLD) if isinstance(extra, dict) else None
    return kind if isinstance(kind, str) else None


def happening(provider: Provider, words: str, given: Json, refs: Mapping[str, str]) -> Json:
    """Return the parameters of a happening with ids in place of keys; raise Misplaced for what it cannot be."""
    if words not in provider.happenings:
        raise Misplaced(_unknown(provider, "knows no happening", words, provider.happenings), "happens")
    model, _ = provider.happenings[words]
    found = dict(given)
    for name, info in model.model_fields.items():
        field, kind = info.alias or name, _told(info)
        if kind is not None and found.get(field) is not None:
            found[field] = _reference(refs, kind, found[field], f"with.{field}")
    validated(model, found)
    return found


def event(provider: Provider, name: str, given: Json) -> Json:
    """Return the parameters of a trigger; raise Misplaced for what it cannot be."""
    if name in provider.untriggered:
        told = f"{provider.name} cannot trigger {name!r} here: it needs {provider.untriggered[name]}"
        raise Misplaced(f"{told}, which is not served", "trigger")
    if name not in provider.triggers:
        raise Misplaced(_unknown(provider, "cannot trigger", name, provider.triggers), "trigger")
    validated(provider.triggers[name][0], given)
    return given


def validated(model: type[Params], given: Json) -> Params:
    """Return typed parameters; raise Misplaced with the first mistake."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(map(str, first["loc"]))
        raise Misplaced(f"{field or 'with'}: {first['msg']}", f"with.{field}" if field else "with") from None


def _reference(refs: Mapping[str, str], kind: str, key: Any, field: str) -> str:
    found = refs.get(f"{kind}.{key}")
    if found is None:
        known = [name.removeprefix(f"{kind}.") for name in refs if name.startswith(f"{kind}.")]
        near = get_close_matches(str(key), known, 3) or known[:10]
        there = f"; there are: {', '.join(near)}" if near else "; there are none"
        raise Misplaced(f"there is no {kind} of {key!r} in this scenario{there}", field)
    return found


def _unknown(provider: Provider, what: str, name: str, known: Mapping[str, Any]) -> str:
    if not known:
        return f"{provider.name} {what} at all"
    near = get_close_matches(name, known, 3)
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are: {', '.join(sorted(known))}"
    return f"{provider.name} {what} {name!r}; {hint}"


def filled(value: Any, story: Json, field: str) -> Any:
    """Put ids and fields of a story in place of `${…}`; raise Misplaced for one that nobody gave."""
    if isinstance(value, dict):
        return {name: filled(each, story, f"{field}.{name}".lstrip(".")) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, story, field) for each in value]
    if not isinstance(value, str) or "${" not in value:
        return value
    whole = REFERENCE.fullmatch(value)
    if whole is not None:
        return _named(story, whole[1], field)
    return REFERENCE.sub(lambda found: str(_named(story, found[1], field)), value)


def _named(story: Json, name: str, field: str) -> Any:
    if name in story["refs"]:
        return story["refs"][name]
    part, _, rest = name.partition(".")
    key, _, wanted = rest.rpartition(".")
    # What earlier parts of a large story told is not in its last part, but for what is mentioned there.
    things = story.get(part), story.get("mentioned", {}).get(part)
    for each in (each for some in things if isinstance(some, list) for each in some):
        if isinstance(each, dict) and each.get("key") == key and wanted in each:
            return each[wanted]
    known = list(_names(story))
    near = get_close_matches(name, known, 3)
    hint = f"; did you mean {' or '.join(near)}?" if near else f"; {len(known)} names are known"
    raise Misplaced(f"nothing in this scenario is called {name!r}{hint}", field)


def _names(story: Json) -> Iterator[str]:
    yield from story["refs"]
    for part, things in story.items():
        for each in things if isinstance(things, list) else ():
            if isinstance(each, dict) and "key" in each:
                yield from (f"{part}.{each['key']}.{field}" for field in each if field != "key")
