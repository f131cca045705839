"""What must not be written down: keys, tokens, mail addresses, numbers of cards and phones. One set of rules for all files.

The same value is always replaced by the same stand-in, so that what belongs together can still be seen.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Any
from urllib.parse import quote, unquote_plus

SECRET_NAMES = re.compile(
    r"(?:^|[-_])(?:authorization|cookie|secret|token|password|passwd|api[-_]?key|apikey|private[-_]?key|signature|credential|jwt)s?(?:$|[-_])"
    r"|(?:secret|token|password|apikey|api_key|accesskey|signature)$|^svix-",
    re.IGNORECASE,
)
_KEYS = re.compile(
    r"\b(?:sk|pk|rk|whsec|ek|ak|mt|oat|sess|cs)_(?:(?:test|live)_)?[0-9A-Za-z+/=_-]{8,}|\bre_[0-9A-Za-z]{6,}_[0-9A-Za-z]{8,}"
)
# What begins inside a run of its own letters is looked for within bounds: else a long text costs the square of its length.
_TOKENS = re.compile(
    r"\b(?:(?<!-)ey[0-9A-Za-z_-]{8,}|ey[0-9A-Za-z_-]{8,256})\.[0-9A-Za-z_-]{4,}\.[0-9A-Za-z_-]*"
)
_BEARER = re.compile(r"\b(Bearer|Basic)\s+[0-9A-Za-z._~+/=:-]{6,}", re.IGNORECASE)
_LOCAL = r"[0-9A-Za-z.!#$%&'*+/=?^_`{|}~-]"
_MAILS = re.compile(
    rf"(?:(?<!{_LOCAL}){_LOCAL}+|(?<=[0-9A-Za-z])(?![0-9A-Za-z]){_LOCAL}{{1,64}})"
    r"(?:@|%40)[0-9A-Za-z](?:[0-9A-Za-z.-]*[0-9A-Za-z])?"
)
_CARDS = re.compile(r"(?<![0-9])(?:[0-9](?:[ -]|%20|\+)?){12,18}[0-9](?![0-9])")
_PHONES = re.compile(r"(?<![0-9A-Za-z])(?:\+|%2B)[1-9][0-9]{6,14}(?![0-9])")
_PUBLIC = re.compile(r"^tok_[a-zA-Z_]+$")
"""Test tokens that a provider publishes for everybody."""
HIDDEN = "redacted"
CARD = "4242424242424242"


def stand_in(kind: str, value: str) -> str:
    """Return what stands in for a value; the same value has the same one."""
    mark = blake2b(value.encode("utf-8", "replace"), digest_size=4).hexdigest()
    return f"{mark}@{HIDDEN}.test" if kind == "mail" else f"{HIDDEN}-{kind}-{mark}"


def clean_text(text: str) -> str:
    """Return a text without what must not be written down."""
    text = _BEARER.sub(lambda found: f"{found[1]} {HIDDEN}", text)
    text = _TOKENS.sub(lambda found: stand_in("token", found[0]), text)
    text = _KEYS.sub(lambda found: stand_in("key", found[0]), text)
    if "@" in text or "%40" in text:
        text = _MAILS.sub(_mail, text)
    text = _CARDS.sub(_card, text)
    return _PHONES.sub("+15555550100", text)


def clean_form(text: str) -> str:
    """Return a form, or the query of an address, without what must not be written down; what is fine stays as it was."""
    return "&".join(_pair(each) for each in text.split("&"))


def clean_path(path: str) -> str:
    """Return a path with its query without what must not be written down."""
    place, mark, query = path.partition("?")
    return clean_text(place) + mark + clean_form(query)


def _pair(pair: str) -> str:
    """Return a name and its value, cleaned; `card[number]` is named by its last part."""
    name, mark, value = pair.partition("=")
    plain = unquote_plus(value)
    inner = re.split(r"[\[\]]+", unquote_plus(name).rstrip("]"))[-1]
    told = clean(plain, inner)
    return clean_text(name) + mark + (value if told == plain else quote(str(told), safe=""))


def _mail(found: re.Match[str]) -> str:
    address = unquote_plus(found[0])
    made = address if address.endswith(f"@{HIDDEN}.test") else stand_in("mail", address.lower())
    return quote(made, safe="") if "%40" in found[0] else made


def _card(found: re.Match[str]) -> str:
    digits = re.sub(r"[^0-9]", "", found[0].replace("%20", ""))
    return CARD if 13 <= len(digits) <= 19 and _luhn(digits) else found[0]


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def clean(value: Any, name: str = "") -> Any:
    """Return a JSON value without what must not be written down: by the names of its fields, and by what texts hold."""
    if isinstance(value, dict):
        return {clean_text(key): clean(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [clean(each, name) for each in value]
    if isinstance(value, bool) or value is None:
        return value
    if SECRET_NAMES.search(name) and isinstance(value, str | int | float) and not _PUBLIC.match(str(value)):
        return stand_in("secret", str(value)) if value != "" else value
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, int) and 13 <= len(str(abs(value))) <= 19 and _luhn(str(abs(value))):
        return value if _instant(value) else int(CARD)
    return value


def _instant(number: int) -> bool:
    """Tell whether a number is the milliseconds of an instant of our time."""
    return 1_000_000_000_000 <= number < 3_000_000_000_000


def clean_headers(headers: dict[str, str]) -> dict[str, str]:
    """Return headers without what must not be written down."""
    return {
        name: HIDDEN if SECRET_NAMES.search(name) else clean_text(value) for name, value in headers.items()
    }
