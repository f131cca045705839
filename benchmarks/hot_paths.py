"""The requests that a platform makes most, beside the reference server in the same interleaved run."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

from benchmarks import calls, load, servers
from benchmarks.figures import Bar, Figure, median, spread
from benchmarks.load import Sample
from benchmarks.plan import Plan
from benchmarks.servers import Server
from benchmarks.workload import CUSTOMER, MAIL, Build, World, check_written, creating, new_world, sending

CONNECTIONS = (16, 1)
STORED = 1000
"""How many customers and rows exist before reads are measured."""
UNUSED = "http://127.0.0.1:9/unused"
"""Where paused endpoints point to: nothing is ever posted there."""


@dataclass(slots=True)
class Target:
    """One kind of request and its samples by number of connections; `against` names its reference target."""

    name: str
    server: Server
    build: Build
    expected: bytes
    against: str | None = None
    bar: Bar | None = None
    samples: dict[int, list[Sample]] = field(default_factory=dict)


def measure(plan: Plan) -> Iterator[Figure]:
    """Yield the figures of creating, retrieving and listing customers and of sending mail."""
    with ExitStack() as stack:
        bare = stack.enter_context(servers.reference(plan.port + servers.GREENROOM_PORTS))
        server = stack.enter_context(servers.greenroom(plan.port))
        targets = {target.name: target for target in [*_reference(bare), *_greenroom(server)]}
        for number in range(plan.rounds + 1):
            for target in targets.values():
                for connections in CONNECTIONS:
                    sample = load.run(
                        target.server, target.build(plan.requests), connections, target.expected
                    )
                    if number:  # the first round warms up
                        target.samples.setdefault(connections, []).append(sample)
    for target in targets.values():
        for connections in CONNECTIONS:
            yield _figure(target, targets, connections)


def _reference(server: Server) -> list[Target]:
    consumer, numbers, row = calls.caller(server), itertools.count(), b'"object": "row"'

    def write(count: int) -> list[bytes]:
        return [calls.write_row(consumer, next(numbers)) for _ in range(count)]

    def read(count: int) -> list[bytes]:
        return [calls.read_row(consumer, number % STORED) for number in range(count)]

    load.run(server, write(STORED), 16, row)
    return [
        Target("bare write", server, write, row),
        Target("bare read", server, read, row),
        Target("bare list 10", server, lambda count: [calls.list_rows(consumer)] * count, row),
    ]


def _greenroom(server: Server) -> list[Target]:
    plain, heard = new_world(server), new_world(server)
    heard.hear(UNUSED, "stripe", "resend")
    heard.control("/webhooks/pause")  # each event gets its row in the outbox, and none is posted
    plain.fill(STORED)
    check_written(plain, STORED)
    ids, found = plain.customers(STORED), []
    for version, label in ((calls.NEWEST, ""), (calls.PLATFORM, f", {calls.PLATFORM}")):

        def retrieve(count: int, version: str = version) -> list[bytes]:
            return [
                plain.consumer.retrieve_customer(ids[number % STORED], version) for number in range(count)
            ]

        def ten(count: int, version: str = version) -> list[bytes]:
            return [plain.consumer.list_customers(version)] * count

        write, read, several = Bar(3.0, aim=2.2), Bar(2.0), Bar(2.5)
        create, create_heard = creating(plain.consumer, version), creating(heard.consumer, version)
        found += [
            Target(f"stripe create{label}", server, create, CUSTOMER, "bare write", write),
            Target(f"stripe create, endpoint{label}", server, create_heard, CUSTOMER, "bare write", write),
            Target(f"stripe retrieve{label}", server, retrieve, CUSTOMER, "bare read", read),
            Target(f"stripe list 10{label}", server, ten, b'"has_more": true', "bare list 10", several),
        ]
    mail, users = Bar(3.5), [_user(plain, number) for number in range(STORED // 10)]

    def get_user(count: int) -> list[bytes]:
        return [plain.consumer.get_user(users[number % len(users)]) for number in range(count)]

    return [
        *found,
        Target("clerk get user", server, get_user, b'"object":"user"', "bare read", Bar(2.0)),
        Target("resend send", server, sending(plain.consumer), MAIL, "bare write", mail),
        Target("resend send, endpoint", server, sending(heard.consumer), MAIL, "bare write", mail),
    ]


def _user(world: World, number: int) -> str:
    """Create a user of Clerk's and return its id."""
    address = f"ada.{number}@guests.test"
    asked = {"first_name": "Ada", "last_name": f"Example {number}", "email_address": [address]}
    headers = {"Authorization": f"Bearer {world.consumer.clerk_key}"}
    made = world.server.call("POST", "/clerk/v1/users", asked, headers)
    return str(made["id"])


def _figure(target: Target, targets: dict[str, Target], connections: int) -> Figure:
    """Turn samples into a ratio to the reference of the same round, or into the reference's own CPU time."""
    samples, name = target.samples[connections], f"{target.name} @{connections}"
    every = [sample.cpu for sample in samples]
    cpu, rate = median(every), median(sample.rate for sample in samples)
    p50, p99 = median(sample.p50 for sample in samples), median(sample.p99 for sample in samples)
    data = {"cpu_us": cpu, "requests_per_second": rate, "p50_us": p50, "p99_us": p99, "rounds_cpu_us": every}
    speed = f"{rate:,.0f}/s, p50 {p50 / 1e3:.2f} ms, p99 {p99 / 1e3:.2f} ms"
    if target.against is None:
        return Figure(name, cpu, "µs CPU", detail=speed, data=data | {"spread": spread(every)})
    bare = [sample.cpu for sample in targets[target.against].samples[connections]]
    ratios = [one / other for one, other in zip(every, bare, strict=True)]
    data |= {"rounds_ratio": ratios, "reference_cpu_us": median(bare)}
    detail = f"{cpu:.0f} µs CPU to {median(bare):.0f}; {speed}"
    return Figure(name, median(ratios), "x", target.bar, detail, data)
