"""Cint's refusals: `{"error": {"code", "message", "field"}}`, one function for each kind."""

from __future__ import annotations

from harness.errors import Refusal


def refusal(status: int, code: str, message: str, *, rule: str | None = None, field: str = "") -> Refusal:
    """Return a refusal in Cint's envelope."""
    body = {"error": {"code": code, "message": message, "field": field or None}}
    return Refusal(status, body, rule=rule, message=message, subject=field)


def missing_api_key() -> Refusal:
    """Return the 401 for a request without `Authorization: Bearer …`."""
    return refusal(401, "missing_api_key", "No API key was given.", rule="missing_api_key")


def invalid_api_key() -> Refusal:
    """Return the 401 for a key that is unknown."""
    return refusal(401, "invalid_api_key", "The API key is invalid.", rule="invalid_api_key")


def malformed() -> Refusal:
    """Return the 400 for a body that is no JSON object."""
    return refusal(400, "malformed", "The body must be a JSON object.", rule="malformed_json")


def invalid(field: str, message: str) -> Refusal:
    """Return the 422 for a parameter that breaks a rule."""
    return refusal(422, "invalid_parameter", message, rule="invalid_parameter", field=field)


def not_found(thing: str, id: str) -> Refusal:
    """Return the 404 for an unknown id."""
    return refusal(404, "not_found", f"There is no {thing} {id}.")


def unknown_path() -> Refusal:
    """Return the 404 for a path that Cint does not have."""
    return refusal(404, "unknown_path", "This path does not exist.")


def failure(status: int, message: str = "") -> Refusal:
    """Return a refusal by status alone: injected faults, limits, failures of Greenroom itself."""
    return refusal(status, "rate_limited" if status == 429 else "failure", message or f"HTTP {status}")
