"""Test clocks: create, retrieve, list, advance, delete."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe.parameters import ListParams, StripeParams, Timestamp
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render
from mocks.stripe.resources import clocked, test_clocks
from mocks.stripe.resources.test_clocks import CLOCKS

URL = "/v1/test_helpers/test_clocks"
PATH = f"{URL}/{{test_clock}}"
LATEST = 253_370_764_800


class CreateClock(StripeParams):
    """POST /v1/test_helpers/test_clocks."""

    customer: str | None = None
    frozen_time: Annotated[Timestamp, Field(le=LATEST)]
    name: Annotated[str, Field(max_length=300)] | None = None


class AdvanceClock(StripeParams):
    """POST /v1/test_helpers/test_clocks/{test_clock}/advance."""

    frozen_time: Annotated[Timestamp, Field(le=LATEST)]


@stripe.post(URL, id="PostTestHelpersTestClocks", tier="P1")
def create_clock(tx: Transaction, params: CreateClock) -> Json:
    """Create a test clock, for an existing customer if one is named."""
    clock = test_clocks.create(tx, frozen_time=params.frozen_time, name=params.name)
    if params.customer is not None:
        clocked.attach(tx, clock, params.customer)
    return render(tx, clock, params.expand)


@stripe.get(PATH, id="GetTestHelpersTestClocksTestClock", tier="P1")
def retrieve_clock(tx: Transaction, params: StripeParams, test_clock: str) -> Json:
    """Retrieve a test clock."""
    return render(tx, test_clocks.find(tx, test_clock), params.expand)


@stripe.post(f"{PATH}/advance", id="PostTestHelpersTestClocksTestClockAdvance", tier="P1")
def advance_clock(tx: Transaction, params: AdvanceClock, test_clock: str) -> Json:
    """Move a test clock on; the answer tells it as it moves, it is there when it is retrieved."""
    clock = test_clocks.find(tx, test_clock)
    moving = test_clocks.advance(tx, clock, params.frozen_time, clocked.intervals(tx, test_clock))
    return render(tx, moving, params.expand)


@stripe.delete(PATH, id="DeleteTestHelpersTestClocksTestClock", tier="P1")
def delete_clock(tx: Transaction, params: StripeParams, test_clock: str) -> Json:
    """Delete a test clock with all its customers."""
    clock = test_clocks.find(tx, test_clock)
    clocked.delete_customers(tx, test_clock)
    return test_clocks.delete(tx, clock)


@stripe.get(URL, id="GetTestHelpersTestClocks", tier="P1")
def list_clocks(tx: Transaction, params: ListParams) -> Json:
    """List test clocks, newest first."""
    return listing(tx, CLOCKS, params, url=URL)
