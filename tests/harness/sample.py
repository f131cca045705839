"""A small invented provider, "parcel", with one of everything that the harness offers to a room."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson
from pydantic import Field

from harness.collection import Collection, endpoints_of
from harness.dialect import Ask, Dialect, Directory, Exchange, Grant, bearer
from harness.errors import Refusal
from harness.instants import SECOND
from harness.messages import Reply, Request
from harness.params import Params
from harness.provider import Credential, Operation, Provider, Webhooks
from harness.transaction import Transaction

Json = dict[str, Any]
PARCELS = Collection("parcel.parcel", "colour", sizes=lambda parcel: parcel["sizes"])


def refusal(status: int, code: str, **more: Any) -> Refusal:
    """Return a refusal in this provider's envelope."""
    return Refusal(status, {"problem": code}, message=code, **more)


class ParcelDialect(Dialect):
    """JSON in, JSON out, bearer keys."""

    provider = "parcel"
    request_id_form = "r_{alnum:8}"

    def authenticate(self, request: Request, directory: Directory) -> Grant:
        """Find a bearer key."""
        grant = directory.find("parcel", (request.header("authorization") or "").removeprefix("Bearer "))
        if grant is None:
            raise refusal(401, "bad_key", rule="bad_key")
        return grant

    def proof(self, env: Mapping[str, str], path: str, ask: Ask) -> dict[str, str]:
        """Show the key."""
        return bearer(env["PARCEL_KEY"])

    def decode(self, request: Request, operation: Operation) -> Json:
        """Read the query and a JSON object."""
        data: Json = dict(parse_qsl(request.query))
        if request.body:
            try:
                data |= orjson.loads(request.body)
            except (ValueError, TypeError):
                raise refusal(400, "malformed", rule="malformed") from None
        return data

    def invalid(self, operation: Operation, errors: list[Any], data: Json) -> Refusal:
        """Name the first wrong parameter."""
        return refusal(422, f"{errors[0]['type']}:{errors[0]['loc'][0]}", subject=str(errors[0]["loc"][0]))

    def unserved(self, request: Request) -> Refusal:
        """Answer an unknown path."""
        return refusal(404, "no_such_path")

    def failure(self, status: int, message: str = "") -> Refusal:
        """Answer with a status alone."""
        return refusal(status, message or f"failure_{status}")

    def idempotency_key(self, request: Request, operation: Operation) -> str | None:
        """POSTs may carry a key."""
        return request.header("idempotency-key") if request.method == "POST" else None

    def replay_headers(self, original: str) -> list[tuple[str, str]]:
        """Mark a replay."""
        return [("Replayed", original)]

    def headers(self, exchange: Exchange) -> list[tuple[str, str]]:
        """Give each answer its id."""
        return [("Request-Id", exchange.request_id)]


def sign(secrets: list[str], event: str, stamp: int, body: bytes) -> list[tuple[str, str]]:
    """Sign with HMAC-SHA256 over id, stamp and body."""
    content = f"{event}.{stamp}.".encode() + body
    signatures = [hmac.new(secret.encode(), content, hashlib.sha256).hexdigest() for secret in secrets]
    return [
        ("Content-Type", "application/json"),
        ("Parcel-Signature", f"{event};{stamp};{','.join(signatures)}"),
    ]


def account(tx: Transaction) -> dict[str, str]:
    """Give a new account one parcel."""
    return {"PARCEL_FIRST": tx.insert(PARCELS, parcel_document(tx, "first", "brown", []))["id"]}


def parcel_document(tx: Transaction, name: str, colour: str, sizes: list[str]) -> Json:
    """Return a new parcel."""
    return {
        "id": f"p_{tx.token('parcel.id', 12)}",
        "name": name,
        "colour": colour,
        "sizes": sizes,
        "state": "new",
        "created": tx.seconds,
    }


def build(port: int = 1) -> Provider:
    """Return a fresh provider; every test server has its own."""
    parcel = Provider(
        name="parcel",
        title="Parcel",
        port=port,
        hosts=("api.parcel.test",),
        dialect=ParcelDialect(),
        credentials=(
            Credential("key", "pk_{alnum:24}", env=("PARCEL_KEY",)),
            Credential("webhook_secret", "ws_{alnum:24}", env=("PARCEL_WEBHOOK_SECRET",), lookup=False),
        ),
        webhooks=Webhooks(
            sign=sign,
            body=lambda event, _: orjson.dumps({"type": event["type"], "data": event["body"]}),
            secret="ws_{alnum:24}",
            retry_seconds=(60, 600),
            timeout_seconds=1.0,
        ),
        base_env=("PARCEL_BASE_URL",),
        account=account,
        max_body=10_000,
    )
    _operations(parcel)
    _more_operations(parcel)
    return parcel


class CreateParcel(Params):
    """What a parcel is made of."""

    name: str
    colour: str = "brown"
    sizes: list[str] = Field(default_factory=list)
    weight: int | None = None


class ListParcels(Params):
    """Filters and cursors."""

    colour: str | None = None
    limit: int = 10
    after: str | None = None
    before: str | None = None


def _operations(parcel: Provider) -> None:
    @parcel.post("/parcels", id="CreateParcel", tier="P0", status=201)
    def create(tx: Transaction, params: CreateParcel) -> Json:
        """Create a parcel."""
        document = tx.insert(PARCELS, parcel_document(tx, params.name, params.colour, params.sizes))
        _emit(tx, "parcel.created", document)
        return document

    @parcel.get("/parcels", id="ListParcels", tier="P0")
    def listing(tx: Transaction, params: ListParcels) -> Json:
        """List parcels."""
        page = tx.page(
            PARCELS,
            where={"colour": params.colour},
            limit=params.limit,
            after=params.after,
            before=params.before,
        )
        return {"items": page.items, "more": page.has_more}

    @parcel.get("/parcels/{parcel}", id="GetParcel", tier="P0")
    def retrieve(tx: Transaction, parcel: str) -> Json:
        """Retrieve a parcel."""
        return found(tx, parcel)

    @parcel.delete("/parcels/{parcel}", id="DeleteParcel", tier="P0", status=204)
    def delete(tx: Transaction, parcel: str) -> Reply:
        """Delete a parcel."""
        found(tx, parcel)
        tx.delete(PARCELS, parcel)
        return Reply()

    @parcel.post("/parcels/{parcel}/send", id="SendParcel", tier="P0")
    def send(tx: Transaction, parcel: str) -> Json:
        """Send a parcel: it arrives a minute later."""
        document = found(tx, parcel) | {"state": "sent"}
        tx.schedule("arrive", tx.now + 60 * SECOND, {"parcel": parcel}, key=parcel)
        return tx.save(PARCELS, document)

    @parcel.post("/parcels/{parcel}/refuse", id="RefuseParcel", tier="P1")
    def refuse(tx: Transaction, params: Refused, parcel: str) -> Json:
        """Refuse a parcel, with or without keeping that."""
        tx.save(PARCELS, found(tx, parcel) | {"state": "refused"})
        raise refusal(402, "refused", keep=params.keep)

    @parcel.post("/parcels/{parcel}/break", id="BreakParcel", tier="P1")
    def broken(tx: Transaction, parcel: str) -> Json:
        """Fail by a mistake of the room's own."""
        tx.save(PARCELS, found(tx, parcel) | {"state": "broken"})
        return {"never": 1 // len(parcel[:0])}

    @parcel.get("/page/{parcel}", id="Page", tier="P1", public=True)
    def page(tx: Transaction, parcel: str) -> Reply:
        """Show a page."""
        return Reply(f"<p>{found(tx, parcel)['name']} of {tx.world.name}</p>", content_type="text/html")


def _more_operations(parcel: Provider) -> None:
    @parcel.post("/endpoints", id="CreateEndpoint", tier="P1", status=201)
    def endpoint(tx: Transaction, params: CreateEndpoint) -> Json:
        """Add a webhook endpoint."""
        document = {
            "id": f"ep_{tx.token('endpoint.id', 8)}",
            "url": params.url,
            "events": params.events,
            "secrets": params.secrets,
            "status": "enabled",
            "paused": False,
            "created": tx.now,
        }
        return tx.insert(endpoints_of("parcel"), document)

    @parcel.timer("arrive")
    def arrive(tx: Transaction, payload: Json) -> None:
        document = found(tx, payload["parcel"]) | {"state": "arrived", "arrived": tx.seconds}
        _emit(tx, "parcel.arrived", tx.save(PARCELS, document))

    @parcel.timer("explode")
    def explode(tx: Transaction, payload: Json) -> None:
        tx.insert(PARCELS, parcel_document(tx, payload["name"], "black", []))
        raise RuntimeError("this timer never works")

    @parcel.post("/explosions", id="Explode", tier="P2")
    def plant(tx: Transaction) -> Json:
        """Set a timer that fails."""
        tx.schedule("explode", tx.now + SECOND, {"name": "debris"})
        return {}


class Refused(Params):
    """Whether the refusal is kept."""

    keep: bool = False


class CreateEndpoint(Params):
    """A receiver."""

    url: str
    events: list[str] = Field(default=["*"])
    secrets: list[str] = Field(default=["ws_one"])


def found(tx: Transaction, id: str) -> Json:
    """Return a parcel or refuse."""
    parcel = tx.get(PARCELS, id)
    if parcel is None:
        raise refusal(404, "no_such_parcel")
    return parcel


def _emit(tx: Transaction, type: str, document: Json) -> None:
    tx.emit(type, dict(document), id=f"evt_{tx.token('event.id', 12)}")
