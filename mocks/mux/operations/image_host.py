"""image.mux.com: thumbnails, animated pictures and storyboards; nothing here has credentials."""

from __future__ import annotations

from harness.messages import Reply
from harness.transaction import Transaction
from mocks.mux.provider import mux
from mocks.mux.resources import pictures, playing
from mocks.mux.resources.playing import GIF, STORYBOARD, THUMBNAIL

CACHED = ("Cache-Control", "max-age=2592000")


@mux.get("/{playback_id}/thumbnail.jpg", id="get-thumbnail", tier="P0", public=True)
@mux.get("/{playback_id}/thumbnail.png", id="get-thumbnail-png", tier="P0", public=True)
@mux.get("/{playback_id}/thumbnail.webp", id="get-thumbnail-webp", tier="P0", public=True)
def retrieve_thumbnail(tx: Transaction, playback_id: str) -> Reply:
    """Return one moment of a film."""
    kind = _extension(tx)
    return _picture(pictures.thumbnail(tx, playing.admitted(tx, playback_id, THUMBNAIL), kind), kind)


@mux.get("/{playback_id}/animated.gif", id="get-animated", tier="P1", public=True)
@mux.get("/{playback_id}/animated.webp", id="get-animated-webp", tier="P1", public=True)
def retrieve_animated(tx: Transaction, playback_id: str) -> Reply:
    """Return a few seconds of a film as a picture that moves."""
    kind = _extension(tx)
    return _picture(pictures.animated(tx, playing.admitted(tx, playback_id, GIF), kind), kind)


@mux.get("/{playback_id}/storyboard.jpg", id="get-image-storyboard", tier="P0", public=True)
@mux.get("/{playback_id}/storyboard.png", id="get-image-storyboard-png", tier="P0", public=True)
@mux.get("/{playback_id}/storyboard.webp", id="get-image-storyboard-webp", tier="P0", public=True)
def retrieve_storyboard(tx: Transaction, playback_id: str) -> Reply:
    """Return the tiles of a film."""
    kind = _extension(tx)
    return _picture(pictures.storyboard(tx, playing.admitted(tx, playback_id, STORYBOARD), kind), kind)


@mux.get("/{playback_id}/storyboard.vtt", id="get-vtt-storyboard", tier="P0", public=True)
def retrieve_storyboard_vtt(tx: Transaction, playback_id: str) -> Reply:
    """Tell players where the tiles of a film lie."""
    content = pictures.storyboard_vtt(tx, playing.admitted(tx, playback_id, STORYBOARD))
    return Reply(content, 200, [CACHED], "text/vtt; charset=utf-8")


@mux.get("/{playback_id}/storyboard.json", id="get-json-storyboard", tier="P1", public=True)
def retrieve_storyboard_json(tx: Transaction, playback_id: str) -> Reply:
    """Tell where the tiles of a film lie, as JSON."""
    return Reply(pictures.storyboard_json(tx, playing.admitted(tx, playback_id, STORYBOARD)), 200, [CACHED])


def _extension(tx: Transaction) -> str:
    return "jpg" if tx.request is None else tx.request.path.rpartition(".")[2]


def _picture(content: bytes, kind: str) -> Reply:
    return Reply(content, 200, [CACHED], pictures.TYPES[kind])
