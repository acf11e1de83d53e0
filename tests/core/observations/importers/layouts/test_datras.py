"""Rules of the DATRAS litter exchange format. The hauls are made up."""

from datetime import UTC, datetime

import pytest

from core.errors import ObservationError
from core.observations.importers import import_file

NOW = datetime(2026, 11, 1, tzinfo=UTC)
HH = (
    "RecordType,Survey,Quarter,Country,Ship,Gear,StNo,HaulNo,Year,Month,Day,TimeShot,"
    "HaulDur,ShootLat,ShootLong,HaulLat,HaulLong,Depth,Distance,WingSpread,DoorSpread"
)
LT = (
    "RecordType,Survey,Quarter,Country,Ship,Gear,StNo,HaulNo,Year,LTREF,PARAM,LTSZC,"
    "UnitWgt,LT_Weight,UnitItem,LT_Items,LTSRC,TYPPL,LTPRP"
)
TOW = "HH,NS-IBTS,1,XX,99ZZ,GOV,{haul},{haul},2019,2,3,{time},30,57,2,57.02,2,80,{area}"
#: 4000 m times 20 m are 0.08 km2.
WHOLE = "4000,20,-9"


def haul(number, time="945", area=WHOLE):
    return TOW.format(haul=number, time=time, area=area)


def litter(number, rest):
    return f"LT,NS-IBTS,1,XX,99ZZ,GOV,{number},{number},2019,{rest}"


@pytest.fixture
def imported(written):
    def run(*lines, name="litter.csv"):
        return import_file(written(name, "\n".join(lines) + "\n"), now=NOW)

    return run


def test_counts_and_masses_are_divided_by_the_swept_area(imported):
    result = imported(
        HH,
        haul(1),
        LT,
        litter(1, "C-TS-REV,A3,B,g/haul,200,items/haul,4,-9,-9,-9"),
    )
    assert (result.profile, result.n_rows, result.n_rejected) == ("datras-litter", 2, 0)
    items, grams = result.measurements.to_dict("records")
    assert (items["quantity"], items["medium"]) == ("items_per_km2", "sea_bed")
    assert (items["count"], items["effort"]) == (4.0, 0.08)
    assert (items["value"], grams["value"]) == (50.0, 2500.0)  # over 0.08 km2
    assert (items["item_list"], items["item_code"]) == ("C-TS-REV", "A3")
    assert items["size_class"] == "LTSZC B"
    assert str(items["observed_at"]) == "2019-02-03 09:45:00+00:00"
    (event,) = result.events.to_dict("records")
    assert (event["effort"], event["effort_unit"], event["end_lat"]) == (
        0.08,
        "km2",
        57.02,
    )


@pytest.mark.parametrize(("time", "clock"), [("945", "09:45"), ("5", "00:05")])
def test_clock_times_without_leading_zeros_are_hours_and_minutes(imported, time, clock):
    result = imported(HH, haul(1, time=time), LT)
    assert str(result.events["started_at"].iloc[0])[11:16] == clock


def test_one_letter_means_two_things_in_two_lists(imported):
    rest = "{list},{code},A,g/haul,-9,items/haul,1,-9,-9,-9"
    result = imported(
        HH,
        haul(1),
        LT,
        litter(1, rest.format(list="C-TS", code="B1")),
        litter(1, rest.format(list="C-TS-REV", code="B1")),
        litter(1, rest.format(list="C-TS", code="A12")),
        litter(1, rest.format(list="C-TS-REV", code="Z9")),
        litter(1, rest.format(list="", code="A1")),
    )
    # Nappies in the first list, food cans in the second.
    assert result.measurements["category"].tolist() == [
        "plastic", "metal", "plastic", "other", "other",
    ]  # fmt: skip
    assert {doubt.row for doubt in result.doubts} == {5, 6}
    assert result.measurements["quality_flag"].tolist() == [1, 1, 1, 3, 3]


def test_a_haul_without_litter_is_a_zero(imported):
    result = imported(HH, haul(1), haul(2), LT, litter(1, "C-TS,A1,A,,-9,,3,,,"))
    zero = result.measurements[result.measurements["category"] == "any_debris"]
    assert zero[["event", "count", "value"]].to_numpy().tolist() == [
        ["99ZZ 2 2", 0.0, 0.0]
    ]
    assert result.notes["searches_that_found_nothing"] == 1


def test_a_haul_whose_litter_was_refused_is_no_zero(imported):
    result = imported(
        HH, haul(1), LT, litter(1, "C-TS,A1,A,g/haul,-9,items/haul,-9,,,")
    )
    assert result.measurements.empty
    assert [(r.row, r.reason) for r in result.rejected] == [
        (2, "neither a count nor a weight")
    ]


def test_missing_spreads_and_distances_are_stood_in_for_with_a_doubt(imported):
    beam = haul(1, area="1000,-9,-9").replace("GOV", "BT8")
    line = litter(1, "C-TS,A1,A,,-9,,1,,,").replace("GOV", "BT8")
    far = haul(2, area="-9,20,-9")
    none = haul(3, area="1000,-9,-9")
    result = imported(
        HH, beam, far, none, LT, line,
        litter(2, "C-TS,A1,A,,-9,,1,,,"), litter(3, "C-TS,A1,A,,-9,,1,,,"),
    )  # fmt: skip
    first, second, third = result.measurements["effort"].tolist()
    assert first == pytest.approx(0.008)  # 1000 m behind a beam of 8 m
    # 0.02 degrees of latitude are 2.224 km on a sphere of 6371 km.
    assert second == pytest.approx(2.2239 * 0.02, rel=1e-3)
    assert third != third
    assert {doubt.row: doubt.field for doubt in result.doubts} == {
        1: "WingSpread",
        2: "Distance",
    }
    assert result.events["quality_flag"].tolist() == [3, 3, 1]
    assert result.notes["hauls_without_swept_area"] == 1


def test_litter_of_an_unknown_haul_and_other_units_are_refused(imported):
    result = imported(
        HH, haul(1), LT,
        litter(7, "C-TS,A1,A,g/haul,-9,items/haul,1,,,"),
        litter(1, "C-TS,A1,A,g/haul,-9,items/hour,1,,,"),
        litter(1, "C-TS,A2,A,stone/haul,5,items/haul,1,,,"),
    )  # fmt: skip
    assert [(r.row, r.reason) for r in result.rejected] == [
        (2, "no search of this name could be read"),
        (3, "counts are not per haul"),
    ]
    assert [doubt.reason for doubt in result.doubts] == ["weight left aside"]
    assert len(result.measurements) == 1


def test_hauls_and_litter_joined_in_one_table_are_read(imported):
    head = ",".join([*HH.split(",")[1:], *LT.split(",")[9:]])
    line = ",".join([*haul(1).split(",")[1:], "C-TS,A1,A,g/haul,-9,items/haul,2,,,"])
    result = imported(head, line, line.replace("A1", "A2"))
    assert result.measurements["value"].tolist() == [25.0, 25.0]
    assert (result.n_rows, len(result.events)) == (2, 1)


def test_what_an_exchange_file_lacks_is_said(imported):
    with pytest.raises(ObservationError, match=r"DATRAS.*lacks lat, lon"):
        imported(LT, litter(1, "C-TS,A1,A,,-9,,1,,,"))
