import json
from math import comb

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.drift.ensembles.coast_segments import coast_segments
from core.drift.ensembles.stranding import (
    ANY_COAST,
    NO_COAST,
    STRANDING_COLUMNS,
    binomial_interval,
    stranding,
    stranding_geojson,
)
from core.errors import InputError
from core.geo import great_circle_distance_km

START = pd.Timestamp("2024-01-01T00:00Z")
#: On the coast of Oregon, and in the middle of the Pacific.
SHORE = (46.0, -123.95)
OPEN_SEA = (0.0, -150.0)


def ensemble(*, n, ashore, place=SHORE, hours=4, seed=0, backward=False):
    """Members afloat at sea; each of ``ashore`` lies at ``place`` from its hour on."""
    rows = []
    for member in range(n):
        for hour in range(hours + 1):
            stranded = hour >= ashore.get(member, hours + 1)
            lat, lon = place if stranded else (46.0, -125.0)
            sign = -1 if backward else 1
            time = START + sign * pd.Timedelta(hour, "h")
            status = "stranded" if stranded else "afloat"
            rows.append((seed, member, time, lat, lon, status, sign * hour))
    return pd.DataFrame(
        rows, columns=["seed", "member", "time", "lat", "lon", "status", "hour"]
    )


# Clopper and Pearson's limits by definition: at the lower one k or more hits have
# probability alpha/2, at the upper one k or fewer.
@given(st.integers(1, 60), st.data())
def test_binomial_interval_meets_its_definition(n, data):
    k = data.draw(st.integers(0, n))
    share, low, high = binomial_interval(k, n, 0.9)

    def at_least(p, m):
        return sum(comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(m, n + 1))

    assert low <= share <= high
    assert low == 0 if k == 0 else at_least(low, k) == pytest.approx(0.05, rel=1e-6)
    if k < n:
        assert 1 - at_least(high, k + 1) == pytest.approx(0.05, rel=1e-6)
    else:
        assert high == 1


# Published example: 4 of 20 gives 5.73 % to 43.66 % at 95 %; 0 of 10 gives up to
# 1 - 0.025^(1/10) = 30.85 %.
def test_binomial_interval_of_known_cases():
    _, low, high = binomial_interval([4, 0], [20, 10])
    np.testing.assert_allclose(low, [0.057334, 0.0], atol=1e-6)
    np.testing.assert_allclose(high, [0.436614, 1 - 0.025**0.1], atol=1e-6)


@pytest.mark.parametrize(("k", "n", "level"), [(-1, 5, 0.9), (6, 5, 0.9), (0, 0, 0.9),
                                               (1, 5, 95)])  # fmt: skip
def test_binomial_interval_refuses_what_is_no_count(k, n, level):
    with pytest.raises(InputError):
        binomial_interval(k, n, level)


def test_chance_arrival_and_mass_of_a_coast_segment():
    # Member 0 is no draw: 4 of the 20 others strand, at hours 1, 2, 3 and 3.
    frame = ensemble(n=21, ashore={0: 1, 3: 2, 5: 1, 8: 3, 9: 3})
    seeds = pd.DataFrame({"seed": [0], "mass_kg": [50.0]})
    found = stranding(frame, seeds=seeds)
    assert tuple(found.columns) == STRANDING_COLUMNS
    total, segment = found.to_dict("records")
    assert total["segment"] == ANY_COAST
    for row in (total, segment):
        assert (row["n_stranded"], row["n_members"]) == (4, 20)
        assert row["probability"] == 0.2
        assert row["low"] == pytest.approx(0.0573, abs=1e-4)
        assert row["high"] == pytest.approx(0.4366, abs=1e-4)
        assert row["first_arrival"] == START + pd.Timedelta(1, "h")
        assert row["median_arrival"] == START + pd.Timedelta(2.5, "h")
        assert row["expected_kg"] == pytest.approx(10.0)
    away = great_circle_distance_km(
        lat1=segment["lat"], lon1=segment["lon"], lat2=SHORE[0], lon2=SHORE[1]
    )
    assert away < 8
    assert segment["distance_km"] < 3


def test_nothing_stranded_still_has_a_row_with_an_upper_limit():
    found = stranding(ensemble(n=11, ashore={}))
    row = found.iloc[0]
    assert len(found) == 1
    assert (row["segment"], row["probability"], row["low"]) == (ANY_COAST, 0.0, 0.0)
    assert row["high"] == pytest.approx(1 - 0.025**0.1)
    assert pd.isna(row["first_arrival"])
    assert pd.isna(row["expected_kg"])


def test_all_stranded_is_certain_with_a_lower_limit():
    found = stranding(ensemble(n=11, ashore=dict.fromkeys(range(11), 0)))
    assert list(found["probability"]) == [1.0, 1.0]
    assert found["low"][0] == pytest.approx(0.025**0.1)
    assert list(found["high"]) == [1.0, 1.0]


def test_stranding_far_from_any_mapped_coast_is_named_so():
    found = stranding(ensemble(n=5, ashore={1: 2, 2: 2}, place=OPEN_SEA))
    assert list(found["segment"]) == [ANY_COAST, NO_COAST]
    assert found["lat"][1] == 0.0


def test_members_that_left_the_area_count_as_not_stranded_and_are_told():
    frame = ensemble(n=11, ashore={1: 1})
    gone = (frame["member"] == 2) & (frame["hour"] >= 2)
    frame.loc[gone, "status"] = "out_of_domain"
    found = stranding(frame)
    assert list(found["n_out"]) == [1, 1]
    assert list(found["n_members"]) == [10, 10]


def test_each_seed_has_its_own_chances_and_probabilities_add_up():
    frame = pd.concat(
        [ensemble(n=11, ashore={1: 1, 2: 1}),
         ensemble(n=11, ashore={4: 2}, place=(-33.9, 18.4), seed=7)],
        ignore_index=True,
    )  # fmt: skip
    found = stranding(frame)
    assert list(found["seed"]) == [0, 0, 7, 7]
    for _, rows in found.groupby("seed"):
        parts = rows[rows["segment"] != ANY_COAST]["probability"].sum()
        assert parts == pytest.approx(rows.iloc[0]["probability"])


def test_backward_run_takes_the_arrival_nearest_to_when_it_was_found():
    found = stranding(ensemble(n=11, ashore={1: 1, 2: 3}, backward=True))
    assert found["first_arrival"][0] == START - pd.Timedelta(1, "h")


def test_segments_have_stable_names_and_the_stated_length():
    coast = coast_segments()
    assert coast.frame["segment"].is_unique
    assert coast.frame["segment"][0] == "coast10-0000-0000"
    long = coast.frame.groupby("stretch").filter(lambda part: len(part) > 3)
    assert long["length_km"].between(8.5, 11.5).all()
    # A line is as long as its row says, whatever stretch it lies on.
    rng = np.random.default_rng(1)
    for index in rng.integers(0, len(coast.frame), 40):
        line = coast.line(int(index))
        legs = great_circle_distance_km(lat1=line[:-1, 0], lon1=line[:-1, 1],
                                        lat2=line[1:, 0], lon2=line[1:, 1])  # fmt: skip
        assert legs.sum() == pytest.approx(coast.frame["length_km"][index], rel=1e-3)


def test_the_edges_of_the_map_are_no_coast():
    coast = coast_segments()
    rim = (coast.frame["lon"].abs() > 180 - 1e-9) | (coast.frame["lat"] < -89)
    assert not rim.any()


def test_a_position_by_its_middle_is_nearest_to_its_own_segment():
    coast = coast_segments()
    rng = np.random.default_rng(2)
    rows = rng.integers(0, len(coast.frame), 300)
    lats, lons = (coast.frame[name].to_numpy()[rows] for name in ("lat", "lon"))
    index, distance = coast.nearest(lat=lats, lon=lons)
    assert (distance < 1.0).all()
    # Segments a few hundred metres apart (both banks of an inlet) may swap.
    assert (index == rows).mean() > 0.97


def test_nearest_coast_is_found_across_180_degrees():
    # Off Taveuni, Fiji, whose coast lies on both sides of 180 degrees.
    index, distance = coast_segments().nearest(lat=[-16.7], lon=[-179.99])
    assert index[0] >= 0
    assert distance[0] < 20


def test_segment_length_out_of_range_is_refused():
    with pytest.raises(InputError, match="outside 1 to 1000 km"):
        coast_segments(0.01)


def test_geojson_draws_the_segments_without_nan():
    found = stranding(ensemble(n=11, ashore={1: 1}))
    document = json.loads(json.dumps(stranding_geojson(found), allow_nan=False))
    (feature,) = document["features"]
    assert feature["geometry"]["type"] == "LineString"
    assert feature["properties"]["probability"] == 0.1
    assert feature["properties"]["expected_kg"] is None
    assert feature["properties"]["first_arrival"] == "2024-01-01T01:00:00Z"
