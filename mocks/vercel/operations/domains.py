"""Domains of a project."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.vercel.dialect import listed
from mocks.vercel.parameters import Body, Listing
from mocks.vercel.provider import vercel
from mocks.vercel.resources import aliases, domains, projects
from mocks.vercel.resources.domains import DOMAINS


class Leading(Body):
    """Where a domain leads."""

    gitBranch: str | None = Field(None, max_length=250)
    redirect: str | None = None
    redirectStatusCode: Literal[301, 302, 307, 308] | None = None


class NewDomain(Leading):
    """A domain to add."""

    name: str


class ProductionDomain(Body):
    """A domain to add, as the command line tells it."""

    domain: str
    target: Literal["PRODUCTION"] = "PRODUCTION"


class Removal(Body):
    """Whether domains that redirect to a removed one go too."""

    removeRedirects: bool = False


@vercel.get("/v9/projects/{idOrName}/domains", id="getProjectDomains", tier="P1")
def list_domains(tx: Transaction, params: Listing, idOrName: str) -> Json:
    """List a project's domains, newest first."""
    project = projects.found(tx, idOrName)
    return listed(tx, DOMAINS, params, "domains", domains.shown, projectId=project["id"])


@vercel.post("/v10/projects/{idOrName}/domains", id="addProjectDomain", tier="P1")
def add_domain(tx: Transaction, params: NewDomain, idOrName: str) -> Json:
    """Add a domain to a project."""
    settings = params.model_dump(exclude={"name"})
    return domains.shown(domains.add(tx, projects.found(tx, idOrName), params.name, settings))


@vercel.post("/projects/{idOrName}/alias", id="addProjectAlias", tier="P1")
def add_production_domain(tx: Transaction, params: ProductionDomain, idOrName: str) -> list[Json]:
    """Add a domain to a project as the command line does; return all that the project has."""
    project = projects.found(tx, idOrName)
    domains.add(tx, project, params.domain, {})
    return aliases.of_project(tx, project)


@vercel.get("/v9/projects/{idOrName}/domains/{domain}", id="getProjectDomain", tier="P1")
def retrieve_domain(tx: Transaction, idOrName: str, domain: str) -> Json:
    """Return a domain of a project."""
    return domains.shown(domains.found(tx, projects.found(tx, idOrName), domain))


@vercel.patch("/v9/projects/{idOrName}/domains/{domain}", id="updateProjectDomain", tier="P1")
def update_domain(tx: Transaction, params: Leading, idOrName: str, domain: str) -> Json:
    """Change where a domain leads."""
    project = projects.found(tx, idOrName)
    found = domains.found(tx, project, domain)
    domains.update(tx, project, found, params.given())
    return domains.shown(found)


@vercel.delete("/v9/projects/{idOrName}/domains/{domain}", id="removeProjectDomain", tier="P1")
def remove_domain(tx: Transaction, params: Removal, idOrName: str, domain: str) -> Json:
    """Take a domain from a project."""
    project = projects.found(tx, idOrName)
    found = domains.found(tx, project, domain)
    if params.removeRedirects:
        for each in list(tx.every(DOMAINS, projectId=project["id"])):
            if each["redirect"] == found["name"]:
                domains.remove(tx, project, each)
    domains.remove(tx, project, found)
    return {}


@vercel.post("/v9/projects/{idOrName}/domains/{domain}/verify", id="verifyProjectDomain", tier="P1")
def verify_domain(tx: Transaction, idOrName: str, domain: str) -> Json:
    """Look for a domain's record."""
    project = projects.found(tx, idOrName)
    found = domains.found(tx, project, domain)
    domains.verify(tx, project, found)
    return domains.shown(found)


@vercel.get("/v6/domains/{domain}/config", id="getDomainConfig", tier="P1")
@vercel.get("/v4/domains/{domain}/config", id="getDomainConfig-v4", tier="P1")
def domain_configuration(tx: Transaction, domain: str) -> Json:
    """Tell how a domain's DNS is set."""
    return domains.configuration(tx.first(DOMAINS, name=domain.lower()))
