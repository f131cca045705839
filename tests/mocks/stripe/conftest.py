from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import stripe

from tests.harness.serving import Served
from tests.mocks.stripe.conformance import VERSION, CheckingClient, Document
from tests.mocks.stripe.room import Room


@pytest.fixture(scope="session")
def stripe_document(specs: Path) -> Document:
    """Stripe's own OpenAPI document."""
    return Document(specs)


@pytest.fixture
def checked(server: Served, fresh_world: dict[str, Any], stripe_document: Document) -> stripe.StripeClient:
    """The SDK for a fresh world, at the version of Stripe's document; every answer is validated."""
    return stripe.StripeClient(
        fresh_world["env"]["STRIPE_SECRET_KEY"],
        stripe_version=VERSION,
        base_addresses={"api": f"http://127.0.0.1:{server.port + 7}"},
        http_client=CheckingClient(stripe_document),
        max_network_retries=0,
    )


@pytest.fixture
def newest(server: Served, fresh_world: dict[str, Any]) -> stripe.StripeClient:
    """The SDK as it comes, at the version that it pins itself."""
    return stripe.StripeClient(
        fresh_world["env"]["STRIPE_SECRET_KEY"],
        base_addresses={"api": f"http://127.0.0.1:{server.port + 7}"},
        max_network_retries=0,
    )


@pytest.fixture
def advance(server: Served, fresh_world: dict[str, Any]) -> Callable[..., Any]:
    """Move the fresh world's clock on by some seconds."""

    def advance(**units: float) -> Any:
        seconds = sum(
            units[name] * size
            for name, size in (("days", 86400), ("hours", 3600), ("seconds", 1))
            if name in units
        )
        return server.control("POST", f"/worlds/{fresh_world['id']}/clock/advance", {"seconds": seconds})

    return advance


@pytest.fixture
async def room(tmp_path: Path, stripe_document: Document) -> AsyncIterator[Room]:
    """Stripe in this process, strict, its clock standing still."""
    room = Room.open(tmp_path / "data", stripe_document)
    yield room
    await room.close()


@pytest.fixture
async def lenient(tmp_path: Path, stripe_document: Document) -> AsyncIterator[Room]:
    """Stripe in this process, lenient."""
    room = Room.open(tmp_path / "lenient", stripe_document, lenient=["stripe"])
    yield room
    await room.close()
