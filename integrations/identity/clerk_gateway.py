"""The only door to Clerk's Backend API: the official SDK, guarded, and reduced to what the platform relies on."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from integrations.clock import Clock
from integrations.errors import ProviderError, Refusal
from integrations.resilience import ProviderGuard, judge, parse_retry_after
from integrations.settings import Settings
from integrations.tracing import announce

if TYPE_CHECKING:
    from clerk_backend_api import Clerk, models

T = TypeVar("T")
#: How many things a page of a list holds; Clerk gives 500 at most.
PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonState:
    """What Clerk says about a user: their primary address (else the first), and the role in their public metadata."""

    id: str
    email: str | None
    name: str | None
    platform_role: str | None
    banned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationState:
    """What Clerk says about an organisation; `created_by` is a user's id."""

    id: str
    name: str
    slug: str | None
    created_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationState:
    """What Clerk says about an invitation to an organisation; `status` is `pending`, `accepted`, `revoked` or `expired`."""

    id: str
    organisation_id: str
    email: str
    role: str
    status: str
    invited_by: str | None
    expires_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipState:
    """That a person has a role in an organisation."""

    organisation_id: str
    user_id: str
    role: str


class ClerkGateway:
    """Calls Clerk. Every method raises `ProviderError`, or `NotConfiguredError` when there is no Clerk.

    What does not exist is None, not an error: a webhook may tell of something that has been deleted since.
    """

    def __init__(self, settings: Settings, guard: ProviderGuard, clock: Clock) -> None:
        self._settings = settings
        self._guard = guard
        self._clock = clock
        self._lock = threading.Lock()
        self._http: httpx.Client | None = None
        self._built: Clerk | None = None

    def user(self, user_id: str) -> PersonState | None:
        """Read a user."""
        found = self._find("retrieve user", lambda clerk: clerk.users.get(user_id=user_id))
        return None if found is None else _person(found)

    def delete_user(self, user_id: str) -> None:
        """Delete a user for good; one that is gone already is fine."""
        self._find("delete user", lambda clerk: clerk.users.delete(user_id=user_id))

    def organisation(self, organisation_id: str) -> OrganisationState | None:
        """Read an organisation."""
        found = self._find(
            "retrieve organization", lambda clerk: clerk.organizations.get(organization_id=organisation_id)
        )
        return None if found is None else _organisation(found)

    def membership_role(self, organisation_id: str, user_id: str) -> str | None:
        """Return the role a user has in an organisation, such as `org:admin`, or None if they are no member of it."""
        found = self._find(
            "list organization memberships",
            lambda clerk: clerk.organization_memberships.list(
                organization_id=organisation_id, user_id=[user_id]
            ),
        )
        for membership in found.data if found else ():
            person = membership.public_user_data
            if person is not None and person.user_id == user_id:
                return membership.role
        return None

    def has_members(self, organisation_id: str) -> bool:
        """Say whether anybody belongs to an organisation; one that does not exist has nobody."""
        found = self._find(
            "list organization memberships",
            lambda clerk: clerk.organization_memberships.list(organization_id=organisation_id, limit=1),
        )
        return bool(found and found.data)

    # Everything, page by page

    def all_users(self) -> Iterator[PersonState]:
        """Read every user, the oldest first."""

        def page(offset: int) -> "Sequence[models.User]":
            asked: Any = {"limit": PAGE, "offset": offset, "order_by": "+created_at"}
            return self._call("list users", lambda clerk: clerk.users.list(request=asked))

        return map(_person, _all(page))

    def all_organisations(self) -> Iterator[OrganisationState]:
        """Read every organisation, the oldest first."""

        def page(offset: int) -> "Sequence[models.Organization]":
            return self._call(
                "list organizations",
                lambda clerk: clerk.organizations.list(limit=PAGE, offset=offset, order_by="+created_at"),
            ).data

        return map(_organisation, _all(page))

    def members_of(self, organisation_id: str) -> Iterator[MembershipState]:
        """Read every membership of an organisation, the oldest first; one that does not exist has none."""

        def page(offset: int) -> "Sequence[models.OrganizationMembership]":
            found = self._find(
                "list organization memberships",
                lambda clerk: clerk.organization_memberships.list(
                    organization_id=organisation_id, limit=PAGE, offset=offset, order_by="+created_at"
                ),
            )
            return [] if found is None else found.data

        for each in _all(page):
            if each.public_user_data is not None and each.public_user_data.user_id is not None:
                yield MembershipState(
                    organisation_id=organisation_id,
                    user_id=each.public_user_data.user_id,
                    role=each.role,
                )

    # Invitations

    def invite(
        self, organisation_id: str, email: str, role: str, *, invited_by: str | None, redirect_url: str
    ) -> InvitationState:
        """Invite an address to an organisation; Clerk mails the link, which leads to `redirect_url` in the end."""
        made = self._call(
            "create organization invitation",
            lambda clerk: clerk.organization_invitations.create(
                organization_id=organisation_id,
                email_address=email,
                role=role,
                inviter_user_id=invited_by,
                redirect_url=redirect_url,
            ),
        )
        return _invitation(made)

    def revoke_invitation(
        self, organisation_id: str, invitation_id: str, *, revoked_by: str | None
    ) -> InvitationState | None:
        """Take an invitation back; None when there is none. Raises `ProviderRefusedError` when it is pending no more."""
        found = self._find(
            "revoke organization invitation",
            lambda clerk: clerk.organization_invitations.revoke(
                organization_id=organisation_id, invitation_id=invitation_id, requesting_user_id=revoked_by
            ),
        )
        return None if found is None else _invitation(found)

    def invitation(self, organisation_id: str, invitation_id: str) -> InvitationState | None:
        """Read an invitation."""
        found = self._find(
            "retrieve organization invitation",
            lambda clerk: clerk.organization_invitations.get(
                organization_id=organisation_id, invitation_id=invitation_id
            ),
        )
        return None if found is None else _invitation(found)

    def signing_keys(self) -> dict[str, dict[str, Any]]:
        """Return the instance's public keys (RFC 7517) by their `kid`."""
        found = self._call("retrieve JWKS", lambda clerk: clerk.jwks.get_jwks())
        return {key.kid: key.model_dump(exclude_none=True) for key in found.keys or () if key.kid}

    def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            self._http.close()

    def _client(self) -> "Clerk":
        # Built at its first use: the SDK is large, and Clerk may be absent.
        (secret,) = self._settings.required("clerk", "clerk_secret_key")
        with self._lock:
            if self._built is None:
                from clerk_backend_api import Clerk

                timeout = self._settings.provider_timeout_seconds
                self._http = httpx.Client(
                    timeout=timeout, follow_redirects=True, event_hooks={"request": [announce]}
                )
                self._built = Clerk(
                    bearer_auth=secret,
                    server_url=f"{self._settings.clerk_api_url}/v1",
                    client=self._http,
                    retry_config=None,
                    timeout_ms=int(timeout * 1000),
                )
            return self._built

    def _find(self, operation: str, call: "Callable[[Clerk], T]") -> T | None:
        try:
            return self._call(operation, call)
        except ProviderError as error:
            if error.status != 404:
                raise
            return None

    def _call(self, operation: str, call: "Callable[[Clerk], T]") -> T:
        from clerk_backend_api.models import ClerkBaseError, NoResponseError

        client = self._client()

        def attempt() -> T:
            try:
                return call(client)
            except (ClerkBaseError, NoResponseError, httpx.RequestError) as error:
                raise self._translate(operation, error) from error

        return self._guard.call(operation, attempt)

    def _translate(self, operation: str, error: Exception) -> ProviderError:
        from clerk_backend_api.models import ClerkBaseError, ClerkErrors

        if not isinstance(error, ClerkBaseError):
            message = str(error) or type(error).__name__
            return judge(Refusal(provider=self._guard.provider, operation=operation, message=message))
        first = error.data.errors[0] if isinstance(error, ClerkErrors) and error.data.errors else None
        refusal = Refusal(
            provider=self._guard.provider,
            operation=operation,
            message=first.long_message if first else error.message[:200],
            status=error.status_code,
            code=first.code if first else None,
            request_id=error.headers.get("cf-ray"),
            retry_after_seconds=parse_retry_after(error.headers.get("retry-after"), self._clock),
        )
        return judge(refusal)


def _all(page: Callable[[int], Sequence[T]]) -> Iterator[T]:
    """Yield what all pages hold, one call for each; what appears twice because something before it went is for the caller."""
    offset = 0
    while found := page(offset):
        yield from found
        if len(found) < PAGE:
            return
        offset += len(found)


def _organisation(found: "models.Organization") -> OrganisationState:
    return OrganisationState(
        id=found.id, name=found.name, slug=found.slug or None, created_by=found.created_by
    )


def _invitation(found: "models.OrganizationInvitation") -> InvitationState:
    return InvitationState(
        id=found.id,
        organisation_id=found.organization_id or "",
        email=found.email_address,
        role=found.role,
        status=found.status or "pending",
        invited_by=found.inviter_id or None,
        expires_at=None if not found.expires_at else _instant(found.expires_at),
        created_at=_instant(found.created_at),
    )


def _instant(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _person(user: "models.User") -> PersonState:
    addresses = {each.id: each.email_address for each in user.email_addresses}
    email = addresses.get(user.primary_email_address_id or "") or next(iter(addresses.values()), None)
    role = user.public_metadata.get("role")
    return PersonState(
        id=user.id,
        email=email,
        name=" ".join(filter(None, (user.first_name, user.last_name))) or user.username or None,
        platform_role=str(role) if role else None,
        banned=user.banned,
    )
