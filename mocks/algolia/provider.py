"""Algolia as the harness finds it: hosts, credentials and dialect. It sends no webhooks."""

from __future__ import annotations

from harness.provider import Credential, Provider
from mocks.algolia.dialect import AlgoliaDialect

LARGEST_BODY = 100 << 20
"""Bytes. Algolia takes batches of up to 1 GB and recommends 10 MB."""


algolia = Provider(
    name="algolia",
    title="Algolia",
    port=1,
    hosts=(
        "*.algolia.net",
        "*.algolianet.com",
        "*.algolia.io",
        "analytics.algolia.com",
        "analytics.us.algolia.com",
        "analytics.de.algolia.com",
    ),
    dialect=AlgoliaDialect(),
    credentials=(
        Credential(
            "application_id",
            "{upper:10}",
            env=("NEXT_PUBLIC_ALGOLIA_APP_ID", "ALGOLIA_APP_ID", "ALGOLIA_APPLICATION_ID"),
        ),
        # The keys find no world by themselves: they are keys of an application.
        Credential(
            "admin_key",
            "{hex:32}",
            env=("ALGOLIA_ADMIN_API_KEY", "ALGOLIA_API_KEY"),
            lookup=False,
            narrower="a key with the ACLs of these calls, for these indexes",
        ),
        Credential(
            "search_key",
            "{hex:32}",
            env=("NEXT_PUBLIC_ALGOLIA_API_KEY", "ALGOLIA_SEARCH_API_KEY"),
            lookup=False,
        ),
    ),
    sdks=("algoliasearch",),
    max_body=LARGEST_BODY,
    package="mocks.algolia",
)
