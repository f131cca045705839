"""Algolia as the harness finds it: hosts, credentials and dialect. It sends no webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.provider import Credential, Provider
from mocks.algolia.dialect import AlgoliaDialect

if TYPE_CHECKING:
    from harness.params import Json
    from harness.transaction import Transaction

LARGEST_BODY = 100 << 20
"""Bytes. Algolia takes batches of up to 1 GB and recommends 10 MB."""


def _account(tx: Transaction) -> dict[str, str]:
    from mocks.algolia.seed import open_account

    return open_account(tx)


def _populate(tx: Transaction, story: Json) -> dict[str, str]:
    from mocks.algolia.seed import populate

    return populate(tx, story)


algolia = Provider(
    name="algolia",
    title="Algolia",
    port=1,
    hosts=("*.algolia.net", "*.algolianet.com", "*.algolia.io"),
    dialect=AlgoliaDialect(),
    credentials=(
        Credential(
            "application_id",
            "{upper:10}",
            env=("NEXT_PUBLIC_ALGOLIA_APP_ID", "ALGOLIA_APP_ID", "ALGOLIA_APPLICATION_ID"),
        ),
        # The keys find no world by themselves: they are keys of an application.
        Credential("admin_key", "{hex:32}", env=("ALGOLIA_ADMIN_API_KEY", "ALGOLIA_API_KEY"), lookup=False),
        Credential(
            "search_key",
            "{hex:32}",
            env=("NEXT_PUBLIC_ALGOLIA_API_KEY", "ALGOLIA_SEARCH_API_KEY"),
            lookup=False,
        ),
    ),
    sdks=("algoliasearch",),
    account=_account,
    populate=_populate,
    max_body=LARGEST_BODY,
    package="mocks.algolia",
)
