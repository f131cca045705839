"""What providers hold of each other in generated worlds leads somewhere, adds up and is in order; what is broken is found."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import stripe
from typer.testing import CliRunner

from harness import coherence, registry
from harness.cli.app import app
from harness.coherence import Coherence, Link, values
from harness.runtime import Runtime
from harness.world import World
from tests.harness.serving import Served
from tests.journeys import filled

Json = dict[str, Any]
ROOMS = registry.providers()
SAID: dict[str, Coherence] = {
    name: said for name, room in ROOMS.items() if (said := coherence.of_room(room)) is not None
}
LINKS = [(kind, link) for said in SAID.values() for kind, links in said.links.items() for link in links]
ORDERS = [(kind, paths) for said in SAID.values() for kind, orders in said.orders.items() for paths in orders]
RULES = [(kind, rule) for said in SAID.values() for kind, rules in said.rules.items() for rule in rules]
OWNERS = (
    "clerk.user",
    "clerk.organization",
    "stripe.customer",
    "stripe.subscription",
    "mux.asset",
    "mux.upload",
    "insightiq.user",
    "insightiq.account",
    "cint.target_group",
    "cint.project",
    "resend.email",
    "vercel.project",
)
"""Kinds of things that other providers may speak of."""
SCENARIOS = ("starter", "under-way", "trial-to-churn", "plan-changes")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Greenroom's data with one world that several scenarios have filled."""
    path = tmp_path_factory.mktemp("coherence")

    async def fill() -> None:
        async with filled.opened(path) as runtime:
            world = runtime.worlds.create(name="full", seed=7, at={"mode": "frozen", "now": filled.NOW})
            for name in SCENARIOS:
                await filled.load(runtime, world, name)

    filled.run(fill())
    return path


@pytest.fixture
async def full(folder: Path) -> AsyncIterator[tuple[Runtime, World]]:
    """The filled world."""
    async with filled.opened(folder) as runtime:
        yield runtime, runtime.worlds.find("full")


def put(document: Any, path: str, value: Any) -> None:
    """Set what a path leads to first."""
    step, _, rest = path.partition(".")
    name = step.removesuffix("[]").removesuffix("{}")
    if step == name:
        if rest:
            document[name] = document.get(name) or {}
            put(document[name], rest, value)
        else:
            document[name] = value
        return
    held = document.get(name) or ([{}] if step.endswith("[]") else {"first": {}})
    document[name] = held
    if rest:
        whole = range(len(held)) if isinstance(held, list) else list(held)
        for place in whole:
            put(held[place], rest, value)
    else:
        held[0 if isinstance(held, list) else next(iter(held))] = value


def strange(link: Link) -> str:
    """Return an id that nobody has, such as the reference takes for one."""
    return link.like.replace(r"\w{27}", "x" * 27) if link.like else "nobody"


def test_every_room_says_what_its_documents_refer_to() -> None:
    assert set(SAID) == set(ROOMS)


async def test_what_scenarios_tell_is_coherent(full: tuple[Runtime, World]) -> None:
    report = await filled.checked(*full)
    assert report.findings == []
    assert report.documents > 500
    assert report.references > 1000


async def test_no_reference_to_another_provider_is_forgotten(full: tuple[Runtime, World]) -> None:
    assert await undeclared(*full) == set()


@pytest.mark.parametrize(("kind", "link"), LINKS, ids=lambda each: getattr(each, "path", each))
async def test_a_reference_that_leads_nowhere_is_found(
    full: tuple[Runtime, World], monkeypatch: pytest.MonkeyPatch, kind: str, link: Link
) -> None:
    runtime, world = full
    room = kind.partition(".")[0]
    only = Coherence(links={kind: (link,)})
    monkeypatch.setattr(coherence, "of_room", lambda _: only)
    held = next(
        (each for each in filled.documents(runtime, world, kind) if any(values(each, link.path))), None
    )
    if held is None:
        document: Json = {"id": "made-up"}
        put(document, link.path, strange(link))
        broken = filled.added(runtime, world, kind, {"id": "made-up", **document})
    else:
        broken = filled.changed(
            runtime, world, kind, _key(held, kind), lambda document: put(document, link.path, strange(link))
        )
    with broken:
        report = await filled.checked(runtime, world, room)
    assert {(each.kind, each.rule) for each in report.findings} == {(kind, f"reference {link.path}")}
    assert (await filled.checked(runtime, world, room)).findings == []


@pytest.mark.parametrize(
    ("kind", "paths"), ORDERS, ids=lambda each: each if isinstance(each, str) else each[-1]
)
async def test_times_in_disorder_are_found(
    full: tuple[Runtime, World], monkeypatch: pytest.MonkeyPatch, kind: str, paths: tuple[str, ...]
) -> None:
    runtime, world = full
    monkeypatch.setattr(coherence, "of_room", lambda _: Coherence(orders={kind: (paths,)}))
    document: Json = {"id": "made-up"}
    for place, path in enumerate(paths):
        put(document, path, 1_000_000 - place)
    with filled.added(runtime, world, kind, document):
        report = await filled.checked(runtime, world, kind.partition(".")[0])
    assert [(each.kind, each.rule) for each in report.findings] == [(kind, "times")]


def _add(name: str, more: Any = 1) -> Callable[[Json], None]:
    def change(document: Json) -> None:
        document[name] += more

    return change


def _set(**changes: Any) -> Callable[[Json], None]:
    return lambda document: document.update(changes)


def _count(document: Json) -> None:
    document["counts"]["completes"] += 1


BREAKS: dict[tuple[str, str], Callable[[Json], Any]] = {
    ("algolia.index", "entries"): _add("entries"),
    ("algolia.record", "objectID"): lambda document: document["record"].update(objectID="other"),
    ("cint.tally", "counts are those of the sessions"): _count,
    ("cint.tally", "ends sum up"): _count,
    ("cint.session", "project of its target group"): _set(project="another"),
    ("clerk.membership", "role"): _set(role="org:owner"),
    ("clerk.membership", "one membership"): _set(user_id="user_nobody"),
    ("clerk.organization_invitation", "role"): _set(role="org:owner"),
    ("clerk.session", "user"): _set(user_id="user_nobody"),
    ("clerk.user", "primary address"): _set(primary_email_address_id="idn_nobody"),
    ("clerk.user", "addresses are of one user"): lambda document: document["email_addresses"][0].update(
        email_address="nobody@nowhere.test"
    ),
    ("insightiq.settings", "audience shares"): _set(seed="8"),
    ("mux.asset", "duration"): lambda document: document["media"].update(duration=99),
    ("resend.email", "who is told of it has got it"): _set(to=["nobody@nowhere.test"]),
    ("stripe.invoice", "subtotal"): _add("subtotal"),
    ("stripe.invoice", "total"): _add("total"),
    ("stripe.invoice", "payments"): _add("amount_paid"),
    ("stripe.balance_transaction", "net"): _add("net"),
    ("stripe.charge", "refunds"): _add("amount_refunded"),
    ("stripe.payment_intent", "received"): _set(amount_received=10**9),
    ("stripe.customer", "balance"): _add("balance"),
    ("stripe.credit_grant", "left"): lambda document: document["_"].update(left=10**9),
    ("stripe.ledger", "postings"): lambda document: document["available"].update(usd=1),
}
"""For every rule how a document breaks it."""
SAMPLES: dict[str, Json] = {
    "clerk.organization_invitation": {"id": "orginv_x", "role": "org:member"},
    "clerk.session": {"id": "sess_x", "status": "active", "user_id": "user_x"},
    "stripe.credit_grant": {"id": "credgr_x", "_": {"left": 0}},
}
"""Of kinds that the scenarios bring none of."""


@pytest.mark.parametrize(("kind", "rule"), RULES)
async def test_what_breaks_a_rule_is_found(
    full: tuple[Runtime, World], monkeypatch: pytest.MonkeyPatch, kind: str, rule: str
) -> None:
    runtime, world = full
    room = kind.partition(".")[0]
    only = Coherence(rules={kind: {rule: SAID[room].rules[kind][rule]}})
    monkeypatch.setattr(coherence, "of_room", lambda _: only)
    if rule == "audience shares":
        monkeypatch.setattr("mocks.insightiq.coherence._shares", lambda _: iter([("countries", 99.0)]))
    breaks, found = BREAKS[kind, rule], set()
    candidates = list(filled.documents(runtime, world, kind))
    if not candidates:
        document = dict(SAMPLES[kind])
        breaks(document)
        with filled.added(runtime, world, kind, document):
            found = {each.rule for each in (await filled.checked(runtime, world, room)).findings}
    for each in candidates:
        try:
            with filled.changed(runtime, world, kind, _key(each, kind), breaks):
                found = {each.rule for each in (await filled.checked(runtime, world, room)).findings}
        except (KeyError, TypeError, IndexError):
            continue
        if found:
            break
    assert found == {rule}


async def test_a_name_that_differs_from_the_one_it_repeats_is_found(full: tuple[Runtime, World]) -> None:
    runtime, world = full
    customer = next(filled.documents(runtime, world, "stripe.customer"))
    change = _set(email="someone.else@nowhere.test")
    with filled.changed(runtime, world, "stripe.customer", customer["id"], change):
        report = await filled.checked(runtime, world, "stripe")
    assert [(each.id, each.rule) for each in report.findings] == [(customer["id"], "repeats email")]


async def test_no_more_is_told_than_was_asked_for(
    full: tuple[Runtime, World], monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime, world = full
    only = Coherence(rules={"clerk.user": {"never": lambda _tx, _document: "wrong"}})
    monkeypatch.setattr(coherence, "of_room", lambda _: only)
    report = await coherence.check(runtime.store, world, [ROOMS["clerk"]], limit=3)
    assert len(report.findings) == 3
    assert report.more


def _key(document: Json, kind: str) -> str:
    """Return the id under which a document is kept."""
    names = {"algolia.index": "name", "vercel.domain": "key", "vercel.alias": "uid"}
    return str(document[names.get(kind, "id")])


async def undeclared(runtime: Runtime, world: World) -> set[tuple[str, str]]:
    """Return kind and path of what holds the id of another provider's document, and is declared nowhere."""
    declared = {(kind, link.path) for kind, link in LINKS}
    owners: dict[str, str] = {}
    for kind in OWNERS:
        owners |= {each["id"]: kind.partition(".")[0] for each in filled.documents(runtime, world, kind)}
    found: set[tuple[str, str]] = set()
    for kind, _ in runtime.store.kinds(world.space):
        room = kind.partition(".")[0]
        if room == "harness" or kind.endswith(".event"):
            continue
        for document in filled.documents(runtime, world, kind):
            held = {path for path, value in leaves(document, "") if owners.get(value, room) != room}
            found |= {(kind, path) for path in held if (kind, path) not in declared}
    return found


def leaves(value: Any, path: str) -> list[tuple[str, str]]:
    """Return the texts in a document with their paths."""
    if isinstance(value, dict):
        return [leaf for key, each in value.items() for leaf in leaves(each, f"{path}.{key}".lstrip("."))]
    if isinstance(value, list):
        return [leaf for each in value for leaf in leaves(each, f"{path}[]")]
    return [(path, value)] if isinstance(value, str) else []


def test_the_command_tells_what_is_wrong_and_ends_with_one(
    server: Served, fresh_world: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GREENROOM_URL", server.url)
    server.control("POST", f"/worlds/{fresh_world['id']}/scenario", {"name": "starter"})
    good = CliRunner().invoke(app, ["world", "check", fresh_world["name"]])
    assert (good.exit_code, good.stdout.startswith("nothing is wrong (")) == (0, True)
    billing = stripe.StripeClient(
        fresh_world["env"]["STRIPE_SECRET_KEY"], base_addresses={"api": fresh_world["urls"]["stripe"]}
    )
    gone = f"user_{'x' * 27}"
    customer = billing.v1.customers.create({"name": "Nobody's", "metadata": {"clerkUserId": gone}})
    broken = CliRunner().invoke(app, ["world", "check", fresh_world["name"], "--json"])
    told = json.loads(broken.stdout)
    assert (broken.exit_code, told["coherent"]) == (1, False)
    assert told["findings"] == [
        {
            "kind": "stripe.customer",
            "id": customer.id,
            "rule": "reference metadata.clerkUserId",
            "told": f"{gone} is no clerk.user of this world",
        }
    ]
    lines = CliRunner().invoke(app, ["world", "check", fresh_world["name"], "-p", "stripe"]).stdout
    assert "1 finding (" in lines
    assert customer.id in lines
    assert server.control("GET", f"/worlds/{fresh_world['id']}/coherence", provider="mux")["coherent"]
