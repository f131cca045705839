"""Prices: what an interview is suggested to cost, and what it costs. Amounts are ten-thousandths of a unit.

The model is invented: it follows the length of the interview, the incidence and the country, as rate cards do.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mocks.cint.money import UNIT

Json = dict[str, Any]

COUNTRY = {"us": 1.0, "gb": 1.05, "de": 1.1, "br": 0.6, "in": 0.4, "jp": 1.4}
PER_DOLLAR = {"USD": 1.0, "GBP": 0.8, "EUR": 0.92}
"""What a dollar is worth in the currencies of business units."""
PII = 1.3
RANGE = 0.25
CENT = UNIT // 100


def suggested(*, minutes: int, incidence: float, locale: str, collects_pii: bool, currency: str) -> int:
    """Return the suggested cost of an interview."""
    dollars: float = (0.9 + 0.09 * minutes) * (1 / max(incidence, 0.01)) ** 0.45
    dollars *= COUNTRY.get(locale.partition("_")[2], 1.0) * (PII if collects_pii else 1.0)
    return round(dollars * PER_DOLLAR.get(currency, 1.0) * 100) * CENT


LENGTHS = (1, 5, 10, 15, 20, 25, 30, 35, 40, 45)
INCIDENCES = (1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100)


def card(locale: str, currency: str) -> Json:
    """Return the rate card of a country: what an interview costs by its length (minutes) and the incidence (percent)."""
    rows = [
        [
            suggested(
                minutes=minutes,
                incidence=percent / 100,
                locale=locale,
                collects_pii=False,
                currency=currency,
            )
            / UNIT
            for percent in INCIDENCES
        ]
        for minutes in LENGTHS
    ]
    return {
        "data_format": "loi_ir_matrix",
        "length_of_interview_minutes": list(LENGTHS),
        "incidence_rate_percents": list(INCIDENCES),
        "pricing_table_currency_code": currency,
        "pricing_table_data": rows,
    }


def suggested_for(group: Json) -> int:
    """Return the suggested cost of an interview of a target group."""
    return suggested(
        minutes=group["minutes"],
        incidence=group["incidence"],
        locale=group["locale"],
        collects_pii=group["collects_pii"],
        currency=group["currency"],
    )


def current(group: Json) -> int:
    """Return what an interview costs now: the price set, else the suggested one, within the assistant's limits."""
    if group["price"] is not None:
        return int(group["price"])
    found, limits = suggested_for(group), group["assistant"].get("pricing", {})
    if "maximum_cpi" in limits:
        found = min(found, _amount(limits["maximum_cpi"]))
    if "minimum_cpi" in limits:
        found = max(found, _amount(limits["minimum_cpi"]))
    return found


def _amount(told: Json) -> int:
    return int(Decimal(told["value"]) * UNIT)
