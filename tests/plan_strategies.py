"""Hypothesis strategies of cleanup plans, for exports and what is read back."""

from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import strategies as st

from core.geo import great_circle_distance_km, normalise_lon
from core.routing.schedule import (
    CleanupPlan,
    Leg,
    PlannedTrip,
    PlannedVessel,
    Stop,
)

#: Names as the inputs take them: printable, with markup, quotes, emoji, or long.
plan_names = st.text(
    st.characters(codec="utf-8").filter(str.isprintable), min_size=1, max_size=80
) | st.sampled_from(
    [
        "=1+1",
        "'=x",
        "''@a",
        'quo"te & <b>x</b> ]]>',
        "a,b;c",
        "Ναυς",
        "海洋一号",
        "🐋 net",
        "$x$",
        "CON",
        "x" * 80,
        " ",
    ]
)
_MOMENTS = st.datetimes(
    datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)
) | st.sampled_from([datetime(2026, 12, 31, tzinfo=UTC)])


@st.composite
def cleanup_plans(draw: st.DrawFn) -> CleanupPlan:
    """Plans of any shape: vessels that stay in port, 180 degrees, midnight."""
    start_at = draw(_MOMENTS)
    names = draw(st.lists(plan_names, min_size=1, max_size=3, unique=True))
    middle = draw(st.sampled_from([(0.0, 0.0), (38.0, 25.0), (-17.0, 179.9)]))
    vessels = []
    for name in names:
        clock, trips = start_at, []
        place = _near(draw, middle)
        for _ in range(draw(st.integers(0, 2))):
            trip = _trip(draw, clock, middle, place)
            trips.append(trip)
            clock, place = trip.free, trip.legs[-1].path[-1]
        vessels.append(PlannedVessel(name, 10.0, 100.0, tuple(trips)))
    return CleanupPlan(
        start_at=start_at,
        horizon_h=1000.0,
        seed=1,
        solver="made up",
        vessels=tuple(vessels),
        unassigned=(),
        partial=(),
        prize=1.0,
        prize_bound=2.0,
        simulated=draw(st.booleans()),
    )


def _near(draw: st.DrawFn, middle: tuple[float, float]) -> np.ndarray:
    """Draw a place within two degrees of a middle, some of them on it."""
    step = st.just(0.0) | st.floats(-2.0, 2.0)
    lon = normalise_lon(middle[1] + draw(step))
    return np.array([middle[0] + draw(step), float(lon)])


def _trip(
    draw: st.DrawFn, depart: datetime, middle: tuple[float, float], place: np.ndarray
) -> PlannedTrip:
    clock = depart
    stops: list[Stop] = []
    legs: list[Leg] = []
    hours = st.sampled_from([0.0, 24.0]) | st.floats(0.0, 30.0)
    mass = st.floats(0.0, 1e5)
    n_stops = draw(st.integers(1, 3))
    for k in range(n_stops + 1):
        home = k == n_stops and draw(st.booleans())
        goal = legs[0].path[0] if home else _near(draw, middle)
        between = [_near(draw, middle) for _ in range(draw(st.integers(0, 1)))]
        path = np.array([place, *between, goal])
        sailing = draw(hours)
        legs.append(Leg(path, clock, _length_km(path), sailing, draw(mass)))
        place, clock = legs[-1].path[-1], clock + timedelta(hours=sailing)
        if k < n_stops:
            start = clock + timedelta(hours=draw(hours))
            leave = start + timedelta(hours=draw(hours))
            low, kg, high = sorted(draw(st.lists(mass, min_size=3, max_size=3)))
            stops.append(
                Stop(
                    site=draw(plan_names),
                    lat=place[0],
                    lon=place[1],
                    arrive=clock,
                    start=start,
                    leave=leave,
                    mass_kg=kg,
                    mass_kg_low=low,
                    mass_kg_high=high,
                    service_h=(leave - start) / timedelta(hours=1),
                    fuel_l=draw(mass),
                    category=draw(st.sampled_from(["", "net", "<&>'"])),
                    miss_chance=draw(st.none() | st.floats(0.0, 1.0)),
                    drift_km=draw(st.floats(0.0, 100.0)),
                )
            )
            clock = stops[-1].leave
    return PlannedTrip(
        start_name=draw(plan_names),
        end_name=draw(plan_names),
        depart=depart,
        end=clock,
        stops=tuple(stops),
        legs=tuple(legs),
        load_kg=sum(stop.mass_kg for stop in stops),
        load_kg_low=sum(stop.mass_kg_low for stop in stops),
        load_kg_high=sum(stop.mass_kg_high for stop in stops),
        hours=(clock - depart) / timedelta(hours=1),
        unload_h=draw(hours),
    )


def _length_km(path: np.ndarray) -> float:
    a, b = path[:-1], path[1:]
    return float(
        great_circle_distance_km(
            lat1=a[:, 0], lon1=a[:, 1], lat2=b[:, 0], lon2=b[:, 1]
        ).sum()
    )
