"""Geolocation by address: everybody is in London, at an address of documentation."""

from __future__ import annotations

from harness.intercept.standin import Asked, Standin
from harness.messages import Answer
from mocks.others import answers

ADDRESS = "192.0.2.10"
CITY, REGION, COUNTRY, CODE = "London", "England", "United Kingdom", "GB"
LATITUDE, LONGITUDE, ZONE = 51.5074, -0.1278, "Europe/London"
FORMS: dict[str, dict[str, object]] = {
    "api.ipgeolocation.io": {
        "ip": ADDRESS,
        "continent_code": "EU",
        "continent_name": "Europe",
        "country_code2": CODE,
        "country_code3": "GBR",
        "country_name": COUNTRY,
        "state_prov": REGION,
        "city": CITY,
        "latitude": str(LATITUDE),
        "longitude": str(LONGITUDE),
        "currency": {"code": "GBP", "name": "Pound Sterling", "symbol": "£"},
        "time_zone": {"name": ZONE, "offset": 0},
    },
    "ipinfo.io": {
        "ip": ADDRESS,
        "city": CITY,
        "region": REGION,
        "country": CODE,
        "loc": f"{LATITUDE},{LONGITUDE}",
        "timezone": ZONE,
    },
    "ipapi.co": {
        "ip": ADDRESS,
        "city": CITY,
        "region": REGION,
        "country": CODE,
        "country_code": CODE,
        "country_name": COUNTRY,
        "latitude": LATITUDE,
        "longitude": LONGITUDE,
        "timezone": ZONE,
        "currency": "GBP",
    },
}
"""What each service answers, in its own names."""

PATHS = {
    "api.ipgeolocation.io": ("/ipgeo", "/timezone"),
    "ipinfo.io": ("/", "/json", "/geo"),
    "ipapi.co": ("/json",),
}


def answer(asked: Asked) -> Answer:
    """Answer where the caller is; a look-up of another address is answered alike."""
    path = asked.path.rstrip("/") or "/"
    one = path.rpartition("/")
    about = one[2] == "json" or one[0] == ""
    if asked.method != "GET" or (
        path not in PATHS[asked.host] and not (asked.host != "api.ipgeolocation.io" and about)
    ):
        return answers.not_served(asked.method, asked.path)
    return answers.json(FORMS[asked.host])


standin = Standin("places", "Geolocation", tuple(FORMS), answer)
