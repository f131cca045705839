"""Billing alerts: told once of each customer who has used so much of a meter."""

from typing import Any

import pytest
import stripe

from tests.mocks.stripe.billing import Journal
from tests.mocks.stripe.conformance import refused
from tests.mocks.stripe.test_meters import meter, use


def alert(client: stripe.StripeClient, meter: str, **more: Any) -> Any:
    threshold: Any = {"gte": 10, "meter": meter, "recurrence": "one_time", **more}
    given: Any = {"alert_type": "usage_threshold", "title": "Ten calls", "usage_threshold": threshold}
    return client.v1.billing.alerts.create(given)


def told(journal: Journal) -> list[tuple[str, float]]:
    """Return of whom alerts have told since the last call, and what was used."""
    found = [each for each in journal.take() if each.type == "billing.alert.triggered"]
    return [(each.data.object.customer, each.data.object.value) for each in found]


def test_an_alert_tells_once_of_each_customer(checked: stripe.StripeClient) -> None:
    ada, bo, calls = checked.v1.customers.create({}).id, checked.v1.customers.create({}).id, meter(checked).id
    use(checked, ada, 50)
    made, journal = alert(checked, calls), Journal(checked)
    assert (made.status, made.usage_threshold.meter) == ("active", calls)
    for value in (4, 5):
        use(checked, ada, value)
    assert told(journal) == []
    use(checked, ada, 1.5)
    use(checked, ada, 100)
    use(checked, bo, 10)
    assert told(journal) == [(ada, 10.5), (bo, 10)]


def test_what_is_taken_back_does_not_count(checked: stripe.StripeClient) -> None:
    owner, calls = checked.v1.customers.create({}).id, meter(checked).id
    alert(checked, calls)
    journal = Journal(checked)
    use(checked, owner, 9, identifier="wrong")
    taken: Any = {"event_name": "calls", "type": "cancel", "cancel": {"identifier": "wrong"}}
    checked.v1.billing.meter_event_adjustments.create(taken)
    use(checked, owner, 9)
    assert told(journal) == []
    use(checked, owner, 1)
    assert told(journal) == [(owner, 10)]


@pytest.mark.parametrize(
    ("formula", "values", "reached"), [("count", [1] * 10, 10), ("last", [9, 3, 12], 12)]
)
def test_the_meters_formula_counts(
    checked: stripe.StripeClient, formula: str, values: list[int], reached: int
) -> None:
    owner, calls = checked.v1.customers.create({}).id, meter(checked, formula).id
    alert(checked, calls)
    journal = Journal(checked)
    for value in values[:-1]:
        use(checked, owner, value)
    assert told(journal) == []
    use(checked, owner, values[-1])
    assert told(journal) == [(owner, reached)]


def test_an_alert_from_beginning_to_end(checked: stripe.StripeClient) -> None:
    ada, bo, calls = checked.v1.customers.create({}).id, checked.v1.customers.create({}).id, meter(checked).id
    client, filters = checked.v1.billing.alerts, [{"type": "customer", "customer": ada}]
    made, journal = alert(checked, calls, filters=filters), Journal(checked)
    assert client.deactivate(made.id).status == "inactive"
    use(checked, ada, 20)
    assert client.activate(made.id).status == "active"
    for each in (bo, ada):
        use(checked, each, 12)
    assert told(journal) == [(ada, 12)]
    read: Any = client.retrieve(made.id, {"expand": ["usage_threshold.meter"]})
    assert read.usage_threshold.meter.event_name == "calls"
    assert [each.id for each in client.list({"meter": calls}).data] == [made.id]
    assert client.list({"meter": "mtr_none"}).data == []
    assert client.archive(made.id).status == "archived"
    with refused(400):
        client.activate(made.id)


def test_what_cannot_be_watched(checked: stripe.StripeClient) -> None:
    calls = meter(checked).id
    with refused(400, "resource_missing", "usage_threshold[meter]"):
        alert(checked, "mtr_none")
    with refused(400, "resource_missing", "usage_threshold[filters][0][customer]"):
        alert(checked, calls, filters=[{"type": "customer", "customer": "cus_none"}])
    with refused(400, "parameter_missing", "usage_threshold"):
        checked.v1.billing.alerts.create({"alert_type": "usage_threshold", "title": "t"})
    with refused(400, None, "usage_threshold[gte]"):
        alert(checked, calls, gte=0)
