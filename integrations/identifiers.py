"""Fresh ids: the only place that draws on chance."""

from uuid import NAMESPACE_URL, uuid4, uuid5


def new_id() -> str:
    """Return an id for something of the platform's own, or the idempotency key of one logical write."""
    return str(uuid4())


def stable_id(*parts: str) -> str:
    """Return the idempotency key of a write that a later process may have to repeat: the same parts give the same."""
    return str(uuid5(NAMESPACE_URL, "|".join(parts)))
