"""Whatever is sent: no answer of 5xx, and no trace of what was refused."""

from typing import Any

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.transaction import COUNTERS, VIOLATIONS
from mocks.resend.provider import resend
from tests.mocks.resend.room import Room, mail

FIELDS = [
    *("from", "to", "subject", "html", "text", "cc", "bcc", "reply_to", "headers", "tags", "attachments"),
    *(
        "scheduled_at",
        "template",
        "topic_id",
        "name",
        "region",
        "capabilities",
        "tls",
        "permission",
        "domain_id",
    ),
    *("endpoint", "events", "status", "tracking_subdomain", "custom_return_path"),
]
TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            "ada@customer.test",
            "a@greenroom.test",
            "in 1 hour",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
        ]
    ),
)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False), TEXTS)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*FIELDS, "content", "id", "value"]), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
MUTATIONS = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=2)
RIGHT: dict[str, Any] = {
    "emails/send": mail(),
    "emails/update": {"scheduled_at": "in 2 hours"},
    "domains/create": {"name": "shop.test"},
    "domains/update": {"open_tracking": True},
    "api-keys/create": {"name": "CI"},
    "webhooks/create": {"endpoint": "http://127.0.0.1:9/", "events": ["email.opened"]},
    "webhooks/update": {"status": "disabled"},
    "contacts/create": {"email": "ada@customer.test", "first_name": "Ada"},
    "contacts/update": {"unsubscribed": True},
    "topics/create": {"name": "News", "default_subscription": "opt_in"},
    "templates/create": {"name": "Welcome", "html": "<p>Hi</p>"},
    "suppressions/add": {"email": "never@customer.test"},
    "segments/create": {"name": "All"},
}
resend.load()


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, str, Any, str]:
    """An operation, the id in its path (empty: one that exists), a body that is right but for some fields, a query."""
    operation = draw(st.sampled_from(sorted(resend.operations)))
    id = draw(st.just("") | st.text(max_size=12))
    right = RIGHT.get(operation, {})
    if operation == "emails/send-batch":
        body = draw(st.lists(MUTATIONS.map(lambda changes: mail() | changes), max_size=3) | VALUES)
    else:
        body = draw(MUTATIONS.map(lambda changes: right | changes) | VALUES)
    return operation, id, body, draw(st.text(alphabet="abefilmrt=&%0123456789-", max_size=20))


async def furnish(room: Room) -> dict[str, str]:
    """Make one of each thing, and return its id by the name of the path's parameter."""
    return {
        "{email_id}": await room.send(scheduled_at="in 1 hour"),
        "{domain_id}": (await room.ok("POST", "/domains", {"name": "own.test"}))["id"],
        "{api_key_id}": (await room.ok("POST", "/api-keys", RIGHT["api-keys/create"]))["id"],
        "{webhook_id}": (await room.ok("POST", "/webhooks", RIGHT["webhooks/create"]))["id"],
        "{contact_id}": (await room.ok("POST", "/contacts", RIGHT["contacts/create"]))["id"],
        "{segment_id}": (segment := (await room.ok("POST", "/segments", {"name": "All"}))["id"]),
        "{audience_id}": segment,
        "{suppression}": (await room.ok("POST", "/suppressions", RIGHT["suppressions/add"]))["id"],
        "{id}": (await room.ok("POST", "/templates", RIGHT["templates/create"]))["id"],
        "{attachment_id}": "none",
        "{log_id}": "none",
        "{event_id}": "none",
        "{number}": "0",
    }


def state(room: Room) -> list[tuple[Any, ...]]:
    """Return every row of the world but its violations, which refusals add to."""
    query = "SELECT kind, id, at, body FROM objects WHERE space = ? AND kind NOT IN (?, ?) ORDER BY pk"
    values = (room.world.space, VIOLATIONS.kind, COUNTERS.kind)
    return room.runtime.store.ask(query, values).fetchall()


def encoded(body: Any) -> bytes:
    try:
        return orjson.dumps(body)
    except (orjson.JSONEncodeError, TypeError):  # lone surrogates, integers beyond 64 bits
        return repr(body).encode("utf-8", "replace")


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(request=requests())
async def test_no_request_breaks_the_room(room: Room, request: tuple[str, str, Any, str]) -> None:
    id, value, body, query = request
    operation = resend.operations[id]
    await room.runtime.worlds.reset(room.world)
    existing = await furnish(room)
    path = operation.path
    for name in existing:
        path = path.replace(name, "".join(f"%{byte:02X}" for byte in value.encode()) or existing[name])
    before = state(room)
    answer = await room.client.request(operation.method, f"{path}?{query}", content=encoded(body))
    assert answer.status_code < 500, answer.text
    if answer.is_error:
        assert list(answer.json()) == ["statusCode", "message", "name"]
        assert state(room) == before
    await room.advance(3)
