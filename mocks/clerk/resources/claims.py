"""Claims with shortcodes: `{{user.public_metadata.role}}`, `{{a || b || 'text'}}`.

A text that is one shortcode takes on the value's own type; shortcodes inside a text are written into it. What is not
there is null (Clerk's documentation on JWT templates).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import orjson

from mocks.clerk.resources import memberships, roles, users
from mocks.clerk.resources.organizations import ORGANIZATIONS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

_CODE = re.compile(r"\{\{(.*?)\}\}")


def fill(claims: Any, context: Json) -> Any:
    """Return claims with every shortcode replaced; names of claims stay as they are, dots included."""
    if isinstance(claims, dict):
        return {name: fill(value, context) for name, value in claims.items()}
    if isinstance(claims, list):
        return [fill(value, context) for value in claims]
    if not isinstance(claims, str):
        return claims
    whole = _CODE.fullmatch(claims.strip())
    if whole is not None and "{{" not in whole.group(1):
        return _value(whole.group(1), context)
    return _CODE.sub(lambda code: _text(_value(code.group(1), context)), claims)


def _value(expression: str, context: Json) -> Any:
    """Return the first operand of `a || b` that is neither null nor false."""
    value: Any = None
    for operand in expression.split("||"):
        value = _operand(operand.strip(), context)
        if value is not None and value is not False:
            return value
    return value


def _operand(text: str, context: Json) -> Any:
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    if re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?|true|false|null", text):
        return orjson.loads(text) if not re.match(r"-?0\d", text) else None
    value: Any = context
    for step in text.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return value


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "null" if value is None else orjson.dumps(value).decode()


def context(tx: Transaction, user: Json, session: Json | None) -> Json:
    """Return what shortcodes can name: the user, the session, and its active organisation."""
    found = {"user": _user(tx, user)}
    if session is not None:
        found["session"] = {"id": session["id"], "actor": session["actor"]}
        organization = tx.get(ORGANIZATIONS, session["last_active_organization_id"] or "")
        if organization is not None:
            membership = memberships.of(tx, organization["id"], user["id"])
            if membership is not None:
                found |= _organization(tx, organization, membership)
    return found


def _user(tx: Transaction, user: Json) -> Json:
    names = " ".join(filter(None, (user["first_name"], user["last_name"])))
    email = users.primary_email(user)
    phones = {each["id"]: each["phone_number"] for each in user["phone_numbers"]}
    shown = {
        name: user[name]
        for name in (
            *("id", "external_id", "username", "first_name", "last_name", "image_url", "has_image"),
            *("public_metadata", "unsafe_metadata", "created_at", "updated_at", "last_sign_in_at"),
            *("two_factor_enabled", "locale", "legal_accepted_at"),
        )
    }
    return shown | {
        "full_name": names or None,
        "primary_email_address": email,
        "email_verified": email is not None,
        "primary_phone_number": phones.get(user["primary_phone_number_id"]),
        "phone_number_verified": user["primary_phone_number_id"] is not None,
        "organizations": {
            each["organization_id"]: each["role"]
            for each in tx.every(memberships.MEMBERSHIPS, user_id=user["id"])
        },
    }


def _organization(tx: Transaction, organization: Json, membership: Json) -> Json:
    shown = {
        name: organization[name]
        for name in ("id", "name", "slug", "image_url", "has_image", "public_metadata")
    }
    shown |= {"role": membership["role"], "permissions": roles.granted(tx, membership["role"])}
    return {"org": shown, "org_membership": {"public_metadata": membership["public_metadata"]}}
