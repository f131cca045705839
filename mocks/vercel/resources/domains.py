"""Domains of a project: its own below vercel.app, and those that its owner brings, which have to be verified.

There is no DNS to look at: a domain brought along is found in order ten seconds of world time after it was added, when
it is looked at (`verify`); names below `.invalid` never are. Unlike Vercel, an address of this machine
(`localhost:3000`, `shop.localhost:3000`) may be a domain: that is where a world's crons can reach the application.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness import instants
from harness.collection import Collection
from mocks.vercel import errors
from mocks.vercel.dialect import MILLISECOND, added, milliseconds
from mocks.vercel.resources import projects

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

DOMAINS = Collection("vercel.domain", "projectId", "name", key="key")
FOUND_AFTER = 10 * instants.SECOND // MILLISECOND

_label = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_name = re.compile(rf"(?:\*\.)?(?:{_label}\.)+[a-z][a-z0-9-]{{1,62}}").fullmatch
_local = re.compile(rf"(?:{_label}\.)*localhost(?::\d{{1,5}})?").fullmatch


def own(tx: Transaction, project: Json) -> None:
    """Give a project its address below vercel.app, another one where the plain name is taken."""
    name = f"{project['name']}.vercel.app"
    if tx.first(DOMAINS, name=name) is not None:
        name = f"{project['name']}-{tx.token('domain.suffix', 8).lower()}.vercel.app"
    _insert(tx, project, name, {}, verified=True)


def add(tx: Transaction, project: Json, name: str, settings: Json) -> Json:
    """Add a domain to a project; refuse what is none, and one that any project has."""
    name = name.strip().lower().removesuffix(".")
    local = _local(name) is not None
    if not local and not _name(name):
        text = f'Cannot add "{name[:80]}" since it is not a valid domain.'
        raise errors.bad_request(text, field="name", rule="invalid_domain", code="invalid_domain")
    _check(name, settings)
    taken = tx.first(DOMAINS, name=name)
    if taken is not None:
        text = f"Cannot add {name} since it's already in use by one of your projects."
        raise errors.conflict(
            text, code="domain_already_in_use", rule="domain_in_use", projectId=taken["projectId"]
        )
    verified = local or is_own(name)
    domain = _insert(tx, project, name, settings, verified=verified)
    _announce(tx, "project.domain.created", project, domain)
    return domain


def update(tx: Transaction, project: Json, domain: Json, changes: Json) -> None:
    """Change where a domain leads."""
    settings = {name: domain[name] for name in ("gitBranch", "redirect", "redirectStatusCode")} | changes
    _check(domain["name"], settings)
    domain |= settings | {"updatedAt": milliseconds(tx)}
    tx.save(DOMAINS, domain)
    _announce(tx, "project.domain.updated", project, domain)


def verify(tx: Transaction, project: Json, domain: Json) -> None:
    """Look for a domain's record; refuse while it is not there."""
    if domain["verified"]:
        return
    waited = milliseconds(tx) - domain["createdAt"]
    if domain["name"].endswith(".invalid") or waited < FOUND_AFTER:
        text = f'Domain {domain["name"]} is missing required TXT Record "{_challenge(domain)["value"]}"'
        raise errors.bad_request(text, field="domain", rule="domain_unverified", code="missing_txt_record")
    domain |= {"verified": True, "updatedAt": milliseconds(tx)}
    tx.save(DOMAINS, domain)
    _announce(tx, "project.domain.verified", project, domain)


def remove(tx: Transaction, project: Json, domain: Json) -> None:
    """Take a domain from a project."""
    tx.delete(DOMAINS, domain["key"])
    _announce(tx, "project.domain.deleted", project, domain)


def found(tx: Transaction, project: Json, name: str) -> Json:
    """Return a domain of a project; refuse any other."""
    domain = tx.get(DOMAINS, f"{project['id']}/{name.lower()}")
    if domain is None:
        raise errors.not_found("Domain")
    return domain


def production(tx: Transaction, project: Json) -> str:
    """Return the host of a project in production: an address of this machine before its own domains, oldest first."""
    usable = [
        each
        for each in tx.every(DOMAINS, projectId=project["id"])
        if each["verified"] and not each["gitBranch"] and not each["redirect"]
    ]
    usable.sort(key=lambda each: (_local(each["name"]) is None, is_own(each["name"])))
    return str(usable[0]["name"]) if usable else f"{project['name']}.vercel.app"


def apex(name: str) -> str:
    """Return the domain that a name is below of."""
    return ".".join(name.split(".")[-2:])


def is_own(name: str) -> bool:
    """Tell whether a name is one that Vercel gives."""
    return name.endswith(".vercel.app")


def is_local(host: str) -> bool:
    """Tell whether a host is an address of this machine."""
    return _local(host) is not None


def _insert(tx: Transaction, project: Json, name: str, settings: Json, *, verified: bool) -> Json:
    domain = {
        "key": f"{project['id']}/{name}",
        "projectId": project["id"],
        "name": name,
        "gitBranch": settings.get("gitBranch"),
        "redirect": settings.get("redirect"),
        "redirectStatusCode": settings.get("redirectStatusCode"),
        "verified": verified,
        "challenge": tx.token("domain.challenge", 20).lower(),
        "updatedAt": milliseconds(tx),
    }
    return added(tx, DOMAINS, domain, projectId=project["id"])


def _check(name: str, settings: Json) -> None:
    if settings.get("gitBranch") and settings.get("redirect"):
        text = "You can't set both a git branch and a redirect for the domain."
        raise errors.bad_request(text, field="redirect", rule="branch_and_redirect")
    if settings.get("redirect") == name:
        raise errors.bad_request(
            "A domain cannot redirect to itself.", field="redirect", rule="redirect_to_itself"
        )


def _announce(tx: Transaction, type: str, project: Json, domain: Json) -> None:
    named = {"name": domain["name"], "projectId": project["id"]}
    projects.announce(tx, type, project, domain=named)


# --- how a domain is shown ---------------------------------------------------------------------------------------


def shown(domain: Json) -> Json:
    """Show a domain; one that is not verified tells which record is missing."""
    shown = {
        "name": domain["name"],
        "apexName": apex(domain["name"]),
        "projectId": domain["projectId"],
        "redirect": domain["redirect"],
        "redirectStatusCode": domain["redirectStatusCode"],
        "gitBranch": domain["gitBranch"],
        "updatedAt": domain["updatedAt"],
        "createdAt": domain["createdAt"],
        "verified": domain["verified"],
    }
    return shown if domain["verified"] else shown | {"verification": [_challenge(domain)]}


def _challenge(domain: Json) -> Json:
    return {
        "type": "TXT",
        "domain": f"_vercel.{domain['name'].removeprefix('*.')}",
        "value": f"vc-domain-verify={domain['name']},{domain['challenge']}",
        "reason": "pending_domain_verification",
    }


def configuration(domain: Json | None) -> Json:
    """Show how a domain's DNS is set: one that is verified points here."""
    set_up = domain is not None and domain["verified"]
    return {
        "configuredBy": "A" if set_up else None,
        "acceptedChallenges": ["http-01"] if set_up else [],
        "recommendedIPv4": [{"rank": 1, "value": ["192.0.2.21"]}],
        "recommendedCNAME": [{"rank": 1, "value": "cname.vercel-dns.test."}],
        "misconfigured": not set_up,
    }
