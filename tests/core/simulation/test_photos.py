"""Simulated photo files go through the real reader with their time and place."""

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from core.errors import InputError
from core.imagery import decode_photo
from core.simulation import jpeg_bytes, render_photo

MOMENT = datetime(2026, 9, 15, 20, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("lat", "lon"), [(22.3, -156.6), (-41.123456, 173.5), (0.0, 0.001), (89.9, -179.99)]
)
def test_reader_finds_time_and_position(lat: float, lon: float) -> None:
    pixels = render_photo("net", seed=1, size_px=96)
    data = jpeg_bytes(pixels, taken_at=MOMENT, lat=lat, lon=lon)
    photo = decode_photo(data, name="net.jpg")
    assert photo.taken_at == MOMENT
    assert photo.lat == pytest.approx(lat, abs=3e-6)
    assert photo.lon == pytest.approx(lon, abs=3e-6)
    assert photo.pixels.shape == pixels.shape


def test_file_says_that_it_is_simulated() -> None:
    data = jpeg_bytes(
        np.zeros((40, 40, 3), np.uint8), taken_at=MOMENT, lat=1.0, lon=2.0
    )
    assert b"Gyre simulated sea" in data


def test_local_time_is_stored_as_utc() -> None:
    local = MOMENT.astimezone(timezone(timedelta(hours=-10)))
    data = jpeg_bytes(np.zeros((40, 40, 3), np.uint8), taken_at=local, lat=1.0, lon=2.0)
    assert decode_photo(data, name="a.jpg").taken_at == MOMENT


def test_time_without_zone_is_refused() -> None:
    with pytest.raises(InputError, match="no time zone"):
        jpeg_bytes(
            np.zeros((8, 8, 3), np.uint8),
            taken_at=MOMENT.replace(tzinfo=None),
            lat=1.0,
            lon=2.0,
        )


def test_position_off_the_earth_is_refused() -> None:
    with pytest.raises(InputError, match="latitude 91"):
        jpeg_bytes(np.zeros((8, 8, 3), np.uint8), taken_at=MOMENT, lat=91.0, lon=2.0)
