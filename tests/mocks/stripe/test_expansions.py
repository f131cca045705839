"""What can be expanded: of each object, whatever Stripe's document marks."""

from collections.abc import Iterator
from typing import Any

import pytest

from mocks.stripe.provider import stripe
from mocks.stripe.rendering import RESOURCES
from tests.mocks.stripe.conformance import Document
from tests.mocks.stripe.room import Room

stripe.load()

EMBEDDED = frozenset({"line_item", "subscription_item", "credit_note_line_item"})


def marked(
    schemas: dict[str, Any], schema: dict[str, Any], path: tuple[str, ...], seen: frozenset[str]
) -> Iterator[str]:
    """Return the dotted paths of ids below a schema that can be expanded."""
    for field in schema.get("x-expandableFields", ()):
        if field in schema.get("properties", {}):
            yield from _below(schemas, schema["properties"][field], (*path, field), seen)


def _below(
    schemas: dict[str, Any], node: dict[str, Any], path: tuple[str, ...], seen: frozenset[str]
) -> Iterator[str]:
    if node.get("type") == "array":
        yield from _below(schemas, node["items"], path, seen)
        return
    if "data" in node.get("properties", {}):
        yield from _below(schemas, node["properties"]["data"]["items"], (*path, "data"), seen)
        return
    choices = [each for way in node.get("anyOf", [node]) for each in way.get("anyOf", [way])]
    named = [each["$ref"].rsplit("/", 1)[-1] for each in choices if "$ref" in each]
    if named and any(each.get("type") == "string" for each in choices):
        yield ".".join(path)
        return
    for name in named:
        whole = {"id", "object"} <= schemas[name].get("properties", {}).keys()
        if name not in seen and (not whole or name in EMBEDDED):
            yield from marked(schemas, schemas[name], path, seen | {name})


@pytest.mark.parametrize("object", sorted(RESOURCES))
def test_all_that_stripe_marks_can_be_expanded(object: str, stripe_document: Document) -> None:
    schemas = stripe_document.document["components"]["schemas"]
    wanted = set(marked(schemas, schemas[object], (), frozenset({object})))
    known = RESOURCES[object]
    assert wanted - known.expands.keys() - known.includes.keys() == set()


async def test_what_leads_to_nothing_that_is_served_is_null(room: Room) -> None:
    paid = {"amount": 2000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    asked = ["review", "latest_charge.application", "latest_charge.source_transfer", "on_behalf_of"]
    intent = await room.ok("POST", "/v1/payment_intents", {**paid, "expand": asked})
    assert (intent["review"], intent["latest_charge"]["application"]) == (None, None)
    status, error = await room.refused("POST", "/v1/payment_intents", {**paid, "expand": ["amount"]})
    assert (status, error["param"]) == (400, "expand")


async def test_a_part_that_an_object_lacks_has_nothing_to_expand(room: Room) -> None:
    paid = {"amount": 2000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    part = "latest_charge.payment_method_details.ideal.generated_sepa_debit"
    intent = await room.ok("POST", "/v1/payment_intents", {**paid, "expand": [part]})
    assert "ideal" not in intent["latest_charge"]["payment_method_details"]
    wrong = "latest_charge.payment_method_details.ideal.nonsense"
    status, error = await room.refused("POST", "/v1/payment_intents", {**paid, "expand": [wrong]})
    assert (status, error["message"]) == (400, f"This property cannot be expanded ({wrong}).")
