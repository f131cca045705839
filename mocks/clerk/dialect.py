"""How Clerk speaks: Bearer keys, JSON bodies, versions by header, its error envelope, pages and timestamps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from harness.dialect import Dialect, Directory, Exchange, Grant, bearer, bearer_of
from harness.messages import Reply
from mocks.clerk import errors, frontend

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.dialect import Ask
    from harness.errors import Refusal
    from harness.messages import Request
    from harness.provider import Operation
    from mocks.clerk.parameters import Paginated

Json = dict[str, Any]

VERSIONS = ("2021-02-05", "2024-10-01", "2025-03-12", "2025-04-10", "2025-11-10", "2026-05-12")
"""Every version of the API, the oldest first: requests that name none get that one."""

BROWSER_VERSIONS = ("2026-08-20",)
"""Versions that clerk-js asks the Frontend API for, and that no published document is of yet."""

METADATA_APART = "2026-05-12"
"""From this version on, users and organisations take metadata through `/metadata` only."""


UNVERSIONED = ("/api_keys", "/m2m_tokens", "/oauth_applications")
"""What SDKs call without `/v1` as well."""


class ClerkDialect(Dialect):
    """The protocol of Clerk's Backend API; what is a browser's is in `frontend.py`."""

    provider = "clerk"
    # Exactly this: Clerk's Node SDK compares the whole header and reads anything else as text.
    content_type = "application/json"
    request_id_form = "{hex:32}"

    def route(self, request: Request, directory: Directory) -> tuple[str, str]:
        """Tell the requests of browsers from those of servers."""
        if frontend.is_frontend(request):
            return frontend.route(request, directory)
        if request.path.startswith(UNVERSIONED):
            return request.method, f"/v1{request.path}"
        return request.method, request.path

    def preflight(self, request: Request) -> Reply | None:
        """Let pages of every origin call the Frontend API."""
        if not frontend.is_frontend(request):
            return None
        return Reply(None, 204, frontend.preflight(request))

    def authenticate(self, request: Request, directory: Directory) -> Grant:
        """Find the world of `Authorization: Bearer sk_test_…`."""
        if frontend.is_frontend(request):
            raise frontend.unserved(request)  # what is served of the Frontend API asks for no key
        key = bearer_of(request)
        if not key:
            raise errors.header_format()
        grant = directory.find("clerk", key)
        if grant is not None and grant.name == "machine_secret_key" and "/m2m_tokens" in request.path:
            return grant
        if grant is None or grant.name != "secret_key":
            from mocks.clerk.keys import refused

            raise refused(key)
        return grant

    def proof(self, env: Mapping[str, str], path: str, ask: Ask) -> dict[str, str]:
        """Show the secret key."""
        return bearer(env["CLERK_SECRET_KEY"])

    def decode(self, request: Request, operation: Operation) -> Json:
        """Read the query of a GET, the body of anything else; operations without parameters read neither."""
        if request.header("clerk-api-version") is not None or "__clerk_api_version" in request.query:
            version(request)
        if operation.params is None:
            return {}
        if operation.path.startswith((frontend.API, frontend.PORTAL)):
            return frontend.decode(request, operation)
        from mocks.clerk import forms

        if request.method == "GET":
            return forms.read_query(request, operation)
        body = forms.read_body(request, operation)
        if isinstance(body, list) and "items" in operation.params.model_fields:
            return {"items": body}
        if not isinstance(body, dict) or "items" in operation.params.model_fields:
            raise errors.malformed()
        return body

    def invalid(self, operation: Operation, errors: list[Any], data: Json) -> Refusal:
        """Name all that is wrong, as Clerk does."""
        from mocks.clerk.validation import explain

        return explain(errors, data)

    def unserved(self, request: Request) -> Refusal:
        """Answer an unknown path."""
        return errors.failure(404)

    def failure(self, status: int, message: str = "") -> Refusal:
        """Answer with a bare status."""
        return errors.failure(status, message)

    def headers(self, exchange: Exchange) -> list[tuple[str, str]]:
        """Let pages of other origins read what the Frontend API answers."""
        found = frontend.cors(exchange.request)
        return found if found and frontend.is_frontend(exchange.request) else []

    def refused(self, refusal: Refusal, exchange: Exchange) -> Any:
        """Complete a refusal by the request's trace id."""
        return refusal.body | {"clerk_trace_id": exchange.request_id}


def version(request: Request | None) -> str:
    """Return the version of the API that a request asks for; refuse unknown ones, and two at once."""
    if request is None:
        return VERSIONS[-1]
    given = request.header("clerk-api-version")
    if "__clerk_api_version=" in request.query:
        if given is not None:
            raise errors.two_versions()
        given = request.query.partition("__clerk_api_version=")[2].partition("&")[0]
    if given is None:
        return VERSIONS[0]
    if given not in VERSIONS and not (given in BROWSER_VERSIONS and frontend.is_frontend(request)):
        raise errors.unknown_version(given)
    return given


def milliseconds(instant: int) -> int:
    """Write an instant as Clerk does: unix milliseconds."""
    return instant // 1000


def counted(items: Iterable[Json], total: int, render: Callable[[Json], Json]) -> Json:
    """Answer a list with the number of all that match."""
    return {"data": [render(each) for each in items], "total_count": total}


def paginated(params: Paginated, items: Iterable[Json], total: int, render: Callable[[Json], Json]) -> Any:
    """Answer a list that is bare unless the request says `paginated=true`."""
    answer = counted(items, total, render)
    return answer if params.paginated else answer["data"]
