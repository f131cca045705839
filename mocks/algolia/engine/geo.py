"""Places of records (`_geoloc`), distances, and shapes that contain them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from mocks.algolia.engine.parameters import Wrong

Json = Any
Array = npt.NDArray[Any]
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


def distances(one: Point, latitudes: Array, longitudes: Array) -> Array:
    """Return the distances of a point to many in metres, along great circles."""
    half_latitude = np.radians(latitudes - one[0]) / 2
    half_longitude = np.radians(longitudes - one[1]) / 2
    across = math.cos(math.radians(one[0])) * np.cos(np.radians(latitudes))
    chord = np.sin(half_latitude) ** 2 + across * np.sin(half_longitude) ** 2
    metres = 2 * EARTH_METRES * np.arcsin(np.minimum(1.0, np.sqrt(chord)))
    rounded: Array = np.round(metres).astype(np.int64)
    return rounded


def inside(
    latitudes: Array, longitudes: Array, boxes: list[list[float]], polygons: list[list[float]]
) -> Array:
    """Return which places lie in any of the boxes or polygons."""
    met = np.zeros(len(latitudes), bool)
    for box in boxes:
        met |= _in_box(latitudes, longitudes, box)
    for polygon in polygons:
        met |= _in_polygon(latitudes, longitudes, polygon)
    return met


def _in_box(latitudes: Array, longitudes: Array, box: list[float]) -> Array:
    """Look into the box of two opposite corners; one across the 180th meridian is not supported."""
    south, north = sorted((box[0], box[2]))
    west, east = sorted((box[1], box[3]))
    within: Array = (south <= latitudes) & (latitudes <= north) & (west <= longitudes) & (longitudes <= east)
    return within


def _in_polygon(latitudes: Array, longitudes: Array, corners: list[float]) -> Array:
    """Look into a polygon (even-odd rule)."""
    points = list(zip(corners[::2], corners[1::2], strict=True))
    met = np.zeros(len(latitudes), bool)
    for (lat_a, lng_a), (lat_b, lng_b) in zip(points, points[1:] + points[:1], strict=True):
        if lng_a == lng_b:
            continue
        spans = (lng_a > longitudes) != (lng_b > longitudes)
        crossing = (lat_b - lat_a) * (longitudes - lng_a) / (lng_b - lng_a) + lat_a
        met ^= spans & (latitudes < crossing)
    return met
