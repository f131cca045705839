"""Mail addresses: their form, and the ones that mean something special to Resend."""

from __future__ import annotations

import re

_BARE = r"[^\s\x00-\x1f\x7f<>@,;:\"()\[\]\\]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{1,62}"
_matches = re.compile(rf"(?:{_BARE}|[^<>\x00-\x1f\x7f]+<{_BARE}>)").fullmatch

RESERVED = frozenset({"example.com", "example.net", "example.org", "test.com"})
"""Recipients' domains that Resend refuses: nobody receives mail there (Resend docs: test emails). Names below `.test`
are reserved, too, but let through here: they are what invented data uses."""

TEST_DOMAIN = "resend.dev"
ONBOARDING = "onboarding@resend.dev"
"""The sender that an account without a domain may use."""


def valid(address: str) -> bool:
    """Tell whether an address has one of Resend's two forms: `email@…` or `Name <email@…>`."""
    return _matches(address) is not None


def bare(address: str) -> str:
    """Return `a@b.test`, in lower case, of `Name <A@b.test>`."""
    return address[address.rfind("<") + 1 :].rstrip(">").lower()


def domain(address: str) -> str:
    """Return the domain of an address, in lower case."""
    return address.rpartition("@")[2].rstrip(">").lower()


def as_list(value: str | list[str] | None) -> list[str]:
    """Return what Resend takes as one address or several, as a list."""
    if value is None:
        return []
    return [value] if isinstance(value, str) else value


def simulated(address: str) -> str | None:
    """Return what Resend's test address stands for (`bounced+signup@resend.dev` → `bounced`), None for others.

    (Resend docs: send test emails; labels after `+` are free.)
    """
    local, _, name = bare(address).rpartition("@")
    return local.partition("+")[0] if name == TEST_DOMAIN else None
