"""Hypothesis strategies that several tests share."""

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from core.environment import KINDS, Forcing
from core.observations import CATEGORY_CODES

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
        code = draw(st.sampled_from(CATEGORY_CODES))
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
