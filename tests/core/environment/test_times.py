from datetime import UTC, datetime

import cftime
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.environment.times import averaging_warnings, decode_times
from core.errors import InputError

T0 = datetime(2024, 1, 1, tzinfo=UTC).timestamp()


def decoded(values, units, calendar="", dtype=float):
    return decode_times(
        np.asarray(values, dtype=dtype),
        units=units,
        calendar=calendar,
        record="f, time",
    )


@pytest.mark.parametrize(
    ("value", "units"),
    [
        (0, "hours since 2024-01-01"),
        (24, "Hour since 2023-12-31 00:00:00"),
        (1, "days since 2023-12-31T00:00:00Z"),
        (0.5, "d since 2023-12-31 12"),
        (3600, "seconds since 2023-12-31 23:00:00 +00:00"),
        (60, "minutes since 2023-12-31 23:00:00.0 UTC"),
        (2, "h since 2024-01-01 00:00 +2:00"),
        (-5, "hours since 2024-01-01 00:00:00 -05:00"),
        (1.7040672e12, "milliseconds since 1970-01-01"),
        (8766, "days since 2000-1-1"),
        (648672, "hours since 1950-01-01 00:00:00"),
    ],
)
def test_every_way_of_writing_a_unit_gives_the_same_moment(value, units):
    found = decoded([value], units)
    assert found.time_s[0] == T0
    assert found.warnings == ()


@given(
    st.sampled_from(["seconds", "minutes", "hours", "days"]),
    st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)),
    st.integers(0, 10_000),
)
def test_times_agree_with_cftime(unit, reference, value):
    reference = reference.replace(microsecond=0)
    units = f"{unit} since {reference.isoformat(sep=' ')}"
    theirs = cftime.num2pydate(value, units).replace(tzinfo=UTC).timestamp()
    assert decoded([value], units).time_s[0] == pytest.approx(theirs, abs=1e-3)


def test_decimal_days_come_out_to_the_millisecond():
    times = decoded(np.arange(8) / 24.0, "days since 2024-01-01").time_s
    assert (times - T0).tolist() == (3600.0 * np.arange(8)).tolist()


@pytest.mark.parametrize(
    ("units", "calendar", "message"),
    [
        ("months since 2000-01-01", "", "unit 'months' has no fixed length"),
        ("hours", "", "unit 'hours', expected '<unit> since <date>'"),
        ("day as %Y%m%d.%f", "", "expected '<unit> since <date>'"),
        ("days since yesterday", "", "'yesterday' is no date"),
        ("days since 2000-02-31", "", "reference date '2000-02-31'"),
        ("days since 0000-01-01", "", "reference date '0000-01-01'"),
        ("days since 2000-01-01", "noleap", "calendar 'noleap' has no real days"),
        ("days since 2000-01-01", "360_day", "calendar '360_day' has no real days"),
        ("days since 2000-01-01", "julian", "no real days"),
        ("seconds since 1600-01-01", "", "outside 1850 to 2150"),
    ],
)
def test_units_and_calendars_that_cannot_be_true_are_refused(units, calendar, message):
    with pytest.raises(InputError, match=message):
        decoded([10.0], units, calendar)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_missing_times_are_refused_with_their_place(bad):
    with pytest.raises(
        InputError, match="1 of 3 times are missing, the first at index 1"
    ):
        decoded([0.0, bad, 2.0], "hours since 2024-01-01")


def test_numbers_too_large_for_any_calendar_are_refused():
    with pytest.raises(InputError, match="outside 1850 to 2150"):
        decoded([1e300], "days since 2024-01-01")


def test_texts_as_times_are_refused():
    with pytest.raises(InputError, match="expected numbers"):
        decoded(["2024-01-01"], "hours since 2024-01-01", dtype="U10")


def test_a_reference_before_the_calendar_reform_is_read_as_cf_says_and_flagged():
    # CF's default calendar is Julian before 1582-10-15; cftime is the reference.
    units = "days since 0001-01-01"
    theirs = datetime.fromisoformat(
        cftime.num2date(738_887, units, calendar="standard").isoformat()
    )
    found = decoded([738_887], units)
    assert found.time_s[0] == theirs.replace(tzinfo=UTC).timestamp()
    assert "programs differ by two days" in found.warnings[0]
    proleptic = decoded([738_887], units, "proleptic_gregorian")
    assert proleptic.warnings == ()
    assert abs(proleptic.time_s[0] - found.time_s[0]) == 2 * 86400.0


def test_times_stored_as_float32_are_flagged_by_how_far_they_may_be_off():
    found = decoded([27_000.125], "days since 1950-01-01", dtype=np.float32)
    assert found.warnings == (
        "times are stored so coarsely that they may be off by 84 s",
    )
    assert decoded([10.125], "days since 2024-01-01", dtype=np.float32).warnings == ()


def test_averages_are_flagged_and_snapshots_are_not():
    hourly = np.linspace(0.0, 4 * 3600.0, 5)
    daily = 24.0 * hourly
    assert averaging_warnings(hourly, bounds_s=None, cell_methods="area: mean") == ()
    (said,) = averaging_warnings(hourly, bounds_s=None, cell_methods="time:  mean")
    assert said.startswith("frames 1 h apart are averages")
    (said,) = averaging_warnings(daily, bounds_s=None, cell_methods="")
    assert said.startswith("frames 24 h apart are probably averages")
    bounds = daily[:, None] + [-43200.0, 43200.0]
    (said,) = averaging_warnings(daily, bounds_s=bounds, cell_methods="")
    assert said == "frames stand for periods of 24 h (time bounds)"
