"""What Clerk says of wrong parameters, and the rules for values that no type can say."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from harness import instants
from harness.errors import InvalidInput
from mocks.clerk import errors

if TYPE_CHECKING:
    from harness.errors import Refusal

Json = dict[str, Any]

METADATA = ("public_metadata", "private_metadata", "unsafe_metadata")
LARGEST_METADATA = 8192
"""Bytes of JSON that each kind of metadata may have."""

_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
_PHONE = re.compile(r"\+[1-9]\d{6,14}")
_TYPES = {
    "string": "string",
    "bool": "boolean",
    "int": "integer",
    "dict": "object",
    "list": "array",
    "float": "number",
}


def explain(found: list[Any], data: Any) -> Refusal:
    """Turn pydantic's errors into one refusal that lists them all, each parameter once."""
    items: dict[str, Json] = {}
    for each in found:
        names = [str(step) for step in each["loc"] if step != "items"]
        param = names[0] if names and not names[0].isdigit() else (names[1] if len(names) > 1 else "items")
        items.setdefault(param, _item(each, param))
    return errors.refusal(422, list(items.values()), rule=next(iter(items.values()))["code"])


def _item(error: Any, param: str) -> Json:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "missing":
        return errors.item("form_param_missing", "is missing", f"{param} must be included.", param=param)
    if kind == "extra_forbidden":
        told = f"{param} is not a valid parameter for this request."
        return errors.item("form_param_unknown", "is unknown", told, param=param)
    if param in METADATA:
        told = f"{param} must be a valid key-value object."
        return errors.item("form_param_value_invalid", "is invalid", told, param=param)
    if error["input"] is None:
        return errors.item("form_param_nil", "is nil", f"{param} cannot be nil.", param=param)
    if kind.endswith(("_type", "_parsing")):
        wanted = _TYPES.get(kind.split("_")[0], "string")
        told = f"`{param}` must be a `{wanted}`."
        return errors.item("form_param_type_invalid", "is invalid", told, param=param)
    if kind == "literal_error":
        told = f"{_shown(error['input'])} does not match the allowed values for parameter {param}. Allowed values: "
        return errors.item("form_param_value_invalid", "is invalid", told + context["expected"], param=param)
    return _measured(kind, context, param)


def _measured(kind: str, context: Json, param: str) -> Json:
    if kind == "string_too_long":
        told = f"{param} should not exceed {context['max_length']} characters."
        return errors.item("form_param_max_length_exceeded", "exceeds maximum length", told, param=param)
    if kind == "string_too_short":
        told = f"{param} must be at least {context['min_length']} characters long."
        return errors.item(
            "form_param_min_length_exceeded", "does not reach minimum length", told, param=param
        )
    if kind == "less_than_equal":
        told = f"The value of {param} can't be greater than {context['le']}"
        return errors.item("form_param_value_too_large", "Value too large", told, param=param)
    if kind == "too_long":
        told = f"{param} should not exceed {context['max_length']} items."
        return errors.item("form_param_array_size_exceeded", "exceeds maximum size", told, param=param)
    return errors.item("form_param_value_invalid", "is invalid", f"{param} is invalid", param=param)


def _shown(value: Any) -> str:
    return str(value)[:100]


# --- values ------------------------------------------------------------------------------------------------------


def email(text: str, param: str = "email_address") -> str:
    """Return a mail address as Clerk keeps it, in lower case; refuse what is none."""
    if not is_email(text):
        raise errors.invalid_email(param)
    return text.strip().lower()


def lowered(text: str) -> str:
    """Return a name as it is compared."""
    return text.strip().lower()


def is_email(text: str) -> bool:
    """Tell whether a text is a mail address."""
    return len(text) <= 254 and _EMAIL.fullmatch(text.strip()) is not None


def phone(text: str, param: str = "phone_number") -> str:
    """Return a phone number in E.164 form; refuse what is none."""
    plain = re.sub(r"[ ().-]", "", text)
    if not _PHONE.fullmatch(plain):
        raise errors.invalid_phone(param)
    return plain


def instant(text: str, param: str) -> int:
    """Return an RFC 3339 datetime as microseconds; refuse anything else."""
    try:
        if datetime.fromisoformat(text).tzinfo is None:
            raise errors.invalid_time(param)
        return instants.parse(text)
    except (ValueError, InvalidInput):
        raise errors.invalid_time(param) from None


def check_metadata(holder: Json) -> None:
    """Refuse metadata that is larger than Clerk takes."""
    for name in METADATA:
        if len(orjson.dumps(holder.get(name))) > LARGEST_METADATA:
            raise errors.too_large(name, "8KB")
