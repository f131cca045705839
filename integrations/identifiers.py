"""Fresh ids: the only place that draws on chance."""

from uuid import uuid4


def new_id() -> str:
    """Return an id for something of the platform's own, or the idempotency key of one logical write."""
    return str(uuid4())
