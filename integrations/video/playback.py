"""Where a video is played and shown: Mux's addresses, with tokens where a video is protected.

A token is a JWT of one of the environment's signing keys (RS256); each kind of address wants its own. (Mux docs: secure
video playback.)
"""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt

from integrations.clock import Clock
from integrations.errors import SettingsError
from integrations.settings import Settings

#: The audience of a token for each kind of address.
_VIDEO, _THUMBNAIL, _GIF, _STORYBOARD = "v", "t", "g", "s"
THUMBNAIL_WIDTH = 640


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybackAddresses:
    """The addresses of a video; those with tokens hold until `expires_at`. `tokens` are what mux-player takes."""

    playback_id: str
    stream_url: str
    thumbnail_url: str
    animated_url: str
    storyboard_url: str
    tokens: dict[str, str]
    expires_at: datetime | None


class Playback:
    """Makes addresses."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock

    def addresses(self, playback_id: str, *, signed: bool) -> PlaybackAddresses:
        """Return where a playback id is played and shown.

        Raises `NotConfiguredError` where that takes a token and there is no signing key.
        """
        settings = self._settings
        stream, image = f"{settings.mux_stream_url}/{playback_id}", f"{settings.mux_image_url}/{playback_id}"
        if not signed:
            return PlaybackAddresses(
                playback_id=playback_id,
                stream_url=f"{stream}.m3u8",
                thumbnail_url=f"{image}/thumbnail.webp?width={THUMBNAIL_WIDTH}",
                animated_url=f"{image}/animated.webp",
                storyboard_url=f"{image}/storyboard.vtt",
                tokens={},
                expires_at=None,
            )
        expires = self._clock.now().replace(microsecond=0) + timedelta(seconds=settings.playback_seconds)
        tokens = {
            "playback": self._token(playback_id, _VIDEO, expires),
            "thumbnail": self._token(playback_id, _THUMBNAIL, expires, width=THUMBNAIL_WIDTH),
            "gif": self._token(playback_id, _GIF, expires),
            "storyboard": self._token(playback_id, _STORYBOARD, expires),
        }
        return PlaybackAddresses(
            playback_id=playback_id,
            stream_url=f"{stream}.m3u8?token={tokens['playback']}",
            thumbnail_url=f"{image}/thumbnail.webp?token={tokens['thumbnail']}",
            animated_url=f"{image}/animated.webp?token={tokens['gif']}",
            storyboard_url=f"{image}/storyboard.vtt?token={tokens['storyboard']}",
            tokens=tokens,
            expires_at=expires,
        )

    def _token(self, playback_id: str, audience: str, expires: datetime, **asked: Any) -> str:
        key_id, key = self._settings.required("mux", "mux_signing_key", "mux_private_key")
        claims = {
            "sub": playback_id,
            "aud": audience,
            "exp": int(expires.timestamp()),
            "kid": key_id,
            **asked,
        }
        try:
            # Mux hands the key out as PEM in base64; PEM as it is does as well.
            pem = key.encode() if key.startswith("-----") else base64.b64decode(key, validate=True)
            return jwt.encode(claims, pem, "RS256", {"kid": key_id})
        except (ValueError, TypeError, jwt.PyJWTError) as error:
            raise SettingsError("MUX_PRIVATE_KEY is no RSA key.") from error
