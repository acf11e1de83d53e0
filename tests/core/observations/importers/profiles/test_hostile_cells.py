"""No cell, whatever it holds, breaks an import or loses a record without a word."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.observations.importers.profiles import DATASET_PROFILES
from core.observations.importers.profiles._profile import TableProfile
from tests.core.observations.importers.profiles.made_up import (
    NOW,
    ImportContext,
    table,
)

PROFILES = [p for p in DATASET_PROFILES if isinstance(p, TableProfile)]
CELLS = st.sampled_from(
    [
        *("", "na", "NA", "nan", "-9", "0", "1", "2.5", "-1", "30.5", "140", "361"),
        *("1e308", "-1e308", "inf", "-inf", "1,234", "1.234,5", "99999999999999999"),
        *("2014", "12", "13", "31", "2014-05-09", "20140509", "09/05/2014", "Feb-40"),
        *("abc", "=1+1", "a\nb", "a\x00b", "x" * 2000, "\U0001f41f", "../x"),
        *("pieces/m3", "0.005-1", "Manta net", "Yes", "Plastic", "1.2000000000000002"),
    ]
)
#: Rows that are whole but for the cells a test spoils.
WHOLE = {"lat": "30", "lon": "-140", "year": "2015", "month": "8", "day": "9"}


def plausible(heading):
    """Guess a good cell by the heading, so that spoiled ones are reached."""
    lower = heading.lower()
    return next((cell for word, cell in WHOLE.items() if word in lower), "1")


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
@settings(max_examples=8)
@given(data=st.data())
def test_every_record_is_accounted_for(profile, data):
    headings = list(profile.required)
    spoiled = st.dictionaries(st.sampled_from(headings), CELLS, max_size=6)
    rows = [
        {**{name: plausible(name) for name in headings}, **changes}
        for changes in data.draw(st.lists(spoiled, min_size=1, max_size=4))
    ]
    beside = [table([_station(row) for row in rows])]
    context = ImportContext(now=NOW, companions=tuple(beside))
    imported = profile.read([table(rows)], context)
    assert imported.n_rows == len(rows)
    told = imported.n_accepted + imported.n_rejected + imported.n_duplicates
    assert told == len(rows)
    assert imported.n_accepted >= 0
    for frame in (imported.measurements, imported.events, imported.observations):
        assert frame["lat"].between(-90, 90).all()
        assert frame["lon"].between(-180, 180, inclusive="left").all()


def _station(row):
    stations = next(p for p in PROFILES if p.name == "gpgp-stations")
    return {
        **{name: plausible(name) for name in stations.required},
        "Sampling event ID": row.get("Sampling event ID", "1"),
    }
