"""`greenroom preflight`: the gate before live sandboxes. Each check says go or no-go, with the reason and what to do."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from harness.verify.passage import LIVE_KEY
from harness.verify.violations import message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from harness.provider import Provider

Json = dict[str, Any]
Verdict = Literal["ok", "no", "note"]
PUBLIC = re.compile(r"^(?:NEXT_PUBLIC|VITE|REACT_APP|PUBLIC)_")
"""What is built into pages that every visitor gets."""
SECRET = re.compile(r"\b(?:sk_(?:test|live)_|rk_(?:test|live)_|whsec_|re_[0-9A-Za-z]{6,}_)")
LARGEST_SKEW = 30
"""Seconds by which this machine's clock may differ: webhook signatures are good for 300."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report: `no` stops the flight."""

    verdict: Verdict
    subject: str
    name: str
    told: str


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine."""
    return host in ("localhost", "::1") or host.startswith("127.") or host.endswith(".localhost")


def go(checks: Iterable[Check]) -> bool:
    """Tell whether nothing speaks against it."""
    return all(each.verdict != "no" for each in checks)


def keys(provider: Provider, env: Mapping[str, str]) -> Iterator[Check]:
    """Look at a provider's credentials: present, of test kind, and in the right place."""
    for credential in provider.credentials:
        named = [name for name in credential.env if env.get(name)]
        label = credential.name.replace("_", " ")
        if not credential.env:
            continue
        if not named:
            told = f"set {credential.env[0]} to the sandbox's"
            yield Check("no", provider.name, label, told)
            continue
        value = env[named[0]]
        if LIVE_KEY.search(value):
            yield Check(
                "no", provider.name, label, f"{named[0]} is of live mode: take the test key of the sandbox"
            )
        elif len({env[name] for name in named}) > 1:
            yield Check("no", provider.name, label, f"{', '.join(named)} say different things")
        elif "_test_" in credential.form and not re.match(r"^[a-z]+_test_", value):
            yield Check("no", provider.name, label, f"{named[0]} is no test key (it does not say _test_)")
        else:
            yield Check("ok", provider.name, label, f"{named[0]} is set")


def places(env: Mapping[str, str]) -> Iterator[Check]:
    """Look for secrets in variables that are built into pages."""
    found = [name for name, value in sorted(env.items()) if PUBLIC.match(name) and SECRET.search(value)]
    for name in found:
        yield Check(
            "no", "environment", "secrets in pages", f"{name} holds a secret, and every visitor would get it"
        )
    if not found:
        yield Check("ok", "environment", "secrets in pages", "none of the public variables holds one")


def addresses(providers: Iterable[Provider], env: Mapping[str, str]) -> Iterator[Check]:
    """Look whether the SDKs' base addresses still point at a Greenroom, or anywhere without TLS."""
    for provider in providers:
        for name in (*provider.base_env, f"GREENROOM_{provider.name.upper()}_URL"):
            value = env.get(name)
            if not value:
                continue
            parts = urlsplit(value)
            if is_loopback(parts.hostname or ""):
                yield Check("no", provider.name, "address", f"{name} still points at this machine: unset it")
            elif parts.scheme != "https":
                yield Check("no", provider.name, "address", f"{name} is not https")


def endpoints(provider: Provider, found: list[Json], *, wanted: set[str]) -> Iterator[Check]:
    """Look at webhook endpoints: enabled, over HTTPS, for all events that the consumer acts upon."""
    for each in found:
        parts = urlsplit(each["url"])
        local = is_loopback(parts.hostname or "")
        if parts.scheme != "https":
            verdict: Verdict = "note" if local else "no"
            told = f"{each['url']} is not https" + (": replace it by the public address" if local else "")
            yield Check(verdict, provider.name, "endpoint", told)
        lacking = wanted - set(each["events"]) if "*" not in each["events"] else set()
        if lacking:
            yield Check(
                "no",
                provider.name,
                "endpoint",
                f"{each['url']} does not ask for {', '.join(sorted(lacking))}",
            )
    if wanted and not found:
        yield Check(
            "no", provider.name, "endpoint", f"none is registered, and {len(wanted)} events are acted upon"
        )


def violations(found: list[Json]) -> Iterator[Check]:
    """Look at what the world's requests broke: graded violations, and operations that are not served."""
    for each in found:
        verdict: Verdict = "no" if each["grade"] in ("breaking", "gap") else "note"
        told = f"{each['operation']}: {message(each)} ({each['count']} times)"
        yield Check(verdict, each["provider"], f"violation: {each['rule']}", told)
    if not found:
        yield Check("ok", "world", "violations", "no rule was broken, and nothing unserved was asked for")


def verified(
    report: Path, root: Path, wanted: Iterable[str] = (), run: Callable[..., Any] = subprocess.run
) -> Iterator[Check]:
    """Look whether the contracts were verified at this commit: the report must name it, and tell of each provider `wanted`."""
    import json

    head = run(
        ["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=False
    ).stdout.strip()
    try:
        told = json.loads(report.read_text("utf-8"))
        held = {each["provider"] for each in told.get("results", ()) if each["outcome"] == "passed"}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        yield Check("no", "contracts", "verified", f"no report: run `greenroom verify --stamp {report}`")
        return
    left_out = sorted(set(wanted) - held)
    if told.get("exit_code") != 0:
        yield Check("no", "contracts", "verified", f"{report} says that something does not hold")
    elif not head or told.get("commit") != head:
        yield Check("no", "contracts", "verified", f"{report} is of another commit: verify again")
    elif told.get("changed"):
        yield Check(
            "no", "contracts", "verified", f"{report} is of changes that were not committed: verify again"
        )
    elif not held:
        yield Check("no", "contracts", "verified", f"{report} says that nothing was verified")
    elif left_out:
        yield Check(
            "no", "contracts", "verified", f"{report} tells nothing of {', '.join(left_out)}: verify all"
        )
    else:
        yield Check("ok", "contracts", "verified", f"at {head[:12]}: {', '.join(sorted(held))}")


def sdks(provider: Provider, versions: Callable[[str], str | None]) -> Iterator[Check]:
    """Look which versions of the provider's SDKs are installed."""
    for package in provider.sdks:
        version = versions(package)
        if version is None:
            yield Check("note", provider.name, f"SDK {package}", "is not installed beside this Greenroom")
        else:
            yield Check("ok", provider.name, f"SDK {package}", version)


def skew(seconds: float | None) -> Check:
    """Judge by how much this machine's clock differs; None where nobody was asked."""
    if seconds is None:
        return Check(
            "note", "machine", "clock", "not compared: name a host with --ask, and it is asked for its time"
        )
    if abs(seconds) > LARGEST_SKEW:
        return Check(
            "no", "machine", "clock", f"it is {seconds:.0f} s off: signatures and tokens will be refused"
        )
    return Check("ok", "machine", "clock", f"it is right to {abs(seconds):.0f} s")
