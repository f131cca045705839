"""algoliasearch for Python, of any version; Algolia sends no webhooks."""

import os
from typing import Any
from urllib.parse import urlsplit

from algoliasearch.http.exceptions import RequestException
from algoliasearch.http.hosts import Host, HostsCollection
from algoliasearch.search.client import SearchClientSync
from algoliasearch.search.config import SearchConfig

from tests.matrix.checks import checking

env = os.environ
url = urlsplit(env["ADDRESS"])
config = SearchConfig(env["ALGOLIA_APP_ID"], env["ALGOLIA_ADMIN_API_KEY"])
config.hosts = HostsCollection([Host(str(url.hostname), url.scheme, url.port)])
client: Any = SearchClientSync.create_with_config(config)


def create() -> object:
    """Save a record, and wait for it."""
    saved = client.save_object("campaigns", {"objectID": "1", "name": "Summer Glow"})
    client.wait_for_task("campaigns", saved.task_id)
    return saved.object_id == "1"


def error() -> object:
    """Ask for a record that is not there."""
    told: Any = checking.refused(lambda: client.get_object("campaigns", "nobody"), RequestException)
    return told.status_code == 404


checking.run(
    create=create,
    read=lambda: client.get_object("campaigns", "1")["name"] == "Summer Glow",
    list=lambda: client.search_single_index("campaigns", {"query": "sum"}).nb_hits == 1,
    error=error,
)
