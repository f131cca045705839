"""Sending domains: their settings, their DNS records, and verification in world time.

There is no DNS to look at: a domain that is to be verified is found in order after ten seconds of world time, whatever
its name. Only names below `.invalid`, which can have no records, fail, after the 72 hours that Resend keeps looking.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import chance, instants
from harness.collection import Collection
from mocks.resend import errors
from mocks.resend.dialect import timestamp
from mocks.resend.resources import addresses, events

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.resend.parameters import DomainSettings, NewDomain

Json = dict[str, Any]

DOMAINS = Collection("resend.domain", "name")

FOUND_AFTER = 10 * instants.SECOND
GIVEN_UP_AFTER = 72 * instants.HOUR
KEY_LENGTH = 216
"""Characters of a 1024-bit DKIM key in base64."""


def create(tx: Transaction, wanted: NewDomain) -> Json:
    """Add a domain; refuse what is no name, and one that is registered already."""
    name = wanted.name.strip().lower().removesuffix(".")
    if not addresses.valid(f"postmaster@{name}"):
        raise errors.invalid(
            "Invalid `name` field. It must be a domain name.", field="name", rule="invalid_domain"
        )
    if name == addresses.TEST_DOMAIN or tx.first(DOMAINS, name=name) is not None:
        text = f"The {name} domain has been registered already."
        raise errors.forbidden(text, field="name", rule="domain_registered")
    _check_label(wanted.custom_return_path, "custom_return_path")
    domain = new(
        tx, name, region=wanted.region or "us-east-1", return_path=wanted.custom_return_path or "send"
    )
    _set(domain, wanted)
    tx.insert(DOMAINS, domain)
    _announce(tx, "domain.created", domain)
    return domain


def new(tx: Transaction, name: str, *, region: str = "us-east-1", return_path: str = "send") -> Json:
    """Return a new domain's document with Resend's defaults."""
    return {
        "id": tx.uuid("domain.id"),
        "name": name,
        "status": "not_started",
        "created": tx.now,
        "region": region,
        "custom_return_path": return_path,
        "open_tracking": False,
        "click_tracking": False,
        "tracking_subdomain": None,
        "tls": "opportunistic",
        "capabilities": {"sending": "enabled", "receiving": "disabled"},
        "dkim": tx.token("domain.dkim", KEY_LENGTH, chance.BASE64),
    }


def update(tx: Transaction, domain: Json, changes: DomainSettings) -> None:
    """Change a domain's settings."""
    _set(domain, changes)
    tx.save(DOMAINS, domain)
    _announce(tx, "domain.updated", domain)


def _set(domain: Json, settings: DomainSettings) -> None:
    for name in ("open_tracking", "click_tracking", "tls", "tracking_subdomain"):
        value = getattr(settings, name)
        if value is not None:
            domain[name] = value
    _check_label(settings.tracking_subdomain, "tracking_subdomain")
    if settings.capabilities is not None:
        domain["capabilities"] |= settings.capabilities.model_dump(exclude_none=True)
        if "enabled" not in domain["capabilities"].values():
            text = "At least one capability must be enabled."
            raise errors.invalid(text, field="capabilities", rule="no_capability")


def _check_label(label: str | None, field: str) -> None:
    if label is not None and not addresses.valid(f"postmaster@{label}.greenroom.test"):
        raise errors.invalid(
            f"Invalid `{field}` field. It must be a subdomain.", field=field, rule="invalid_domain"
        )


def verify(tx: Transaction, domain: Json) -> None:
    """Begin to look for a domain's records; one that is verified stays so."""
    if domain["status"] == "verified":
        return
    _turn(tx, domain, "pending")
    wait = GIVEN_UP_AFTER if domain["name"].endswith(".invalid") else FOUND_AFTER
    tx.schedule("domain.checked", tx.now + wait, {"domain": domain["id"]}, key=_key(domain))


def checked(tx: Transaction, domain: Json) -> None:
    """The look-up of a pending domain's records is over."""
    _turn(tx, domain, "failed" if domain["name"].endswith(".invalid") else "verified")


def _turn(tx: Transaction, domain: Json, status: str) -> None:
    domain["status"] = status
    tx.save(DOMAINS, domain)
    _announce(tx, "domain.updated", domain)


def remove(tx: Transaction, domain: Json) -> None:
    """Delete a domain; mail from it is refused from now on."""
    tx.unschedule(_key(domain))
    tx.delete(DOMAINS, domain["id"])
    _announce(tx, "domain.deleted", domain)


def may_send(tx: Transaction, name: str) -> bool:
    """Tell whether mail may come from a domain: verified, and for sending. A subdomain is a domain of its own."""
    domain = tx.first(DOMAINS, name=name)
    return (
        domain is not None
        and domain["status"] == "verified"
        and domain["capabilities"]["sending"] == "enabled"
    )


def _key(domain: Json) -> str:
    return f"domain:{domain['id']}"


# --- how a domain is shown ---------------------------------------------------------------------------------------


def summary(domain: Json) -> Json:
    """Show a domain in a list."""
    return {
        "id": domain["id"],
        "name": domain["name"],
        "status": domain["status"],
        "created_at": timestamp(domain["created"]),
        "region": domain["region"],
        "open_tracking": domain["open_tracking"],
        "click_tracking": domain["click_tracking"],
        "capabilities": domain["capabilities"],
    }


def full(domain: Json) -> Json:
    """Show a domain by itself."""
    shown = summary(domain) | {"records": records(domain)}
    if domain["tracking_subdomain"]:
        shown["tracking_subdomain"] = domain["tracking_subdomain"]
    return shown


def records(domain: Json) -> list[Json]:
    """Return the DNS records that a domain needs; names are relative to the registered name (`send`, `send.mail`)."""
    below = "".join(f".{label}" for label in domain["name"].split(".")[:-2])
    region, status, path = domain["region"], domain["status"], domain["custom_return_path"] + below
    found: list[Json] = []
    if domain["capabilities"]["sending"] == "enabled":
        found += [
            _record("SPF", path, "MX", f"feedback-smtp.{region}.amazonses.com", status, priority=10),
            _record("SPF", path, "TXT", "v=spf1 include:amazonses.com ~all", status),
            _record("DKIM", f"resend._domainkey{below}", "TXT", f"p={domain['dkim']}", status),
        ]
    if domain["capabilities"]["receiving"] == "enabled":
        found.append(
            _record(
                "Receiving",
                below[1:] or "@",
                "MX",
                f"inbound-smtp.{region}.amazonaws.com",
                status,
                priority=10,
            )
        )
    if domain["tracking_subdomain"] and (domain["open_tracking"] or domain["click_tracking"]):
        name = domain["tracking_subdomain"] + below
        found.append(_record("Tracking", name, "CNAME", f"links.{region}.resend-dns.com", status))
    return found


def _record(
    record: str, name: str, type: str, value: str, status: str, *, priority: int | None = None
) -> Json:
    shown: Json = {
        "record": record,
        "name": name,
        "type": type,
        "ttl": "Auto",
        "status": status,
        "value": value,
    }
    if priority is not None:
        shown["priority"] = priority
    return shown


def _announce(tx: Transaction, type: str, domain: Json) -> None:
    """Emit a domain's event; webhooks call the receiving record by another name than the API."""
    named = {"Receiving": "Receiving MX"}
    data = {
        "id": domain["id"],
        "name": domain["name"],
        "status": domain["status"],
        "created_at": instants.iso(domain["created"]),
        "region": domain["region"],
        "records": [each | {"record": named.get(each["record"], each["record"])} for each in records(domain)],
    }
    events.emit(tx, type, data)
