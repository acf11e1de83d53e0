"""Hypothesis strategies that several tests share."""

from datetime import datetime

import pandas as pd
from hypothesis import strategies as st

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
                draw(st.lists(st.none() | moments, min_size=n, max_size=n)), utc=True
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
