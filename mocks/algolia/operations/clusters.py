"""Clusters of several applications' users, which no plan has had for years: each call is refused as on a plan without them."""

from __future__ import annotations

from typing import Any

from harness.transaction import Transaction
from mocks.algolia import errors
from mocks.algolia.provider import algolia

Json = dict[str, Any]


@algolia.get("/1/clusters", id="listClusters", tier="P2")
def list_clusters(tx: Transaction) -> Json:
    """List the clusters."""
    raise errors.failure(402)


@algolia.post("/1/clusters/mapping", id="assignUserId", tier="P2")
def assign_user_id(tx: Transaction) -> Json:
    """Put a user on a cluster."""
    raise errors.failure(402)


@algolia.get("/1/clusters/mapping", id="listUserIds", tier="P2")
def list_user_ids(tx: Transaction) -> Json:
    """List the users of all clusters."""
    raise errors.failure(402)


@algolia.post("/1/clusters/mapping/batch", id="batchAssignUserIds", tier="P2")
def batch_assign_user_ids(tx: Transaction) -> Json:
    """Put users on a cluster."""
    raise errors.failure(402)


@algolia.get("/1/clusters/mapping/top", id="getTopUserIds", tier="P2")
def get_top_user_ids(tx: Transaction) -> Json:
    """List the users with the most records."""
    raise errors.failure(402)


@algolia.post("/1/clusters/mapping/search", id="searchUserIds", tier="P2")
def search_user_ids(tx: Transaction) -> Json:
    """Search the users."""
    raise errors.failure(402)


@algolia.get("/1/clusters/mapping/pending", id="hasPendingMappings", tier="P2")
def has_pending_mappings(tx: Transaction) -> Json:
    """Tell whether users are being moved."""
    raise errors.failure(402)


@algolia.get("/1/clusters/mapping/{user_id}", id="getUserId", tier="P2")
def get_user_id(tx: Transaction, user_id: str) -> Json:
    """Read on which cluster a user is."""
    raise errors.failure(402)


@algolia.delete("/1/clusters/mapping/{user_id}", id="removeUserId", tier="P2")
def remove_user_id(tx: Transaction, user_id: str) -> Json:
    """Take a user off a cluster."""
    raise errors.failure(402)
