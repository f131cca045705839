"""Cards saved by their tokens, as customers' sources."""

from typing import Any

import stripe

from tests.mocks.stripe.conformance import refused
from tests.mocks.stripe.test_quotes import types


def test_the_first_source_pays(checked: stripe.StripeClient) -> None:
    wanted: Any = {"source": "tok_visa"}
    owner = checked.v1.customers.create(wanted)
    assert str(owner.default_source).startswith("card_")
    assert types(checked) == ["customer.source.created", "customer.created"]
    expanded: Any = checked.v1.customers.retrieve(owner.id, {"expand": ["default_source", "sources"]})
    assert (expanded.default_source.last4, expanded.sources.total_count) == ("4242", 1)
    charge = checked.v1.charges.create({"amount": 2000, "currency": "usd", "customer": owner.id})
    assert (charge.paid, charge.customer) == (True, owner.id)
    price: Any = {"currency": "usd", "unit_amount": 900, "product_data": {"name": "F"}, "recurring": {"interval": "month"}}  # fmt: skip
    items: Any = [{"price": checked.v1.prices.create(price).id}]
    assert checked.v1.subscriptions.create({"customer": owner.id, "items": items}).status == "active"
    [method] = checked.v1.payment_methods.list({"customer": owner.id, "type": "card"}).data
    assert method.id == owner.default_source


def test_a_source_from_beginning_to_end(checked: stripe.StripeClient) -> None:
    owner = checked.v1.customers.create({}).id
    sources = checked.v1.customers.payment_sources
    first = sources.create(owner, {"source": "tok_visa"}).id
    second: Any = sources.create(owner, {"source": "tok_mastercard", "metadata": {"k": "v"}})
    assert (second.brand, second.metadata.k) == ("MasterCard", "v")
    changed: Any = sources.update(owner, second.id, {"name": "Ada", "address_zip": "94107", "exp_year": 2033})
    assert (changed.name, changed.address_zip, changed.exp_year) == ("Ada", "94107", 2033)
    assert [each.id for each in sources.list(owner, {"object": "card"}).data] == [second.id, first]
    assert sources.delete(owner, first).deleted is True
    assert checked.v1.customers.retrieve(owner).default_source == second.id
    replacing: Any = {"source": "tok_amex"}
    fresh: Any = checked.v1.customers.update(owner, replacing)
    assert fresh.default_source not in {first, second.id}
    assert len(sources.list(owner).data) == 1
    with refused(404, "resource_missing"):
        sources.retrieve(owner, second.id)
    with refused(402, "card_declined"):
        sources.create(owner, {"source": "tok_chargeDeclined"})
    with refused(400, "resource_missing", "source"):
        sources.create(owner, {"source": "tok_nothing"})
