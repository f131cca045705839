"""A film for the demo: the boxes of an MP4 file that say how long and large it is, around noise of the wanted size."""

from __future__ import annotations

import struct


def mp4(*, seconds: float, width: int, height: int, size: int) -> bytes:
    """Return a file of `size` bytes that calls itself a film of so many seconds and pixels (ISO/IEC 14496-12)."""
    units = 1000
    length = round(seconds * units)
    matrix = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    mvhd = _box(b"mvhd", struct.pack(">IIIII", 0, 0, 0, units, length) + bytes(10) + bytes(66) + bytes(4))
    tkhd = _box(
        b"tkhd",
        struct.pack(">IIIIII", 7, 0, 0, 1, 0, length)
        + bytes(16)
        + matrix
        + struct.pack(">II", width << 16, height << 16),
    )
    mdhd = _box(b"mdhd", struct.pack(">IIIII", 0, 0, 0, units, length) + bytes(4))
    hdlr = _box(b"hdlr", bytes(8) + b"vide" + bytes(13))
    entry = bytes(24) + struct.pack(">HH", width, height) + bytes(50)
    stsd = _box(b"stsd", struct.pack(">II", 0, 1) + _box(b"avc1", entry))
    stbl = _box(b"stbl", stsd)
    mdia = _box(b"mdia", mdhd + hdlr + _box(b"minf", stbl))
    head = _box(b"ftyp", b"isom" + bytes(4) + b"isomavc1")
    film = head + _box(b"moov", mvhd + _box(b"trak", tkhd + mdia))
    noise = (bytes(range(256)) * (size // 256 + 1))[: size - len(film) - 8]
    return film + _box(b"mdat", noise)


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + kind + content
