"""Dictionaries: the words and ids that the search's filters take."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from fixtures.creators import COUNTRIES

Json = dict[str, Any]


class Location(NamedTuple):
    """A country, state or city; `country` is its code, `state` and `city` are empty where the place is larger."""

    id: str
    name: str
    type: str
    country: str
    state: str
    city: str


@cache
def locations() -> dict[str, Location]:
    """Return all places by their ids, which are the same in every world."""
    found: list[Location] = []
    for code, country in COUNTRIES.items():
        states = dict.fromkeys(state for _, state in country.cities)
        found.append(_location("COUNTRY", country.name, code))
        found += [_location("STATE", f"{state}, {country.name}", code, state) for state in states]
        found += [
            _location("CITY", f"{city}, {state}, {country.name}", code, state, city)
            for city, state in country.cities
        ]
    return {each.id: each for each in found}


def _location(type: str, name: str, country: str, state: str = "", city: str = "") -> Location:
    id = uuid5(NAMESPACE_URL, f"greenroom:insightiq:{type}:{country}:{state}:{city}")
    return Location(str(id), name, type, country, state, city)


@cache
def cities_of(place: Location) -> frozenset[str]:
    """Return the names of the cities in a state, or of the one city that a place is."""
    cities = COUNTRIES[place.country].cities
    return frozenset(city for city, state in cities if state == place.state and place.city in ("", city))


def search(text: str) -> list[Location]:
    """Return the places whose name contains a text, in any case; countries first."""
    found = [each for each in locations().values() if text.lower() in each.name.lower()]
    return sorted(found, key=lambda each: (("COUNTRY", "STATE", "CITY").index(each.type), each.name))
