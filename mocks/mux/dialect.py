"""How Mux speaks: Basic credentials, JSON in `{"data"}`, its error envelope, pages and cursors, CORS on uploads."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from harness import instants, jsons
from harness.dialect import Dialect, Directory, Exchange, Grant, basic, basic_of
from harness.messages import Reply
from harness.store.interface import SHIFT
from mocks.mux import errors, ids

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.collection import Collection
    from harness.dialect import Ask
    from harness.errors import Refusal
    from harness.messages import Request
    from harness.provider import Operation
    from harness.store.interface import Position
    from harness.transaction import Transaction
    from harness.unit import Page
    from mocks.mux.parameters import Listing

Json = dict[str, Any]

PRODUCTS = ("/video/", "/system/", "/data/", "/robots/")
"""What api.mux.com answers for; everything else belongs to the hosts of uploads, playback and beacons."""
UPLOAD_HOST = "/upload/"
DAY = "86400"


class MuxDialect(Dialect):
    """Mux's REST protocol."""

    provider = "mux"

    def authenticate(self, request: Request, directory: Directory) -> Grant:
        """Find the world of `Authorization: Basic <token id>:<token secret>`."""
        if not request.path.startswith(PRODUCTS):
            raise errors.unserved(f"{request.method} {request.path}")
        id, secret = basic_of(request) or ("", "")
        named, proven = directory.find("mux", id), directory.find("mux", secret)
        if named is None or proven is None or named.world != proven.world:
            raise errors.unauthorized()
        if (named.name, proven.name) != ("token_id", "token_secret"):
            raise errors.unauthorized()
        return named

    def proof(self, env: Mapping[str, str], path: str, ask: Ask) -> dict[str, str]:
        """Show the access token."""
        return basic(env["MUX_TOKEN_ID"], env["MUX_TOKEN_SECRET"])

    def decode(self, request: Request, operation: Operation) -> Json:
        """Read the query of a GET, the JSON body of anything else; operations without parameters read neither."""
        if operation.params is None:
            return {}
        if request.method == "GET":
            return _asked(request.query)
        try:
            return jsons.read_object(request.body)
        except ValueError:
            raise errors.malformed() from None

    def invalid(self, operation: Operation, errors: list[Any], data: Json) -> Refusal:
        """Name everything that is wrong."""
        from mocks.mux.parameters import explain

        return explain(errors)

    def unserved(self, request: Request) -> Refusal:
        """Answer an unknown path."""
        return errors.not_found()

    def failure(self, status: int, message: str = "") -> Refusal:
        """Answer with a bare status."""
        return errors.failure(status, message)

    def preflight(self, request: Request) -> Reply | None:
        """Let the players of any page read what the hosts of playback have; uploads have an origin of their own."""
        if request.path.startswith((*PRODUCTS, UPLOAD_HOST)):
            return None
        headers = [
            (errors.ALLOW_ORIGIN, "*"),
            ("Access-Control-Allow-Methods", "GET, HEAD, POST, OPTIONS"),
            ("Access-Control-Allow-Headers", "content-type, range, x-requested-with"),
            ("Access-Control-Max-Age", DAY),
        ]
        return Reply(b"", 200, headers, "text/plain; charset=utf-8")

    def headers(self, exchange: Exchange) -> list[tuple[str, str]]:
        """Let browsers read every answer of uploads and playback, failures too; the API itself has no CORS headers."""
        path, own = exchange.request.path, {name for name, _ in exchange.own_headers}
        if path.startswith(PRODUCTS) or exchange.request.method == "OPTIONS":
            return []
        if not path.startswith(UPLOAD_HOST):
            return [
                (errors.ALLOW_ORIGIN, "*"),
                ("Access-Control-Expose-Headers", "Content-Length, Content-Range"),
            ]
        origin = exchange.request.header("origin") or "*"
        readable = [
            ("Access-Control-Expose-Headers", "Content-Length, Content-Type, Range"),
            ("Vary", "Origin"),
        ]
        return readable if errors.ALLOW_ORIGIN in own else [(errors.ALLOW_ORIGIN, origin), *readable]


def _asked(query: str) -> Json:
    """Read a query; names that end in `[]` are lists."""
    found: Json = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name.endswith("[]"):
            found.setdefault(name, []).append(value)
        else:
            found[name] = value
    return {name.removesuffix("[]"): value for name, value in found.items()}


# --- answers -----------------------------------------------------------------------------------------------------


def data(shown: Any, **more: Any) -> Json:
    """Wrap what is shown as Mux does."""
    return {"data": shown, **more}


def gone() -> Reply:
    """Answer a deletion: 204 and no body."""
    return Reply()


def listed(tx: Transaction, collection: Collection, params: Listing, render: Callable[[Json], Json]) -> Json:
    """Answer a list by page number, the newest first; a page beyond the last is empty."""
    return data([render(each) for each in page_of(tx, collection, params).items])


def page_of(tx: Transaction, collection: Collection, params: Listing, **where: Any) -> Page:
    """Return the page with a number."""
    offset = params.limit * (params.page - 1)
    return tx.page(collection, where=where, limit=params.limit, offset=offset)


def cursor(end: Position) -> str:
    """Write where a page ended as an opaque text that outlives the document there."""
    return ids.encode(b"".join(part.to_bytes(8, "big") for part in end).rjust(ids.LONG, b"\x01"))


def position(text: str) -> Position:
    """Read a cursor; refuse what is none."""
    try:
        raw = ids.decode(text)
    except (ValueError, KeyError):
        raw = b""
    if len(raw) != ids.LONG or raw[:-16].strip(b"\x01"):
        raise errors.invalid("The cursor is invalid.", field="cursor", rule="unknown_cursor")
    at, number = int.from_bytes(raw[-16:-8], "big"), int.from_bytes(raw[-8:], "big")
    if at > instants.LATEST or number >= 1 << SHIFT:
        raise errors.invalid("The cursor is invalid.", field="cursor", rule="unknown_cursor")
    return at, number


def find(tx: Transaction, collection: Collection, id: str) -> Json:
    """Return the document of an id in a path; refuse an unknown one."""
    document = tx.get(collection, id)
    if document is None:
        raise errors.not_found()
    return document
