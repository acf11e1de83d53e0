"""Height and lens of a photo against EXIF blocks written by hand."""

import pytest

from core.imagery import Camera, inspect_photo, read_metadata
from tests.core.imagery.photo_files import (
    RATIONAL,
    SHORT,
    encoded,
    exif_block,
    gps_tags,
    picture,
    tag,
)

BYTE = 1


def byte(number: int, value: int) -> tuple[int, int, int, bytes]:
    return number, BYTE, 1, bytes([value])


def camera(*, exif=(), gps=()) -> Camera:
    block = exif_block(exif=list(exif), gps=gps_tags(more=list(gps)))
    return read_metadata(block).camera


def height(metres: int, per: int = 1):
    return tag(6, RATIONAL, ((metres, per),))


def test_focal_length_equivalent_and_height_are_read():
    found = camera(
        exif=[tag(0x920A, RATIONAL, ((88, 10),)), tag(0xA405, SHORT, 24)],
        gps=[byte(5, 0), height(1234, 10)],
    )
    assert found.focal_length_mm == pytest.approx(8.8)
    assert found.focal_length_35mm == 24.0
    assert found.altitude_m == pytest.approx(123.4)


@pytest.mark.parametrize(
    ("reference", "expected"), [(0, 50.0), (2, 50.0), (1, -50.0), (3, -50.0)]
)
def test_height_below_its_reference_is_negative(reference, expected):
    # EXIF 3.0: 0 and 1 about the ellipsoid, 2 and 3 about the sea.
    assert camera(gps=[byte(5, reference), height(50)]).altitude_m == expected


def test_height_without_reference_is_above():
    assert camera(gps=[height(50)]).altitude_m == 50.0


def test_sensor_follows_from_resolution_of_the_focal_plane():
    # 5472 pixels at 10530.9 an inch: 13.2 mm; 3648: 8.8 mm.
    found = camera(
        exif=[
            tag(0xA002, SHORT, 3648),
            tag(0xA003, SHORT, 5472),
            tag(0xA20E, RATIONAL, ((105_295, 10),)),
            tag(0xA20F, RATIONAL, ((105_295, 10),)),
            tag(0xA210, SHORT, 2),
        ]
    )
    assert found.sensor_mm == pytest.approx((13.2, 8.8), rel=1e-4)
    assert found.taken_px == (5472, 3648)


def test_a_resolution_an_editor_left_behind_gives_no_sensor():
    found = camera(
        exif=[
            tag(0xA002, SHORT, 3000),
            tag(0xA003, SHORT, 2000),
            tag(0xA20E, RATIONAL, ((72, 1),)),
            tag(0xA20F, RATIONAL, ((72, 1),)),
        ]
    )
    assert found.sensor_mm is None


@pytest.mark.parametrize(
    "bad",
    [
        tag(0xA405, SHORT, 0),
        tag(0x920A, RATIONAL, ((0, 1),)),
        tag(0x920A, RATIONAL, ((5, 0),)),
        (0x920A, RATIONAL, 0, b""),
        (0xA405, 2, 4, b"abc\0"),
    ],
)
def test_unknown_and_broken_lenses_are_none_and_no_damage(bad):
    block = exif_block(exif=[bad], gps=gps_tags(more=[(6, RATIONAL, 0, b"")]))
    meta = read_metadata(block)
    assert meta.camera == Camera()
    assert not any("damaged" in warning for warning in meta.warnings)


def test_digital_zoom_is_told():
    assert camera(exif=[tag(0xA404, RATIONAL, ((20, 10),))]).digital_zoom == 2.0
    assert camera(exif=[tag(0xA404, RATIONAL, ((0, 10),))]).digital_zoom == 1.0


def test_a_decoded_photo_carries_its_camera():
    block = exif_block(exif=[tag(0xA405, SHORT, 28)], gps=gps_tags(more=[height(60)]))
    header = inspect_photo(encoded(picture(), exif=block), name="a.jpg")
    assert header.camera == Camera(altitude_m=60.0, focal_length_35mm=28.0)
