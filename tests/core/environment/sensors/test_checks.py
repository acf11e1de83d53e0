"""Rules of the checks: every doubt leaves a flag and a reason, nothing is dropped."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import radians
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.environment.sensors import FixCheck, FixLimits, SensorFix
from core.environment.sensors._sequence import SequenceCounter
from core.errors import InputError

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
BALTIC = (
    Path(__file__).resolve().parents[5]
    / "shared/datasets/ocean/drifters_baltic_2023_raw.csv.gz"
)
#: Metres along a meridian of one degree, on the sphere of radius 6,371 km.
DEGREE_M = 111_194.9


def fix(seconds=0.0, *, north_m=0.0, sensor="d", **more):
    """Return a fix in mid-Pacific, so many metres north of 30 N, received at once."""
    at = AT + timedelta(seconds=seconds)
    fields = {
        "sensor_id": sensor,
        "platform_id": sensor,
        "observed_at": at,
        "received_at": at,
        "lat": 30.0 + north_m / DEGREE_M,
        "lon": -140.0,
        "topic": "drifter/d/position",
    }
    return SensorFix(**{**fields, **more})


def codes(checked):
    return [[r.split(":")[0] for r in f.reasons] for f in checked.fixes]


def flags(checked):
    return [int(f.quality_flag) for f in checked.fixes]


def test_a_slow_drifter_is_good():
    checked = FixCheck().check([fix(600 * i, north_m=300 * i) for i in range(5)])
    assert flags(checked) == [1] * 5
    assert codes(checked) == [[]] * 5


def test_an_exact_repeat_is_left_out_and_counted():
    check = FixCheck()
    assert check.check([fix(), fix()]).n_repeats == 1
    assert check.check([fix()]) == replace(check.check([]), n_repeats=1)


def test_the_same_time_with_other_values_is_suspect():
    checked = FixCheck().check([fix(), fix(north_m=1.0)])
    assert flags(checked) == [1, 3]
    assert codes(checked) == [[], ["same_time"]]


def test_a_late_fix_is_marked_but_not_at_fault():
    checked = FixCheck().check([fix(0), fix(1200, north_m=600), fix(600, north_m=300)])
    assert flags(checked) == [1, 1, 1]
    assert codes(checked) == [[], [], ["late"]]


def test_a_late_fix_is_judged_by_its_neighbours_in_time():
    check = FixCheck()
    checked = check.check(
        [fix(0), fix(1200, north_m=600), fix(600, north_m=30_000), fix(1800)]
    )
    assert codes(checked) == [[], [], ["speed", "late"], []]


def test_the_speed_limit_counts_beyond_the_accuracy_of_a_position():
    """3 m/s for 100 s is 300 m, and 30 m are allowed for accuracy."""
    slow = FixCheck().check([fix(0), fix(100, north_m=329)])
    fast = FixCheck().check([fix(0), fix(100, north_m=331)])
    assert flags(slow) == [1, 1]
    assert codes(fast)[1] == ["speed"]
    assert "limit 3" in fast.fixes[1].reasons[0]


def test_vessels_may_be_faster_than_drifters():
    ship = {"topic": "fleet/v/position"}
    checked = FixCheck().check([fix(0, **ship), fix(100, north_m=2000, **ship)])
    assert flags(checked) == [1, 1]


def test_one_jump_does_not_spoil_what_follows():
    checked = FixCheck().check(
        [fix(0), fix(600, north_m=90_000), fix(1200), fix(1800, north_m=100)]
    )
    assert flags(checked) == [1, 3, 1, 1]


def test_three_that_agree_start_a_new_track():
    far = [fix(600 * i, north_m=90_000) for i in range(1, 6)]
    assert flags(FixCheck().check([fix(0), *far])) == [1, 3, 3, 1, 1, 1]


@pytest.mark.parametrize(
    ("lat", "lon"), [(95.0, 10.0), (-90.01, 0.0), (10.0, 400.0), (10.0, -181.0), (0, 0)]
)
def test_a_position_that_is_none_fails_and_is_kept(lat, lon):
    checked = FixCheck().check([fix(lat=lat, lon=lon)])
    assert flags(checked) == [4]
    assert codes(checked) == [["bad_position"]]
    assert checked.fixes[0].lat == lat


def test_a_report_without_position_is_missing_and_kept():
    checked = FixCheck().check([fix(lat=None, lon=None, values={"battery_v": 3.9})])
    assert flags(checked) == [9]
    assert codes(checked) == [["no_position"]]


def test_land_is_suspect():
    checked = FixCheck().check([fix(lat=47.0, lon=8.5)])  # Zurich
    assert codes(checked) == [["on_land"]]
    assert flags(
        FixCheck(FixLimits(check_land=False)).check([fix(lat=47.0, lon=8.5)])
    ) == [1]


def test_a_clock_in_the_future_fails_and_does_not_make_others_late():
    check = FixCheck()
    ahead = fix(3600, received_at=AT)
    checked = check.check([ahead, fix(10)])
    assert flags(checked) == [4, 1]
    assert codes(checked) == [["future"], []]


def test_five_minutes_ahead_are_allowed():
    assert flags(FixCheck().check([fix(300, received_at=AT)])) == [1]


def test_old_reports_are_suspect_unless_replayed():
    old = fix(received_at=AT + timedelta(days=31))
    assert codes(FixCheck().check([old])) == [["old"]]
    assert flags(FixCheck(FixLimits(max_age=None)).check([old])) == [1]


def test_an_area_may_cross_180_degrees():
    check = FixCheck(FixLimits(area=(170.0, -20.0, -170.0, 20.0)))
    inside = [fix(1, lat=1, lon=179, sensor="a"), fix(2, lat=1, lon=-175, sensor="b")]
    outside = [fix(3, lat=1, lon=0.5, sensor="c"), fix(4, lat=30, lon=179, sensor="e")]
    assert codes(check.check([*inside, *outside])) == [[], [], ["outside"], ["outside"]]


def test_a_reported_speed_beyond_the_limit_is_suspect():
    checked = FixCheck().check([fix(values={"speed_over_ground_m_s": 287.0})])
    assert codes(checked) == [["said_speed"]]


def test_a_clock_fault_outweighs_a_missing_position():
    checked = FixCheck().check([fix(3600, received_at=AT, lat=None, lon=None)])
    assert flags(checked) == [4]


def test_what_is_stored_is_known_after_a_restart():
    first = FixCheck().check([fix(0), fix(1200)])
    check = FixCheck()
    check.remember(first.fixes)
    checked = check.check([fix(0), fix(1800, north_m=90_000), fix(600)])
    assert checked.n_repeats == 1
    assert codes(checked) == [["speed"], ["late"]]


def test_a_stranger_who_invents_names_cannot_fill_the_memory():
    check = FixCheck(FixLimits(max_sensors=3))
    check.check([fix(sensor=f"s{i}", sequence=1) for i in range(50)])
    assert len(check._sensors) == 3


def test_memory_of_one_sensor_is_bounded():
    check = FixCheck(FixLimits(memory=10))
    check.check([fix(600 * i) for i in range(50)])
    memory = check._sensors["d"]
    assert max(len(memory.ids), len(memory.by_time), len(memory.track)) == 10


@pytest.mark.parametrize(
    "limits",
    [
        {"max_speed_m_s": 0},
        {"max_speed_m_s": float("nan")},
        {"speeds_by_kind_m_s": {"buoy": -1}},
        {"memory": 1},
        {"max_sensors": 0},
    ],
)
def test_limits_that_make_no_sense_are_refused(limits):
    with pytest.raises(InputError):
        FixLimits(**limits)


def test_skipped_numbers_are_missing_until_they_come():
    counter = SequenceCounter()
    for number in (1, 2, 5, 6):
        counter.count(number, is_newer=True)
    assert counter.n_missing == 2
    counter.count(3, is_newer=False)
    counter.count(3, is_newer=False)  # a repeat
    assert counter.n_missing == 1


def test_a_device_that_starts_again_is_not_a_loss():
    counter = SequenceCounter()
    for number in (998, 999, 0, 1, 2_000_000, 2_000_001):
        counter.count(number, is_newer=True)
    assert (counter.n_missing, counter.n_restarts) == (0, 2)


@given(st.permutations(range(30)), st.sets(st.integers(0, 29)))
def test_in_any_order_missing_is_what_lies_between_and_never_came(order, lost):
    """Brute force: the numbers between first and highest that did not come."""
    arrived = [0, *[n for n in order if n not in lost and n > 0]]
    counter = SequenceCounter()
    highest = -1
    for number in arrived:
        counter.count(number, is_newer=number > highest)
        highest = max(highest, number)
    assert counter.n_missing == len(set(range(highest)) - set(arrived))


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), max_size=30))
def test_every_message_is_handed_on_once_whatever_the_batches(reports):
    """Batching changes neither what is kept nor its flags."""
    fixes = [fix(600 * s, north_m=20_000 * n) for s, n in reports]
    whole = FixCheck().check(fixes)
    check = FixCheck()
    single = [check.check([f]) for f in fixes]
    assert whole.fixes == tuple(f for c in single for f in c.fixes)
    assert len({f.message_id for f in whole.fixes}) == len(whole.fixes)
    assert {f.message_id for f in whole.fixes} == {f.message_id for f in fixes}


@pytest.mark.validation
@pytest.mark.skipif(not BALTIC.exists(), reason="needs ../shared/datasets/ocean")
def test_real_baltic_telemetry_comes_out_as_its_readme_counts_it():
    """README: 6,947 exact repeats, 54 same-time, 15 outside, 277 rows over 3 m/s."""
    raw = pd.read_csv(BALTIC)
    times = pd.to_datetime(raw["date_UTC"], format="%d-%b-%Y %H:%M:%S", utc=True)
    is_silent = raw["U_speed_mps"].isna()
    fixes = [
        fix(
            sensor=str(raw["D_number"][i]),
            observed_at=time.to_pydatetime(),
            received_at=time.to_pydatetime() + timedelta(minutes=1),
            lat=float(raw["Latitude"][i]),
            lon=float(raw["Longitude"][i]),
            values={"battery_low": float(raw["batteryState"][i] == "LOW")}
            | ({} if is_silent[i] else said(raw, i)),
        )
        for i, time in enumerate(times)
    ]
    check = FixCheck(FixLimits(area=(9.0, 53.0, 31.0, 66.0)))
    passed = {}
    n_same_time = n_repeats = 0
    rows_by_code = dict.fromkeys(("outside", "said_speed"), 0)
    for one in fixes:
        checked = check.check([one])
        n_repeats += checked.n_repeats
        for done in checked.fixes:
            passed[done.message_id] = done
        reasons = [r.split(":")[0] for r in passed[one.message_id].reasons]
        n_same_time += bool(checked.fixes) and "same_time" in reasons
        for code in rows_by_code:
            rows_by_code[code] += code in reasons
    assert len(fixes) == 19_513
    assert n_repeats == 6_947
    assert n_same_time == 54
    assert len(passed) == 19_513 - 6_947
    assert rows_by_code == {"outside": 15, "said_speed": 277}


def said(raw, i):
    return {
        "speed_over_ground_m_s": float(raw["U_speed_mps"][i]),
        "course_rad": radians(raw["U_Dir_deg"][i]),
    }
