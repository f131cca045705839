"""Clerk's keys: publishable ones that name a Frontend API host, secret ones that are refused as Clerk refuses them."""

from __future__ import annotations

from base64 import b64decode, b64encode
from hashlib import sha1
from typing import TYPE_CHECKING

from mocks.clerk import errors

if TYPE_CHECKING:
    from harness.errors import Refusal

PUBLISHABLE = "pk_test_"
LIVE = ("sk_live_", "pk_live_")
DOMAIN = "clerk.accounts.dev"

FIRST = (
    *("amber", "brisk", "calm", "clever", "daring", "eager", "fair", "fond"),
    *("gentle", "glad", "golden", "happy", "humble", "jolly", "keen", "kind"),
    *("lively", "loyal", "mellow", "merry", "noble", "patient", "proud", "quick"),
    *("quiet", "rapid", "shiny", "silent", "steady", "swift", "warm", "wise"),
)
SECOND = (
    *("badger", "bear", "beetle", "bison", "cat", "cod", "crane", "deer"),
    *("dove", "duck", "eagle", "falcon", "finch", "fox", "goose", "hare"),
    *("hawk", "heron", "ibex", "jay", "lark", "lynx", "mole", "moth"),
    *("otter", "owl", "perch", "robin", "seal", "swan", "tiger", "wren"),
)


def host_of(drawn: str) -> str:
    """Return the Frontend API host of ten drawn hex digits: two words, a number, Clerk's domain for development."""
    number = int(drawn, 16)
    first, second = FIRST[number % 32], SECOND[number // 32 % 32]
    return f"{first}-{second}-{number // 1024}.{DOMAIN}"


def publishable_key(host: str) -> str:
    """Return the publishable key of a Frontend API host: base64 of the host and a dollar sign, without padding."""
    return PUBLISHABLE + b64encode(f"{host}$".encode()).decode().rstrip("=")


def spelled(drawn: str) -> str:
    """Return the publishable key of ten drawn hex digits."""
    return publishable_key(host_of(drawn))


def frontend_host(key: str) -> str:
    """Return the Frontend API host that a publishable key names."""
    encoded = key.removeprefix(PUBLISHABLE)
    return b64decode(encoded + "=" * (-len(encoded) % 4)).decode().rstrip("$")


def cookie_suffix(publishable: str) -> str:
    """Return what the names of cookies end in, so that the applications of one host do not share them."""
    digest = sha1(publishable.encode(), usedforsecurity=False).digest()
    return b64encode(digest).decode()[:8].replace("+", "-").replace("/", "_")


def refused(key: str) -> Refusal:
    """Return the 401 for a key that is no secret key of a world; nothing of a live key is repeated."""
    if key.startswith(LIVE):
        told = (
            "A live key reached Greenroom, which is a mock of Clerk: take it out of this environment, use the keys of "
            "`greenroom env`, and consider rolling the live key."
        )
        return errors.invalid_key(told, rule="live_key")
    return errors.invalid_key()
