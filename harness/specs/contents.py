"""Contents that are no JSON: the smallest file of each type that its readers take for one."""

from __future__ import annotations

from base64 import b64decode

_PIXELS = {
    "image/png": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=",
    "image/gif": "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7",
    "image/webp": "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA",
    "image/jpeg": (
        "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////"
        "////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA="
    ),
}
_TEXTS = {
    "text/vtt": "WEBVTT\n\n",
    "application/vnd.apple.mpegurl": "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n#EXT-X-ENDLIST\n",
    "text/html": "<!doctype html>\n<title>Greenroom</title>\n",
    "text/plain": "",
    "text/csv": "",
    "application/pdf": (
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>endobj\n"
        "trailer<</Root 1 0 R>>\n%%EOF\n"
    ),
    "application/stream+json": "",
}


def smallest(kind: str) -> bytes:
    """Return the smallest content of a type; one that is not known is empty."""
    if kind in _PIXELS:
        return b64decode(_PIXELS[kind])
    return _TEXTS.get(kind, "").encode()
