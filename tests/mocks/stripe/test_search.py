"""Searching with Stripe's query language: what matches, what is refused, and how pages follow each other."""

from contextlib import suppress
from typing import Any

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import Refusal
from mocks.stripe.resources import searching
from mocks.stripe.resources.search_query import matches, read
from tests.mocks.stripe.conformance import refused
from tests.mocks.stripe.room import Room

FIELDS = searching.FIELDS["customer"]
ADA: Any = {
    "email": "ada@studio.test",
    "name": 'Ada "Countess" Quill',
    "phone": None,
    "created": 1000,
    "metadata": {"plan": "Pro", "it's": "odd"},
}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ('email:"ada@studio.test"', True),
        ("email:'ADA@studio.test'", True),
        ('-email:"ada@studio.test"', False),
        ('name~"count"', True),
        (r'name:"ada \"countess\" quill"', True),
        ("created>999", True),
        ("created>1000", False),
        ("created>=1000 created<=1000", True),
        ('created:"1000"', True),
        ("phone:null", True),
        ("-phone:null", False),
        ('metadata["plan"]:"pro"', True),
        ("metadata['it\\'s']:'odd'", True),
        ('metadata["none"]:null', True),
        ('-metadata["plan"]:null AND email~"studio"', True),
        ('email:"bo@studio.test" OR created<2000', True),
        ('email:"bo@studio.test" and created<2000', False),
        ('-phone:"1" -name:"x"', True),
    ],
)
def test_what_a_query_matches(query: str, found: bool) -> None:
    assert matches(read(query, FIELDS, "customers"), FIELDS, ADA) is found


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("ada", "unable to parse"),
        ("", "unable to parse"),
        ('email:"ada', "unable to parse"),
        ("email:ada", "unable to parse"),
        ('email:"a"AND name:"b"', "unable to parse"),
        ('(email:"a")', "unable to parse"),
        ('colour:"red"', "Field `colour` is an unsupported search field for resource `customers`"),
        ('metadata:"red"', "unsupported search field"),
        ('email["a"]:"red"', "unsupported search field"),
        ('created~"100"', "substring"),
        ('email>"a"', "not numeric"),
        ('name~"ab"', "at least 3 characters"),
        ('created:"x"', "not a number"),
        ('name:"a" AND name:"b" OR name:"c"', "combine AND and OR"),
        (" ".join('name:"a"' for _ in range(11)), "up to 10 clauses"),
    ],
)
def test_what_cannot_be_asked(query: str, words: str) -> None:
    with pytest.raises(Refusal) as caught:
        read(query, FIELDS, "customers")
    assert words in caught.value.body["error"]["message"]


@given(st.text(alphabet="abemil_\"'\\:~<>=-[]() 019ANDOR.", max_size=40))
def test_no_query_breaks_the_reader(query: str) -> None:
    with suppress(Refusal):
        matches(read(query, FIELDS, "customers"), FIELDS, ADA)


def test_customers_are_found_and_paged(checked: stripe.StripeClient) -> None:
    made = [
        checked.v1.customers.create(
            {"email": f"{each}@Studio.test", "name": "Ada Quill", "metadata": {"odd": str(each % 2)}}
        ).id
        for each in range(7)
    ][::-1]
    search = checked.v1.customers.search
    assert [each.id for each in search({"query": 'email:"3@studio.TEST"'}).data] == [made[3]]
    page = search({"query": 'name~"quill"', "limit": 3, "expand": ["total_count"]})
    assert ([each.id for each in page.data], page.has_more, page.total_count) == (made[:3], True, 7)
    everyone = search({"query": 'name~"quill"', "limit": 2})
    assert [each.id for each in everyone.auto_paging_iter()] == made
    odd = search({"query": 'metadata["odd"]:"1"', "limit": 3})
    assert (len(odd.data), odd.has_more) == (3, False)
    assert not odd.next_page
    with refused(400, None, "query"):
        search({"query": "ada"})
    for wrong in ("x", page.next_page or ""):
        with refused(400, None, "page"):
            search({"query": 'metadata["odd"]:"1"', "page": wrong})


def test_each_kind_is_searched(checked: stripe.StripeClient, fresh_world: dict[str, Any]) -> None:
    client = checked.v1
    owner = client.customers.create({"email": "ada@studio.test"})
    card = client.payment_methods.attach("pm_card_visa", {"customer": owner.id})
    client.customers.update(owner.id, {"invoice_settings": {"default_payment_method": card.id}})
    price = fresh_world["env"]["NEXT_PUBLIC_PRICE_ESSENTIAL_MONTHLY"]
    subscription = client.subscriptions.create({"customer": owner.id, "items": [{"price": price}]})
    paid: Any = {"amount": 900, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    intent = client.payment_intents.create({**paid, "metadata": {"order": "7"}})

    def ids(found: Any) -> list[str]:
        return [each.id for each in found.data]

    assert ids(client.subscriptions.search({"query": 'status:"active"'})) == [subscription.id]
    assert ids(client.payment_intents.search({"query": 'metadata["order"]:"7"'})) == [intent.id]
    query = 'payment_method_details.card.last4:"4242" AND refunded:"false" AND amount<1000'
    (charge,) = client.charges.search({"query": query, "expand": ["data.payment_intent"]}).data
    assert charge.payment_intent.id == intent.id
    query = f'customer:"{owner.id}" subscription:"{subscription.id}" total>=19900'
    assert ids(client.invoices.search({"query": query})) == [subscription.latest_invoice]
    query = 'active:"true" AND type:"recurring" AND currency:"USD"'
    assert price in ids(client.prices.search({"query": query, "limit": 100}))
    assert ids(client.products.search({"query": 'name:"essential" active:"true"'}))
    assert ids(client.charges.search({"query": f'created<{charge.created} OR currency:"eur"'})) == []


async def test_one_request_reads_a_bounded_number(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    for each in range(9):
        await room.ok("POST", "/v1/customers", {"name": "Ada" if each == 0 else "Bo"})
    monkeypatch.setattr(searching, "MOST_READ", 4)
    monkeypatch.setattr(searching, "CHUNK", 3)
    found: list[Any] = []
    page: dict[str, str] = {}
    requests = 0
    while True:
        answer = await room.ok("GET", "/v1/customers/search", {"query": 'name:"ada"', **page})
        found, requests = found + answer["data"], requests + 1
        if not answer["has_more"]:
            break
        page = {"page": answer["next_page"]}
    assert (len(found), requests) == (1, 3)
