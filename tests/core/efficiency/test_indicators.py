"""Indicators of four hauls, added up by hand.

Week of 1 June: 80 + 330 = 410 kg in 60 h, 300 l, 1500 units, planned 400.
Week of 8 June: 120 + 360 = 480 kg in 60 h, 300 l, 1500 units, planned 300.
"""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from core.efficiency import (
    INDICATORS,
    Period,
    by_vessel,
    by_week,
    indicators,
    last_weeks,
    plan_against_actual,
    whole_period,
)
from core.errors import InputError

MONDAY = datetime(2026, 6, 8, tzinfo=UTC)
SECOND_WEEK = Period(MONDAY, MONDAY + timedelta(weeks=1))


def test_period_and_the_one_before_by_hand(hauls: pd.DataFrame) -> None:
    result = indicators(hauls, SECOND_WEEK)
    assert result.n_hauls == 2
    assert result.totals["hauled_kg"] == 480.0
    expected = {
        "kg_per_hour": (480 / 60, 410 / 60),
        "kg_per_litre": (480 / 300, 410 / 300),
        "kg_per_cost": (480 / 1500, 410 / 1500),
        "cost_per_kg": (1500 / 480, 1500 / 410),
        "actual_per_planned": (480 / 300, 410 / 400),
    }
    assert set(expected) == set(INDICATORS)
    for name, (now, before) in expected.items():
        indicator = result[name]
        assert indicator.now.value == pytest.approx(now)
        assert indicator.before.value == pytest.approx(before)
        assert indicator.change is not None
        assert indicator.change.factor == pytest.approx(now / before)


def test_whole_period_has_nothing_before(hauls: pd.DataFrame) -> None:
    result = indicators(hauls)
    assert result.n_hauls == 4
    assert result["kg_per_hour"].now.value == pytest.approx(890 / 120)
    assert result["kg_per_hour"].before.value is None
    assert result["kg_per_hour"].change is None


def test_simulated_hauls_are_marked(hauls: pd.DataFrame) -> None:
    assert indicators(hauls).is_simulated
    assert not indicators(hauls.assign(simulated=False)).is_simulated


def test_bad_haul_is_refused_by_name(hauls: pd.DataFrame) -> None:
    hauls.loc[2, "cost"] = -1.0
    with pytest.raises(InputError, match="'a2'"):
        indicators(hauls)


def test_vessels_best_first(hauls: pd.DataFrame) -> None:
    """Check by hand: Ono 690 kg in 80 h for 1000, Ahi 200 kg in 40 h for 2000."""
    table = by_vessel(hauls, indicator="kg_per_hour")
    assert table["vessel"].tolist() == ["Ono", "Ahi"]
    assert table["value"].tolist() == pytest.approx([690 / 80, 200 / 40])
    assert table["n"].tolist() == [2, 2]
    cost = by_vessel(hauls, indicator="cost_per_kg")
    assert cost["vessel"].tolist() == ["Ono", "Ahi"]
    assert cost["value"].tolist() == pytest.approx([1000 / 690, 2000 / 200])


def test_weeks_in_order_with_gaps_shown(hauls: pd.DataFrame) -> None:
    late = hauls.iloc[[0]].assign(
        haul_id="c1",
        started_at=pd.Timestamp("2026-06-23T00:00Z"),
        ended_at=pd.Timestamp("2026-06-24T00:00Z"),
    )
    table = by_week(pd.concat([hauls, late]), indicator="kg_per_hour")
    assert table["week"].dt.day.tolist() == [1, 8, 15, 22]
    assert table["value"].iloc[:2].tolist() == pytest.approx([410 / 60, 480 / 60])
    assert np.isnan(table["value"].iloc[2])
    assert table["n"].tolist() == [2, 2, 0, 1]


def test_weeks_add_up_to_the_whole(hauls: pd.DataFrame) -> None:
    table = by_week(hauls, indicator="kg_per_hour")
    assert table["hauled_kg"].sum() == indicators(hauls).totals["hauled_kg"]


def test_plan_against_actual_by_week_and_vessel(hauls: pd.DataFrame) -> None:
    hauls.loc[3, "planned_kg"] = np.nan
    weeks = plan_against_actual(hauls)
    assert weeks["planned_kg"].tolist() == [400.0, 100.0]
    assert weeks["hauled_kg"].tolist() == [410.0, 120.0]
    assert weeks["difference_kg"].tolist() == [10.0, 20.0]
    assert weeks["n_without_plan"].tolist() == [0, 1]
    vessels = plan_against_actual(hauls, by="vessel").set_index("vessel")
    assert vessels.loc["Ahi", "share"] == pytest.approx(200 / 200)
    assert vessels.loc["Ono", "share"] == pytest.approx(330 / 300)


def test_haul_belongs_to_the_period_it_ends_in(hauls: pd.DataFrame) -> None:
    across = Period(MONDAY - timedelta(days=3), MONDAY + timedelta(hours=36))
    assert across.hauls(hauls)["haul_id"].tolist() == ["b1"]


def test_period_before_has_the_same_length() -> None:
    assert SECOND_WEEK.before == Period(MONDAY - timedelta(weeks=1), MONDAY)


def test_whole_and_last_weeks_start_on_monday(hauls: pd.DataFrame) -> None:
    assert whole_period(hauls) == Period(
        MONDAY - timedelta(weeks=1), MONDAY + timedelta(weeks=1)
    )
    assert last_weeks(hauls, 1) == SECOND_WEEK


def test_no_hauls_span_no_period(hauls: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="no hauls"):
        indicators(hauls.iloc[:0])
    assert by_week(hauls.iloc[:0], indicator="kg_per_hour").empty
    assert by_vessel(hauls.iloc[:0], indicator="kg_per_hour").empty
    assert plan_against_actual(hauls.iloc[:0]).empty


def test_empty_period_has_no_values(hauls: pd.DataFrame) -> None:
    later = Period(MONDAY + timedelta(weeks=9), MONDAY + timedelta(weeks=10))
    result = indicators(hauls, later)
    assert result.n_hauls == 0
    assert result["kg_per_hour"].now.value is None


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (MONDAY, MONDAY, "ends"),
        (MONDAY.replace(tzinfo=None), MONDAY, "zone"),
    ],
)
def test_impossible_periods_are_refused(
    start: datetime, end: datetime, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        Period(start, end)


def test_unknown_names_are_refused(hauls: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="kg_per_smile"):
        by_week(hauls, indicator="kg_per_smile")
    with pytest.raises(InputError, match="'month'"):
        plan_against_actual(hauls, by="month")
    with pytest.raises(InputError, match="weeks"):
        last_weeks(hauls, 0)
