"""Exchange rates: the same ones every day, invented and near to what they once were."""

from __future__ import annotations

from email.utils import formatdate
from urllib.parse import parse_qs

from harness.intercept.standin import Asked, Standin
from harness.messages import Answer
from mocks.others import answers

PER_DOLLAR = {
    "USD": 1.0,
    "EUR": 0.9,
    "GBP": 0.78,
    "AUD": 1.5,
    "BRL": 5.4,
    "CAD": 1.36,
    "CHF": 0.88,
    "CNY": 7.2,
    "DKK": 6.7,
    "INR": 84.0,
    "JPY": 150.0,
    "MXN": 18.5,
    "NOK": 10.6,
    "NZD": 1.64,
    "PLN": 3.9,
    "SEK": 10.4,
    "SGD": 1.34,
    "ZAR": 18.2,
}
DAY = 86_400


def answer(asked: Asked) -> Answer:
    """Answer `/v6/latest/USD` (open.er-api.com) and `/latest?base=USD` (exchangerate.host)."""
    if asked.method != "GET":
        return answers.not_served(asked.method, asked.path)
    head, _, last = asked.path.rstrip("/").rpartition("/")
    if head in ("/v6/latest", "/v4/latest"):
        return _by_path(last.upper(), asked.now)
    if last in ("latest", "live") and not head:
        return _by_query(asked)
    return answers.not_served(asked.method, asked.path)


def rates(base: str) -> dict[str, float]:
    """Return what one unit of a currency is worth in each."""
    return {name: round(each / PER_DOLLAR[base], 6) for name, each in PER_DOLLAR.items()}


def _by_path(base: str, now: int) -> Answer:
    if base not in PER_DOLLAR:
        return answers.json({"result": "error", "error-type": "unsupported-code"}, 404)
    updated = now - now % DAY
    return answers.json(
        {
            "result": "success",
            "time_last_update_unix": updated,
            "time_last_update_utc": formatdate(updated),
            "time_next_update_unix": updated + DAY,
            "time_next_update_utc": formatdate(updated + DAY),
            "time_eol_unix": 0,
            "base_code": base,
            "rates": rates(base),
        }
    )


def _by_query(asked: Asked) -> Answer:
    query = parse_qs(asked.query)
    base = query.get("base", query.get("source", ["EUR"]))[0].upper()
    if base not in PER_DOLLAR:
        return answers.json(
            {"success": False, "error": {"type": "invalid_base", "info": f"no rates for {base}"}}, 400
        )
    wanted = [each for each in query.get("symbols", [""])[0].upper().split(",") if each]
    found = {name: each for name, each in rates(base).items() if not wanted or name in wanted}
    return answers.json({"success": True, "base": base, "timestamp": asked.now, "rates": found})


standin = Standin("rates", "Exchange rates", ("open.er-api.com", "api.exchangerate.host"), answer)
