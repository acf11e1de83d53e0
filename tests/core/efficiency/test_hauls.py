"""Bad hauls are refused by name, and never take good ones with them."""

import numpy as np
import pandas as pd
import pytest

from core.efficiency import HAUL_COLUMNS, check_hauls, require_hauls
from core.errors import InputError


def test_good_hauls_pass_unchanged(hauls: pd.DataFrame) -> None:
    checked = check_hauls(hauls)
    assert not checked.refused
    assert tuple(checked.accepted.columns) == HAUL_COLUMNS
    assert checked.accepted["hauled_kg"].tolist() == hauls["hauled_kg"].tolist()


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("hauled_kg", -1.0, "hauled_kg is negative, got '-1.0'"),
        ("hauled_kg", np.nan, "hauled_kg is not a number"),
        ("fuel_l", np.inf, "fuel_l is not a number"),
        ("cost", -5.0, "cost is negative"),
        ("distance_km", np.nan, "distance_km is not a number"),
        ("planned_kg", -2.0, "planned_kg is negative"),
        ("hours", 0.0, "hours are zero"),
        ("hours", np.nan, "hours is not a number"),
        ("hours", 49.0, "hours are longer than from start to end"),
        ("vessel", "  ", "vessel is not named"),
        ("haul_id", "", "haul has no id"),
        ("haul_id", "a1", "haul id is used twice"),
        ("ended_at", pd.Timestamp("2026-06-03T11:00:00Z"), "ends before or when"),
        ("ended_at", pd.NaT, "ended_at is not a time"),
    ],
)
def test_bad_haul_is_named_and_the_others_kept(
    hauls: pd.DataFrame, column: str, value: object, words: str
) -> None:
    hauls[column] = hauls[column].astype("object")
    hauls.loc[1, column] = value  # type: ignore[call-overload]
    checked = check_hauls(hauls)
    assert len(checked.accepted) == 3
    (refused,) = checked.refused
    assert (refused.row, refused.field) == (2, column)
    assert words in str(refused)
    with pytest.raises(InputError, match=r"row 2"):
        require_hauls(hauls)


def test_text_instead_of_numbers_and_times_is_refused(hauls: pd.DataFrame) -> None:
    frame = hauls.astype({"cost": "object", "started_at": "object"})
    frame.loc[0, "cost"] = "=1+1"
    frame.loc[1, "started_at"] = "last Tuesday"
    frame.loc[2, "started_at"] = "2026-06-08 12:00"  # no zone
    checked = check_hauls(frame)
    assert [refused.row for refused in checked.refused] == [1, 2, 3]
    assert "'=1+1'" in checked.refused[0].reason


def test_missing_plan_is_no_fault(hauls: pd.DataFrame) -> None:
    hauls.loc[0, "planned_kg"] = np.nan
    assert not check_hauls(hauls).refused


def test_missing_column_is_named(hauls: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="fuel_l"):
        check_hauls(hauls.drop(columns="fuel_l"))


def test_origin_left_out_means_real(hauls: pd.DataFrame) -> None:
    accepted = check_hauls(hauls.drop(columns="simulated")).accepted
    assert not accepted["simulated"].any()


def test_no_hauls_are_no_fault(hauls: pd.DataFrame) -> None:
    assert check_hauls(hauls.iloc[:0]).accepted.empty


def test_many_bad_hauls_are_counted(hauls: pd.DataFrame) -> None:
    many = pd.concat([hauls] * 3, ignore_index=True)
    with pytest.raises(InputError, match="and 3 more"):
        require_hauls(many)
