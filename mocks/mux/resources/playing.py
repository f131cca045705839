"""Who may play what: playback ids, the tokens that signed ones are played with, and playback restrictions.

A token is a JWT of a signing key (RS256): `sub` is the playback id, `aud` the kind of address, `kid` (in the header or
among the claims: mux-node writes the latter) the key, `exp` real time. Whatever else is in it stands for the query, which
counts for nothing beside a token. (Mux docs: secure video playback, playback restrictions.)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from mocks.mux import errors
from mocks.mux.resources.assets import ASSETS
from mocks.mux.resources.restrictions import RESTRICTIONS
from mocks.mux.resources.signing_keys import SIGNING_KEYS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

VIDEO, THUMBNAIL, GIF, STORYBOARD = "v", "t", "g", "s"
"""What a token may be for."""
HIGH_RISK = (
    "curl",
    "wget",
    "python",
    "java/",
    "okhttp",
    "go-http-client",
    "libwww",
    "bot",
    "spider",
    "crawler",
)
"""What is in the names of programs that no person plays a film with; Mux publishes no list."""


@dataclass(slots=True)
class Playing:
    """What is played: the asset, the playback id, what is asked of it, and the token to hand on (empty for a public id)."""

    asset: Json
    id: str
    asked: Json = field(default_factory=dict)
    token: str = ""

    def number(self, name: str, otherwise: float, lowest: float = 0.0, highest: float = 86400.0) -> float:
        """Return a number that is asked for; refuse what is none, or out of bounds."""
        given = self.asked.get(name)
        if given is None:
            return otherwise
        try:
            value = float(given)
        except (TypeError, ValueError):
            value = float("nan")
        if not lowest <= value <= highest:
            raise errors.unplayable(f"Invalid {name}: {given}")
        return value

    def word(self, name: str, allowed: tuple[str, ...], otherwise: str) -> str:
        """Return one of some words that is asked for; refuse any other."""
        value = str(self.asked.get(name, otherwise)).lower()
        if value not in (*allowed, otherwise):
            raise errors.unplayable(f"Unrecognized {name.replace('_', '-')}")
        return value


def admitted(tx: Transaction, id: str, kind: str, *, ready: bool = True) -> Playing:
    """Return what a request plays; refuse an unknown id, a token that is not good, an asset that is not ready."""
    asset = tx.first(ASSETS, playback=id)
    if asset is None:
        raise errors.nothing_there()
    policy = next(each["policy"] for each in asset["playback_ids"] if each["id"] == id)
    query = dict(parse_qsl(tx.request.query, keep_blank_values=True)) if tx.request else {}
    playing = Playing(asset, id, query)
    if policy == "signed":
        playing = Playing(asset, id, claims(tx, id, kind, query.get("token", "")), query.get("token", ""))
    if ready and asset["status"] != "ready":
        raise errors.not_prepared(asset["status"])
    return playing


def claims(tx: Transaction, subject: str, kind: str, token: str) -> Json:
    """Return what a good token says; refuse any other, and what its playback restriction does not allow."""
    import jwt  # here: it brings cryptography, which is slow to import

    if not token:
        raise errors.not_allowed("A signed playback id needs a token.", rule="no_token")
    try:
        named = jwt.get_unverified_header(token).get("kid")
        read = jwt.decode(token, options={"verify_signature": False})
        key = tx.get(SIGNING_KEYS, str(named or read.get("kid")))
        if key is None:
            raise errors.not_allowed(
                "The token is signed with an unknown signing key.", rule="unknown_signing_key"
            )
        told: Json = jwt.decode(
            token,
            key["public_key"],
            algorithms=["RS256"],
            audience=kind,
            options={"require": ["sub", "aud", "exp"], "verify_exp": False, "verify_iat": False},
        )
    except jwt.InvalidAudienceError:
        raise errors.not_allowed("The token is for another kind of address.", rule="token_audience") from None
    except (jwt.PyJWTError, ValueError, TypeError):
        raise errors.not_allowed("The token is invalid.", rule="invalid_token") from None
    _check(tx, told, subject)
    return told


def _check(tx: Transaction, told: Json, subject: str) -> None:
    if told["sub"] != subject:
        raise errors.not_allowed("The token is for another playback id.", rule="token_subject")
    if not isinstance(told["exp"], int | float) or told["exp"] <= tx.real_seconds:
        raise errors.not_allowed("The token has expired.", rule="token_expired")
    if "playback_restriction_id" in told:
        restriction = tx.get(RESTRICTIONS, str(told["playback_restriction_id"]))
        if restriction is None:
            raise errors.not_allowed("The playback restriction does not exist.", rule="unknown_restriction")
        _referrer(tx, restriction["referrer"])
        _user_agent(tx, restriction["user_agent"])


def _referrer(tx: Transaction, rule: Json) -> None:
    sent = tx.request.header("referer") if tx.request else None
    try:
        domain = urlsplit(sent or "").hostname
    except ValueError:
        domain = None
    if not domain:
        if not rule["allow_no_referrer"]:
            raise errors.not_allowed("A referrer is required.", rule="restricted_referrer")
        return
    if not any(_matches(domain, each.lower()) for each in rule["allowed_domains"]):
        raise errors.not_allowed(f"The referrer {domain} is not allowed.", rule="restricted_referrer")


def _matches(domain: str, allowed: str) -> bool:
    """`*.example.com` stands for all names below that domain, `*` for any."""
    return allowed in ("*", domain) or (allowed.startswith("*.") and domain.endswith(allowed[1:]))


def _user_agent(tx: Transaction, rule: Json) -> None:
    sent = (tx.request.header("user-agent") if tx.request else None) or ""
    if not sent and not rule["allow_no_user_agent"]:
        raise errors.not_allowed("A user agent is required.", rule="restricted_user_agent")
    risky = any(each in sent.lower() for each in HIGH_RISK)
    if sent and risky and not rule["allow_high_risk_user_agent"]:
        raise errors.not_allowed("The user agent is not allowed.", rule="restricted_user_agent")
