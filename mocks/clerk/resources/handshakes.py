"""The handshake: how a server whose cookies are missing or stale gets fresh ones, by way of the browser.

The browser is sent to the Frontend API and back, with the cookies to set: in a development instance as a token in the
query, or as a nonce that the server exchanges; a production instance sets a cookie instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from harness.collection import Collection
from mocks.clerk import errors, keys
from mocks.clerk.resources import browsers, instance, sessions, tokens
from mocks.clerk.resources.users import USERS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

NONCES = Collection("clerk.handshake_nonce")
YEAR = 31_536_000
PAST = "Expires=Thu, 01 Jan 1970 00:00:00 GMT"


def checked_url(text: str | None, param: str = "redirect_url") -> str:
    """Return an address that a browser may be sent to; refuse scripts, and what is no address."""
    try:
        parts = urlsplit(text or "")
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        fine = fine and "\\" not in (text or "")
    except ValueError:
        fine = False
    if not text or not fine:
        told = f"{param} must be a valid url with a scheme, such as 'https://'."
        raise errors.invalid(param, told, code="invalid_redirect_url" if text else "form_param_missing")
    return text


def with_query(url: str, **values: str) -> str:
    """Return an address with values set in its query."""
    parts = urlsplit(url)
    kept = [
        (name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in values
    ]
    return urlunsplit(parts._replace(query=urlencode([*kept, *values.items()])))


def directives(tx: Transaction, origin: str, organization: str | None) -> tuple[list[str], Json | None]:
    """Return the cookies to set, and the development browser; an `organization` becomes the active one, if it is the user's.

    A text that is empty stands for the user's own account.
    """
    dev = browsers.dev_browser_of(tx)
    if instance.is_development(tx):
        dev = browsers.new_dev_browser(tx) if dev is None else dev
        client = tx.get(sessions.CLIENTS, dev["client_id"] or "")
    else:
        dev, client = None, browsers.of_request(tx).client
    found = _dev_cookies(tx, dev)
    session = browsers.active(tx, client)
    user = None if session is None else tx.get(USERS, session["user_id"])
    if client is None or session is None or user is None:
        return [
            *found,
            *_both(tx, "__client_uat", "0", f"Max-Age={YEAR}"),
            *_both(tx, "__session", "", PAST),
        ], dev
    if organization is not None:
        _activate(tx, session, user, organization)
    token = tokens.of_session(tx, session, user, origin=origin)
    return [*found, *signed_in(tx, client, session, token)], dev


def signed_in(tx: Transaction, client: Json, session: Json, token: str) -> list[str]:
    """Return the cookies of a browser that somebody is signed in with; the refresh token is for servers alone."""
    from mocks.clerk.resources import refreshing

    refresh = refreshing.token_of(tx, session)
    return [
        *_both(tx, "__client_uat", str(sessions.stamped(tx, client)), f"Max-Age={YEAR}"),
        f"__refresh_{_suffix(tx)}={refresh}; Path=/; Max-Age={YEAR}; HttpOnly; SameSite=Lax",
        *_both(tx, "__session", token, f"Max-Age={YEAR}"),
    ]


def _activate(tx: Transaction, session: Json, user: Json, organization: str) -> None:
    """Make an organisation the active one; one that is not the user's is left alone, as the page asked for it."""
    from mocks.clerk.resources import memberships
    from mocks.clerk.resources.organizations import ORGANIZATIONS

    found = (
        tx.get(ORGANIZATIONS, organization) or tx.first(ORGANIZATIONS, slug=organization)
        if organization
        else None
    )
    if organization and (found is None or memberships.of(tx, found["id"], user["id"]) is None):
        return
    sessions.activate(tx, session, user, organization)
    sessions.touch(tx, session, user)


def _dev_cookies(tx: Transaction, dev: Json | None) -> list[str]:
    return [] if dev is None else _both(tx, "__clerk_db_jwt", dev["id"], f"Max-Age={YEAR}")


def _both(tx: Transaction, name: str, value: str, until: str) -> list[str]:
    """Return a cookie under both its names: suffixed, so that several applications on one host do not meet, and plain."""
    return [f"{each}={value}; Path=/; {until}; SameSite=Lax" for each in (f"{name}_{_suffix(tx)}", name)]


def _suffix(tx: Transaction) -> str:
    return keys.cookie_suffix(tx.world.accounts["clerk"]["tokens"]["publishable_key"])


def token(tx: Transaction, cookies: list[str]) -> str:
    """Return the signed token that carries cookies."""
    return tokens.signed(tx, {"handshake": cookies})


def nonce(tx: Transaction, cookies: list[str]) -> str:
    """Return a nonce that stands for cookies."""
    id = tx.token("handshake.nonce", 40)
    tx.insert(NONCES, {"id": id, "directives": cookies, "expires": tx.real_seconds + 60}, fresh=True)
    return id


def payload(tx: Transaction, nonce: str | None) -> Json:
    """Return the cookies that a nonce stands for."""
    kept = tx.get(NONCES, nonce or "")
    if kept is None or tx.real_seconds >= kept["expires"]:
        told = "The handshake request is invalid: nonce not found or expired"
        raise errors.conflict("invalid_handshake", "invalid handshake", told)
    return {"directives": kept["directives"]}
