"""Photo files made for tests, sound and broken."""

import struct
import zlib
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

RATIONAL, ASCII, SHORT, LONG = 5, 2, 3, 4


def picture(width: int = 80, height: int = 60) -> Image.Image:
    """Four flat quarters, red, green, blue, white: every turn is told apart."""
    pixels = np.zeros((height, width, 3), dtype=np.uint8)
    pixels[: height // 2, : width // 2] = (250, 0, 0)
    pixels[: height // 2, width // 2 :] = (0, 250, 0)
    pixels[height // 2 :, : width // 2] = (0, 0, 250)
    pixels[height // 2 :, width // 2 :] = (250, 250, 250)
    return Image.fromarray(pixels)


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """A file of a picture; HEIC through pillow-heif."""
    out = BytesIO()
    if kind == "HEIC":
        from pillow_heif import register_heif_opener

        register_heif_opener()
        kind = "HEIF"
    image.save(out, kind, **options)
    return out.getvalue()


def tag(number: int, kind: int, value: Any) -> tuple[int, int, int, bytes]:
    """One EXIF entry, little-endian."""
    if kind == ASCII:
        raw = value.encode("latin-1") + b"\0"
        return number, kind, len(raw), raw
    if kind == RATIONAL:
        return number, kind, len(value), b"".join(struct.pack("<II", *v) for v in value)
    code = {SHORT: "H", LONG: "I"}[kind]
    return number, kind, 1, struct.pack(f"<{code}", value)


def exif_block(
    *,
    image: list[tuple[int, int, int, bytes]] | None = None,
    exif: list[tuple[int, int, int, bytes]] | None = None,
    gps: list[tuple[int, int, int, bytes]] | None = None,
) -> bytes:
    """An EXIF block of up to three directories, written independently of Pillow."""
    main = list(image or [])
    parts = {0x8769: exif, 0x8825: gps}
    n_main = len(main) + sum(entries is not None for entries in parts.values())
    at = 8 + 2 + 12 * n_main + 4
    directories = b""

    def directory(entries: list[tuple[int, int, int, bytes]], start: int) -> bytes:
        table, data = struct.pack("<H", len(entries)), b""
        data_at = start + 2 + 12 * len(entries) + 4
        for number, kind, count, raw in entries:
            table += struct.pack("<HHI", number, kind, count)
            if len(raw) <= 4:
                table += raw.ljust(4, b"\0")
            else:
                table += struct.pack("<I", data_at + len(data))
                data += raw
        return table + struct.pack("<I", 0) + data

    main_data = sum(len(raw) for *_, raw in main if len(raw) > 4)
    at += main_data
    for pointer, entries in parts.items():
        if entries is not None:
            main.append(tag(pointer, LONG, at))
            directories += directory(entries, at)
            at = 8 + 2 + 12 * n_main + 4 + main_data + len(directories)
    return b"Exif\0\0II*\0" + struct.pack("<I", 8) + directory(main, 8) + directories


def gps_tags(
    *,
    lat: Any = ((31, 1), (30, 1), (0, 1)),
    lat_ref: str | None = "N",
    lon: Any = ((140, 1), (15, 1), (36, 1)),
    lon_ref: str | None = "W",
    more: list[tuple[int, int, int, bytes]] | None = None,
) -> list[tuple[int, int, int, bytes]]:
    """GPS entries; None leaves a hemisphere out."""
    entries = []
    if lat_ref is not None:
        entries.append(tag(1, ASCII, lat_ref))
    entries.append(tag(2, RATIONAL, lat))
    if lon_ref is not None:
        entries.append(tag(3, ASCII, lon_ref))
    entries.append(tag(4, RATIONAL, lon))
    return entries + (more or [])


def png_claiming(width: int, height: int) -> bytes:
    """A tiny PNG whose header claims any size."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + crc

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )
