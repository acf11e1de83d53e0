"""Clusterer and planner in the manner of scikit-learn."""

from datetime import UTC, datetime
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.spatial import cKDTree
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import check_estimator

from core.errors import CleanupWarning
from core.observations import make_observations
from core.routing import find_hotspots, parse_fleet
from core.routing.estimators import (
    EXPECTED_FAILED_CHECKS,
    CleanupPlanner,
    HotspotClusterer,
)
from core.simulation import SimulatedSea, simulate_sea

#: Of the simulated sea: within it, what a vessel at a hotspot gathers (assumption).
REACH_KM = 1.5
N_SITES = 12
#: Open sea south of Crete, far from every coast.
OPEN_SEA = np.array(
    [[33.5, 24.0, 300.0], [33.6, 24.1, 200.0], [33.4, 24.1, 100.0], [33.5, 24.2, 50.0]]
)


@pytest.mark.filterwarnings("ignore::core.errors.CleanupWarning")
@pytest.mark.parametrize(
    ("estimator", "expected"),
    [
        (HotspotClusterer(), EXPECTED_FAILED_CHECKS["HotspotClusterer"]),
        (HotspotClusterer(radius_km=40.0, max_extent_km=500.0), {}),
        pytest.param(
            CleanupPlanner(),
            EXPECTED_FAILED_CHECKS["CleanupPlanner"],
            marks=pytest.mark.slow,  # half a minute of planning
        ),
    ],
    ids=["clusterer", "clusterer of 40 km", "planner"],
)
def test_the_checks_of_scikit_learn_pass(estimator, expected):
    done = check_estimator(estimator, expected_failed_checks=expected, on_skip=None)
    failed = {one["check_name"] for one in done if one["status"] == "xfail"}
    assert failed == set(expected)
    assert sum(one["status"] == "passed" for one in done) > 35


def test_hotspots_are_those_of_find_hotspots():
    """The same positions and masses give the same sites by both ways."""
    rng = np.random.default_rng(5)
    n = 60
    rows = pd.DataFrame(
        {
            "lat": 38.0 + rng.normal(0.0, 0.2, n),
            "lon": 25.0 + rng.normal(0.0, 0.2, n),
            "observed_at": "2026-06-01T00:00:00Z",
            "category": "fishing_gear",
            "count": 1,
            "mass_kg": rng.uniform(1.0, 9.0, n),
        }
    )
    made = make_observations(rows).accepted
    sites = find_hotspots(made, radius_km=4.0, max_extent_km=12.0, min_mass_kg=5.0)
    found = HotspotClusterer(radius_km=4.0, max_extent_km=12.0, min_mass_kg=5.0)
    found.fit(made[["lat", "lon"]], sample_weight=made["mass_kg"])
    assert len(sites) > 3
    np.testing.assert_allclose(found.centres_, sites[["lat", "lon"]], atol=1e-9)
    np.testing.assert_allclose(found.masses_kg_, sites["mass_kg"])


def test_labels_count_from_the_heaviest_and_light_ones_are_none():
    place = [[38.0, 25.0], [39.0, 25.0], [40.0, 25.0], [40.001, 25.0]]
    mass = [1.0, 9.0, 3.0, 2.0]
    found = HotspotClusterer(min_mass_kg=2.0).fit(place, sample_weight=mass)
    assert found.labels_.tolist() == [-1, 0, 1, 1]
    assert found.masses_kg_.tolist() == [9.0, 5.0]
    assert found.centres_[1] == pytest.approx([40.0004, 25.0])
    most = HotspotClusterer(max_sites=1).fit(place, sample_weight=mass)
    assert most.labels_.tolist() == [-1, 0, -1, -1]


def test_new_positions_join_the_debris_they_are_near():
    found = HotspotClusterer(radius_km=5.0).fit([[0.0, 179.99], [0.0, -179.99]])
    assert found.labels_.tolist() == [0, 0]
    assert abs(found.centres_[0, 1]) == pytest.approx(180.0)
    near_and_far = [[0.04, -180.0], [0.05, 179.99], [1.0, 180.0]]
    assert found.predict(near_and_far).tolist() == [0, -1, -1]


def test_rows_that_are_not_on_earth_are_left_out_and_told_of():
    place = [[38.0, 25.0], [91.0, 25.0], [38.0, 361.0]]
    with pytest.warns(CleanupWarning, match="2 of 3 rows .* the first row 1 at"):
        found = HotspotClusterer().fit(place)
    assert found.labels_.tolist() == [0, -1, -1]
    with pytest.warns(CleanupWarning, match="1 of 1 rows"):
        assert found.predict([[95.0, 0.0]]).tolist() == [-1]


def test_debris_without_mass_makes_no_hotspot():
    place = [[38.0, 25.0], [38.02, 25.0], [50.0, 0.0]]
    found = HotspotClusterer().fit(place, sample_weight=[1.0, 0.0, 0.0])
    assert found.labels_.tolist() == [0, 0, -1]
    assert found.centres_.tolist() == [[38.0, 25.0]]
    none = HotspotClusterer(min_mass_kg=2.0).fit(place)
    assert none.centres_.shape == (1, 2)
    with pytest.raises(ValueError, match="at least one non-zero"):
        HotspotClusterer().fit(place, sample_weight=[0.0, 0.0, 0.0])


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"radius_km": 0.0}, "radius_km"),
        ({"radius_km": "5"}, "radius_km"),
        ({"max_extent_km": -1.0}, "max_extent_km"),
        ({"min_mass_kg": -0.1}, "min_mass_kg"),
        ({"max_sites": 0}, "max_sites"),
    ],
)
def test_parameters_out_of_range_are_refused(change, word):
    with pytest.raises(ValueError, match=word):
        HotspotClusterer(**change).fit([[38.0, 25.0]])


def survey(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Find all debris in strips 200 m wide, 5 km apart: position and mass."""
    truth = sea_of(seed)[0].truth
    seen = truth.is_debris & (np.abs(truth.x_km % 5.0 - 2.5) < 0.1)
    lat, lon = truth.area.lat_lon(x_km=truth.x_km[seen], y_km=truth.y_km[seen])
    return np.column_stack([lat, lon]), truth.mass_kg[seen]


@cache
def sea_of(seed: int) -> tuple[SimulatedSea, cKDTree]:
    """Make a simulated sea, and the tree of its debris."""
    sea = simulate_sea(seed)
    there = sea.truth.is_debris
    return sea, cKDTree(np.column_stack([sea.truth.x_km, sea.truth.y_km])[there])


def share_covered(found: HotspotClusterer, seed: int) -> float:
    """Share of the true mass that lies within reach of the heaviest hotspots."""
    sea, tree = sea_of(seed)
    truth = sea.truth
    lat, lon = found.centres_[:N_SITES].T
    x, y = truth.area.x_y_km(lat=lat, lon=lon)
    rows = tree.query_ball_point(np.column_stack([x, y]), REACH_KM)
    covered = np.unique(np.concatenate([np.array(r, dtype=int) for r in rows]))
    mass = truth.mass_kg[truth.is_debris]
    return float(mass[covered].sum() / mass.sum())


def test_clustering_is_tuned_against_the_simulated_sea():
    """What one sea teaches covers more of the true mass of two others."""
    place, mass = survey(6)

    def scoring(
        found: HotspotClusterer,
        X: object,  # noqa: N803 - the truth is asked, not the rows left out
        y: object = None,
        sample_weight: object = None,
    ) -> float:
        return share_covered(found, 6)

    search = GridSearchCV(
        HotspotClusterer(),
        {"radius_km": [0.5, 5.0], "max_extent_km": [3.0, 6.0, 20.0]},
        scoring=scoring,
        cv=KFold(3, shuffle=True, random_state=1),
    )
    search.fit(place, sample_weight=mass)
    scores = search.cv_results_["mean_test_score"]
    assert search.best_score_ == scores.max() > 1.2 * scores.min()
    default = HotspotClusterer()
    for other in (7, 8):
        place, mass = survey(other)
        tuned = clone(search.best_estimator_).fit(place, sample_weight=mass)
        plain = clone(default).fit(place, sample_weight=mass)
        assert share_covered(tuned, other) > share_covered(plain, other)


@pytest.fixture(scope="module")
def fleet():
    vessel = {
        "speed_kn": 10,
        "collect_speed_kn": 2,
        "sweep_width_m": 50,
        "hold_kg": 400,
        "endurance_h": 100,
        "fuel_l_per_h": 50,
        "start": {"lat": 33.5, "lon": 24.05},
    }
    names = [{**vessel, "name": name} for name in ("Alma", "Berta")]
    return parse_fleet({"vessels": names, "ports": []})


def test_a_plan_is_learned_and_predicts_the_vessel_of_each_site(fleet):
    planner = CleanupPlanner(fleet, hours=48.0, iterations=100).fit(OPEN_SEA)
    assert planner.plan_ is not None
    of_site = {
        int(stop.site): v
        for v, vessel in enumerate(planner.plan_.vessels)
        for trip in vessel.trips
        for stop in trip.stops
    }
    assert of_site
    assert planner.predict(OPEN_SEA).tolist() == [of_site.get(i, -1) for i in range(4)]
    near, far = [[33.501, 24.0, 1.0]], [[33.52, 24.0, 1.0]]
    assert planner.predict(near).tolist() == [of_site[0]]
    assert planner.predict(far).tolist() == [-1]


def test_the_score_is_the_expected_mass(fleet):
    planner = CleanupPlanner(fleet, hours=48.0, iterations=100).fit(OPEN_SEA)
    assert planner.plan_ is not None
    total = planner.plan_.totals["mass_kg"]
    assert planner.score(OPEN_SEA) == pytest.approx(total)
    half = OPEN_SEA * [1.0, 1.0, 0.5]
    assert planner.score(half) == pytest.approx(total / 2.0)
    assert planner.score(OPEN_SEA * [1.0, 1.0, 9.0]) == pytest.approx(total)
    assert planner.score([[0.0, 0.0, 100.0]]) == 0.0


def test_a_table_is_read_by_its_names(fleet):
    columns = ["mass_kg", "site", "lon", "lat"]
    table = pd.DataFrame(
        [[row[2], f"S{i}", row[1], row[0]] for i, row in enumerate(OPEN_SEA)],
        columns=columns,
    )
    planner = CleanupPlanner(fleet, hours=48.0, iterations=100)
    by_name = planner.fit(table).predict(table)
    assert by_name.tolist() == planner.fit(OPEN_SEA).predict(OPEN_SEA).tolist()


def test_rows_without_mass_are_not_visited(fleet):
    sites = OPEN_SEA.copy()
    sites[0, 2], sites[1, 2] = 0.0, -5.0
    planner = CleanupPlanner(fleet, hours=48.0, iterations=100).fit(sites)
    assert planner.predict(sites)[:2].tolist() == [-1, -1]
    assert planner.predict(sites)[2:].min() >= 0


@pytest.mark.parametrize(
    ("sites", "hours"), [(OPEN_SEA[:, :2] * 0 + [48.0, 16.0], 72.0), (OPEN_SEA, 0.01)]
)
def test_where_nothing_can_be_served_the_plan_is_none(sites, hours):
    """In Vienna, and within half a minute: no site, no mass, no error."""
    planner = CleanupPlanner(hours=hours, iterations=10).fit(sites)
    assert planner.plan_ is None
    assert set(planner.predict(sites)) == {-1}
    assert planner.score(sites) == 0.0


def test_pipeline_and_grid_search_take_the_planner(fleet):
    start = datetime(2026, 6, 1, tzinfo=UTC)
    planner = CleanupPlanner(fleet, start_at=start, iterations=50)
    steps = Pipeline([("as it is", FunctionTransformer()), ("plan", planner)])
    copy = clone(steps).fit(OPEN_SEA)
    assert copy.predict(OPEN_SEA).max() >= 0
    assert copy.named_steps["plan"].plan_.start_at == start
    every_row = [(np.arange(4), np.arange(4))]
    search = GridSearchCV(steps, {"plan__hours": [4.0, 48.0]}, cv=every_row)
    search.fit(OPEN_SEA)
    assert search.best_params_ == {"plan__hours": 48.0}


def test_the_planner_refuses_what_it_cannot_use():
    with pytest.raises(ValueError, match="hours"):
        CleanupPlanner(hours=-1.0).fit(OPEN_SEA)
    with pytest.raises(ValueError, match="fleet"):
        CleanupPlanner("fleet").fit(OPEN_SEA)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="NaN"):
        CleanupPlanner().fit(OPEN_SEA * np.nan)
