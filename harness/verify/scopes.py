"""What preflight can tell offline of keys: whether they may do more than is used, and whether one is where another belongs."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

from harness.verify.preflight import PUBLIC, SECRET, Check

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from harness.provider import Credential, Provider

Json = dict[str, Any]
KIND = re.compile(r"^(sk|rk|pk)_(?:test|live)_")
SCOPES = ("scope", "scopes", "scp", "permissions", "lucid_scopes")
"""Claims in which a token says what it may do: a list, or words."""
ALL = re.compile(r"^(?:\*|all|admin|full[-_ ]?access)$|:\*$", re.IGNORECASE)
VERSION = re.compile(r"^(?:v?\d+|api|video|public)$")
"""First parts of paths that are no resource."""
SHORTEST_SECRET = 16


def scopes(provider: Provider, env: Mapping[str, str], used: Mapping[str, set[str]]) -> Iterator[Check]:
    """Look whether keys may do more than is used; `used` is what the pacts call (from `resources`)."""
    for credential in provider.credentials:
        value = _value(credential, env)
        if value is None or not credential.narrower:
            continue
        name = f"{credential.name.replace('_', ' ')}: scope"
        calls = ", ".join(f"{thing} ({' and '.join(sorted(kinds))})" for thing, kinds in sorted(used.items()))
        enough = f"{credential.narrower} may be enough for what the pacts call: {calls or 'nothing yet'}"
        if not credential.full:
            yield Check("note", provider.name, name, f"it does not say what it may do; {enough}")
        elif re.search(credential.full, value):
            yield Check("note", provider.name, name, f"it may do everything; {enough}")
        else:
            yield Check("ok", provider.name, name, "it is restricted")


def tokens(provider: Provider, env: Mapping[str, str], now: float) -> Iterator[Check]:
    """Look at signed tokens among a provider's settings (`CINT_…`): what they say they may do, and until when.

    `now` is in unix seconds.
    """
    for name, value in sorted(env.items()):
        claims = _claims(value) if name.startswith(f"{provider.name.upper()}_") else None
        if claims is None:
            continue
        label, expires = f"token {name}", claims.get("exp")
        if isinstance(expires, int | float) and expires <= now:
            yield Check("no", provider.name, label, "it has expired")
        told = [each for claim in SCOPES for each in _words(claims.get(claim))]
        if not told:
            yield Check("note", provider.name, label, "it does not say what it may do")
        elif any(ALL.search(each) for each in told):
            yield Check(
                "no", provider.name, label, f"it may do everything ({', '.join(told)}): take what is used"
            )
        else:
            yield Check("ok", provider.name, label, f"it may: {', '.join(told)}")


def misplaced(provider: Provider, env: Mapping[str, str]) -> Iterator[Check]:
    """Look for a key where another belongs, and for secrets in variables that are built into pages."""
    holders: dict[str, list[Credential]] = {}
    for credential in provider.credentials:
        value = _value(credential, env)
        if value is None:
            continue
        holders.setdefault(value, []).append(credential)
        kind = KIND.match(value)
        if kind is not None and (kind[1] == "pk") != ("publishable" in credential.name):
            told = f"{credential.env[0]} holds a {'publishable' if kind[1] == 'pk' else 'secret'} key"
            yield Check("no", provider.name, credential.name.replace("_", " "), told)
    for some in holders.values():
        if len(some) > 1:
            names = " and ".join(each.env[0] for each in some)
            told = f"{names} hold the same: one of them is in the wrong place"
            yield Check("no", provider.name, some[0].name.replace("_", " "), told)
    secrets = {
        value
        for value, some in holders.items()
        if len(value) >= SHORTEST_SECRET and any(_is_secret(each) for each in some)
    }
    for name, value in sorted(env.items()):
        if PUBLIC.match(name) and value in secrets and not SECRET.search(value):
            told = f"{name} holds a secret, and every visitor would get it"
            yield Check("no", provider.name, "secrets in pages", told)


def resources(interactions: Iterable[Json]) -> dict[str, set[str]]:
    """Return what the HTTP interactions of pacts call, by the first part of the path that names a thing."""
    found: dict[str, set[str]] = {}
    for each in interactions:
        request = each.get("request")
        if request is None:
            continue
        parts = [part for part in str(request["path"]).split("/") if part and not VERSION.match(part)]
        if parts:
            kind = "read" if request["method"] in ("GET", "HEAD") else "write"
            found.setdefault(parts[0], set()).add(kind)
    return found


def _is_secret(credential: Credential) -> bool:
    return not any(PUBLIC.match(name) for name in credential.env) and not credential.name.endswith("_id")


def _value(credential: Credential, env: Mapping[str, str]) -> str | None:
    return next((env[name] for name in credential.env if env.get(name)), None)


def _words(told: Any) -> list[str]:
    if isinstance(told, str):
        return told.replace(",", " ").split()
    return [str(each) for each in told] if isinstance(told, list) else []


def _claims(value: str) -> Json | None:
    """Return what a JSON web token says, unverified: it is read, not trusted. None for anything else."""
    parts = value.split(".")
    if len(parts) != 3 or not value.startswith("ey"):
        return None
    try:
        told = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return None
    return told if isinstance(told, dict) else None
