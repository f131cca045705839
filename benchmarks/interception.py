"""What interception costs: a request to a provider's own host, over TLS at a run's port, beside the same one in plain.

The server's CPU time is what counts, on kept-alive connections; the difference to the plain request in the same round is TLS,
finding the room by name, and the line that the run's journal gets. A relay, as a network of a run's own has, is measured
by itself: its CPU time is spent in another process.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

from benchmarks import load, servers
from benchmarks.figures import Bar, Figure, median, spread
from benchmarks.load import Door, Sample
from benchmarks.plan import Plan
from benchmarks.workload import new_world

HOST = "api.stripe.com"
CONNECTIONS = (16, 1)
STORED = 100
OVERHEAD = Bar(300.0)
"""Microseconds of CPU per request."""


def measure(plan: Plan) -> Iterator[Figure]:
    """Yield what TLS and routing by name add to a request, and what a relay does."""
    with ExitStack() as stack:
        server = stack.enter_context(servers.greenroom(plan.port))
        world = new_world(server)
        world.fill(STORED)
        run = server.call("POST", "/_greenroom/runs", {"pid": os.getpid()})
        context = ssl.create_default_context(cadata=run["certificate"])
        relay = stack.enter_context(servers.relay(run["http_port"], plan.port + servers.GREENROOM_PORTS))
        ids = world.customers(STORED)
        plain = [world.consumer.retrieve_customer(ids[number % STORED]) for number in range(plan.requests)]
        named = replace(world.consumer, host=HOST)
        prefixed = [named.retrieve_customer(ids[number % STORED]) for number in range(plan.requests)]
        by_name = [request.replace(b" /stripe/", b" /", 1) for request in prefixed]
        ways = {
            "plain": (server, plain, None),
            "tls": (server, by_name, Door(run["tls_port"], context, HOST)),
            "relayed": (relay, by_name, Door(relay.port)),
        }
        samples: dict[tuple[str, int], list[Sample]] = {}
        for number in range(plan.rounds + 1):
            for connections in CONNECTIONS:
                for name, (measured, requests, door) in ways.items():
                    sample = load.run(measured, requests, connections, b'"customer"', door)
                    if number:  # the first round warms up
                        samples.setdefault((name, connections), []).append(sample)
    for connections in CONNECTIONS:
        yield from _figures(samples, connections)


def _figures(samples: dict[tuple[str, int], list[Sample]], connections: int) -> Iterator[Figure]:
    bare = [sample.cpu for sample in samples["plain", connections]]
    through = [sample.cpu for sample in samples["tls", connections]]
    added = [one - other for one, other in zip(through, bare, strict=True)]
    data = {"plain_cpu_us": bare, "tls_cpu_us": through, "rounds_added_us": added, "spread": spread(through)}
    detail = f"{median(through):.0f} µs CPU by name over TLS to {median(bare):.0f} in plain"
    yield Figure(f"TLS and routing by name @{connections}", median(added), "µs CPU", OVERHEAD, detail, data)
    relayed = [sample.cpu for sample in samples["relayed", connections]]
    detail = "in the process of `greenroom run`, for a network of its own"
    yield Figure(
        f"relay @{connections}", median(relayed), "µs CPU", None, detail, {"spread": spread(relayed)}
    )
