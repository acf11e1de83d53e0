from datetime import UTC, datetime

import h3
import numpy as np
import pandas as pd
import pytest
import shapely

from core.drift.advect import advect
from core.drift.ensembles.hindcast import (
    SOURCE_COLUMNS,
    hindcast,
    source_cells,
    source_coast,
)
from core.drift.ensembles.regions import regions
from core.drift.ensembles.run import run_ensemble
from core.drift.field import VelocityField
from core.errors import InputError
from core.geo import great_circle_distance_km

START = datetime(2024, 3, 1, tzinfo=UTC)
START_S = START.timestamp()


def vortex(*, land=None):
    """Solid-body turn about (0, 0), one turn in 4 days, in an angle-true small area."""
    y = x = np.linspace(-2, 2, 41)
    lon, lat = np.meshgrid(x, y)
    rate = 2 * np.pi / (4 * 86400.0) * 111_195.0
    u, v = -rate * lat, rate * lon * np.cos(np.radians(lat))
    if land is not None:
        u[land(lat, lon)] = np.nan
    times = START_S + np.array([0.0, 10 * 86400.0])
    return VelocityField(times, y, x, np.stack([u, u]), np.stack([v, v]),
                         mesh="spherical")  # fmt: skip


def test_forward_then_backward_without_diffusion_returns_home():
    seeds = pd.DataFrame({"lat": [0.5, -0.3], "lon": [0.1, 0.7]})
    there = run_ensemble(seeds, current=vortex(), hours=60, members=1)
    finds = there[there["hour"] == 60][["seed", "lat", "lon", "time"]]
    back = hindcast(finds, current=vortex(), hours=60, members=1)
    home = back[back["hour"] == -60]
    away = great_circle_distance_km(
        lat1=seeds["lat"].to_numpy(), lon1=seeds["lon"].to_numpy(),
        lat2=home["lat"].to_numpy(), lon2=home["lon"].to_numpy(),
    )  # fmt: skip
    assert (away < 1e-3).all()
    assert (home["time"] == pd.Timestamp(START)).all()


# Truth: debris from one origin, diffused on the way. A turning flow keeps the random
# walk isotropic, so what is found lies as the backward cloud does about the origin and
# the 90 % region must hold the origin in 90 % of the cases. 150 cases, binomial 0.9999:
# 0.80 to 0.97; for 50 %: 0.34 to 0.66.
def test_the_backward_cloud_holds_the_origin_at_its_stated_rate():
    field, n, k = vortex(), 150, 30.0
    hours = 48
    track = advect(field, np.full(n, 0.6), np.full(n, 0.4), START_S,
                   START_S + hours * 3600, diffusivity_m2_s=k, seed=11)  # fmt: skip
    when = pd.Timestamp(START) + pd.Timedelta(hours, "h")
    finds = pd.DataFrame({"lat": track.y[-1], "lon": track.x[-1], "time": when})
    back = hindcast(
        finds, current=field, hours=hours, members=41, seed=2, position_error_m=0.0,
        random_flight=None, diffusivity_m2_s=k,
    )  # fmt: skip
    found = regions(back[back["hour"] == -hours])
    for level, low, high in ((0.5, 0.34, 0.66), (0.9, 0.80, 0.97)):
        areas = found.loc[found["level"] == level, "geometry"]
        rate = np.mean([shapely.intersects_xy(area, 0.6, 0.4) for area in areas])
        assert low <= rate <= high


def test_source_cells_add_up_and_hold_where_it_came_from():
    find = pd.DataFrame({"lat": [0.5], "lon": [0.1]})
    back = hindcast(find, current=vortex(), hours=24, members=41)
    cells = source_cells(back, resolution=3, every_h=6)
    assert tuple(cells.columns) == SOURCE_COLUMNS
    assert sorted(cells["hour"].unique()) == [-24, -18, -12, -6, 0]
    sums = cells.groupby("hour")["probability"].sum()
    assert sums.to_numpy() == pytest.approx(1.0)
    assert (cells["low"] < cells["probability"]).all()
    first = cells[cells["hour"] == 0].iloc[0]
    assert first["h3"] == h3.latlng_to_cell(0.5, 0.1, 3)
    assert (cells["n_members"] == 40).all()


def test_members_that_left_are_missing_from_the_sum():
    find = pd.DataFrame({"lat": [1.9], "lon": [0.0]})
    back = hindcast(find, current=vortex(), hours=24, members=40)
    cells = source_cells(back, every_h=24)
    gone = (back[(back["hour"] == -24) & (back["member"] > 0)]["status"]
            == "out_of_domain").mean()  # fmt: skip
    assert gone > 0
    total = cells.loc[cells["hour"] == -24, "probability"].sum()
    assert total == pytest.approx(1 - gone)


def test_source_coast_names_where_the_way_back_met_land():
    # A current that sets west from the coast of Oregon.
    y, x = np.linspace(45, 47, 21), np.linspace(-126, -123, 31)
    lon, _ = np.meshgrid(x, y)
    u = np.where(lon > -124.0, np.nan, -0.5)
    field = VelocityField(START_S + np.array([0, 864_000.0]), y, x, np.stack([u, u]),
                          np.stack([0 * u, 0 * u]), mesh="spherical")  # fmt: skip
    find = pd.DataFrame({"lat": [46.0], "lon": [-124.3]})
    back = hindcast(find, current=field, hours=36, members=31, random_flight=None,
                    position_error_m=1000.0)  # fmt: skip
    found = source_coast(back)
    assert found["segment"][0] == "any"
    assert found["probability"][0] == 1.0
    assert found["segment"][1].startswith("coast10-")
    assert found["first_arrival"][0] < pd.Timestamp(START) + pd.Timedelta(240, "h")


def test_resolution_out_of_range_is_refused():
    find = pd.DataFrame({"lat": [0.5], "lon": [0.1]})
    back = hindcast(find, current=vortex(), hours=1, members=2)
    with pytest.raises(InputError, match="H3 resolution 12"):
        source_cells(back, resolution=12)
