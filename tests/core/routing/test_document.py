"""Plan documents: written, read back the same, and old ones still read."""

import copy
import json
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import RouteInputError
from core.routing import plan_from_dict
from core.routing.document import left_something
from core.routing.schedule import (
    CleanupPlan,
    LeftOut,
    Leg,
    Partial,
    PlanDrift,
    PlanLimit,
    PlannedTrip,
    PlannedVessel,
    Rejected,
    Stop,
)

#: Written by hand as version 0.6 wrote it: no start, no drift, no rejected records.
OLD: dict[str, Any] = {
    "seed": 3,
    "solver": "pyvrp 0.14.1",
    "start_at": "2026-06-01T06:00:00Z",
    "horizon_h": 48.0,
    "simulated": True,
    "prize": 400.0,
    "prize_bound": 500.0,
    "gap_bound": 0.2,
    "totals": {"mass_kg": 400.0},
    "vessels": [
        {
            "name": "Alma",
            "speed_kn": 10.0,
            "cost_per_h": 100.0,
            "trips": [
                {
                    "start": "P",
                    "end": "P",
                    "depart": "2026-06-01T06:00:00Z",
                    "return": "2026-06-01T20:00:00Z",
                    "stops": [
                        {
                            "site": "a",
                            "lat": 0.0,
                            "lon": -29.0,
                            "arrive": "2026-06-01T12:00:00Z",
                            "leave": "2026-06-01T14:00:00Z",
                            "mass_kg": 400.0,
                            "mass_kg_low": 300.0,
                            "mass_kg_high": 600.0,
                            "service_h": 2.0,
                            "fuel_l": 160.0,
                            "category": "",
                        }
                    ],
                    "legs": [
                        {
                            "path": [[-30.0, 0.0], [-29.0, 0.0]],
                            "depart": "2026-06-01T06:00:00Z",
                            "distance_km": 111.195,
                            "hours": 6.0,
                            "fuel_l": 480.0,
                        },
                        {
                            "path": [[-29.0, 0.0], [-30.0, 0.0]],
                            "depart": "2026-06-01T14:00:00Z",
                            "distance_km": 111.195,
                            "hours": 6.0,
                            "fuel_l": 480.0,
                        },
                    ],
                    "load_kg": 400.0,
                    "load_kg_low": 300.0,
                    "load_kg_high": 600.0,
                    "hours": 14.0,
                    "unload_h": 4.0,
                    "fuel_l": 1120.0,
                }
            ],
        }
    ],
    "unassigned": [{"site": "b", "reason": "hold", "detail": "Too heavy."}],
    "partial": [],
    "notes": ["Assumed: nothing."],
}


def test_old_documents_are_read_with_work_beginning_on_arrival():
    plan = plan_from_dict(OLD)
    trip = plan.vessels[0].trips[0]
    assert trip.stops[0].start == trip.stops[0].arrive
    assert trip.stops[0].miss_chance is None
    assert trip.free == datetime(2026, 6, 2, tzinfo=UTC)
    assert trip.legs[0].speed_kn == pytest.approx(111.195 / 6.0 / 1.852, abs=1e-4)
    assert plan.drift is None
    assert plan.request is None
    assert plan.parent is None
    assert (plan.rejected, plan.limits, plan.closed_areas) == ((), (), ())
    assert plan.totals["mass_kg_high"] == 600.0


def test_a_second_reading_changes_nothing():
    once = plan_from_dict(OLD).to_dict()
    assert plan_from_dict(json.loads(json.dumps(once))).to_dict() == once


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("seed",), None),
        (("vessels",), [{}]),
        (("vessels", 0, "trips", 0, "legs", 0, "path"), "here"),
        (("vessels", 0, "trips", 0, "stops", 0, "arrive"), "noon"),
        (("rejected",), [{"row": 1}]),
        (("drift",), {"members": 3}),
        (("limits",), [["hold"]]),
    ],
)
def test_documents_of_another_kind_are_refused(path, value):
    bad = copy.deepcopy(OLD)
    at: Any = bad
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    with pytest.raises(RouteInputError, match="plan document cannot be read"):
        plan_from_dict(bad)
    with pytest.raises(RouteInputError, match="plan document cannot be read"):
        plan_from_dict(cast("Any", []))


def test_what_stays_behind_is_found_in_every_place():
    clean = {**OLD, "unassigned": []}
    assert not left_something(clean)
    assert left_something(OLD)
    rejected = [{"record": "row 2", "field": "lat", "value": "x", "reason": "no"}]
    assert left_something({**clean, "rejected": rejected})
    missed = copy.deepcopy(clean)
    missed["vessels"][0]["trips"][0]["stops"][0]["miss_chance"] = 0.25
    assert left_something(missed)


START = datetime(2026, 6, 1, tzinfo=UTC)
figures = st.floats(0.0, 1e6)
names = st.text(min_size=1, max_size=8)
hours = st.floats(0.0, 500.0)
lat, lon = st.floats(-90.0, 90.0), st.floats(-180.0, 179.9999)


@st.composite
def moments(draw):
    return START + timedelta(seconds=draw(st.floats(0.0, 1e6)))


@st.composite
def stops(draw):
    arrive, start, leave = sorted(draw(st.tuples(*[moments()] * 3)))
    numbers = draw(st.tuples(*[figures] * 5))
    return Stop(
        site=draw(names),
        lat=draw(lat),
        lon=draw(lon),
        arrive=arrive,
        start=draw(st.sampled_from([None, start])),
        leave=leave,
        mass_kg=numbers[0],
        mass_kg_low=numbers[1],
        mass_kg_high=numbers[2],
        service_h=numbers[3],
        fuel_l=numbers[4],
        category=draw(names),
        miss_chance=draw(st.none() | st.floats(0.0, 1.0)),
        drift_km=draw(figures),
    )


@st.composite
def legs(draw):
    path = draw(st.lists(st.tuples(lat, lon), min_size=2, max_size=4))
    km, h, fuel = draw(st.tuples(figures, hours, figures))
    speed = draw(st.none() | st.floats(0.0, 60.0))
    return Leg(np.array(path), draw(moments()), km, h, fuel, speed)


@st.composite
def trips(draw):
    made = tuple(draw(st.lists(stops(), max_size=2)))
    lines = tuple(draw(legs()) for _ in range(len(made) + 1))
    numbers = draw(st.tuples(*[figures] * 7))
    free = draw(st.none() | moments())
    start_name, end_name = draw(st.tuples(names, names))
    depart, end = draw(st.tuples(moments(), moments()))
    return PlannedTrip(
        start_name=start_name,
        end_name=end_name,
        depart=depart,
        end=end,
        stops=made,
        legs=lines,
        load_kg=numbers[0],
        load_kg_low=numbers[1],
        load_kg_high=numbers[2],
        hours=numbers[3],
        unload_h=numbers[4],
        free=free,
        carried_kg=numbers[5],
        spent_h=numbers[6],
    )


@st.composite
def plans(draw):
    text = st.text(max_size=12)
    drift = st.builds(
        PlanDrift, st.integers(1, 99), text, figures, figures, figures, figures, text
    )
    limit = st.builds(PlanLimit, text, figures, text, figures, figures)
    vessels = draw(st.lists(st.lists(trips(), max_size=2), min_size=1, max_size=2))
    return CleanupPlan(
        start_at=START,
        horizon_h=draw(hours),
        seed=draw(st.integers(0, 2**31)),
        solver=draw(text),
        vessels=tuple(
            PlannedVessel(f"v{i}", 10.0, 99.5, tuple(one))
            for i, one in enumerate(vessels)
        ),
        unassigned=tuple(draw(st.lists(st.builds(LeftOut, text, text, text)))),
        partial=(Partial("p", draw(figures), draw(figures), "hold", "more"),),
        prize=draw(figures),
        prize_bound=draw(figures),
        notes=tuple(draw(st.lists(text, max_size=2))),
        rejected=tuple(draw(st.lists(st.builds(Rejected, text, text, text, text)))),
        drift=draw(st.none() | drift),
        limits=tuple(draw(st.lists(limit, max_size=2))),
        closed_areas=({"type": "Feature", "properties": {"name": "reef"}},),
        request=draw(st.sampled_from([None, {"hours": 72.0}])),
        parent=draw(st.none() | text),
    )


@settings(max_examples=40, deadline=None)
@given(plans())
def test_reading_what_was_written_is_the_identity(plan):
    document = plan.to_dict()
    again = plan_from_dict(json.loads(json.dumps(document)))
    assert again.to_dict() == document
    assert again.totals == plan.totals
    assert [t.free for _, t in again.trips()] == [t.free for _, t in plan.trips()]
