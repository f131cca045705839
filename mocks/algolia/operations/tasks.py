"""Tasks: whether a write can be seen."""

from __future__ import annotations

from typing import Any

from harness.transaction import Transaction
from mocks.algolia.provider import algolia
from mocks.algolia.resources import access, tasks

Json = dict[str, Any]


@algolia.get("/1/indexes/{index_name}/task/{task_id}", id="getTask", tier="P0")
def get_task(tx: Transaction, index_name: str, task_id: str) -> Json:
    """Read the status of a task; tasks are found by number, so the index may have another name by now, or be gone."""
    access.to_index(tx, index_name)
    return tasks.status(tx, task_id)


@algolia.get("/1/task/{task_id}", id="getAppTask", tier="P1")
def get_app_task(tx: Transaction, task_id: str) -> Json:
    """Read the status of a task of the application."""
    return tasks.status(tx, task_id)
