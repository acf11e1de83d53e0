"""When and where a photo was taken, from its EXIF tags, with every doubt named.

References
----------
.. [1] CIPA DC-008-2023, "Exif version 3.0", sections 4.6.5.3 (date and time) and
   4.6.7 (GPS attribute information).
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from re import fullmatch, sub

from core.imagery.camera import Camera, camera_of
from core.imagery.exif import Tags, TagValue, numbers_of, read_tags

__all__ = [
    "SIMULATED_DESCRIPTION",
    "SIMULATED_SOFTWARE",
    "PhotoMetadata",
    "read_metadata",
]

#: What `core.simulation` writes into each photo it paints. Either is enough: an image
#: editor puts its own name into Software and keeps the description.
SIMULATED_SOFTWARE = "Gyre simulated sea"
SIMULATED_DESCRIPTION = "Simulated photo, not an observation"

#: Time tags by preference: tag, its offset, its fraction of a second, its meaning.
_TIMES = (
    ("exif", 0x9003, 0x9011, 0x9291, ""),
    ("exif", 0x9004, 0x9012, 0x9292, "the time of digitizing"),
    ("image", 0x0132, 0x9010, 0x9290, "the time of the last change"),
)
#: Cameras whose clock was never set report 1970, 1980, 2000-01-01 and the like; no
#: digital survey photo is older than this (assumption).
_FIRST_YEAR = 1990
#: Time zones lie on quarter hours, so the camera's clock minus GPS time gives the
#: zone if they agree this well (assumption: fixes are a few minutes old at most).
_CLOCK_TOLERANCE = timedelta(minutes=5)
_QUARTER = timedelta(minutes=15)
_MAX_OFFSET = timedelta(hours=14)


@dataclass(frozen=True, kw_only=True)
class PhotoMetadata:
    """What a photo says about itself.

    Attributes
    ----------
    taken_at : datetime or None
        UTC, aware.
    lat, lon : float or None
        WGS 84 degrees, longitude in [-180, 180); both or neither.
    position_is_doubtful : bool
        The position can be read but should be looked at (0, 0; a receiver without
        a fix; another datum).
    orientation : int
        EXIF orientation, 1 to 8.
    camera : Camera
        Height and lens.
    simulated : bool
        The photo says of itself that it was painted by the simulated sea.
    warnings : tuple of str
        What is missing, doubtful or damaged.
    """

    taken_at: datetime | None = None
    lat: float | None = None
    lon: float | None = None
    position_is_doubtful: bool = False
    orientation: int = 1
    camera: Camera = field(default_factory=Camera)
    simulated: bool = False
    warnings: tuple[str, ...] = ()


def read_metadata(block: bytes) -> PhotoMetadata:
    """Read time, place and orientation from an EXIF block or TIFF file.

    Damage never raises; it becomes a warning and the rest is used.

    Parameters
    ----------
    block : bytes
        An EXIF block, with or without its ``Exif`` prefix, or a whole TIFF file;
        empty if there is none.
    """
    return metadata_of(read_tags(block))


def metadata_of(tags: Tags) -> PhotoMetadata:
    """Interpret tags that are already read."""
    warnings = []
    if tags.damaged:
        warnings.append(f"EXIF is damaged: {', '.join(tags.damaged)} not read")
    taken_at = _taken_at(tags, warnings)
    position = _position(tags.gps, warnings)
    doubtful = position is not None and _doubt_position(position, tags.gps, warnings)
    lat, lon = position or (None, None)
    return PhotoMetadata(
        taken_at=taken_at,
        lat=lat,
        lon=lon,
        position_is_doubtful=doubtful,
        orientation=_orientation(tags, warnings),
        camera=camera_of(tags),
        simulated=_is_simulated(tags),
        warnings=tuple(warnings),
    )


def _is_simulated(tags: Tags) -> bool:
    return (
        tags.image.get(0x0131) == SIMULATED_SOFTWARE
        or tags.image.get(0x010E) == SIMULATED_DESCRIPTION
    )


def _orientation(tags: Tags, warnings: list[str]) -> int:
    value = tags.image.get(0x0112)
    if value is None:
        return 1
    if isinstance(value, tuple) and value[0] in range(1, 9):
        return int(value[0])  # type: ignore[arg-type]  # an integer of 1 to 8
    shown = value[0] if isinstance(value, tuple) else value
    warnings.append(f"orientation {shown!r} outside 1 to 8, shown as stored")
    return 1


def _taken_at(tags: Tags, warnings: list[str]) -> datetime | None:
    gps = _gps_time(tags.gps)
    local = offset = None
    for where, tag, offset_tag, fraction_tag, meaning in _TIMES:
        text = getattr(tags, where).get(tag)
        local = _parse_time(text)
        if local is None:
            if isinstance(text, str) and sub(r"[0:\s/-]", "", text):
                warnings.append(f"time {text[:40]!r} cannot be read")
            continue
        local += _fraction(tags.exif.get(fraction_tag))
        offset = _parse_offset(tags.exif.get(offset_tag), warnings)
        if meaning:
            warnings.append(f"no time of taking; {meaning} is used")
        break
    if local is None:
        taken = gps
    elif offset is not None:
        taken = local.replace(tzinfo=timezone(offset))
    elif gps is not None:
        taken = _placed_by_gps(local, gps, warnings)
    else:
        warnings.append("time without a time zone, taken as UTC")
        taken = local.replace(tzinfo=UTC)
    if taken is None:
        return None
    try:
        taken = taken.astimezone(UTC)
    except OverflowError:  # the year 1 or 9999 and an offset
        warnings.append(f"time {taken.isoformat()} cannot be read")
        return None
    if taken.year < _FIRST_YEAR or taken > datetime.now(UTC) + timedelta(days=1):
        warnings.append(f"taken on {taken:%Y-%m-%d}: was the camera's clock set?")
    return taken


def _placed_by_gps(local: datetime, gps: datetime, warnings: list[str]) -> datetime:
    """Give the camera's local time the zone that GPS time (UTC) implies."""
    ahead = local.replace(tzinfo=UTC) - gps
    zone = round(ahead / _QUARTER) * _QUARTER
    if abs(ahead - zone) <= _CLOCK_TOLERANCE and abs(zone) <= _MAX_OFFSET:
        return local.replace(tzinfo=timezone(zone))
    warnings.append("the camera's clock and GPS time disagree; GPS time is used")
    return gps


def _parse_time(text: TagValue | None) -> datetime | None:
    if not isinstance(text, str):
        return None
    match = fullmatch(
        r"(\d{4})[:/-](\d\d)[:/-](\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.\d*)?", text.strip()
    )
    try:
        return datetime(*map(int, match.groups())) if match else None  # type: ignore[arg-type]
    except ValueError:  # month 13, 30 February, the year 0
        return None


def _fraction(text: TagValue | None) -> timedelta:
    if isinstance(text, str) and fullmatch(r"[0-9]{1,9}", text):
        return timedelta(microseconds=int(text[:6].ljust(6, "0")))
    return timedelta()


def _parse_offset(text: TagValue | None, warnings: list[str]) -> timedelta | None:
    if not isinstance(text, str) or not text.strip(" :"):
        return None
    if text == "Z":
        return timedelta()
    match = fullmatch(r"([+-])(\d\d):?(\d\d)", text)
    if match:
        sign, hours, minutes = match.groups()
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        if offset <= _MAX_OFFSET and int(minutes) < 60:
            return -offset if sign == "-" else offset
    warnings.append(f"time zone {text[:20]!r} cannot be read")
    return None


def _gps_time(gps: dict[int, TagValue]) -> datetime | None:
    """GPS date and time stamps, UTC by definition; None unless both are sound."""
    day, clock = gps.get(29), numbers_of(gps.get(7))
    match = (
        fullmatch(r"(\d{4})[:/-](\d\d)[:/-](\d\d)", day)
        if isinstance(day, str)
        else None
    )
    if match is None or clock is None or len(clock) != 3:
        return None
    hours, minutes, seconds = clock
    if not (0 <= hours < 24 and 0 <= minutes < 60 and 0 <= seconds < 61):
        return None
    try:
        midnight = datetime(*map(int, match.groups()), tzinfo=UTC)  # type: ignore[arg-type,misc]
        return midnight + timedelta(hours=hours, minutes=minutes, seconds=seconds)
    except (ValueError, OverflowError):
        return None


def _position(
    gps: dict[int, TagValue], warnings: list[str]
) -> tuple[float, float] | None:
    if 2 not in gps and 4 not in gps:
        return None
    try:
        return (
            _coordinate("latitude", gps.get(2), gps.get(1), "NS", 90.0),
            _coordinate("longitude", gps.get(4), gps.get(3), "EW", 180.0),
        )
    except ValueError as error:
        warnings.append(f"position not used: {error}")
        return None


def _coordinate(
    name: str, value: TagValue | None, ref: TagValue | None, letters: str, limit: float
) -> float:
    """Signed degrees of one coordinate; ValueError says what is wrong with it."""
    parts = numbers_of(value)
    if parts is None or not 1 <= len(parts) <= 3:
        raise ValueError(f"{name} is missing or not a number")
    letter = ref.strip().upper() if isinstance(ref, str) else ""
    if letter not in letters or len(letter) != 1:
        problem = f"is {ref!r}" if letter else "is missing"
        raise ValueError(f"hemisphere of the {name} {problem}, expected {letters}")
    degrees, minutes, seconds = (*parts, 0.0, 0.0)[:3]
    if min(degrees, minutes, seconds) < 0 or minutes >= 60 or seconds >= 60:
        raise ValueError(f"{name} {degrees:g} deg {minutes:g} min {seconds:g} s")
    degrees += minutes / 60.0 + seconds / 3600.0
    if degrees > limit:
        raise ValueError(f"{name} {degrees:g} outside [-{limit:g}, {limit:g}]")
    signed = -degrees if letter in "SW" else degrees
    return -180.0 if name == "longitude" and signed == 180.0 else signed


def _doubt_position(
    position: tuple[float, float], gps: dict[int, TagValue], warnings: list[str]
) -> bool:
    doubts = []
    if position == (0.0, 0.0):
        doubts.append("position 0, 0 is what a receiver without a fix writes")
    if gps.get(9) == "V":
        doubts.append("the GPS receiver had no valid fix")
    datum = gps.get(18)
    if isinstance(datum, str):
        plain = sub(r"[^A-Z0-9]", "", datum.upper())
        if plain and plain not in ("WGS84", "WGS1984"):
            doubts.append(f"map datum {datum[:20]!r} is not WGS 84")
    warnings.extend(doubts)
    return bool(doubts)
