"""The only door to Clerk's Backend API: the official SDK, guarded, and reduced to what the platform relies on."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from integrations.clock import Clock
from integrations.errors import ProviderError, Refusal
from integrations.resilience import ProviderGuard, judge, parse_retry_after
from integrations.settings import Settings

if TYPE_CHECKING:
    from clerk_backend_api import Clerk, models

T = TypeVar("T")


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
        if found is None:
            return None
        return OrganisationState(
            id=found.id, name=found.name, slug=found.slug or None, created_by=found.created_by
        )

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
                self._http = httpx.Client(timeout=timeout, follow_redirects=True)
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
