"""Numbered reads: an older answer never replaces a newer one."""

import threading

import pytest

from integrations.mirror import Mirror
from tests.integrations.layer import Layer
from tests.integrations.stubs import invoice, stripe_event, subscription


@pytest.fixture
def mirror(layer: Layer) -> Mirror:
    return Mirror(layer.services.database)


def claim(layer: Layer, mirror: Mirror, object_id: str, number: int) -> bool:
    with layer.services.database.transaction() as session:
        return mirror.claim(session, object_id, number)


def test_reads_of_one_object_are_numbered_in_order(mirror: Mirror) -> None:
    assert [mirror.begin_read("a") for _ in range(3)] == [1, 2, 3]
    assert mirror.begin_read("b") == 1


def test_an_older_read_cannot_be_written_after_a_newer_one(layer: Layer, mirror: Mirror) -> None:
    first, second, third = (mirror.begin_read("a") for _ in range(3))
    assert claim(layer, mirror, "a", second)
    assert not claim(layer, mirror, "a", first)
    assert not claim(layer, mirror, "a", second)
    assert claim(layer, mirror, "a", third)


def test_a_claim_ends_with_its_transaction(layer: Layer, mirror: Mirror) -> None:
    number = mirror.begin_read("a")

    def fail() -> None:
        with layer.services.database.transaction() as session:
            assert mirror.claim(session, "a", number)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert claim(layer, mirror, "a", number)


def test_numbers_are_never_handed_out_twice(mirror: Mirror) -> None:
    numbers: list[int] = []

    def work() -> None:
        numbers.extend(mirror.begin_read("a") for _ in range(25))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1, 101))


def test_a_slow_answer_does_not_undo_what_happened_meanwhile(layer: Layer) -> None:
    """The first read is answered `active`; before that answer arrives, the subscription ends and is mirrored."""
    organisation_id = layer.organisation()
    customer_id = layer.customer_id(organisation_id)
    active = layer.stripe.put(subscription("sub_1", customer_id, "active"))
    began = stripe_event("evt_1", "customer.subscription.updated", active)

    def meanwhile(_object_id: str) -> None:
        layer.stripe.after_read = None
        ended = layer.stripe.put(subscription("sub_1", customer_id, "canceled"))
        layer.deliver_stripe(stripe_event("evt_2", "customer.subscription.deleted", ended))

    layer.stripe.after_read = meanwhile
    assert layer.deliver_stripe(began) == "processed"
    (mirrored,) = layer.services.subscriptions.list(organisation_id)
    assert mirrored.status == "canceled"
    assert layer.mail_keys() == [], "and nobody is welcomed to what is over"


def test_a_slow_answer_of_an_unpaid_invoice_writes_no_dunning_mail(layer: Layer) -> None:
    organisation_id = layer.organisation()
    customer_id = layer.customer_id(organisation_id)
    layer.stripe.put(subscription("sub_1", customer_id, "past_due"))
    unpaid = layer.stripe.put(invoice("in_1", customer_id, "open"))
    failed = stripe_event("evt_1", "invoice.payment_failed", unpaid)

    def meanwhile(_object_id: str) -> None:
        layer.stripe.after_read = None
        paid = layer.stripe.put(invoice("in_1", customer_id, "paid"))
        layer.deliver_stripe(stripe_event("evt_2", "invoice.paid", paid))

    layer.stripe.after_read = meanwhile
    layer.deliver_stripe(failed)
    (mirrored,) = layer.services.invoices.list(organisation_id)
    assert (mirrored.status, mirrored.dunning.value) == ("paid", "recovered")
    assert layer.mail_keys() == []


def test_a_draft_deleted_meanwhile_does_not_come_back(layer: Layer) -> None:
    organisation_id = layer.organisation()
    draft = layer.stripe.put(invoice("in_1", layer.customer_id(organisation_id), "draft"))

    def meanwhile(_object_id: str) -> None:
        layer.stripe.after_read = None
        del layer.stripe.objects["in_1"]
        layer.deliver_stripe(stripe_event("evt_2", "invoice.deleted", draft))

    layer.stripe.after_read = meanwhile
    assert layer.deliver_stripe(stripe_event("evt_1", "invoice.created", draft)) == "ignored"
    assert layer.services.invoices.list(organisation_id) == []
