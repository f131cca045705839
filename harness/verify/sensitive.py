"""How keys, tokens, mail addresses and numbers of cards and phones look in a text, also where they are written in another way.

A text may be escaped for an address (once or twice) or encoded as base64: it is read before it is judged.
"""

from __future__ import annotations

import base64
import re
from hashlib import blake2b
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORDS = (
    "authorization|cookie|secret|token|password|passwd|passphrase|passcode|pwd|api[-_]?key|private[-_]?key|signing[-_]?key"
    "|access[-_]?key|encryption[-_]?key|signature|credential|jwt|csrf|otp|totp|iban|ssn"
)
SECRET_NAMES = re.compile(
    rf"(?:^|[-_])(?:{_WORDS})s?(?:$|[-_](?!(?:\w+[-_])?(?:type|at|in|ttl|count|enabled|required)$))"
    r"|(?:secret|token|password|(?:api|access|signing|private|encryption)_?key|signature|ticket)$"
    r"|^(?:pass|auth|bearer|sig|x-auth)$|^svix-",
    re.IGNORECASE,
)
CARD_CODES = re.compile(r"^(?:cvc|cvv2?|csc|cid|security_code)$", re.IGNORECASE)
_KEYS = re.compile(
    r"(?<![0-9A-Za-z])(?:sk|pk|rk)_(?:test|live)_[0-9A-Za-z+/=_-]{8,}"
    r"|\b(?:sk|pk|rk|whsec|ek|ak|mt|oat|sess|cs|dvb|ghp|gho|ghs)_[0-9A-Za-z+/=_-]{8,}|\bre_[0-9A-Za-z]{6,}_[0-9A-Za-z]{8,}"
    r"|\b[a-z]+_[0-9A-Za-z]+_secret_[0-9A-Za-z]{6,}|\b[a-z]+_blob_rw_\w{8,}|\bgithub_pat_\w{8,}|\bAKIA[0-9A-Z]{16}\b"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    re.DOTALL,
)
# What begins inside a run of its own letters is looked for within bounds: else a long text costs the square of its length.
_TOKENS = re.compile(
    r"\b(?:(?<!-)ey[0-9A-Za-z_-]{8,}|ey[0-9A-Za-z_-]{8,256})\.[0-9A-Za-z_-]{4,}\.[0-9A-Za-z_-]*"
)
_BEARER = re.compile(r"\b(Bearer|Basic)\s+[0-9A-Za-z._~+/=:-]{6,}", re.IGNORECASE)
_OWNER = re.compile(r"(?<=://)[^\s/@\"'<>]+@")
"""The name and the password in an address."""
_SAID = re.compile(
    r"(?P<name>(?<![0-9A-Za-z_-])[0-9A-Za-z_-]{0,64}?(?:secret|token|passw(?:or)?d|passphrase|(?:api|access|private|signing)[-_]?key|signature)s?)"
    r"(?P<mark>\\?[\"']?\s*[=:]\s*\\?[\"']?|\"[^<>]*\bvalue=\")(?P<value>[^\s\"'\\&;,<>()\[\]{}]{4,})",
    re.IGNORECASE,
)
_AT = r"(?:@|&#64;|&#x40;|\\u0040)"
_MAILS = re.compile(
    rf"(?:\"[^\"\n@]{{1,64}}\"|[\w.!#$%&*+/=?^`{{|}}~-][\w.!#$%&'*+/=?^`{{|}}~-]{{0,63}}){_AT}\w(?:[\w.-]*\w)?"
)
_RUNS = re.compile(r"(?<![0-9])[0-9](?:[\s.+\-\u2010-\u2015\u00b7]{0,2}[0-9]){12,}(?![0-9])")
_PHONES = re.compile(r"(?<![0-9A-Za-z])\+[1-9](?:[ ().-]{0,2}[0-9]){6,14}(?![0-9])")
_ESCAPED = re.compile(r"(?<![^\s&=?/#\"<>,;])[^\s&=?/#\"<>,;]*%[0-9A-Fa-f]{2}[^\s&=?/#\"<>,;]*")
_ENCODED = re.compile(r"(?<![0-9A-Za-z+/_-])[0-9A-Za-z+/_-]{16,}={0,2}")
_PUBLIC = re.compile(r"^tok_[a-zA-Z_]+$")
"""Test tokens that a provider publishes for everybody."""
HIDDEN = "redacted"
LONGEST_CARD = 19
CARD = "4242424242424242"


def stand_in(kind: str, value: str) -> str:
    """Return what stands in for a value; the same value has the same one."""
    mark = blake2b(value.encode("utf-8", "replace"), digest_size=4).hexdigest()
    return f"{mark}@{HIDDEN}.test" if kind == "mail" else f"{HIDDEN}-{kind}-{mark}"


def is_public(text: str) -> bool:
    """Tell whether a text may be shown although its field is named like a secret: a token for everybody, a stand-in."""
    return text == "" or _PUBLIC.match(text) is not None or text.startswith(HIDDEN)


def clean_text(text: str) -> str:
    """Return a text without what must not be written down."""
    if "%" in text:
        text = _ESCAPED.sub(_escaped, text)
    text = _BEARER.sub(lambda found: f"{found[1]} {HIDDEN}", text)
    text = _TOKENS.sub(lambda found: stand_in("token", found[0]), text)
    text = _KEYS.sub(lambda found: stand_in("key", found[0]), text)
    text = _OWNER.sub(f"{HIDDEN}@", text)
    text = _SAID.sub(_said, text)
    text = _MAILS.sub(_mail, text)
    text = _RUNS.sub(_cards, text)
    text = _PHONES.sub("+15555550100", text)
    return _ENCODED.sub(_encoded, text)


def decoded(text: str) -> Iterator[str]:
    """Yield what the base64 in a text says, as far as it says something in letters."""
    for found in _ENCODED.finditer(text):
        for part in {found[0], *found[0].split("/")}:
            plain = _plain(part)
            if plain is not None:
                yield plain


def is_card(digits: str) -> bool:
    """Tell whether digits are the number of a card: its length, its first digit and its check digit are right."""
    return 13 <= len(digits) <= LONGEST_CARD and digits[0] in "23456" and _luhn(digits)


def unescaped(text: str) -> str:
    """Return what a text says that is escaped for an address, once or twice."""
    return unquote(unquote(text))


def _escaped(found: re.Match[str]) -> str:
    plain = unescaped(found[0])
    told = clean_text(plain) if "%" not in plain else plain
    return found[0] if told == plain else quote(told, safe="")


def _encoded(found: re.Match[str]) -> str:
    for plain in decoded(found[0]):
        if clean_text(plain) != plain:
            return stand_in("encoded", found[0])
    return found[0]


def _plain(encoded: str) -> str | None:
    """Return what base64, of either alphabet, says; None where that is no text, or the text is no base64."""
    bare = encoded.rstrip("=").replace("+", "-").replace("/", "_")
    if len(bare) < 12:
        return None
    try:
        plain = base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4)).decode()
    except ValueError:
        return None
    return plain if all(each.isprintable() or each.isspace() for each in plain) else None


def _said(found: re.Match[str]) -> str:
    """Hide the value that a text gives a name; a word after a colon is most likely no value but a sentence."""
    value = found["value"]
    sentence = found["mark"].strip() == ":" and value.strip(".").isalpha() and value.islower()
    if sentence or is_public(value):
        return found[0]
    return found["name"] + found["mark"] + stand_in("secret", value)


def _mail(found: re.Match[str]) -> str:
    address = found[0]
    if address.endswith(f"@{HIDDEN}.test") or address.startswith(f"{HIDDEN}@"):
        return address
    return stand_in("mail", address.lower())


def _cards(found: re.Match[str]) -> str:
    """Replace each number of a card in a run of digits: cards are written in one group, in groups of three and more, or in pairs."""
    run = found[0]
    groups = [each.span() for each in re.finditer("[0-9]+", run)]
    told, done, first = "", 0, 0
    while first < len(groups):
        last = _card(run, groups, first)
        if last is not None:
            told += run[done : groups[first][0]] + CARD
            done, first = groups[last][1], last
        first += 1
    return told + run[done:]


def _card(run: str, groups: list[tuple[int, int]], first: int) -> int | None:
    """Return the last of the groups that make the number of a card from the first one on, None where none do."""
    sizes: set[int] = set()
    digits = ""
    for place in range(first, min(first + LONGEST_CARD, len(groups))):
        start, end = groups[place]
        sizes.add(end - start)
        digits += run[start:end]
        if len(digits) > LONGEST_CARD:
            break
        if is_card(digits) and (min(sizes) >= 3 or len(sizes) == 1):
            return place
    return None


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
