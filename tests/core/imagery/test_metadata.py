from datetime import UTC, datetime
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.imagery import (
    SIMULATED_DESCRIPTION,
    SIMULATED_SOFTWARE,
    decode_for_prediction,
    decode_photo,
    inspect_photo,
    read_metadata,
)
from core.simulation import jpeg_bytes
from tests.core.imagery.photo_files import (
    ASCII,
    RATIONAL,
    SHORT,
    encoded,
    exif_block,
    gps_tags,
    picture,
    tag,
)

NOON = "2025:06:01 12:00:00"


def has(warnings, words):
    return any(words in warning for warning in warnings)


def time_tags(text=NOON, *, offset=None, fraction=None):
    tags = [tag(0x9003, ASCII, text)]
    if offset is not None:
        tags.append(tag(0x9011, ASCII, offset))
    if fraction is not None:
        tags.append(tag(0x9291, ASCII, fraction))
    return tags


def gps_stamp(hours, minutes, day="2025:06:01"):
    clock = ((hours, 1), (minutes, 1), (0, 1))
    return gps_tags(more=[tag(7, RATIONAL, clock), tag(29, ASCII, day)])


def test_time_with_offset_and_fraction_is_utc():
    meta = read_metadata(exif_block(exif=time_tags(offset="-10:00", fraction="25")))
    assert meta.taken_at == datetime(2025, 6, 1, 22, 0, 0, 250_000, tzinfo=UTC)
    assert meta.warnings == ()


def test_time_without_zone_is_taken_as_utc_with_a_warning():
    meta = read_metadata(exif_block(exif=time_tags()))
    assert meta.taken_at == datetime(2025, 6, 1, 12, tzinfo=UTC)
    assert has(meta.warnings, "taken as UTC")


def test_gps_time_gives_the_zone():
    # Camera 12:00, GPS 22:01 UTC: the zone is UTC-10, the camera 1 min slow.
    meta = read_metadata(exif_block(exif=time_tags(), gps=gps_stamp(22, 1)))
    assert meta.taken_at == datetime(2025, 6, 1, 22, tzinfo=UTC)
    assert meta.warnings == ()


def test_gps_time_wins_over_a_clock_that_fits_no_zone():
    meta = read_metadata(
        exif_block(exif=time_tags(), gps=gps_stamp(22, 8, day="2025:06:03"))
    )
    assert meta.taken_at == datetime(2025, 6, 3, 22, 8, tzinfo=UTC)
    assert has(meta.warnings, "disagree")


def test_gps_time_alone_is_used():
    meta = read_metadata(exif_block(gps=gps_stamp(3, 4)))
    assert meta.taken_at == datetime(2025, 6, 1, 3, 4, tzinfo=UTC)


def test_time_of_last_change_is_said():
    meta = read_metadata(exif_block(image=[tag(0x0132, ASCII, NOON)]))
    assert meta.taken_at == datetime(2025, 6, 1, 12, tzinfo=UTC)
    assert has(meta.warnings, "last change")


@pytest.mark.parametrize(
    "text", ["2025:13:01 00:00:00", "2025:02:30 00:00:00", "yesterday", "9999"]
)
def test_impossible_times_are_left_out_with_a_warning(text):
    meta = read_metadata(exif_block(exif=time_tags(text)))
    assert meta.taken_at is None
    assert has(meta.warnings, "cannot be read")


@pytest.mark.parametrize("text", ["0000:00:00 00:00:00", "    :  :     :  :  ", ""])
def test_unset_times_are_simply_missing(text):
    meta = read_metadata(exif_block(exif=time_tags(text)))
    assert meta.taken_at is None
    assert meta.warnings == ()


@pytest.mark.parametrize("text", ["1980:01:01 00:00:10", "2190:01:01 00:00:00"])
def test_unset_clocks_are_flagged(text):
    meta = read_metadata(exif_block(exif=time_tags(text, offset="+00:00")))
    assert meta.taken_at is not None
    assert has(meta.warnings, "clock")


@pytest.mark.parametrize("offset", ["+25:00", "local", "+0a:00"])
def test_impossible_zones_are_said(offset):
    meta = read_metadata(exif_block(exif=time_tags(offset=offset)))
    assert meta.taken_at == datetime(2025, 6, 1, 12, tzinfo=UTC)
    assert has(meta.warnings, "time zone")


def test_time_at_the_end_of_the_calendar_does_not_overflow():
    tags = time_tags("9999:12:31 23:59:59", offset="-10:00")
    assert read_metadata(exif_block(exif=tags)).taken_at is None


@pytest.mark.parametrize(
    ("lat_ref", "lon_ref", "lat", "lon"),
    [
        ("N", "W", 31.5, -140.26),
        ("S", "E", -31.5, 140.26),
        ("n", "w ", 31.5, -140.26),
    ],
)
def test_positions_by_hemisphere(lat_ref, lon_ref, lat, lon):
    meta = read_metadata(exif_block(gps=gps_tags(lat_ref=lat_ref, lon_ref=lon_ref)))
    assert meta.lat == pytest.approx(lat)
    assert meta.lon == pytest.approx(lon)
    assert not meta.position_is_doubtful


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lat": ((0, 0), (0, 1), (0, 1))}, "not a number"),
        ({"lon": ((140, 1), (5, 0), (0, 1))}, "not a number"),
        ({"lat": ((91, 1), (0, 1), (0, 1))}, "91 outside"),
        ({"lat": ((90, 1), (0, 1), (1, 1))}, "outside"),
        ({"lon": ((181, 1), (0, 1), (0, 1))}, "181 outside"),
        ({"lat": ((31, 1), (60, 1), (0, 1))}, "60 min"),
        ({"lat_ref": None}, "hemisphere of the latitude is missing"),
        ({"lon_ref": None}, "hemisphere of the longitude is missing"),
        ({"lat_ref": "W", "lon_ref": "N"}, "expected NS"),
        ({"lon_ref": "N"}, "expected EW"),
        ({"lat_ref": "NS"}, "expected NS"),
    ],
)
def test_positions_that_cannot_be_known_are_left_out(changes, words):
    meta = read_metadata(exif_block(gps=gps_tags(**changes)))
    assert (meta.lat, meta.lon) == (None, None)
    assert has(meta.warnings, words)


def test_nan_written_as_floats_is_left_out():
    nan = (2, 12, 3, b"\0\0\0\0\0\0\xf8\x7f" * 3)  # three IEEE doubles
    tags = [tag(1, ASCII, "N"), nan, *gps_tags()[2:]]
    meta = read_metadata(exif_block(gps=tags))
    assert meta.lat is None
    assert has(meta.warnings, "not a number")


def test_zero_zero_is_kept_and_doubted():
    nought = ((0, 1), (0, 1), (0, 1))
    meta = read_metadata(exif_block(gps=gps_tags(lat=nought, lon=nought)))
    assert (meta.lat, meta.lon) == (0.0, 0.0)
    assert meta.position_is_doubtful
    assert has(meta.warnings, "0, 0")


@pytest.mark.parametrize(
    ("more", "words"),
    [(tag(9, ASCII, "V"), "no valid fix"), (tag(18, ASCII, "TOKYO"), "datum")],
)
def test_void_fix_and_other_datum_are_doubted(more, words):
    meta = read_metadata(exif_block(gps=gps_tags(more=[more])))
    assert meta.lat is not None
    assert meta.position_is_doubtful
    assert has(meta.warnings, words)


def test_wgs84_by_any_spelling_is_fine():
    meta = read_metadata(exif_block(gps=gps_tags(more=[tag(18, ASCII, "wgs-84")])))
    assert not meta.position_is_doubtful


def test_antimeridian_is_west_180():
    edge = ((180, 1), (0, 1), (0, 1))
    meta = read_metadata(exif_block(gps=gps_tags(lon=edge, lon_ref="E")))
    assert meta.lon == -180.0


@given(
    lat=st.floats(-90, 90),
    lon=st.floats(-180, 180, exclude_max=True),
)
def test_written_positions_are_read_back(lat, lon):
    # Degrees as one rational of micro-degrees: the simplest other encoding.
    def micro(value):
        return ((round(abs(value) * 1e6), 1_000_000), (0, 1), (0, 1))

    meta = read_metadata(
        exif_block(
            gps=gps_tags(
                lat=micro(lat),
                lat_ref="S" if lat < 0 else "N",
                lon=micro(lon),
                lon_ref="W" if lon < 0 else "E",
            )
        )
    )
    assert meta.lat == pytest.approx(lat, abs=1e-6)
    assert (meta.lon - lon + 180) % 360 - 180 == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_time_and_place_survive_in_every_container(kind):
    from PIL import Image

    exif = Image.Exif()
    exif.load(exif_block(exif=time_tags(offset="+00:00"), gps=gps_tags()))
    header = inspect_photo(encoded(picture(), kind, exif=exif), name="a")
    assert header.lat == pytest.approx(31.5)
    assert header.lon == pytest.approx(-140.26)
    assert header.taken_at == datetime(2025, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "block",
    [
        b"Exif\0\0garbage",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        exif_block(exif=time_tags(), gps=gps_tags())[:60],
    ],
)
def test_damaged_exif_never_loses_the_photo(block):
    photo = decode_photo(encoded(picture(), exif=block), name="a")
    assert photo.pixels.shape == (60, 80, 3)
    assert has(photo.warnings, "EXIF is damaged")


def test_one_damaged_entry_loses_only_itself():
    broken = (0x9003, ASCII, 0xFFFF, b"\xff\xff\xff\x7f" + b"\0")
    meta = read_metadata(exif_block(exif=[broken], gps=gps_tags()))
    assert meta.lat == pytest.approx(31.5)
    assert has(meta.warnings, "exif tag 0x9003")


def test_directory_that_points_at_itself_ends():
    block = exif_block(image=[tag(0x0112, SHORT, 1), tag(0x8825, 4, 8)])
    assert read_metadata(block).lat is None


def test_no_exif_is_no_warning():
    assert read_metadata(b"").warnings == ()


@given(st.binary(max_size=400))
def test_any_bytes_are_read_without_an_error(block):
    read_metadata(b"Exif\0\0II*\0" + block)


SOUND = exif_block(
    image=[tag(0x0112, SHORT, 1)], exif=time_tags(offset="+01:00"), gps=gps_tags()
)


@given(
    edits=st.lists(
        st.tuples(st.integers(6, len(SOUND) - 1), st.integers(0, 255)), max_size=8
    )
)
@settings(max_examples=300)
def test_positions_are_on_earth_whatever_the_damage(edits):
    block = bytearray(SOUND)
    for where, value in edits:
        block[where] = value
    meta = read_metadata(bytes(block))
    assert (meta.lat is None) == (meta.lon is None)
    if meta.lat is not None and meta.lon is not None:
        assert -90 <= meta.lat <= 90
        assert -180 <= meta.lon < 180
    assert meta.orientation in range(1, 9)


def simulated_photo(colour=(200, 0, 0)):
    pixels = np.full((30, 40, 3), colour, dtype=np.uint8)
    noon = datetime(2025, 6, 1, 12, tzinfo=UTC)
    return jpeg_bytes(pixels, taken_at=noon, lat=31.5, lon=-140.26)


def test_a_photo_of_the_simulated_sea_says_so():
    data = simulated_photo()
    for photo in (
        inspect_photo(data, name="a.jpg"),
        decode_photo(data, name="a.jpg"),
        decode_for_prediction(data, name="a.jpg", min_side_px=10),
    ):
        assert photo.simulated
        assert photo.warnings == ()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WebP", "TIFF", "HEIC"])
def test_the_mark_survives_another_format(kind):
    with Image.open(BytesIO(simulated_photo())) as image:
        copy = encoded(image, kind, exif=image.getexif())
    assert inspect_photo(copy, name="copy").simulated


@pytest.mark.parametrize(
    ("tags", "simulated"),
    [
        ([tag(0x0131, ASCII, SIMULATED_SOFTWARE)], True),
        ([tag(0x010E, ASCII, SIMULATED_DESCRIPTION)], True),
        # An editor puts its own name into Software and keeps the description.
        (
            [
                tag(0x010E, ASCII, SIMULATED_DESCRIPTION),
                tag(0x0131, ASCII, "GIMP 3.0"),
            ],
            True,
        ),
        ([tag(0x0131, ASCII, "GIMP 3.0"), tag(0x010E, ASCII, "simulated")], False),
        ([tag(0x0131, SHORT, 7)], False),
        ([], False),
    ],
)
def test_software_or_description_marks_a_simulated_photo(tags, simulated):
    meta = read_metadata(exif_block(image=tags))
    assert meta.simulated is simulated
    assert meta.warnings == ()


@pytest.mark.parametrize("text", ["", "x" * 10_000, "caf\xe9"])
def test_a_remark_of_any_length_is_no_damage(text):
    meta = read_metadata(exif_block(image=[tag(0x010E, ASCII, text)]))
    assert meta.warnings == ()
    assert not meta.simulated
