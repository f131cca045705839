"""What can be expanded: of each object, whatever Stripe's document marks."""

from collections.abc import Iterator
from typing import Any

import pytest

from mocks.stripe.provider import stripe
from mocks.stripe.rendering import RESOURCES
from tests.mocks.stripe.conformance import Document

stripe.load()

OBJECTS = (
    "billing.alert",
    "billing.credit_balance_summary",
    "billing.credit_balance_transaction",
    "billing.credit_grant",
    "billing.meter",
    "billing_portal.configuration",
    "billing_portal.session",
    "customer_session",
    "dispute",
    "entitlements.active_entitlement",
    "entitlements.feature",
    "file",
    "file_link",
    "payment_link",
    "product_feature",
    "radar.early_fraud_warning",
    "tax_id",
    "coupon",
    "credit_note",
    "credit_note_line_item",
    "customer_balance_transaction",
    "discount",
    "invoice",
    "invoiceitem",
    "line_item",
    "promotion_code",
    "subscription",
    "subscription_item",
    "subscription_schedule",
    "tax_rate",
    "test_helpers.test_clock",
)
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


@pytest.mark.parametrize("object", OBJECTS)
def test_all_that_stripe_marks_can_be_expanded(object: str, stripe_document: Document) -> None:
    schemas = stripe_document.document["components"]["schemas"]
    wanted = set(marked(schemas, schemas[object], (), frozenset({object})))
    known = RESOURCES[object]
    assert wanted - known.expands.keys() - known.includes.keys() == set()
