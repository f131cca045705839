"""Shapes that several of Stripe's objects hold: addresses, shipping and billing details with their explicit nulls."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

_ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")


def address(given: Json | None) -> Json | None:
    """Return a whole address from the parts that were sent, None from none."""
    return None if given is None else {name: given.get(name) for name in _ADDRESS}


def shipping(given: Json | None, *, parcel: bool = False) -> Json | None:
    """Return shipping details; those of a payment (`parcel`) name carrier and tracking number too."""
    if given is None:
        return None
    shown: Json = {"address": address(given["address"])}
    if parcel:
        shown["carrier"] = given.get("carrier")
    shown |= {"name": given["name"], "phone": given.get("phone")}
    if parcel:
        shown["tracking_number"] = given.get("tracking_number")
    return shown


def billing_details(given: Json | None = None, *, before: Json | None = None) -> Json:
    """Return billing details: what was sent over what was there before."""
    given = given or {}
    details: Json = (
        dict(before)
        if before
        else {"address": None, "email": None, "name": None, "phone": None, "tax_id": None}
    )
    for name, value in given.items():
        details[name] = address(value or {}) if name == "address" else value
    if details["address"] is None:
        details["address"] = address({})
    return details
