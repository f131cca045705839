"""How much is measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """`rounds` interleaved runs of `requests` requests each; ports are taken from `port` upwards.

    `customers` is how many the large store holds, `objects` how many customers a world has that is copied,
    `deliveries` how many events are posted, `mails` how many mails are sent, `subscriptions` how many are renewed,
    `records` how many an index has, and `searches` how often it is searched in each of seven ways,
    `creators` how large the populations are that are searched as often, `respondents` the completes of a study,
    `views` how many Mux Data counts, `upload` how many MiB a file has,
    `documents` how many objects the dashboard's world holds, `campaigns` how many each of ten clients has.
    """

    port: int
    rounds: int
    requests: int = 1000
    customers: int = 100_000
    objects: int = 5_000
    deliveries: int = 2_000
    mails: int = 5_000
    subscriptions: int = 1_000
    records: int = 100_000
    searches: int = 100
    creators: tuple[int, ...] = (100_000, 1_000_000)
    respondents: int = 5_000
    views: int = 1_000_000
    upload: int = 256
    documents: int = 1_000_000
    campaigns: int = 1_200

    def quicker(self) -> Plan:
        """Return a plan that shows that everything runs; its figures are rough."""
        return Plan(
            self.port,
            min(self.rounds, 3),
            requests=250,
            customers=5_000,
            objects=500,
            deliveries=500,
            mails=1_000,
            subscriptions=100,
            records=10_000,
            searches=20,
            creators=(20_000,),
            respondents=200,
            views=100_000,
            upload=64,
            documents=20_000,
            campaigns=80,
        )
