"""Net tows and beach walks follow the truth and read as any field table."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely

from core.coastline import is_on_land
from core.observations.crosswalk import item
from core.observations.measurement_checks import make_measurements
from core.simulation import ITEM_KINDS, SimulatedSea, beach_walks, net_tows
from core.simulation.field_data import sensitive_area


@pytest.fixture(scope="module")
def tows(sea: SimulatedSea) -> pd.DataFrame:
    return net_tows(sea)


@pytest.fixture(scope="module")
def walks(sea: SimulatedSea) -> pd.DataFrame:
    return beach_walks(sea)


def test_same_seed_same_tables(
    sea: SimulatedSea, tows: pd.DataFrame, walks: pd.DataFrame
) -> None:
    pd.testing.assert_frame_equal(net_tows(sea), tows)
    pd.testing.assert_frame_equal(beach_walks(sea), walks)
    other = replace(sea, seed=sea.seed + 1)
    assert net_tows(other)["count"].tolist() != tows["count"].tolist()


def test_every_record_is_accepted_without_a_doubt(
    tows: pd.DataFrame, walks: pd.DataFrame
) -> None:
    for table in (tows, walks):
        checked = make_measurements(table)
        assert checked.rejected == checked.doubts == checked.repeated == ()
        assert len(checked.accepted) == len(table)


def test_tows_hold_a_thousand_pieces_an_item_of_the_sea(
    sea: SimulatedSea, tows: pd.DataFrame
) -> None:
    """Over many seeds the mean catch is the density about the stations, by hand."""
    counts = [
        table["count"].sum()
        for table in (net_tows(replace(sea, seed=s)) for s in range(100, 105))
    ]
    x, y = sea.truth.area.x_y_km(lat=tows["lat"], lon=tows["lon"])
    expected = 0.0
    for line in range(4):
        now = sea.truth.at(40.0 + 12.0 * line, sea.current)
        debris = np.column_stack([now.x_km, now.y_km])[now.is_debris]
        for station in range(6 * line, 6 * line + 6):
            squared = ((debris - [x[station], y[station]]) ** 2).sum(axis=1)
            per_km2 = np.exp(-squared / 18.0).sum() / (18.0 * np.pi)
            expected += 1_000.0 * per_km2 * 0.0012
    # Gamma factors of shape 2 in 5 x 24 tows of unequal size: within a fifth.
    assert np.mean(counts) == pytest.approx(expected, rel=0.2)


def test_tows_lie_at_sea_within_the_area(tows: pd.DataFrame) -> None:
    on_land = is_on_land(lat=tows["lat"].to_numpy(), lon=tows["lon"].to_numpy())
    assert not np.any(on_land)
    assert tows["lat"].between(22.0, 22.45).all()


def test_beaches_hold_the_kinds_of_the_sea_under_their_codes(
    sea: SimulatedSea, walks: pd.DataFrame
) -> None:
    for row in walks.drop_duplicates("item_code").itertuples():
        assert item("TSG-ML", str(row.item_code)).category == row.category
    many = pd.concat([beach_walks(replace(sea, seed=s)) for s in range(60)])
    found = many.groupby("item_code")["count"].sum()
    names = [kind.name for kind in ITEM_KINDS]
    afloat = np.bincount(sea.truth.kind, minlength=len(names))
    litter = {"G7": "bottle", "G3": "bag", "G53": "net", "G175": "can"}
    total = sum(afloat[names.index(kind)] for kind in litter.values())
    for code, kind in litter.items():
        share = afloat[names.index(kind)] / total
        assert found[code] / found.sum() == pytest.approx(share, abs=0.01)
    # Ten walks of 60 items on average, 60 times over.
    assert found.sum() / 600 == pytest.approx(60.0, rel=0.1)


def test_area_lies_over_a_front_of_the_sea(sea: SimulatedSea) -> None:
    area = sensitive_area(sea)
    lat, lon = sea.truth.area.lat_lon(
        x_km=sea.truth.patches.x_km, y_km=sea.truth.patches.y_km
    )
    inside = shapely.contains_xy(area.polygon, lon, lat)
    assert set(sea.truth.patches.front[inside]) == {0}
    assert area.factor > 1.0
