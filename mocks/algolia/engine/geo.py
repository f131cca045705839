"""Places of records (`_geoloc`), distances, and shapes that contain them."""

from __future__ import annotations

import math
from typing import Any

from mocks.algolia.engine.parameters import Wrong

Json = Any
Point = tuple[float, float]
EARTH_METRES = 6_371_000


def point(text: str) -> Point:
    """Read `aroundLatLng`: `40.71,-74.01`; raise Wrong."""
    try:
        latitude, longitude = (float(each) for each in text.split(","))
    except ValueError:
        raise Wrong("aroundLatLng: Invalid value, expected two numbers", "aroundLatLng") from None
    if not (math.isfinite(latitude) and math.isfinite(longitude)):
        raise Wrong("aroundLatLng: Invalid value, expected two numbers", "aroundLatLng")
    return latitude, longitude


def places(record: Json) -> list[Point]:
    """Return where a record is: any number of places, none when it has no `_geoloc`."""
    found = record.get("_geoloc")
    if isinstance(found, dict):
        found = [found]
    if not isinstance(found, list):
        return []
    return [
        (float(each["lat"]), float(each["lng"]))
        for each in found
        if isinstance(each, dict) and _number(each.get("lat")) and _number(each.get("lng"))
    ]


def _number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def distance(one: Point, other: Point) -> int:
    """Return the distance of two points in metres, along the great circle."""
    latitudes = math.radians(one[0]), math.radians(other[0])
    half_latitude = (latitudes[1] - latitudes[0]) / 2
    half_longitude = math.radians(other[1] - one[1]) / 2
    chord = (
        math.sin(half_latitude) ** 2
        + math.cos(latitudes[0]) * math.cos(latitudes[1]) * math.sin(half_longitude) ** 2
    )
    return round(2 * EARTH_METRES * math.asin(min(1.0, math.sqrt(chord))))


def banded(metres: int, precision: Json) -> tuple[int, int]:
    """Return a distance in units of the precision, and the precision at that distance.

    `precision` is a number of metres, or ranges `[{from, value}]` of which the last that begins before counts.
    """
    if isinstance(precision, list):
        fitting = [each for each in precision if int(each["from"]) <= metres]
        step = int(max(fitting, key=lambda each: int(each["from"]))["value"]) if fitting else 1
    else:
        step = precision
    return metres // step, step


def in_box(place: Point, box: list[float]) -> bool:
    """Tell whether a place lies in the box of two opposite corners; one across the 180th meridian is not supported."""
    south, north = sorted((box[0], box[2]))
    west, east = sorted((box[1], box[3]))
    return south <= place[0] <= north and west <= place[1] <= east


def in_polygon(place: Point, corners: list[float]) -> bool:
    """Tell whether a place lies in a polygon (even-odd rule)."""
    points = list(zip(corners[::2], corners[1::2], strict=True))
    inside = False
    for (lat_a, lng_a), (lat_b, lng_b) in zip(points, points[1:] + points[:1], strict=True):
        if (lng_a > place[1]) is not (lng_b > place[1]):
            crossing = (lat_b - lat_a) * (place[1] - lng_a) / (lng_b - lng_a) + lat_a
            if place[0] < crossing:
                inside = not inside
    return inside
