"""Work platforms: the networks that InsightIQ knows, with its own ids; the same in every world."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fixtures.creators.world import NEWSLETTERS
from mocks.insightiq import errors
from mocks.insightiq.dialect import dashed

Json = dict[str, Any]

LOGOS = "https://cdn.insightiq.ai/platforms_logo/logos"
SINCE = "2021-03-01T09:00:00.000000"
CREATORS = ("instagram", "youtube", "tiktok")
"""The platforms that creator analytics, screening and overlap cover, by the generator's names for them."""


@dataclass(frozen=True, slots=True)
class WorkPlatform:
    """A work platform; `products` are those it supports, as `identity`, `identity.audience` …."""

    id: str
    name: str
    host: str
    category: str
    products: frozenset[str]

    @property
    def key(self) -> str:
        """The generator's name for the platform."""
        return self.name.lower()

    def attribute(self) -> Json:
        """Return the short form that every other object embeds."""
        logo = f"{LOGOS}/logo_{self.key.replace(' ', '_')}.png"
        return {"id": self.id, "name": self.name, "logo_url": logo}

    def full(self) -> Json:
        """Return the platform by itself. Real answers call the last product `publish_content`, so both are there."""
        supports = {name: {"is_supported": name in self.products} for name in _PRODUCTS}
        for name in ("identity", "engagement"):
            supports[name]["audience"] = {"is_supported": f"{name}.audience" in self.products}  # type: ignore[assignment]
        return {
            **self.attribute(),
            "created_at": SINCE,
            "updated_at": SINCE,
            "category": self.category,
            "status": "ACTIVE",
            "url": f"https://www.{self.host}",
            "products": {**supports, "publish_content": supports["publish"]},
        }


_PRODUCTS = ("identity", "engagement", "income", "switch", "activity", "publish")


def _read() -> list[WorkPlatform]:
    rows = json.loads(Path(__file__).with_name("platforms.json").read_text("utf-8"))
    return [
        WorkPlatform(id, name, host, kind, frozenset(products)) for id, name, host, kind, products in rows
    ]


ALL = _read()
_BY_ID = {platform.id: platform for platform in ALL}


def find(id: str) -> WorkPlatform:
    """Return a work platform by its id; refuse an unknown one (404)."""
    found = _BY_ID.get(dashed(id))
    if found is None:
        raise errors.unknown("work_platform")
    return found


def named(name: str) -> WorkPlatform | None:
    """Return a work platform by its name, in any case, or by its id."""
    by_name = (platform for platform in ALL if platform.key == name.lower())
    return _BY_ID.get(dashed(name)) or next(by_name, None)


def is_newsletter(platform: WorkPlatform) -> bool:
    """Tell whether creators write to their readers there: its contents are publications."""
    return platform.key in NEWSLETTERS


def of_creators(id: str) -> WorkPlatform:
    """Return a work platform that creator discovery covers; refuse others (400)."""
    found = find(id)
    if found.key not in CREATORS:
        raise errors.unsupported_platform()
    return found
