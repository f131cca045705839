"""MP4 files for tests: the boxes that tell of a movie, and as many bytes of nothing as wanted."""

import struct

SCALE = 600


def box(type: bytes, *content: bytes) -> bytes:
    """Write a box."""
    body = b"".join(content)
    return struct.pack(">I4s", 8 + len(body), type) + body


def movie(
    seconds: float = 6.0,
    *,
    width: int = 1080,
    height: int = 1920,
    rate: float = 25.0,
    video: bytes | None = b"avc1",
    audio: bytes | None = b"mp4a",
    turned: bool = False,
    late: bool = False,
    padding: int = 0,
    wide: bool = False,
) -> bytes:
    """Return a file; `late` puts the `moov` box at its end, `wide` uses 64-bit sizes and times."""
    length = round(seconds * SCALE)
    tracks = []
    if video is not None:
        entry = struct.pack(">I4s", 86, video) + bytes(78)
        tracks.append(
            _track(
                b"vide",
                length,
                entry,
                size=(width, height),
                turned=turned,
                samples=round(seconds * rate),
                wide=wide,
            )
        )
    if audio is not None:
        sound = bytes(8) + struct.pack(">8xHHHHI", 2, 16, 0, 0, 48000 << 16)
        tracks.append(_track(b"soun", length, struct.pack(">I4s", 36, audio) + sound, wide=wide))
    head = _times(wide, length)
    moov = box(b"moov", box(b"mvhd", head + bytes(80)), *tracks)
    data = (
        struct.pack(">I4sQ", 1, b"mdat", 16 + padding) + bytes(padding)
        if wide
        else box(b"mdat", bytes(padding))
    )
    start = box(b"ftyp", b"isom\x00\x00\x02\x00isomiso2avc1mp41")
    return start + (data + moov if late else moov + data)


def _times(wide: bool, length: int) -> bytes:
    """Return version, flags, the two dates, and time scale with length."""
    if wide:
        return b"\x01\x00\x00\x00" + bytes(16) + struct.pack(">IQ", SCALE, length)
    return bytes(4) + bytes(8) + struct.pack(">II", SCALE, length)


def _track(
    kind: bytes,
    length: int,
    entry: bytes,
    *,
    size: tuple[int, int] = (0, 0),
    turned: bool = False,
    samples: int = 100,
    wide: bool = False,
) -> bytes:
    a, b = (0, 1 << 16) if turned else (1 << 16, 0)
    matrix = struct.pack(">9i", a, b, 0, -b, a, 0, 0, 0, 1 << 30)
    before = (b"\x01\x00\x00\x00" + bytes(48)) if wide else bytes(40)
    tkhd = box(b"tkhd", before, matrix, struct.pack(">II", *(side << 16 for side in size)))
    stbl = box(
        b"stbl",
        box(b"stsd", bytes(4), struct.pack(">I", 1), entry),
        box(b"stts", bytes(4), struct.pack(">III", 1, samples, 1)),
    )
    mdia = box(
        b"mdia",
        box(b"mdhd", _times(wide, length) + bytes(4)),
        box(b"hdlr", bytes(8), kind, bytes(13)),
        box(b"minf", stbl),
    )
    return box(b"trak", tkhd, mdia)
