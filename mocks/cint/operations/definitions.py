"""Definitions: the codes that other requests use. A token is all they need."""

from __future__ import annotations

from harness.params import Json
from harness.transaction import Transaction
from mocks.cint.provider import cint
from mocks.cint.resources.definitions import only


@cint.get("/v1/countries", id="get_countries", tier="P1")
def get_countries(tx: Transaction) -> Json:
    """List the countries."""
    return only("countries")


@cint.get("/v1/locales", id="get_locales", tier="P1")
def get_locales(tx: Transaction) -> Json:
    """List the locales: countries with their languages."""
    return only("locales")


@cint.get("/v1/industries", id="get_industries", tier="P1")
def get_industries(tx: Transaction) -> Json:
    """List the industries."""
    return only("industries")


@cint.get("/v1/industry-lockouts", id="get_industry_lockouts", tier="P1")
def get_industry_lockouts(tx: Transaction) -> Json:
    """List the lockouts of respondents of the same industry."""
    return only("industry_lockouts")


@cint.get("/v1/study-types", id="get_study_types", tier="P1")
def get_study_types(tx: Transaction) -> Json:
    """List the study types."""
    return only("study_types")


@cint.get("/v1/suppliers", id="get_suppliers", tier="P1")
def get_suppliers(tx: Transaction) -> Json:
    """List the suppliers."""
    return only("suppliers")


@cint.get("/v1/integration-use-cases", id="get_integration_use_cases", tier="P1")
def get_integration_use_cases(tx: Transaction) -> Json:
    """List the use cases of integrations."""
    return only("integration_use_cases")
