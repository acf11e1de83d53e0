"""Every gridded file of the ocean data set, against its description and pyproj.

The files are not in the repository; the tests skip where they are not at hand.
"""

import time
from datetime import UTC, datetime
from pathlib import Path

import netCDF4
import numpy as np
import pyproj
import pytest

from core.environment import Forcing, open_forcing
from core.errors import InputError

OCEAN = Path(__file__).resolve().parents[5] / "shared" / "datasets" / "ocean"

pytestmark = [
    pytest.mark.validation,
    pytest.mark.skipif(not OCEAN.is_dir(), reason="the ocean files are not at hand"),
]


def one(name, **options) -> Forcing:
    (forcing,) = open_forcing(OCEAN / name, **options)
    return forcing


def utc(year, month, day, hour=0):
    return datetime(year, month, day, hour, tzinfo=UTC)


GLOBCURRENT = "globcurrent_agulhas_2002_daily.nc"
GLOBAL = "cmems_global_surface_currents_1deg_5day_2024-01.nc"
ATLANTIC = "cmems_north_atlantic_surface_currents_0.083deg_2024-01-01.nc"
RTOFS = "rtofs_washington_coast_2024-10-28_3hourly.nc"
COAST_CURRENT = "model_currents_washington_coast_2023-03-02_3hourly.nc"
COAST_WIND = "gfs_wind_washington_coast_2023-03-02_3hourly.nc"
AROME = "arome_wind_norway_2016-01-14.nc"

#: Grid, times and edges as the description of the files gives them; the share of
#: land counted with netCDF4 alone.
FACTS = [
    (GLOBCURRENT, "current", (366, 41, 81), utc(2002, 1, 1), utc(2003, 1, 1), 0.232),
    (GLOBAL, "current", (6, 171, 360), utc(2024, 1, 3), utc(2024, 1, 28), 0.270),
    (ATLANTIC, "current", (1, 661, 1441), utc(2024, 1, 1), utc(2024, 1, 1), 0.368),
    (RTOFS, "current", (64, 38, 34), utc(2024, 10, 28, 3), utc(2024, 11, 5), 0.349),
    (COAST_CURRENT, "current", (17, 52, 26), utc(2023, 3, 2, 12), utc(2023, 3, 4, 12),
     0.343),
    (COAST_WIND, "wind", (17, 7, 7), utc(2023, 3, 2), utc(2023, 3, 4), 0.0),
]  # fmt: skip


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact[0])
def test_kind_grid_times_and_land_are_those_described(fact):
    name, kind, shape, start, end, land = fact
    forcing = one(name)
    assert (forcing.kind, forcing.shape) == (kind, shape)
    assert (forcing.starts_at, forcing.ends_at) == (start, end)
    assert forcing.land_share == pytest.approx(land, abs=5e-4)
    assert not forcing.simulated


@pytest.mark.parametrize(
    ("name", "u_name"),
    [(GLOBCURRENT, "eastward_eulerian_current_velocity"), (GLOBAL, "uo"),
     (RTOFS, "water_u"), (COAST_CURRENT, "water_u"), (COAST_WIND, "air_u")],
)  # fmt: skip
def test_values_equal_those_netcdf4_reads(name, u_name):
    with netCDF4.Dataset(OCEAN / name) as file:
        plain = np.ma.filled(file[u_name][:].astype(np.float64), np.nan)
    assert np.allclose(one(name).u, plain, rtol=1e-6, atol=1e-9, equal_nan=True)


def test_the_doubts_of_each_file_are_said():
    said = {name: " / ".join(one(name).warnings) for name, *_ in FACTS}
    assert "no unit given, m/s assumed" in said[RTOFS]
    assert "frames 24 h apart are probably averages" in said[GLOBCURRENT]
    assert "frames 120 h apart are probably averages" in said[GLOBAL]
    assert "one time only, 2024-01-01" in said[ATLANTIC]
    assert "level 0.494 m" in said[ATLANTIC]
    assert "10 m assumed" in said[COAST_WIND]
    assert said[COAST_CURRENT] == ""


def test_wind_and_current_of_the_washington_coast_start_12_h_apart():
    current, wind = one(COAST_CURRENT), one(COAST_WIND)
    assert (current.time_s[0] - wind.time_s[0]) / 3600.0 == 12.0
    wind.require(start=current.starts_at)
    with pytest.raises(InputError, match="end 2023-03-04T12:00Z is outside the wind"):
        wind.require(start=current.starts_at, end=current.ends_at)


def test_drifter_files_are_refused_for_what_they_are():
    with pytest.raises(InputError, match="tracks of drifters"):
        one("drifters_barents_2022.nc")
    with pytest.raises(InputError, match="a gzip file"):
        one("drifters_baltic_2023_raw.csv.gz")
    with pytest.raises(InputError, match="a Parquet table"):
        one("drifters_trex2020_with_currents_winds.parquet")


def test_a_box_across_180_takes_both_sides_of_the_global_file():
    whole = one(GLOBAL)
    assert whole.is_global
    part = one(GLOBAL, bbox=(170.0, -10.0, -170.0, 10.0))
    assert part.lon[0] < 170.0
    assert part.lon[-1] > 190.0
    assert np.all(np.diff(part.lon) == pytest.approx(1.0, abs=1e-4))
    for lon in (175.0, 179.9, -179.9, -175.0):
        one_way, other = (
            np.array(each.at(time=whole.starts_at, lat=0.3, lon=lon))
            for each in (part, whole)
        )
        assert np.allclose(one_way, other, atol=1e-6, equal_nan=True)


def test_a_box_and_a_period_are_all_that_is_read():
    forcing = one(
        GLOBCURRENT,
        bbox=(20.0, -38.0, 22.0, -36.0),
        start=utc(2002, 6, 1, 12),
        end=utc(2002, 6, 3),
    )
    assert (forcing.starts_at, forcing.ends_at) == (utc(2002, 6, 1), utc(2002, 6, 3))
    whole = one(GLOBCURRENT)
    same = whole.subset(
        bbox=(20.0, -38.0, 22.0, -36.0),
        start=utc(2002, 6, 1, 12),
        end=utc(2002, 6, 3),
    )
    assert np.array_equal(forcing.u, same.u, equal_nan=True)
    assert np.array_equal(forcing.lon, same.lon)


def test_a_whole_ocean_at_a_twelfth_of_a_degree_opens_in_a_second():
    start = time.perf_counter()
    one(ATLANTIC)
    assert time.perf_counter() - start < 2.0


def arome_by_hand():
    """Wind at the nodes, turned by the meridian convergence that pyproj gives."""
    with netCDF4.Dataset(OCEAN / AROME) as file:
        lat, lon = file["latitude"][:].data, file["longitude"][:].data
        x_wind, y_wind = file["x_wind_10m"][:].data, file["y_wind_10m"][:].data
    factors = pyproj.Proj(
        "+proj=lcc +lat_0=63 +lon_0=15 +lat_1=63 +lat_2=63 +R=6371000"
    ).get_factors(lon, lat)
    turn = np.radians(factors.meridian_convergence)
    wind = (x_wind + 1j * y_wind) * np.exp(-1j * turn)
    return lat, lon, wind


def test_wind_along_a_lambert_grid_is_turned_to_east_and_north():
    lat, lon, wind = arome_by_hand()
    forcing = one(AROME)
    rng = np.random.default_rng(5)
    rows, columns = rng.integers(5, 146, 300), rng.integers(5, 136, 300)
    for frame, seconds in enumerate(forcing.time_s):
        u, v = forcing.at(
            time=np.full(300, seconds), lat=lat[rows, columns], lon=lon[rows, columns]
        )
        apart = np.abs(u + 1j * v - wind[frame, rows, columns])
        # Two bilinear steps smooth a wind that changes by metres a second from node
        # to node; its direction and mean must still be right.
        assert np.median(apart) < 0.1
        assert np.mean(u + 1j * v) == pytest.approx(
            np.mean(wind[frame, rows, columns]), abs=0.05
        )


def test_the_turned_wind_is_exact_at_the_nodes_before_it_is_regridded():
    from core.environment.files.layout import find_layout
    from core.environment.files.rotate import rotated
    from core.environment.files.source import opened_dataset
    from core.environment.files.target import find_target

    _, _, wind = arome_by_hand()
    with opened_dataset(OCEAN / AROME) as file:
        layout = find_layout(file, "x_wind_10m", kind="wind", record=AROME)
        target = find_target(
            file, "x_wind_10m", layout, frame="grid", bbox=None, record=AROME
        )
        x, y = (file[f"{axis}_wind_10m"].values for axis in "xy")
    assert target.curved is not None
    u, v = rotated(x, y, target.curved.angle_deg)
    assert np.abs(u + 1j * v - wind).max() < 2e-3  # a turn wrong by 0.01 degrees


def test_outside_the_curvilinear_grid_there_is_no_wind():
    forcing = one(AROME)
    lat, lon, _ = arome_by_hand()
    corners = [(0, 0), (0, -1), (-1, 0), (-1, -1)]
    west, _, _, north = forcing.bbox
    assert west == pytest.approx(lon.min())
    assert north == pytest.approx(lat.max())
    u, _ = forcing.at(time=forcing.time_s[0], lat=north - 0.01, lon=west + 0.01)
    assert np.isnan(u)
    for row, column in corners:
        y, x = lat[row, column], lon[row, column]
        u, _ = forcing.at(
            time=forcing.time_s[0],
            lat=y + 0.1 * np.sign(lat.mean() - y),
            lon=x + 0.2 * np.sign(lon.mean() - x),
        )
        assert np.isfinite(u)
