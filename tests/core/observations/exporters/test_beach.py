"""Beach tables: a row a survey, every item of the list, and nothing lost."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ObservationError
from core.observations.crosswalk import lists
from core.observations.exporters import beach_table
from core.observations.measurement_checks import make_measurements

_CODES = [one.code for one in lists()[1].items]


def test_items_stand_under_their_number_and_the_rest_under_other(measurements):
    table = beach_table(measurements, item_list="OSPAR").frame
    assert table["event"].tolist() == ["walk 1", "walk 2"]
    first = table.iloc[0]
    assert first["OSPAR_4"] == 30  # drink bottles
    assert first["OSPAR_116"] == 3  # large nets
    assert first["OSPAR_48"] == 6  # traffic cones: other plastic
    assert first["sum"] == 39
    assert first["length_m"] == 150
    second = table.iloc[1]
    assert (second["undivided total"], second["sum"]) == (0, 0)
    assert pd.isna(second["OSPAR_4"])


def test_the_layout_is_that_of_the_list_whatever_was_found(measurements):
    table = beach_table(measurements, item_list="UNEP").frame
    codes = [one.code for one in lists()[3].items]
    assert [name for name in table.columns if name in codes] == codes


def test_per_100_m_divides_by_the_length(measurements):
    table = beach_table(measurements, item_list="TSG-ML", per_100m=True).frame
    assert table.loc[0, "G7"] == pytest.approx(20.0)
    assert table.loc[0, "sum"] == pytest.approx(26.0)


@pytest.mark.parametrize("name", [one.code for one in lists()])
@given(
    found=st.dictionaries(
        st.tuples(st.sampled_from(["a", "b"]), st.sampled_from(_CODES)),
        st.integers(0, 500),
        min_size=1,
        max_size=25,
    )
)
@settings(max_examples=10, deadline=None)
def test_every_list_has_the_same_sum_of_items(name, found):
    raw = pd.DataFrame(
        [
            {"event": event, "item_code": code, "count": count}
            for (event, code), count in found.items()
        ]
    ).assign(
        lat=50.1, lon=1.5, observed_at="2025-04-02", quantity="items_per_100m",
        medium="shore", category="plastic", item_list="TSG-ML", effort=100.0,
    )  # fmt: skip
    checked = make_measurements(raw)
    table = beach_table(checked.accepted, item_list=name)
    assert table.left_out.empty
    per_event = raw.groupby("event")["count"].sum()
    got = table.frame.set_index("event")["sum"]
    assert got.sort_index().tolist() == per_event.sort_index().tolist()


def test_what_gives_no_count_is_listed_and_not_dropped():
    raw = pd.DataFrame(
        {
            "lat": [50.1] * 3,
            "lon": [1.5] * 3,
            "observed_at": ["2025-04-02", "2025-04-03", "2025-04-04"],
            "quantity": "items_per_100m",
            "medium": "shore",
            "category": "plastic",
            "value": [20.0, 20.0, None],
            "value_low": [None, None, 1.0],
            "value_high": [None, None, 5.0],
            "effort": [50.0, None, None],
        }
    )
    checked = make_measurements(raw)
    table = beach_table(checked.accepted)
    assert table.frame["sum"].tolist() == [10.0]  # 20 per 100 m on 50 m
    assert len(table.left_out) == 2
    assert len(beach_table(checked.accepted, per_100m=True).left_out) == 1


def test_a_table_is_written_without_formulas(measurements, tmp_path):
    measurements = measurements.assign(event="=1+1")
    beach_table(measurements).write(tmp_path / "beach.csv")
    back = pd.read_csv(tmp_path / "beach.csv")
    assert set(back["event"]) == {"'=1+1"}
    assert back["sum"].sum() == 39


def test_unknown_lists_and_other_measurements_are_refused(measurements):
    with pytest.raises(ObservationError, match="no litter list 'HELCOM'"):
        beach_table(measurements, item_list="HELCOM")
    with pytest.raises(ObservationError, match="no measurement in items per 100 m"):
        beach_table(measurements.query("quantity == 'items_per_m3'"))
