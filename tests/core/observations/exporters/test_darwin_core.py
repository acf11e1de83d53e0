"""Archives read back by the reader of archives: events, values and counts are kept."""

import zipfile
from datetime import date
from xml.etree.ElementTree import fromstring

import pandas as pd
import pytest

from core.errors import ObservationError
from core.observations.exporters import DatasetNote, export_darwin_core
from core.observations.importers import import_file, open_tables

NOTE = DatasetNote(
    title="Coast <A> & more", organisation="Field team", published_on=date(2026, 6, 1)
)


@pytest.fixture
def archive(observations, measurements, events, tmp_path):
    path = tmp_path / "out.zip"
    export_darwin_core(
        path, NOTE, observations=observations, measurements=measurements, events=events
    )
    return path


@pytest.fixture
def tables(archive):
    core, facts = open_tables(archive)
    assert (core.name, facts.name) == ("Event", "ExtendedMeasurementOrFact")
    assert not core.refused
    assert not facts.refused
    return core.frame, facts.frame


def numbers(facts, kind, unit):
    rows = facts[facts["measurementType"].str.startswith(kind)]
    assert set(rows["measurementUnit"]) == {unit}
    return pd.to_numeric(rows["measurementValue"]).tolist()


def test_counts_and_masses_are_kept(tables):
    _, facts = tables
    counts = numbers(facts, "number of items", "items")
    assert sorted(counts) == sorted([3, 1, 2, 0, 30, 6, 3, 0, 12])
    assert facts["measurementID"].is_unique
    assert numbers(facts, "mass of items", "kg") == [12.5]


def test_values_keep_their_own_units(tables):
    _, facts = tables
    (pick,) = facts[facts["measurementType"].str.startswith("items per time")].index
    assert facts.loc[pick, "measurementUnit"] == "items/10 min"


def test_a_value_stays_where_its_event_covers_another_effort(
    measurements, events, tmp_path
):
    export_darwin_core(
        tmp_path / "v.zip",
        NOTE,
        measurements=measurements,
        events=events.assign(effort=55.0),
    )
    _, facts = open_tables(tmp_path / "v.zip")
    rows = facts.frame[facts.frame["measurementUnit"] == "items/m³"]
    assert pd.to_numeric(rows["measurementValue"]).tolist() == pytest.approx([0.2])
    assert "count=12; effort=60" in rows["measurementRemarks"].item()


def test_a_count_without_any_effort_is_kept_as_a_count(measurements, tmp_path):
    bare = measurements.iloc[[0]].assign(effort=float("nan"), value=float("nan"))
    export_darwin_core(tmp_path / "c.zip", NOTE, measurements=bare)
    core, facts = open_tables(tmp_path / "c.zip")
    assert core.frame["sampleSizeValue"].tolist() == [""]
    (fact,) = facts.frame.to_dict("records")
    assert (fact["measurementValue"], fact["measurementUnit"]) == ("30", "items")


def test_a_class_range_stays_a_range(tables):
    _, facts = tables
    (row,) = facts[facts["measurementUnit"] == "items/10 min"].to_dict("records")
    assert row["measurementValue"] == "2 to 40"


def test_searches_are_events_each_once_and_empty_ones_too(tables):
    core, facts = tables
    assert core["eventID"].is_unique
    # Observations: 3 searches. Measurements: 2 walks, a pick and a tow that is among
    # the 2 given events, one of which has no measurement.
    assert len(core) == 3 + 3 + 2
    assert set(facts["coreid"]) < set(core["id"])
    clean = core[core["sampleSizeValue"] == "0.4"]["id"].item()
    (fact,) = facts[facts["coreid"] == clean].to_dict("records")
    assert (fact["measurementType"], fact["measurementValue"]) == (
        "number of items: any_debris",
        "0",
    )


def test_a_tow_is_tied_to_its_event_with_interval_line_and_effort(tables):
    core, facts = tables
    (tow,) = core[core["fieldNumber"] == "tow 9"].to_dict("records")
    assert tow["eventDate"] == "2025-06-01T10:00:00Z/2025-06-01T10:30:00Z"
    assert tow["footprintWKT"] == (
        "LINESTRING (-3.000000 49.500000, -3.020000 49.510000)"
    )
    assert (tow["sampleSizeValue"], tow["sampleSizeUnit"]) == ("60", "cubic metre")
    (fact,) = facts[facts["coreid"] == tow["id"]].to_dict("records")
    assert (fact["measurementValue"], fact["measurementUnit"]) == ("12", "items")


def test_a_date_is_as_exact_as_it_was(tables):
    core, _ = tables
    by_name = core.set_index("fieldNumber")["eventDate"]
    assert by_name["walk 1"] == "2025-04-02"
    assert by_name["walk 2"] == "2025-04"
    assert by_name["pick"] == "2025"


def test_lists_and_categories_stand_in_the_remarks(tables):
    _, facts = tables
    remarks = facts["measurementRemarks"]
    (bottle,) = remarks[
        remarks.str.contains("tsg_ml=G7;")
        & facts["measurementType"].str.startswith("number")
    ]
    pairs = dict(pair.split("=", 1) for pair in bottle.split("; "))
    assert pairs["category"] == "plastic"
    assert (pairs["ospar"], pairs["msfd_j"], pairs["unep"]) == ("4", "J7", "PL02")


def test_no_occurrence_is_claimed_and_simulated_data_say_so(archive, tables):
    core, _ = tables
    with zipfile.ZipFile(archive) as members:
        names = set(members.namelist())
        eml = fromstring(members.read("eml.xml"))  # noqa: S314 - our own file
        meta = members.read("meta.xml").decode()
    assert names == {"event.csv", "measurement.csv", "meta.xml", "eml.xml"}
    assert "Occurrence" not in meta
    title = eml.findtext("dataset/title")
    assert title == "Simulated data: Coast <A> & more"
    assert "1 of the 12 records are simulated" in str(
        eml.findtext("dataset/abstract/para")
    )
    assert eml.findtext("dataset/intellectualRights/para") == "No licence is stated."
    assert core["eventRemarks"].str.contains("simulated").sum() == 1


def test_formulas_are_harmless_and_equal_data_give_equal_bytes(
    archive, tables, observations, measurements, events, tmp_path
):
    core, _ = tables
    assert "'=cmd()" in core["datasetName"].tolist()
    export_darwin_core(
        tmp_path / "again.zip",
        NOTE,
        observations=observations,
        measurements=measurements,
        events=events,
    )
    assert (tmp_path / "again.zip").read_bytes() == archive.read_bytes()


def test_observations_alone_make_an_archive(observations, tmp_path):
    export_darwin_core(tmp_path / "o.zip", NOTE, observations=observations)
    core, facts = open_tables(tmp_path / "o.zip")
    assert (len(core.frame), len(facts.frame)) == (3, 5)


def test_replicate_tows_are_events_of_their_own(observations, tmp_path):
    tow = observations.iloc[[1, 1]].assign(observation_id=["a", "b"])
    export_darwin_core(tmp_path / "r.zip", NOTE, observations=tow)
    core, _ = open_tables(tmp_path / "r.zip")
    assert core.frame["sampleSizeValue"].tolist() == ["0.2", "0.2"]


def test_measurements_come_back_with_their_counts_values_and_categories(
    measurements, events, tmp_path
):
    kept = measurements[measurements["quantity"] != "items_per_10min"]
    export_darwin_core(tmp_path / "m.zip", NOTE, measurements=kept, events=events)
    back = import_file(tmp_path / "m.zip")
    assert back.profile == "darwin-core"
    assert not back.rejected
    columns = ["category", "quantity", "lat", "lon", "count", "effort", "value",
               "observed_at", "time_precision"]  # fmt: skip
    order = ["category", "count", "value"]
    pd.testing.assert_frame_equal(
        back.measurements[columns].sort_values(order, ignore_index=True),
        kept[columns].sort_values(order, ignore_index=True),
    )


def test_nothing_and_nobody_are_refused(observations, tmp_path):
    with pytest.raises(ObservationError, match="nothing to export"):
        export_darwin_core(tmp_path / "n.zip", NOTE, observations=observations.iloc[:0])
    nameless = DatasetNote(title=" ", organisation="x", published_on=date(2026, 1, 1))
    with pytest.raises(ObservationError, match="a title and a publisher"):
        export_darwin_core(tmp_path / "n.zip", nameless, observations=observations)
