"""How InsightIQ speaks: Basic credentials, JSON, its error envelope, offset lists, timestamps and UUIDs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from harness import instants, jsons
from harness.dialect import Dialect, Directory, Exchange, Grant, basic, basic_of, bearer_of
from mocks.insightiq import errors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.collection import Collection
    from harness.dialect import Ask
    from harness.errors import Refusal
    from harness.messages import Request
    from harness.provider import Operation
    from harness.transaction import Transaction
    from mocks.insightiq.parameters import Listing

Json = dict[str, Any]

CONNECT = "/connect/"
"""Where the Connect SDK's dialog lives: its requests carry an SDK token."""


class InsightiqDialect(Dialect):
    """InsightIQ's REST protocol."""

    provider = "insightiq"

    def authenticate(self, request: Request, directory: Directory) -> Grant:
        """Find the world of `Authorization: Basic base64(client_id:client_secret)`; both must be of one world."""
        if request.path.startswith(CONNECT):
            return _of_token(request, directory)
        client, secret = basic_of(request) or ("", "")
        grant, proof = directory.find("insightiq", client), directory.find("insightiq", secret)
        if grant is None or proof is None or (grant.name, proof.name) != ("client_id", "client_secret"):
            raise errors.wrong_credentials()
        if grant.world != proof.world:
            raise errors.wrong_credentials()
        return grant

    def proof(self, env: Mapping[str, str], path: str, ask: Ask) -> dict[str, str]:
        """Show client id and secret."""
        return basic(env["INSIGHTIQ_CLIENT_ID"], env["INSIGHTIQ_SECRET"])

    def decode(self, request: Request, operation: Operation) -> Json:
        """Read the query of a GET, the JSON body of anything else, whatever its Content-Type."""
        if operation.params is None:
            return {}
        if request.method == "GET":
            return dict(parse_qsl(request.query, keep_blank_values=True))
        try:
            return jsons.read_object(request.body)
        except ValueError:
            raise errors.malformed() from None

    def invalid(self, operation: Operation, errors: list[Any], data: Json) -> Refusal:
        """Name the fields that are missing, or else wrong."""
        from mocks.insightiq.parameters import explain

        return explain(errors)

    def unserved(self, request: Request) -> Refusal:
        """Answer an unknown path."""
        return errors.unknown_path()

    def failure(self, status: int, message: str = "") -> Refusal:
        """Answer with a bare status."""
        return errors.failure(status, message)

    def refused(self, refusal: Refusal, exchange: Exchange) -> Any:
        """Complete an error by the request's id."""
        return {"error": {**refusal.body["error"], "request_id": exchange.request_id}}

    def headers(self, exchange: Exchange) -> list[tuple[str, str]]:
        """Give each answer its id, errors included."""
        return [("request-id", exchange.request_id)]


def _of_token(request: Request, directory: Directory) -> Grant:
    grant = directory.find("insightiq", bearer_of(request))
    if grant is None or grant.name != "sdk_token":
        raise errors.wrong_token()
    return grant


# --- ids, timestamps and lists -----------------------------------------------------------------------------------


def dashed(id: str) -> str:
    """Return an id as it is kept: a UUID without dashes, as webhooks spell it, gets them back."""
    if len(id) == 32 and "-" not in id:
        id = f"{id[:8]}-{id[8:12]}-{id[12:16]}-{id[16:20]}-{id[20:]}"
    return id.lower()


def bare(id: str) -> str:
    """Return an id as webhooks spell it: 32 hex digits."""
    return id.replace("-", "")


def timestamp(instant: int) -> str:
    """Write an instant as all answers do: microseconds and no zone, UTC is meant."""
    return instants.moment(instant).strftime("%Y-%m-%dT%H:%M:%S.%f")


def find(tx: Transaction, collection: Collection, id: str, thing: str) -> Json:
    """Return the document of an id in either spelling; refuse an unknown one (404)."""
    document = tx.get(collection, dashed(id))
    if document is None:
        raise errors.unknown(thing)
    return document


def listed(
    tx: Transaction,
    collection: Collection,
    params: Listing,
    render: Callable[[Json], Json],
    **where: Any,
) -> Json:
    """Answer a page of a list, the newest first; there is no total and no link to the next page."""
    page = tx.page(collection, where=where, limit=params.offset + params.limit)
    return {"data": [render(each) for each in page.items[params.offset :]], "metadata": metadata(params)}


def metadata(params: Listing, from_date: str | None = None, to_date: str | None = None) -> Json:
    """Return what a list says of its page."""
    return {"offset": params.offset, "limit": params.limit, "from_date": from_date, "to_date": to_date}


def blank(tx: Transaction, value: Any, otherwise: Any) -> Any:
    """Return a value that may be unknown: the published schema has no null there, real answers do."""
    if value is None:
        return None if tx.live else otherwise
    return value
