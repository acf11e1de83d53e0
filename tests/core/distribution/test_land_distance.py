import numpy as np
import pytest

from core.distribution import land_distance_km
from core.errors import InputError


def test_land_is_at_distance_zero():
    assert land_distance_km(lat=[47.37, -25.0], lon=[8.54, 134.0]).tolist() == [0, 0]


def test_the_north_pole_is_as_far_from_greenland_as_maps_say():
    # Kaffeklubben, 83.67 N, is the northernmost land: 6.33 degrees of 111.2 km.
    found = land_distance_km(lat=[90.0, 90.0], lon=[0.0, 179.0])
    assert found[0] == pytest.approx(704, abs=15)
    assert found[0] == pytest.approx(found[1], abs=1e-6)


def test_the_south_pole_is_land():
    assert land_distance_km(lat=-90.0, lon=20.0) == [0.0]


def test_the_most_distant_place_of_the_ocean():
    # Point Nemo, 48.88 S 123.39 W, lies 2,688 km from Ducie, Motu Nui and Maher.
    (found,) = land_distance_km(lat=-48.8767, lon=-123.3933)
    assert found == pytest.approx(2690, abs=80)


def test_the_cut_of_the_map_at_180_degrees_is_no_coast():
    # Chukotka's polygon is cut at 180 degrees; south of Fiji there is no coast at all.
    assert land_distance_km(lat=-25.0, lon=180.0) > 300
    east, west = land_distance_km(lat=[0.0, 0.0], lon=[179.999, -179.999])
    assert east == pytest.approx(west, abs=0.5)


@pytest.mark.parametrize(
    ("lat", "lon"),
    [([91.0], [0.0]), ([np.nan], [0.0]), ([0.0], [np.inf]), ([0.0, 1.0], [0.0])],
)
def test_what_is_not_on_earth_is_refused(lat, lon):
    with pytest.raises(InputError):
        land_distance_km(lat=lat, lon=lon)
