"""Session tokens: who a request comes from, verified by the SDK against the instance's own keys."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

import jwt

from integrations.clock import Clock
from integrations.errors import ProviderUnavailableError, SessionInvalidError
from integrations.identity.clerk_gateway import ClerkGateway
from integrations.settings import Settings

#: Roles in the claim `metadata.role` that may act for every organisation.
ADMINS = frozenset({"admin", "super_admin"})
#: Tokens with made-up key ids must not make us read the keys each time.
_REREAD_SECONDS = 10.0
#: A key that the instance has withdrawn opens nothing for longer than this. Clerk's Node SDK keeps keys as long.
_KEPT_SECONDS = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionClaims:
    """What a session token says. `organisation_id` is Clerk's; `organisation_role` comes without its `org:`."""

    user_id: str
    session_id: str
    organisation_id: str | None
    organisation_role: str | None
    platform_role: str | None

    @property
    def is_admin(self) -> bool:
        """Whether the person administers the platform itself."""
        return self.platform_role in ADMINS


@dataclass(frozen=True, slots=True)
class _Request:
    """The part of a request that the SDK reads."""

    headers: Mapping[str, str]


class Sessions:
    """Verifies session tokens. The instance's keys are read once, again when a token names an unknown one, and when they are old."""

    def __init__(self, clerk: ClerkGateway, settings: Settings, clock: Clock) -> None:
        self._clerk = clerk
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: dict[str, str] = {}
        self._read_at: float | None = None

    def authenticate(self, headers: Mapping[str, str]) -> SessionClaims:
        """Return the claims of the token in `Authorization`, else in the cookie `__session`.

        Raises `SessionInvalidError` with the SDK's reason, such as `token-expired`.
        """
        from clerk_backend_api.security import AuthenticateRequestOptions, authenticate_request

        token = _token(headers)
        options = AuthenticateRequestOptions(
            jwt_key=self._key_for(token),
            accepts_token=["session_token"],
            authorized_parties=list(self._settings.clerk_authorized_parties) or None,
        )
        state = authenticate_request(_Request({"Authorization": f"Bearer {token}"}), options)
        if not state.is_signed_in or state.payload is None:
            reason = state.reason.value[0] if state.reason else "signed-out"
            raise SessionInvalidError(f"The session token does not hold: {reason}.")
        return _claims(state.payload)

    def _key_for(self, token: str) -> str:
        """Return the public key (PEM) that a token names.

        The SDK's helper would read the keys itself, but always from api.clerk.com, and outside of our guard.
        """
        if self._settings.clerk_jwt_key is not None:
            return self._settings.clerk_jwt_key.get_secret_value().replace("\\n", "\n")
        try:
            kid = str(jwt.get_unverified_header(token).get("kid"))
        except jwt.InvalidTokenError as error:
            raise SessionInvalidError("The session token does not hold: token-invalid.") from error
        with self._lock:
            self._read_keys(known=kid in self._keys)
            if kid not in self._keys:
                raise SessionInvalidError("The session token does not hold: jwk-kid-mismatch.")
            return self._keys[kid]

    def _read_keys(self, *, known: bool) -> None:
        """Read the instance's keys if it is time to; while Clerk is down, those that were known go on to hold."""
        now = self._clock.monotonic()
        if self._read_at is not None and now - self._read_at < (_KEPT_SECONDS if known else _REREAD_SECONDS):
            return
        try:
            self._keys = {name: _pem(key) for name, key in self._clerk.signing_keys().items()}
        except ProviderUnavailableError:
            if not known:
                raise
            self._read_at = now - _KEPT_SECONDS + _REREAD_SECONDS
        else:
            self._read_at = now


def _token(headers: Mapping[str, str]) -> str:
    given = headers.get("authorization", "")
    if given:
        return given.removeprefix("Bearer ").strip()
    for name, morsel in SimpleCookie(headers.get("cookie", "")).items():
        # Clerk may add a suffix of the instance: `__session_<8 characters>`.
        if name.startswith("__session"):
            return morsel.value
    raise SessionInvalidError("The session token does not hold: session-token-missing.")


def _pem(key: dict[str, Any]) -> str:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from jwt.algorithms import RSAAlgorithm

    public = RSAAlgorithm.from_jwk(json.dumps(key))
    if not isinstance(public, RSAPublicKey):
        raise SessionInvalidError("The instance's signing key is not a public RSA key.")
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return public.public_bytes(serialization.Encoding.PEM, form).decode()


def _claims(payload: Mapping[str, Any]) -> SessionClaims:
    nested = payload.get("metadata")
    # The platform's instance flattens the role into a claim whose name holds a dot; older routes read it nested.
    role = payload.get("metadata.role") or (nested.get("role") if isinstance(nested, dict) else None)
    if not payload.get("sub") or not payload.get("sid"):
        raise SessionInvalidError("The session token does not hold: it names no session.")
    return SessionClaims(
        user_id=str(payload["sub"]),
        session_id=str(payload["sid"]),
        organisation_id=payload.get("org_id"),
        organisation_role=str(payload["org_role"]).removeprefix("org:") if payload.get("org_role") else None,
        platform_role=str(role) if role else None,
    )
