"""Every authentic event is kept, takes effect once, and a failure brings it back."""

import pytest

from integrations.errors import EventFailedError
from integrations.models import InboxEvent, InboxStatus
from integrations.webhooks.inbox import IncomingEvent, Outcome
from tests.integrations.layer import Layer

EVENT = IncomingEvent(provider="stripe", event_id="evt_1", type="customer.updated", payload='{"id": "evt_1"}')


def kept(layer: Layer) -> InboxEvent:
    (event,) = layer.services.inbox.list()
    return event


def fail() -> bool:
    raise LookupError("the lights went out")


def test_an_event_is_kept_as_it_came(layer: Layer) -> None:
    assert layer.services.inbox.receive(EVENT, lambda: True) is Outcome.PROCESSED
    event = kept(layer)
    assert (event.provider, event.event_id, event.type) == ("stripe", "evt_1", "customer.updated")
    assert event.payload == EVENT.payload
    assert (event.status, event.attempts, event.error) == (InboxStatus.PROCESSED, 1, None)
    assert event.processed_at is not None


def test_it_is_kept_before_anything_is_done_about_it(layer: Layer) -> None:
    seen: list[InboxStatus] = []

    def look() -> bool:
        seen.append(kept(layer).status)
        return True

    layer.services.inbox.receive(EVENT, look)
    assert seen == [InboxStatus.RECEIVED]


def test_a_duplicate_has_no_second_effect(layer: Layer) -> None:
    effects: list[int] = []

    def take_effect() -> bool:
        effects.append(1)
        return True

    outcomes = [layer.services.inbox.receive(EVENT, take_effect) for _ in range(3)]
    assert outcomes == [Outcome.PROCESSED, Outcome.DUPLICATE, Outcome.DUPLICATE]
    assert effects == [1]
    assert kept(layer).attempts == 1


def test_an_event_that_does_not_concern_us_is_kept_too(layer: Layer) -> None:
    assert layer.services.inbox.receive(EVENT, lambda: False) is Outcome.IGNORED
    assert kept(layer).status is InboxStatus.PROCESSED
    assert layer.services.inbox.receive(EVENT, lambda: False) is Outcome.DUPLICATE


def test_a_failure_is_kept_and_raised(layer: Layer) -> None:
    with pytest.raises(EventFailedError, match="evt_1"):
        layer.services.inbox.receive(EVENT, fail)
    event = kept(layer)
    assert (event.status, event.attempts) == (InboxStatus.FAILED, 1)
    assert event.error == "LookupError: the lights went out"
    assert layer.services.inbox.list(status=InboxStatus.FAILED)
    assert not layer.services.inbox.list(status=InboxStatus.PROCESSED)


def test_a_failed_event_may_succeed_later(layer: Layer) -> None:
    with pytest.raises(EventFailedError):
        layer.services.inbox.receive(EVENT, fail)
    assert layer.services.inbox.receive(EVENT, lambda: True) is Outcome.PROCESSED
    event = kept(layer)
    assert (event.status, event.attempts, event.error) == (InboxStatus.PROCESSED, 2, None)


def test_a_late_failure_does_not_undo_a_success(layer: Layer) -> None:
    """Two deliveries of one event overlap: the second succeeds while the first is about to fail."""

    def overtaken() -> bool:
        layer.services.inbox.receive(EVENT, lambda: True)
        return fail()

    with pytest.raises(EventFailedError):
        layer.services.inbox.receive(EVENT, overtaken)
    assert kept(layer).status is InboxStatus.PROCESSED


def test_two_providers_may_use_the_same_id(layer: Layer) -> None:
    other = IncomingEvent(provider="resend", event_id="evt_1", type="t", payload="{}")
    assert layer.services.inbox.receive(EVENT, lambda: True) is Outcome.PROCESSED
    assert layer.services.inbox.receive(other, lambda: True) is Outcome.PROCESSED
