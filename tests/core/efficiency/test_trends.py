"""Sliding windows over the four hauls of the conftest: 410 kg and 480 kg in 60 h."""

import pandas as pd
import pytest

from core.efficiency import sliding_weeks
from core.errors import InputError


def test_window_of_two_weeks_is_the_whole(hauls: pd.DataFrame) -> None:
    table = sliding_weeks(hauls, indicator="kg_per_hour", weeks=2)
    assert table["week"].dt.day.tolist() == [8]
    assert table["value"].tolist() == pytest.approx([890 / 120])
    assert table["n"].tolist() == [4]
    assert table["low"].iloc[0] < 890 / 120 < table["high"].iloc[0]


def test_window_of_one_week_is_that_week(hauls: pd.DataFrame) -> None:
    table = sliding_weeks(hauls, indicator="kg_per_hour", weeks=1)
    assert table["value"].tolist() == pytest.approx([410 / 60, 480 / 60])


def test_window_longer_than_the_record_has_no_rows(hauls: pd.DataFrame) -> None:
    assert sliding_weeks(hauls, indicator="kg_per_hour", weeks=3).empty
    assert sliding_weeks(hauls.iloc[:0], indicator="kg_per_hour").empty


def test_impossible_windows_and_names_are_refused(hauls: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="weeks"):
        sliding_weeks(hauls, indicator="kg_per_hour", weeks=0)
    with pytest.raises(InputError, match="kg_per_smile"):
        sliding_weeks(hauls, indicator="kg_per_smile", weeks=1)
