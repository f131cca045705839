"""Templates: drafts that are published, and variables (`{{{NAME}}}`) that each mail fills."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.resend import errors
from mocks.resend.dialect import timestamp

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.resend.resources.message import Message

Json = dict[str, Any]

TEMPLATES = Collection("resend.template", "alias")
CONTENT = ("name", "alias", "from", "subject", "reply_to", "html", "text", "variables")

_variable = re.compile(r"\{\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*(?:\|([^}]*))?\}\}\}")
_key = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,49}").fullmatch
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "boolean": (bool,),
    "object": (dict,),
    "list": (list,),
}
MOST_VARIABLES = 50


def create(tx: Transaction, content: Json) -> Json:
    """Add a template, a draft."""
    _check(tx, content, None)
    template = {
        "id": tx.uuid("template.id"),
        "version": tx.uuid("template.version"),
        **dict.fromkeys(CONTENT),
        **content,
        "variables": _named(tx, content.get("variables")),
        "created": tx.now,
        "updated": tx.now,
        "published": None,
        "published_at": None,
    }
    return tx.insert(TEMPLATES, template)


def update(tx: Transaction, template: Json, changes: Json) -> None:
    """Change a draft; what is published stays as it was until it is published again."""
    _check(tx, changes, template["id"])
    given = {name: value for name, value in changes.items() if value is not None}
    if "variables" in given:
        given["variables"] = _named(tx, given["variables"])
    template |= given | {"updated": tx.now, "version": tx.uuid("template.version")}
    tx.save(TEMPLATES, template)


def publish(tx: Transaction, template: Json) -> None:
    """Let mails use a template as it now is."""
    content = {name: template[name] for name in CONTENT} | {"version": template["version"]}
    template |= {"published": content, "published_at": tx.now}
    tx.save(TEMPLATES, template)


def duplicate(tx: Transaction, template: Json) -> Json:
    """Copy a template into a new draft."""
    content = {name: template[name] for name in CONTENT} | {"alias": None}
    content["name"] = f"{template['name']} (Copy)"
    return create(tx, content)


def _check(tx: Transaction, content: Json, own: str | None) -> None:
    alias = content.get("alias")
    if alias is not None:
        rival = tx.first(TEMPLATES, alias=alias)
        if rival is not None and rival["id"] != own:
            text = f"A template with the alias `{alias[:80]}` already exists."
            raise errors.invalid(text, field="alias", rule="alias_taken")
    variables = content.get("variables") or []
    if len(variables) > MOST_VARIABLES:
        text = f"Invalid `variables` field. It takes at most {MOST_VARIABLES} variables."
        raise errors.invalid(text, field="variables", rule="variable_count")
    keys = [each["key"] for each in variables]
    if len(set(keys)) < len(keys) or not all(_key(key) for key in keys):
        text = "Invalid `variables` field. Keys are unique, and made of letters, digits and underscores."
        raise errors.invalid(text, field="variables", rule="variable_keys")
    for each in variables:
        fallback = each.get("fallback_value")
        if fallback is not None and not _fits(fallback, each["type"]):
            text = f"Invalid `variables` field. The fallback of `{each['key']}` must be a {each['type']}."
            raise errors.invalid(text, field="variables", rule="variable_type")


def _named(tx: Transaction, variables: list[Json] | None) -> list[Json]:
    return [
        {"fallback_value": None, **each, "id": tx.uuid("template.variable"), "created": tx.now}
        for each in variables or ()
    ]


def _fits(value: object, kind: str) -> bool:
    return isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def found(tx: Transaction, id_or_alias: str) -> Json | None:
    """Return a template by its id or alias."""
    return tx.get(TEMPLATES, id_or_alias) or tx.first(TEMPLATES, alias=id_or_alias)


# --- sending -----------------------------------------------------------------------------------------------------


def applied(tx: Transaction, message: Message) -> tuple[Message, Json]:
    """Return a message with its template filled in, and what is kept of that; a message without one as it is."""
    if message.template is None:
        return message, {}
    if message.html or message.text:
        text = "The `template` field cannot be used together with `html` or `text`."
        raise errors.invalid(text, field="template", rule="template_and_content")
    template = found(tx, message.template.id)
    if template is None or template["published"] is None:
        raise errors.not_found("Template")
    content = template["published"]
    values = _values(content["variables"], message.template.variables or {})
    changes: Json = {"from_": message.from_ or content["from"], "template": None}
    changes["subject"] = message.subject or filled(content["subject"] or "", values)
    changes["reply_to"] = message.reply_to or content["reply_to"]
    for field in ("from_", "subject"):
        if not changes[field]:
            raise errors.missing_field(field.rstrip("_"))
    changes["html"] = filled(content["html"], values)
    changes["text"] = None if content["text"] is None else filled(content["text"], values)
    return message.model_copy(update=changes), {"template_id": template["id"]}


def _values(variables: list[Json], given: Json) -> Json:
    """Return the value of each variable; refuse one that is missing, or of another type."""
    values: Json = {}
    for each in variables:
        value = given.get(each["key"], each["fallback_value"])
        if value is None:
            text = f"Missing value for the template variable `{each['key']}`."
            raise errors.invalid(text, field="template", rule="missing_variable")
        if not _fits(value, each["type"]):
            text = f"The template variable `{each['key']}` must be a {each['type']}."
            raise errors.invalid(text, field="template", rule="variable_type")
        values[each["key"]] = value
    return values


def filled(text: str, values: Json) -> str:
    """Put values into a text; what has none gets its own fallback (`{{{NAME|there}}}`), else stays as it is."""

    def value(match: re.Match[str]) -> str:
        held = values.get(match[1])
        if held is not None and held != "":
            return str(held)
        return match[0] if match[2] is None and match[1] not in values else (match[2] or "")

    return _variable.sub(value, text)


# --- how templates are shown -------------------------------------------------------------------------------------


def summary(template: Json) -> Json:
    """Show a template in a list."""
    published = template["published_at"]
    return {
        "id": template["id"],
        "name": template["name"],
        "status": "draft" if published is None else "published",
        "published_at": None if published is None else timestamp(published),
        "created_at": timestamp(template["created"]),
        "updated_at": timestamp(template["updated"]),
        "alias": template["alias"] or "",
    }


def full(template: Json) -> Json:
    """Show a template by itself, as the draft is."""
    published = template["published"]
    return {
        "object": "template",
        **summary(template),
        "current_version_id": template["version"],
        "from": template["from"] or "",
        "subject": template["subject"] or "",
        "reply_to": template["reply_to"] or [],
        "html": template["html"],
        "text": template["text"] or "",
        "variables": [_variable_shown(each) for each in template["variables"]],
        "has_unpublished_versions": published is None or published["version"] != template["version"],
    }


def _variable_shown(variable: Json) -> Json:
    stamp = timestamp(variable["created"])
    shown = {name: variable[name] for name in ("id", "key", "type")}
    if variable["fallback_value"] is not None:
        shown["fallback_value"] = variable["fallback_value"]
    return shown | {"created_at": stamp, "updated_at": stamp}
