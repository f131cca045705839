"""How Cint speaks: three hosts with credentials of their own, JSON, API versions, ETags, cursors and errors."""

from __future__ import annotations

import re
from base64 import b64decode
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from harness import jsons
from harness.dialect import Dialect, Directory, Exchange, Grant, bearer, bearer_of
from harness.messages import Reply
from mocks.cint import errors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.dialect import Ask
    from harness.errors import Refusal
    from harness.messages import Request
    from harness.provider import Operation
    from harness.transaction import Transaction

Json = dict[str, Any]

TOKEN, S2S = "/oauth/", "/fulfillment/"
"""The paths of the token host and of the server-to-server host; all others are the Demand API's."""

NEWEST = "2025-05-27"
"""Later versions name fields otherwise (`completes_goal`, `profiling`, `allocations`) and are not served."""

KEY_REQUIRED = frozenset(
    {
        "create_project",
        "update_project",
        "create_launch_fielding_run_from_draft_job",
        "create_schedule_fielding_run_from_draft_job",
        "post_reconciliations",
    }
)
KEY_OPTIONAL = frozenset({"create_target_group", "create-profile"})
"""The document does not name the header at the first; the guide says that creations need one."""

OF_TEXT = frozenset({"post_reconciliations"})
"""Operations whose body is no JSON: their parameters stand in the query."""

LISTS = frozenset({"status", "country", "language", "human_readable_ids"})
"""Query parameters that may come several times."""

_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}")
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_PRINTABLE = re.compile(r"[\x21-\x7e]{1,512}")
_UNCHECKED: Any = {f"verify_{claim}": False for claim in ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")}
_UNSIGNED: Any = {**_UNCHECKED, "verify_signature": False}
_CORS = [
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE, OPTIONS"),
    (
        "Access-Control-Allow-Headers",
        "Authorization, Content-Type, Cint-API-Version, If-Match, idempotency-key, traceparent",
    ),
]


class CintDialect(Dialect):
    """Cint's protocol."""

    provider = "cint"
    request_id_form = "{uuid:1}"

    # --- reading ---------------------------------------------------------------------------------------------------

    def authenticate(self, request: Request, directory: Directory) -> Grant:
        """Find the world: by the client id of a token request, an S2S key, or a token that was handed out."""
        if request.path.startswith(TOKEN):
            return _of_client(credentials(request).get("client_id"), directory)
        if request.path.startswith(S2S):
            return _of_key(request.header("authorization") or "", directory)
        token = bearer_of(request)
        if not token:
            raise errors.unauthorized("missing_token")
        import jwt  # late: it brings the cryptography of certificates

        try:
            claims = jwt.decode(token, options=_UNSIGNED)
        except jwt.PyJWTError:
            raise errors.unauthorized("invalid_token") from None
        grant = _known(claims.get("azp"), "client_id", directory)
        if grant is None:
            raise errors.unauthorized("invalid_token")
        return grant

    def authorize(self, tx: Transaction, grant: Grant, operation: Operation) -> None:
        """Check a token's signature and age, and the headers that the Demand API demands."""
        request = tx.request
        if request is None or request.path.startswith((TOKEN, S2S)):
            return
        _check_token(tx, bearer_of(request))
        version = request.header("cint-api-version")
        if version is None:
            tx.deviation(errors.missing_header("Cint-API-Version"))
        elif not _VERSION.fullmatch(version):
            raise errors.invalid_version(version)
        elif version > NEWEST:
            raise errors.unserved_version(version)
        if operation.id in KEY_REQUIRED and not request.header("idempotency-key"):
            tx.deviation(errors.missing_header("idempotency-key"))

    def proof(self, env: Mapping[str, str], path: str, ask: Ask) -> dict[str, str]:
        """Show nothing to the token host, the S2S key to that host, and a fresh token with the version elsewhere."""
        if path.startswith(TOKEN):
            return {}
        if path.startswith(S2S):
            return {"Authorization": env["CINT_S2S_API_KEY"]}
        asked = {"client_id": env["CINT_CLIENT_ID"], "client_secret": env["CINT_CLIENT_SECRET"]}
        asked |= {
            "grant_type": "client_credentials",
            "lucid_scopes": "app:api",
            "audience": "https://api.luc.id",
        }
        return {**bearer(ask("POST", "/oauth/token", asked)["access_token"]), "Cint-API-Version": NEWEST}

    def decode(self, request: Request, operation: Operation) -> Json:
        """Read the query of a GET, the JSON body of anything else; operations without parameters read neither."""
        if operation.params is None:
            return {}
        if request.path.startswith(TOKEN):
            return credentials(request)
        if operation.public:
            return {name.lower(): value for name, value in _query(request.query).items()}
        if request.method == "GET" or operation.id in OF_TEXT:
            return _query(request.query)
        try:
            return jsons.read_object(request.body)
        except ValueError:
            raise errors.malformed() from None

    def invalid(self, operation: Operation, errors: list[Any], data: Json) -> Refusal:
        """Name what is wrong."""
        from mocks.cint.parameters import explain

        return explain(errors)

    def unserved(self, request: Request) -> Refusal:
        """Answer an unknown path."""
        return errors.not_found()

    def method_not_allowed(self, request: Request, allowed: frozenset[str]) -> Refusal:
        """Answer a known path with another method."""
        return errors.method_not_allowed()

    def failure(self, status: int, message: str = "") -> Refusal:
        """Answer with a bare status."""
        return errors.failure(status, message)

    def preflight(self, request: Request) -> Reply | None:
        """Allow any origin."""
        return Reply(None, 204, _CORS[1:])

    # --- idempotency -----------------------------------------------------------------------------------------------

    def idempotency_key(self, request: Request, operation: Operation) -> str | None:
        """Creations and launches remember their key for 24 hours (how long the real ones do is unconfirmed)."""
        key = request.header("idempotency-key")
        if not key or operation.id not in KEY_REQUIRED | KEY_OPTIONAL:
            return None
        if len(key) > 255:
            raise errors.bad_request("The idempotency key is longer than 255 characters.", "idempotency-key")
        return key

    def key_reused(self, key: str) -> Refusal:
        """Refuse a key that comes again with another body."""
        return errors.key_reused()

    # --- answering -------------------------------------------------------------------------------------------------

    def refused(self, refusal: Refusal, exchange: Exchange) -> Any:
        """Complete a refusal by the error's id; the token host has a form of its own."""
        body = refusal.body
        if exchange.request.path.startswith(TOKEN) and "error" not in body:
            told = body.get("detail") or body.get("details")
            return {"error": body["object"], "error_description": told}
        if "detail" not in body:
            return body
        return {"id": exchange.request_id, **body}

    def headers(self, exchange: Exchange) -> list[tuple[str, str]]:
        """Return the trace context, which is made up where none was sent, and the gateway's headers."""
        request = exchange.request
        if request.path.startswith(TOKEN):
            return []
        digits = exchange.request_id.replace("-", "").rjust(32, "0")
        made = f"00-{digits}-{digits[:16]}-01"
        found = [
            ("traceparent", _echo(request, "traceparent", _TRACEPARENT) or made),
            ("X-Correlation-ID", _echo(request, "x-correlation-id", _PRINTABLE) or exchange.request_id),
            _CORS[0],
            ("X-Ratelimit-Limit", "0"),
            ("X-Ratelimit-Remaining", "0"),
            ("X-Ratelimit-Reset", "0"),
        ]
        state = _echo(request, "tracestate", _PRINTABLE)
        return [*found, ("tracestate", state)] if state else found


# --- credentials -------------------------------------------------------------------------------------------------


def credentials(request: Request) -> Json:
    """Return the body of a token request: JSON, or a form as OAuth has it."""
    if "x-www-form-urlencoded" in (request.header("content-type") or ""):
        return dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    try:
        body = jsons.read(request.body)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise errors.no_token(400, "invalid_request", "The body must be a JSON object.", "body")
    return body


def _known(token: Any, name: str, directory: Directory) -> Grant | None:
    grant = directory.find("cint", token) if isinstance(token, str) else None
    return grant if grant is not None and grant.name == name else None


def _of_client(client_id: Any, directory: Directory) -> Grant:
    grant = _known(client_id, "client_id", directory)
    if grant is None:
        raise errors.no_token(401, "access_denied", "Unauthorized", "client_id")
    return grant


def _of_key(authorization: str, directory: Directory) -> Grant:
    """Find an S2S key: as it is, as Bearer, as the user of Basic, or bare behind `Basic`. Cint's sources disagree."""
    scheme, _, rest = authorization.strip().partition(" ")
    spelled = (
        [authorization.strip(), rest.strip()] if scheme.lower() in ("basic", "bearer") else [authorization]
    )
    if scheme.lower() == "basic":
        spelled.append(_user(rest))
    for key in spelled:
        grant = _known(key.strip(), "s2s_api_key", directory)
        if grant is not None:
            return grant
    raise errors.unauthorized("invalid_s2s_key")


def _user(encoded: str) -> str:
    try:
        return b64decode(encoded.strip(), validate=True).decode().partition(":")[0]
    except ValueError:
        return ""


def _check_token(tx: Transaction, token: str) -> None:
    import jwt  # late, as above

    secret = tx.world.accounts["cint"]["tokens"]["client_secret"]
    try:
        claims = jwt.decode(token, secret, algorithms=["HS256"], options=_UNCHECKED)
    except jwt.PyJWTError:
        raise errors.unauthorized("invalid_token") from None
    if claims["exp"] <= tx.seconds:
        raise errors.unauthorized(None)  # time does that, and the consumer renews it: nobody's mistake


# --- headers and queries -----------------------------------------------------------------------------------------


def etag(version: int) -> str:
    """Return a version as Cint's ETags write it."""
    return f'W/"{version}"'


def check_version(tx: Transaction, version: int) -> None:
    """Refuse a change that was meant for another version; without `If-Match` any version is meant."""
    wanted = tx.request.header("if-match") if tx.request is not None else None
    if wanted is not None and wanted.strip() not in (etag(version), f'"{version}"', "*"):
        raise errors.stale()


def _query(query: str) -> Json:
    found: Json = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name.removesuffix("[]") in LISTS:
            found.setdefault(name.removesuffix("[]"), []).extend(value.split(","))
        else:
            found[name] = value
    return found


def _echo(request: Request, name: str, form: re.Pattern[str]) -> str | None:
    value = request.header(name)
    return value if value is not None and form.fullmatch(value) else None
