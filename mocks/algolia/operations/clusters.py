"""Clusters of several applications' users, which no plan has had for years: each call is refused as on a plan without them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from harness.transaction import Transaction
from mocks.algolia import errors
from mocks.algolia.provider import algolia

OF_ALL = (
    ("GET", "/1/clusters", "listClusters", "List the clusters."),
    ("POST", "/1/clusters/mapping", "assignUserId", "Put a user on a cluster."),
    ("GET", "/1/clusters/mapping", "listUserIds", "List the users of all clusters."),
    ("POST", "/1/clusters/mapping/batch", "batchAssignUserIds", "Put users on a cluster."),
    ("GET", "/1/clusters/mapping/top", "getTopUserIds", "List the users with the most records."),
    ("POST", "/1/clusters/mapping/search", "searchUserIds", "Search the users."),
    ("GET", "/1/clusters/mapping/pending", "hasPendingMappings", "Tell whether users are being moved."),
)
OF_ONE = (
    ("GET", "/1/clusters/mapping/{user_id}", "getUserId", "Read on which cluster a user is."),
    ("DELETE", "/1/clusters/mapping/{user_id}", "removeUserId", "Take a user off a cluster."),
)
"""Method, path, name and summary."""


def _refusing(summary: str) -> Callable[[Transaction], NoReturn]:
    def refuse(tx: Transaction) -> NoReturn:
        raise errors.failure(402)

    refuse.__doc__ = summary
    return refuse


def _refusing_one(summary: str) -> Callable[[Transaction, str], NoReturn]:
    def refuse(tx: Transaction, user_id: str) -> NoReturn:
        raise errors.failure(402)

    refuse.__doc__ = summary
    return refuse


for method, path, id, summary in OF_ALL:
    algolia.operation(method, path, id=id, tier="P2")(_refusing(summary))
for method, path, id, summary in OF_ONE:
    algolia.operation(method, path, id=id, tier="P2")(_refusing_one(summary))
