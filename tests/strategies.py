"""Hypothesis strategies that several tests share."""

import unicodedata
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from core.environment import KINDS, Forcing
from core.observations import RECORD_CATEGORY_CODES
from core.routing import (
    DriftingTargets,
    Fleet,
    FleetVessel,
    Place,
    Port,
    RoutingProblem,
    Vessel,
)

#: Text as people and attackers write it, without control characters.
printable_text = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=20
) | st.sampled_from(["=1+1", "'=x", "''@a", "a,b;c", 'quo"te', "../up", "na me"])


@st.composite
def raw_observations(draw: st.DrawFn, *, max_rows: int = 8) -> pd.DataFrame:
    """Tables of raw observations that are all valid; some rows may be equal."""
    n = draw(st.integers(min_value=1, max_value=max_rows))
    records = []
    for _ in range(n):
        code = draw(st.sampled_from(RECORD_CATEGORY_CODES))
        number = st.floats(min_value=1e-6, max_value=1e4, allow_nan=False)
        records.append(
            {
                "lat": draw(st.floats(min_value=-90, max_value=90)),
                "lon": draw(st.floats(min_value=-180, max_value=180)),
                "observed_at": draw(
                    st.datetimes(
                        min_value=datetime(1950, 1, 1),
                        max_value=datetime(2026, 1, 1),
                    )
                ).isoformat()
                + "Z",
                "category": code,
                "count": 0 if code == "clean" else draw(st.integers(0, 10**6)),
                "mass_kg": draw(st.none() | number),
                "effort_km2": draw(st.none() | number),
                "survey": draw(printable_text),
                "size_class": draw(st.sampled_from(["", "macro", "10-50 cm"])),
                "quality_flag": draw(st.sampled_from([None, 1, 2, 3, 4, 9])),
                "simulated": draw(st.booleans()),
                "replicate": draw(st.sampled_from(["", "1", "2"])),
            }
        )
    return pd.DataFrame(records)


@st.composite
def seed_frames(draw: st.DrawFn, *, max_rows: int = 6) -> pd.DataFrame:
    """Frames of drift seeds that are all valid."""
    n = draw(st.integers(min_value=1, max_value=max_rows))
    moments = st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1))
    mass = st.none() | st.floats(min_value=0, max_value=1e6)
    return pd.DataFrame(
        {
            "lat": draw(st.lists(st.floats(-90, 90), min_size=n, max_size=n)),
            "lon": draw(
                st.lists(st.floats(-180, 359.75), min_size=n, max_size=n)
            ),
            "time": pd.to_datetime(
                pd.Series(
                    draw(st.lists(st.none() | moments, min_size=n, max_size=n)),
                    dtype="datetime64[us]",
                ),
                utc=True,
            ),
            "category": draw(
                st.lists(
                    st.sampled_from(["net", "Bottle", "", "plastic", "kelp raft"]),
                    min_size=n, max_size=n,
                )
            ),
            "mass_kg": draw(st.lists(mass, min_size=n, max_size=n)),
        }
    )  # fmt: skip


@st.composite
def forcings(draw: st.DrawFn) -> Forcing:
    """Any valid forcing with a wet node: odd steps, land, texts, both hemispheres."""
    kind = draw(st.sampled_from(KINDS))
    names = ("height_m",) if kind == "waves" else ("u", "v")
    shape = (draw(st.integers(1, 3)), draw(st.integers(2, 4)), draw(st.integers(2, 4)))
    start = draw(st.floats(-1e9, 4e9))
    gaps = draw(st.lists(st.integers(1, 10**6), min_size=2, max_size=2))
    step = st.floats(1e-3, 10.0)
    lat = draw(st.floats(-80.0, 40.0)) + np.cumsum(
        [draw(step) for _ in range(shape[1])]
    )
    lon = draw(st.floats(-180.0, 179.0)) + np.cumsum(
        [0.0, *(draw(step) for _ in range(shape[2] - 1))]
    )
    value = st.floats(-9.0, 9.0, width=32)
    size = int(np.prod(shape))
    fields = [
        np.array(draw(st.lists(value, min_size=size, max_size=size)), dtype=np.float32)
        for _ in names
    ]
    land = np.array(draw(st.lists(st.booleans(), min_size=size, max_size=size)))
    land[0] = False
    for field in fields:
        field[land] = np.nan
    values = [field.reshape(shape) for field in fields]
    text = st.text(max_size=30)
    named = st.from_regex(r"\A[a-z_]{1,8}\Z")
    fields_of: dict[str, Any] = dict(zip(names, values, strict=True))
    return Forcing(
        kind=kind,
        time_s=start + np.cumsum([0, *gaps])[: shape[0]],
        lat=lat,
        lon=lon,
        title=draw(text),
        source=draw(text),
        attribution=draw(text),
        variables=tuple(draw(st.lists(named, min_size=1, max_size=2))),
        warnings=tuple(draw(st.lists(text, max_size=3))),
        simulated=draw(st.booleans()),
        **fields_of,
    )


@st.composite
def drifting_targets(
    draw: st.DrawFn, *, n: int, n_still: int = 0, members: int = 1
) -> DriftingTargets:
    """Targets on a plane or a sphere, slower or faster than the vessels."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    radius = draw(st.sampled_from([None, 6371.0]))
    spread_km = draw(st.sampled_from([30.0, 300.0, 3000.0]))
    drift_km = draw(st.sampled_from([0.0, 0.5, 3.0, 20.0]))
    times = draw(st.integers(2, 60))
    steps = rng.normal(0.0, drift_km, (members, times, n, 2))
    steps[:, 0] = rng.uniform(-spread_km, spread_km, (n, 2))
    steps[:, 1:, :n_still] = 0.0
    east, north = np.moveaxis(steps.cumsum(axis=1), 3, 0)
    if radius is None:
        position = np.stack([east, north, np.zeros_like(east)], axis=3)
    else:
        lon, lat = east / radius, np.clip(north / radius, -1.5, 1.5)
        position = radius * np.stack(
            [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=3
        )
    share = np.clip(rng.uniform(-0.3, 1.3, (members, times, n)), 0.0, 1.0)
    share[:, :, :n_still] = 1.0
    pace = 1.0 / rng.uniform(4.0, 30.0, (n, n))
    pace[rng.uniform(size=(n, n)) < draw(st.sampled_from([0.0, 0.05]))] = np.inf
    step_h = draw(st.sampled_from([0.5, 1.0, 3.0]))
    time_h = np.arange(times, dtype=np.float64) * step_h
    return DriftingTargets(time_h, position, share, pace, radius)


@st.composite
def timed_problems(
    draw: st.DrawFn, *, n_sites: int = 7, members: int = 1, drifting: bool | None = None
) -> RoutingProblem:
    """Problems with all that the clock knows: calendars, drift, soft windows, ports.

    Nodes 0 and 1 are ports; the last vessel is planned anew from sea, at node 2.
    """
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = 3 + n_sites
    moves = draw(st.booleans()) if drifting is None else drifting
    targets = None
    if moves:
        targets = draw(drifting_targets(n=n, n_still=3, members=members))
    site = np.arange(n) >= 3
    calendars = [
        [[24.0 * d + 6.0, 24.0 * d + 18.0] for d in range(6)],
        [[24.0 * d + h, 24.0 * d + h + 1.5] for d in range(6) for h in (3.0, 8.0)],
    ]
    kept = tuple(np.array(one) for one in calendars) if draw(st.booleans()) else ()
    calendar_of = rng.integers(-1, len(kept), (2, n)) if kept else None
    bound = draw(st.sampled_from([np.inf, 60.0, 25.0]))
    vessels = (
        Vessel(20.0, bound, 0, 1, (0, 1), "one", ready_h=2.5),
        Vessel(np.inf, 80.0, 2, 0, (0,), "two", spent_h=6.0, load_kg=4.0),
    )
    return RoutingProblem(
        travel_h=rng.uniform(0.5, 9.0, (2, n, n)),
        prize=np.where(site, rng.uniform(1.0, 9.0, n), 0.0),
        service_h=np.where(site, rng.uniform(0.0, 5.0, (2, n)), 0.0),
        demand_kg=np.where(site, rng.uniform(0.5, 8.0, n), 0.0),
        vessels=vessels,
        horizon_h=draw(st.sampled_from([140.0, 60.0])),
        unload_h=np.where(site, 0.0, rng.uniform(0.0, 3.0, n)),
        calendars=kept,
        calendar_of=calendar_of,
        preferred_h=np.tile([20.0, 40.0], (n, 1)),
        penalty_per_h=np.where(site, rng.choice([0.0, 0.2], n), 0.0),
        targets=targets,
    )


#: Names that a sites or fleet file may hold.
plan_names = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12
)


@st.composite
def fleets(draw: st.DrawFn) -> Fleet:
    """Fleets within the limits of a fleet file, optional fields given or not."""
    clock = st.times().map(lambda at: f"{at:%H:%M}")
    span = st.tuples(clock, clock | st.just("24:00")).filter(lambda s: s[0] != s[1])
    lat, lon = st.floats(-90, 90), st.floats(-180, 180, exclude_max=True)
    codes = draw(st.lists(plan_names, min_size=1, max_size=3, unique=True))
    ports = tuple(
        Port(
            code,
            draw(lat),
            draw(lon),
            draw(st.floats(0, 1000)),
            draw(st.just("") | plan_names),
            tuple(draw(st.lists(span, max_size=2))),
        )
        for code in codes
    )
    docks = st.sampled_from([Place(one.lat, one.lon, one.name) for one in ports])
    place = docks | st.builds(Place, lat, lon)
    limit = {
        "collect_fuel_l_per_h": (0.001, 1e5),
        "max_wave_m": (0.01, 30.0),
        "max_wind_m_s": (0.01, 100.0),
        "crew_hours_per_day": (0.01, 24.0),
        "length_m": (0.1, 500.0),
    }
    vessels = st.builds(
        FleetVessel,
        name=plan_names,
        speed_kn=st.floats(0.1, 60.0),
        collect_speed_kn=st.floats(0.01, 20.0),
        sweep_width_m=st.floats(0.1, 1e4),
        hold_kg=st.floats(0.001, 1e8),
        endurance_h=st.floats(0.01, 1e4),
        fuel_l_per_h=st.floats(0.001, 1e5),
        cost_per_h=st.floats(0.0, 1e7),
        start=place,
        end=place,
        shift_start=st.none() | clock,
        **{field: st.none() | st.floats(*ends) for field, ends in limit.items()},
    )
    by_name = st.lists(vessels, min_size=1, max_size=3, unique_by=lambda v: v.name)
    return Fleet(tuple(draw(by_name)), ports)


@st.composite
def site_frames(draw: st.DrawFn, *, max_rows: int = 5) -> pd.DataFrame:
    """Frames of sites that are all valid, columns in any order, some left out."""
    moments = st.datetimes(datetime(1951, 1, 1), datetime(2199, 1, 1))
    hours = st.lists(moments, min_size=2, max_size=2, unique=True).map(sorted)
    names = draw(st.lists(plan_names, min_size=1, max_size=max_rows, unique_by=_nfc))
    rows = []
    for name in names:
        low, mass, high = sorted(
            draw(st.lists(st.floats(1e-3, 1e9), min_size=3, max_size=3))
        )
        opens, closes = draw(st.just((None, None)) | hours)
        early, late = draw(st.just((None, None)) | hours)
        cost = st.floats(0, 1e9)
        rows.append(
            {
                "site": name,
                "lat": draw(st.floats(-90, 90)),
                "lon": draw(st.floats(-180, 359.75)),
                "mass_kg": mass,
                "mass_kg_low": low,
                "mass_kg_high": high,
                "category": draw(st.just("") | plan_names),
                "priority": draw(st.floats(0, 1e6)),
                "service_h": draw(st.none() | st.floats(0, 1e4)),
                "open_from": opens,
                "open_until": closes,
                "prefer_from": early,
                "prefer_until": late,
                "late_cost_kg_per_h": draw(cost if early else st.none() | cost),
            }
        )
    return pd.DataFrame(rows)


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
