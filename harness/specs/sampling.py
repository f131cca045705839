"""Values that fit a schema: complete, the same for the same seed and place, and as plain as the schema allows."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from harness import chance, instants
from harness.specs import formats, patterns, schemas

if TYPE_CHECKING:
    from harness.specs.document import Document
    from harness.specs.sources import Clock

Json = dict[str, Any]
Fullness = Literal["least", "most"] | None
DEEPEST = 12
OPTIONAL_DEPTH = 2
"""Below this depth only what a schema requires is made."""
_TROUBLE = ("error", "errors", "failure", "failed", "warning", "warnings", "last_error", "next_action")
_GOOD = ("success", "ok", "deleted", "acknowledged", "valid", "active", "enabled", "verified", "acknowledge")


class Impossible(Exception):
    """No value for a schema could be found; the message says where it ended."""


@dataclass(slots=True)
class Sampler:
    """Makes values for the schemas of one document.

    `seed` and `place` say which value of many: the same ones give the same value. `now` are microseconds.
    """

    document: Document
    seed: str
    place: str
    now: int
    clock: Clock = "s"
    sent: bool = False
    """Make what a client sends: only what must be there."""
    told: bool = False
    """Leave no object empty: a form has no way to write one."""
    _drawn: int = field(default=0)
    _fullness: Fullness = None

    def value(self, schema: Json, name: str = "", depth: int = 0, above: tuple[int, ...] = ()) -> Any:
        """Return a value that fits a schema; `name` is the property that it is for. Raises Impossible."""
        target = self.document.follow(schema)
        if depth > DEEPEST or above.count(id(target)) > 1:
            raise Impossible(f"{name or 'the body'} nests without an end")
        return self._known(target, name, depth, (*above, id(target)))

    def _known(self, schema: Json, name: str, depth: int, above: tuple[int, ...]) -> Any:
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return None if self._null(schema["enum"], depth) else self._chosen(schema)
        if "allOf" in schema:
            return self._merged(schema, name, depth, above)
        for key in ("oneOf", "anyOf"):
            if schema.get(key):
                return self._alternative(schema, key, (name, depth, above))
        return self._typed(schema, name, depth, above)

    def _null(self, options: list[Any], depth: int) -> bool:
        """Tell whether a value inside a thing is null, because it may be and nobody said otherwise."""
        return None in options and depth > 0 and not self.sent and self._fullness != "most"

    def _chosen(self, schema: Json) -> Any:
        default = schema.get("default")
        if default in schema["enum"] and default is not None:
            return default
        kinds = schemas.types(schema)
        fitting = [each for each in schema["enum"] if each is not None and _fits(each, kinds)]
        if not fitting and None not in schema["enum"]:
            raise Impossible(f"no value of the enum is of the type {', '.join(kinds)}")
        return next(iter(fitting), None)

    def _merged(self, schema: Json, name: str, depth: int, above: tuple[int, ...]) -> Any:
        return self._known(self.flattened(schema), name, depth, above)

    def flattened(self, schema: Json) -> Json:
        """Return a schema without `allOf`: the parts' properties, requirements and the rest in one."""
        schema = self.document.follow(schema)
        if "allOf" not in schema:
            return schema
        parts = [{key: value for key, value in schema.items() if key != "allOf"}]
        parts = [self.flattened(each) for each in schema["allOf"]] + parts
        merged: Json = {}
        for part in parts:
            for key, value in part.items():
                merged[key] = self._joined(key, merged.get(key), value)
        return merged

    def _joined(self, key: str, old: Any, new: Any) -> Any:
        if key == "properties" and old:
            both = {
                name: {"allOf": [old[name], new[name]]}
                for name in old.keys() & new.keys()
                if old[name] != new[name]
            }
            return {**old, **new, **both}
        if key == "required" and old:
            return [*old, *(each for each in new if each not in old)]
        if key == "enum" and old:
            return [each for each in old if each in new] or new
        if key in ("oneOf", "anyOf") and old:
            return [{"allOf": [one, other]} for one in old for other in new]
        if key == "type" and old and isinstance(old, list) != isinstance(new, list):
            return new if isinstance(old, list) and new in old else old
        return new

    def _alternative(self, schema: Json, key: str, at: tuple[str, int, tuple[int, ...]]) -> Any:
        """Return a value of the first alternative that makes one which the whole schema allows."""
        name, depth, _ = at
        base = {each: value for each, value in schema.items() if each != key}
        failures = []
        for option in sorted(schema[key], key=lambda each: self._weight(each, depth)):
            both = self.flattened({"allOf": [base, option]}) if _more(base) else option
            for fullness in (None, "least", "most"):
                try:
                    made = self._filled(fullness, both, at)
                except Impossible as impossible:
                    failures.append(str(impossible))
                    continue
                if schemas.valid(made, schema, self.document.components):
                    return made
        raise Impossible("; ".join(failures) or f"no alternative of {name or 'the body'} fits alone")

    def _filled(self, fullness: Fullness, schema: Json, at: tuple[str, int, tuple[int, ...]]) -> Any:
        """Return a value with only what is required, or with everything, where one of them tells alternatives apart."""
        kept, self._fullness = self._fullness, fullness or self._fullness
        try:
            return self.value(schema, *at)
        finally:
            self._fullness = kept

    def _weight(self, option: Json, depth: int) -> int:
        """Say what comes first: null inside a thing, an id before the thing itself, an empty text last."""
        target = self.document.follow(option)
        kinds = schemas.types(target)
        if kinds == ["null"]:
            return 0 if depth else 9
        if target.get("enum") == [""] or target.get("maxLength") == 0:
            return 8
        if kinds == ["string"]:
            return 1 if depth else 3
        return 2

    def _typed(self, schema: Json, name: str, depth: int, above: tuple[int, ...]) -> Any:
        kinds = schemas.types(schema)
        if self._null([None] if "null" in kinds else [], depth):
            return None
        kind = next((each for each in kinds if each != "null"), None)
        if kind is None:
            return None if "null" in kinds else self._anything(schema, name, depth)
        if self._defaulted(schema, kind) and schema["default"] not in ("", [], {}):
            return deepcopy(schema["default"])
        match kind:
            case "object":
                return self._object(schema, depth, above)
            case "array":
                return self._array(schema, name, depth, above)
            case "string":
                return self.string(schema, name)
            case "boolean":
                return name.lower() in _GOOD
        return self._number(schema, name, whole=kind == "integer")

    def _defaulted(self, schema: Json, kind: str) -> bool:
        return (
            "default" in schema
            and _fits(schema["default"], [kind])
            and schemas.valid(schema["default"], schema, self.document.components)
        )

    def _anything(self, schema: Json, name: str, depth: int) -> Any:
        """Return a value where no type is told: an example of the document's own, or an empty object."""
        if "example" in schema:
            return deepcopy(schema["example"])
        return {} if depth == 0 or not name else None

    def _object(self, schema: Json, depth: int, above: tuple[int, ...]) -> Json:
        required = set(schema.get("required", ()))
        made: Json = {}
        for name, told in schema.get("properties", {}).items():
            needed = name in required
            if not needed and not self._wanted(told, name, depth):
                continue
            if name == "id" and (prefix := self._prefix(schema, told)):
                made[name] = f"{prefix}_{self.token(24)}"
                continue
            try:
                made[name] = self.value(told, name, depth + 1, above)
            except Impossible:
                if needed:
                    raise
        further = schema.get("additionalProperties")
        for name in sorted(required - made.keys()):
            made[name] = self.value(further if isinstance(further, dict) else {}, name, depth + 1, above)
        if self.told and not made and depth and schema.get("properties"):
            name, told = next(iter(schema["properties"].items()))
            made[name] = self.value(told, name, depth + 1, above)
        lacking = schema.get("minProperties", 0) - len(made)
        for number in range(lacking):
            made[f"key_{number + 1}"] = self.value(
                further if isinstance(further, dict) else {}, "key", depth + 1, above
            )
        return made

    def _prefix(self, schema: Json, id: Json) -> str | None:
        """Return what begins an id of which the document says nothing, where it names the kind of the thing."""
        kind = self.document.follow(schema.get("properties", {}).get("object", {})).get("enum") or [None]
        told = self.document.follow(id)
        plain = schemas.types(told) == ["string"] and not told.keys() & {
            "pattern",
            "format",
            "example",
            "enum",
            "minLength",
        }
        return kind[0].replace(".", "_") if plain and len(kind) == 1 and isinstance(kind[0], str) else None

    def _wanted(self, schema: Json, name: str, depth: int) -> bool:
        """Tell whether what need not be there is made: plain values and empty lists, and objects of the first level."""
        target = self.document.follow(schema)
        if self._fullness is not None:
            return self._fullness == "most" and depth < OPTIONAL_DEPTH
        if self.sent or depth >= OPTIONAL_DEPTH or name.lower() in _TROUBLE or target.get("writeOnly"):
            return False
        kinds = schemas.types(target)
        if "null" in kinds or target.get("enum"):
            return True
        if "object" in kinds or "allOf" in target:
            return False
        if formats.passes(name):
            return formats.stands(name)
        return kinds != ["string"] or formats.telling(target, name)

    def _array(self, schema: Json, name: str, depth: int, above: tuple[int, ...]) -> list[Any]:
        least = schema.get("minItems", 0)
        if least == 0 and not (self.told or (self.sent and depth == 0)):
            return []
        items = schema.get("items") or {}
        made = [self.value(items, name, depth + 1, above) for _ in range(max(least, 1))]
        if schema.get("uniqueItems") and len({repr(each) for each in made}) < len(made):
            target = self.document.follow(items)
            return list(target.get("enum", made))[: max(least, 1)]
        return made

    # --- plain values ------------------------------------------------------------------------------------------------

    def byte(self) -> int:
        """Return a number of 0 to 255, the next of this value's own chance."""
        self._drawn += 1
        return chance.draw(self.seed, self.place, self._drawn, 1)[0]

    def token(self, length: int, alphabet: str = chance.ALPHANUMERIC) -> str:
        """Return characters of chance."""
        self._drawn += 1
        return chance.spell(chance.draw(self.seed, self.place, self._drawn, length), alphabet)

    def string(self, schema: Json, name: str) -> str:
        """Return a text of a schema: by pattern, by format, by its name, and within its lengths."""
        if "pattern" in schema:
            made = patterns.text(schema["pattern"], self.byte)
            named = formats.like_example(schema.get("example"), name, self)
            for candidate in (made, schema.get("example"), schema.get("default"), named):
                if isinstance(candidate, str) and schemas.valid(candidate, schema, {}):
                    return candidate
        made = formats.text(schema.get("format", ""), name, self)
        if made is None:
            made = formats.like_example(schema.get("example"), name, self) or f"{name or 'text'}"
        least, most = schema.get("minLength", 0), schema.get("maxLength")
        if len(made) < least:
            made += self.token(least - len(made))
        return made if most is None else made[:most]

    def _number(self, schema: Json, name: str, *, whole: bool) -> int | float:
        instant = formats.instant(schema, name, self.now, self.clock)
        least, most = schema.get("minimum"), schema.get("maximum")
        made: int | float = 0
        if instant is not None and (most is None or instant <= most):
            made = instant
        elif least is not None and least > 0:
            made = least
        elif most is not None and most < 0:
            made = most
        if "exclusiveMinimum" in schema and made <= schema["exclusiveMinimum"]:
            made = schema["exclusiveMinimum"] + (1 if whole or schema.get("exclusiveMaximum", 2) > 1 else 0.5)
        step = schema.get("multipleOf")
        if step and made % step:
            made = made - made % step + step
        if not whole and isinstance(made, int) and schema.get("format") in ("double", "float"):
            return float(made)
        return int(made) if whole else made


def _more(base: Json) -> bool:
    """Tell whether a schema says anything beside its alternatives."""
    return bool(base.keys() & {"properties", "required", "type", "allOf", "additionalProperties"})


def _fits(value: Any, kinds: list[str]) -> bool:
    if not kinds:
        return True
    names = {
        str: ("string",),
        bool: ("boolean",),
        int: ("integer", "number"),
        float: ("number",),
        dict: ("object",),
        list: ("array",),
    }
    return any(each in kinds for each in names.get(type(value), ("null",)))


def iso(now: int) -> str:
    """Write an instant as most documents mean `date-time`."""
    return instants.iso(now)
