"""Worlds to measure in: made through the control API, filled through the providers' own APIs."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks import calls, load
from benchmarks.calls import NEWEST, Caller
from benchmarks.errors import BenchmarkError
from benchmarks.servers import Server

Build = Callable[[int], list[bytes]]
"""Makes as many requests as asked for, none of which was made before."""

CUSTOMER, MAIL = b'customer"', b'"id":"'
"""What the answers to `creating` and `sending` must hold, however their JSON is spaced."""

_runs = itertools.count(1)


@dataclass(frozen=True, slots=True)
class World:
    """A world of a server, and who consumes it."""

    server: Server
    id: str
    consumer: Caller

    def control(self, path: str, method: str = "POST", body: object = None) -> object:
        """Call the control API of this world."""
        return self.server.call(method, f"/_greenroom/worlds/{self.id}{path}", body)

    def fill(self, count: int, first: int = 0) -> None:
        """Create customers, numbered from `first`: each with its event and its idempotency record."""
        load.run(self.server, creating(self.consumer, first=first)(count), 16, CUSTOMER)

    def customers(self, count: int) -> list[str]:
        """Return the ids of the newest customers, `count` of them or as many as there are."""
        found: list[str] = []
        headers = {"Authorization": f"Bearer {self.consumer.stripe_key}"}
        while len(found) < count:
            cursor = f"&starting_after={found[-1]}" if found else ""
            path = f"/stripe/v1/customers?limit={min(100, count - len(found))}{cursor}"
            page = self.server.call("GET", path, headers=headers)
            found += [each["id"] for each in page["data"]]
            if not page["has_more"]:
                break
        return found

    def counted(self, kind: str) -> int:
        """Return how many objects of one of Stripe's kinds there are."""
        path = f"/_greenroom/worlds/{self.id}/objects?provider=stripe&kind={kind}&limit=1"
        return sum(each["count"] for each in self.server.call("GET", path)["kinds"])

    def hear(self, url: str, *providers: str) -> None:
        """Register a webhook endpoint at each provider."""
        for provider in providers:
            self.control("/endpoints", body={"provider": provider, "url": url})


def new_world(server: Server) -> World:
    """Make a world whose clock stands still: no timer runs beside what is measured."""
    made = server.call("POST", "/_greenroom/worlds", {"clock": {"mode": "frozen"}})
    return World(server, made["id"], calls.caller(server, made["env"]))


def creating(consumer: Caller, version: str = NEWEST, *, first: int = 0) -> Build:
    """Build requests for new customers, numbered from `first`, each with an idempotency key of its own."""
    run, numbers = f"{next(_runs):x}", itertools.count(first)
    return lambda count: [consumer.create_customer(next(numbers), run, version) for _ in range(count)]


def sending(consumer: Caller) -> Build:
    """Build requests for e-mails."""
    numbers = itertools.count()
    return lambda count: [consumer.send_email(next(numbers)) for _ in range(count)]


def check_written(world: World, count: int) -> None:
    """Raise BenchmarkError unless a world holds `count` customers: answers alone do not prove that work was done."""
    found = len(world.customers(count + 1))
    if found != count:
        raise BenchmarkError(f"{count} customers were created, but world {world.id} lists {found}")
