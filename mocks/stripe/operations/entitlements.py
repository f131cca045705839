"""Features, features of products, and active entitlements of customers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe import errors
from mocks.stripe.parameters import Boolean, ListParams, Metadata, StripeParams
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render, requested
from mocks.stripe.resources import customers, embedded, entitlements
from mocks.stripe.resources.entitlements import FEATURES, PRODUCT_FEATURES

PATH = "/v1/entitlements/features"
OF_PRODUCT = "/v1/products/{product}/features"
Name = Annotated[str, Field(max_length=80)]


class CreateFeature(StripeParams):
    """POST /v1/entitlements/features."""

    lookup_key: Name
    metadata: Metadata = None
    name: Name


class UpdateFeature(StripeParams):
    """POST /v1/entitlements/features/{id}."""

    active: Boolean | None = None
    metadata: Metadata = None
    name: Name | None = None


class ListFeatures(ListParams):
    """GET /v1/entitlements/features."""

    archived: Boolean | None = None
    lookup_key: str | None = None


class GiveFeature(StripeParams):
    """POST /v1/products/{product}/features."""

    entitlement_feature: str


class ListActive(ListParams):
    """GET /v1/entitlements/active_entitlements."""

    customer: str


@stripe.post(PATH, id="PostEntitlementsFeatures", tier="P1")
def create_feature(tx: Transaction, params: CreateFeature) -> Json:
    """Create a feature."""
    return render(tx, entitlements.create(tx, params.given()), params.expand)


@stripe.get(f"{PATH}/{{id}}", id="GetEntitlementsFeaturesId", tier="P1")
def retrieve_feature(tx: Transaction, params: StripeParams, id: str) -> Json:
    """Retrieve a feature."""
    return render(tx, requested(tx, "entitlements.feature", id), params.expand)


@stripe.post(f"{PATH}/{{id}}", id="PostEntitlementsFeaturesId", tier="P1")
def update_feature(tx: Transaction, params: UpdateFeature, id: str) -> Json:
    """Update a feature, or archive it."""
    found = entitlements.change(tx, requested(tx, "entitlements.feature", id), params.given())
    return render(tx, found, params.expand)


@stripe.get(PATH, id="GetEntitlementsFeatures", tier="P1")
def list_features(tx: Transaction, params: ListFeatures) -> Json:
    """List features, newest first; archived ones only when asked for."""
    where = {"archived": bool(params.archived), "lookup_key": params.lookup_key}
    return listing(tx, FEATURES, params, url=PATH, where=where)


@stripe.post(OF_PRODUCT, id="PostProductsProductFeatures", tier="P1")
def give_feature(tx: Transaction, params: GiveFeature, product: str) -> Json:
    """Give a product a feature."""
    found = entitlements.give(tx, requested(tx, "product", product), params.entitlement_feature)
    return render(tx, found, params.expand)


@stripe.get(f"{OF_PRODUCT}/{{id}}", id="GetProductsProductFeaturesId", tier="P1")
def retrieve_product_feature(tx: Transaction, params: StripeParams, product: str, id: str) -> Json:
    """Retrieve a feature of a product."""
    return render(tx, entitlements.find(tx, product, id), params.expand)


@stripe.delete(f"{OF_PRODUCT}/{{id}}", id="DeleteProductsProductFeaturesId", tier="P1")
def take_feature(tx: Transaction, params: StripeParams, product: str, id: str) -> Json:
    """Take a feature away from a product."""
    errors.check_nothing_expanded(params.expand)
    return entitlements.take(tx, entitlements.find(tx, product, id))


@stripe.get(OF_PRODUCT, id="GetProductsProductFeatures", tier="P1")
def list_product_features(tx: Transaction, params: ListParams, product: str) -> Json:
    """List the features of a product, newest first."""
    where = {"product": requested(tx, "product", product)["id"]}
    return listing(tx, PRODUCT_FEATURES, params, url=f"/v1/products/{product}/features", where=where)


@stripe.get("/v1/entitlements/active_entitlements/{id}", id="GetEntitlementsActiveEntitlementsId", tier="P1")
def retrieve_active_entitlement(tx: Transaction, params: StripeParams, id: str) -> Json:
    """Retrieve an entitlement of a customer."""
    return render(tx, entitlements.entitled(tx, id), params.expand)


@stripe.get("/v1/entitlements/active_entitlements", id="GetEntitlementsActiveEntitlements", tier="P1")
def list_active_entitlements(tx: Transaction, params: ListActive) -> Json:
    """List what a customer is entitled to."""
    found = entitlements.active(tx, customers.get(tx, params.customer)["id"])
    return embedded.listing(tx, found, params, url="/v1/entitlements/active_entitlements")
