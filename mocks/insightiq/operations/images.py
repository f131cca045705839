"""Profile pictures: drawn here, as no picture of a person would be right."""

from __future__ import annotations

from hashlib import blake2b

from harness.messages import Reply
from harness.transaction import Transaction
from mocks.insightiq import errors
from mocks.insightiq.provider import insightiq

_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" width="96" height="96">'
    '<rect width="96" height="96" fill="hsl({hue} 45% 62%)"/>'
    '<circle cx="48" cy="38" r="17" fill="hsl({hue} 40% 84%)"/>'
    '<path d="M14 96a34 34 0 0 1 68 0z" fill="hsl({hue} 40% 84%)"/></svg>'
)


@insightiq.get("/images/{name}", id="greenroom:image", tier="P2", public=True)
def draw(tx: Transaction, name: str) -> Reply:
    """Draw a profile picture: the same for the same handle."""
    if not name.endswith(".svg") or len(name) > 80:
        raise errors.unknown_path()
    hue = int.from_bytes(blake2b(name.encode("utf-8", "replace"), digest_size=2).digest(), "big") % 360
    cached = [("Cache-Control", "public, max-age=86400")]
    return Reply(_SVG.format(hue=hue), headers=cached, content_type="image/svg+xml")
