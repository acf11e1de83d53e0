import numpy as np
import pytest

from core.distribution import BASINS, basin_of

#: Places that an atlas puts into one basin beyond doubt.
PLACES = [
    ("Arctic Ocean", 80, 0),
    ("Arctic Ocean", 72, -140),
    ("North Atlantic", 30, -45),
    ("North Atlantic", 25, -90),  # Gulf of Mexico
    ("North Atlantic", 12, -75),  # Caribbean
    ("North Atlantic", 9.8, -80),  # off Colon
    ("North Atlantic", 45, -5),  # Bay of Biscay
    ("North Atlantic", 56, 3),  # North Sea
    ("South Atlantic", -30, -15),
    ("South Atlantic", -50, -60),
    ("North Pacific", 33, -140),
    ("North Pacific", 35, 150),
    ("North Pacific", 10, -95),
    ("North Pacific", 7.5, -80),  # Gulf of Panama
    ("North Pacific", 15, 115),  # South China Sea
    ("North Pacific", 28, -112),  # Gulf of California
    ("South Pacific", -30, -110),
    ("South Pacific", -35, 165),
    ("South Pacific", -45, -80),
    ("Indian Ocean", -30, 80),
    ("Indian Ocean", 15, 65),
    ("Indian Ocean", 15, 90),  # Bay of Bengal
    ("Indian Ocean", 20, 38),  # Red Sea
    ("Indian Ocean", -40, 110),
    ("Southern Ocean", -65, 100),
    ("Mediterranean Sea", 38, 5),
    ("Mediterranean Sea", 34, 25),
    ("Mediterranean Sea", 36, -3),
    ("Black Sea", 43, 34),
    ("Baltic Sea", 57, 19),
]


@pytest.mark.parametrize(("name", "lat", "lon"), PLACES)
def test_the_basin_is_that_of_an_atlas(name, lat, lon):
    assert BASINS[basin_of(lat=lat, lon=lon)[0]] == name


def test_both_sides_of_the_date_line_are_one_ocean():
    found = basin_of(lat=[20, 20, 20, -20, -20], lon=[179.9, 180, -180, 180, -179.9])
    assert [BASINS[i] for i in found] == ["North Pacific"] * 3 + ["South Pacific"] * 2


def test_every_place_on_earth_has_a_basin():
    lat, lon = np.meshgrid(np.linspace(-90, 90, 37), np.linspace(-180, 180, 73))
    found = basin_of(lat=lat.ravel(), lon=lon.ravel())
    assert set(found.tolist()) == set(range(len(BASINS)))
