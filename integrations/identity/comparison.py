"""Comparing the mirror of Clerk with Clerk, everything of it page by page, and mending it on request.

That is also how the mirror is first filled, for an instance that had people before webhooks were set up. A repair is
a read through the mirror (`mirror.py` orders it among all others), so it can undo no newer change. What changes at
Clerk while the comparison runs may show as a difference until its webhook arrives.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from integrations.database import Database
from integrations.differences import Difference, Finding, Report
from integrations.identity.clerk_gateway import ClerkGateway
from integrations.identity.directory import Directory
from integrations.models import ClerkMembership, ClerkOrganisation, ClerkUser, Organisation


class Kind(StrEnum):
    """What is compared; a membership's id is that of its organisation and its person, with a colon between."""

    PERSON = "person"
    ORGANISATION = "organisation"
    MEMBERSHIP = "membership"


Fields = dict[str, Any]
Mend = Callable[[str], object]


class DirectoryComparison:
    """Compares people, organisations and memberships with Clerk."""

    def __init__(self, database: Database, clerk: ClerkGateway, directory: Directory) -> None:
        self._database = database
        self._clerk = clerk
        self._directory = directory

    def run(self, *, repair: bool = False) -> Report:
        """Compare everything; with `repair`, read again what differs, and remove what Clerk has no more.

        Raises `ProviderError` when Clerk cannot be read to the end: then nothing is known of what it has not shown.
        """
        report = Report.of(Kind, repair=repair)
        there = {each.id: _of_person(each) for each in self._clerk.all_users()}
        self._compare(report, Kind.PERSON, self._people(), there, self._directory.refresh_person)
        groups = {each.id: {"name": each.name, "slug": each.slug} for each in self._clerk.all_organisations()}
        here = self._organisations()
        self._compare(report, Kind.ORGANISATION, here, groups, self._directory.refresh_organisation)
        members = {
            f"{each.organisation_id}:{each.user_id}": {"role": each.role}
            for group in groups
            for each in self._clerk.members_of(group)
        }
        self._compare(report, Kind.MEMBERSHIP, self._memberships(), members, self._refresh_membership)
        return report

    def _compare(
        self, report: Report, kind: Kind, here: dict[str, Fields], there: dict[str, Fields], mend: Mend
    ) -> None:
        report.compared[kind] = len(here.keys() | there.keys())
        for id in [*there, *(here.keys() - there.keys())]:
            ours, theirs = here.get(id), there.get(id)
            if ours == theirs:
                continue
            found = Difference(kind=kind, id=id, finding=_finding(ours, theirs))
            if ours is not None and theirs is not None:
                found.fields = {
                    name: (ours[name], theirs[name]) for name in ours if ours[name] != theirs[name]
                }
            report.differences.append(found)
            if report.repair:
                mend(id)
                found.repaired = True

    def _refresh_membership(self, id: str) -> None:
        organisation, _, person = id.partition(":")
        self._directory.refresh_membership(organisation, person)

    def _people(self) -> dict[str, Fields]:
        with self._database.transaction() as session:
            known = session.scalars(select(ClerkUser).where(ClerkUser.deleted.is_(False)))
            return {each.clerk_id: _of_person(each) for each in known}

    def _organisations(self) -> dict[str, Fields]:
        query = (
            select(ClerkOrganisation.clerk_id, Organisation.name, ClerkOrganisation.slug)
            .join(Organisation, Organisation.id == ClerkOrganisation.organisation_id)
            .where(ClerkOrganisation.deleted.is_(False))
        )
        with self._database.transaction() as session:
            return {id: {"name": name, "slug": slug} for id, name, slug in session.execute(query)}

    def _memberships(self) -> dict[str, Fields]:
        with self._database.transaction() as session:
            known = session.scalars(select(ClerkMembership))
            return {
                f"{each.clerk_organisation_id}:{each.clerk_user_id}": {"role": each.role} for each in known
            }


def _of_person(person: Any) -> Fields:
    """Return what the mirror keeps of a person, of either side's record of them."""
    return {name: getattr(person, name) for name in ("email", "name", "platform_role", "banned")}


def _finding(ours: Fields | None, theirs: Fields | None) -> Finding:
    if ours is None:
        return Finding.MISSING_HERE
    return Finding.MISSING_THERE if theirs is None else Finding.DIFFERS
