"""The tags of an EXIF block or TIFF file, read defensively.

Pillow can read EXIF, but it reports damage through Python's global warning filters,
which are not safe to change in a thread, and it gives up on a whole directory at
the first bad entry. Here every entry is taken on its own: what can be read is kept,
what cannot is named.

References
----------
.. [1] CIPA DC-008-2023, "Exchangeable image file format for digital still cameras:
   Exif version 3.0", sections 4.6.2 (IFD structure) and 4.6.5 to 4.6.7 (tags).
"""

import struct
from dataclasses import dataclass, field
from math import isfinite

__all__ = ["TagValue", "Tags", "numbers_of", "read_tags"]

#: Text, or numbers; a rational is a pair (numerator, denominator).
TagValue = str | tuple[int | float | tuple[int, int], ...]

#: Bytes of one value and its struct code, by EXIF type.
_TYPES = {
    1: (1, "B"),
    3: (2, "H"),
    4: (4, "I"),
    5: (8, "II"),
    6: (1, "b"),
    7: (1, "B"),
    8: (2, "h"),
    9: (4, "i"),
    10: (8, "ii"),
    11: (4, "f"),
    12: (8, "d"),
}
_TEXT = 2
_MAX_ENTRIES = 4096
_MAX_VALUE_BYTES = 4096
_EXIF_POINTER, _GPS_POINTER = 0x8769, 0x8825
#: Free text (description, software); cameras and editors write it empty or at any
#: length, so one that cannot be read is passed over and is no damage.
_REMARKS = (0x010E, 0x0131)
#: Lens, sensor and height. Only a footprint needs them, and it says what is missing.
_CAMERA = (0x920A, 0xA002, 0xA003, 0xA20E, 0xA20F, 0xA210, 0xA404, 0xA405)
_HEIGHT = (5, 6)
_PASSED_OVER = {"image": _REMARKS, "exif": _CAMERA, "gps": _HEIGHT}
#: The tags that Gyre uses, by directory; others are skipped unread.
_WANTED = {
    "image": frozenset(
        (0x00FE, 0x0112, 0x0132, _EXIF_POINTER, _GPS_POINTER, 0xC612, *_REMARKS)
    ),
    "exif": frozenset(
        (0x9003, 0x9004, 0x9010, 0x9011, 0x9012, 0x9290, 0x9291, 0x9292, *_CAMERA)
    ),
    "gps": frozenset((1, 2, 3, 4, 7, 9, 18, 29, *_HEIGHT)),
}


@dataclass
class Tags:
    """Tags by directory, and what was damaged.

    Attributes
    ----------
    image, exif, gps : dict of int to TagValue
        The main, EXIF and GPS directories.
    damaged : list of str
        One phrase for each part that could not be read.
    has_next_page : bool
        Whether another main directory follows (a further page of a TIFF file).
    """

    image: dict[int, TagValue] = field(default_factory=dict)
    exif: dict[int, TagValue] = field(default_factory=dict)
    gps: dict[int, TagValue] = field(default_factory=dict)
    damaged: list[str] = field(default_factory=list)
    has_next_page: bool = False


def read_tags(block: bytes) -> Tags:
    """Read the tags that Gyre uses; damage is reported, never raised.

    Parameters
    ----------
    block : bytes
        An EXIF block, with or without its ``Exif`` prefix, or a whole TIFF file.
    """
    tags = Tags()
    block = block.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(block[:4])
    if order is None or len(block) < 8:
        if block:
            tags.damaged.append("the EXIF header")
        return tags
    (first,) = struct.unpack_from(f"{order}I", block, 4)
    next_page = _read_directory(block, order, first, "image", tags)
    tags.has_next_page = next_page != 0
    for pointer, name in ((_EXIF_POINTER, "exif"), (_GPS_POINTER, "gps")):
        where = tags.image.get(pointer)
        if isinstance(where, tuple) and len(where) == 1 and isinstance(where[0], int):
            _read_directory(block, order, where[0], name, tags)
    return tags


def _read_directory(block: bytes, order: str, at: int, name: str, tags: Tags) -> int:
    """Read one directory into ``tags``; return the offset of the next one, or 0."""
    wanted, into = _WANTED[name], getattr(tags, name)
    if at < 8 or at + 2 > len(block):
        tags.damaged.append(f"the {name} directory")
        return 0
    (n_entries,) = struct.unpack_from(f"{order}H", block, at)
    end = at + 2 + 12 * n_entries
    if n_entries > _MAX_ENTRIES or end > len(block):
        tags.damaged.append(f"the {name} directory")
        n_entries = min(n_entries, _MAX_ENTRIES, (len(block) - at - 2) // 12)
    for entry in range(n_entries):
        where = at + 2 + 12 * entry
        tag, kind, count = struct.unpack_from(f"{order}HHI", block, where)
        if tag not in wanted or tag in into:
            continue
        value = _read_value(block, order, where + 8, kind, count)
        if value is None and tag in _PASSED_OVER[name]:
            continue
        if value is None:
            tags.damaged.append(f"{name} tag 0x{tag:04x}")
        else:
            into[tag] = value
    if end + 4 > len(block):
        return 0
    return int(struct.unpack_from(f"{order}I", block, end)[0])


def _read_value(
    block: bytes, order: str, at: int, kind: int, count: int
) -> TagValue | None:
    size, code = _TYPES.get(kind, (1, ""))
    n_bytes = size * count
    if (not code and kind != _TEXT) or count == 0 or n_bytes > _MAX_VALUE_BYTES:
        return None
    if n_bytes > 4:
        (at,) = struct.unpack_from(f"{order}I", block, at)
    if at + n_bytes > len(block):
        return None
    if kind == _TEXT:
        raw = block[at : at + count].split(b"\0")[0]
        return raw.decode("ascii", errors="replace").strip()
    values = struct.unpack_from(f"{order}{code * count}", block, at)
    if kind in (5, 10):
        return tuple(zip(values[::2], values[1::2], strict=True))
    return tuple(values)


def numbers_of(value: TagValue | None) -> tuple[float, ...] | None:
    """Return rationals as floats; None if any is 0/0, x/0, NaN or no number."""
    if not isinstance(value, tuple):
        return None
    numbers = []
    for part in value:
        if isinstance(part, tuple):
            numerator, denominator = part
            if denominator == 0:
                return None
            numbers.append(numerator / denominator)
        else:
            numbers.append(float(part))
    return tuple(numbers) if all(map(isfinite, numbers)) else None
