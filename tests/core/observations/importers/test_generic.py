"""Rules of importing a table by its headings or by a mapping. The files are made up."""

import json
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from core.errors import NotFoundError, ObservationError
from core.observations.importers import (
    PROFILES,
    ColumnMapping,
    import_file,
    open_tables,
    profile_names,
    recognise,
    suggest_mapping,
    what_is_missing,
)
from tests.core.observations.importers.workbooks import xlsx

NOW = datetime(2026, 11, 1, tzinfo=UTC)
HEAD = "lat,lon,observed_at,category,count"
ROW = "30,-140,2026-06-01T10:00:00Z,plastic,3"
PLAIN = {"lat": "lat", "lon": "lon", "observed_at": "day", "count": "n"}


@pytest.fixture
def imported(written):
    """Write a file and import it."""

    def run(content, name="t.csv", **options):
        return import_file(written(name, content), now=NOW, **options)

    return run


def test_our_own_layout_is_recognised_in_every_format(imported, written, tmp_path):
    expected = imported(f"{HEAD}\n{ROW}\n")
    assert expected.profile == "gyre"
    head, row = HEAD.split(","), [30, -140, "2026-06-01T10:00:00Z", "plastic", 3]
    pd.DataFrame([row], columns=head).to_parquet(tmp_path / "t.parquet")
    others = [
        imported(xlsx({"a": [["x"], [1]], "b": [head, row]}), "t.xlsx"),
        imported(f"{HEAD}\n{ROW}\n".replace(",", ";")),
        imported("Made up\n\n" + f"{HEAD}\n{ROW}\n"),
        import_file(tmp_path / "t.parquet", now=NOW),
    ]
    for other in others:
        pd.testing.assert_frame_equal(other.observations, expected.observations)
    assert others[0].notes["tables_left_aside"] == 1


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("beach", "A"),
        ("gear", "bottom trawl"),
        ("gear", "manta net"),
        ("mesh_um", "335"),
        ("sediment", "sand"),
    ],
)
def test_debris_that_was_not_afloat_never_becomes_an_observation(
    imported, heading, cells
):
    table = (
        f"lat,lon,date,category,count,effort_km2,{heading}\n"
        f"30,-140,2026-06-01,plastic,120,0.01,{cells}\n"
    )
    with pytest.raises(ObservationError, match=r"what was measured and where.*points"):
        imported(table)
    with pytest.raises(ObservationError, match="what was measured and where"):
        imported(table, profile="columns")
    # A person may say that it was afloat.
    columns = {"lat": "lat", "lon": "lon", "observed_at": "date", "count": "count"}
    said = ColumnMapping(columns={**columns, "category": "category"})
    assert len(imported(table, mapping=said).observations) == 1


def test_microplastic_among_objects_is_refused_by_row(imported):
    head = "lat,lon,date,category,count,effort_km2,size\n"
    records = "30,-140,2026-06-01,plastic,3,2,> 50 cm\n"
    records += "30,-140,2026-06-01,Microplastic,120,2,\n"
    records += "30,-140,2026-06-01,plastic,90,2,< 5 mm\n"
    result = imported(head + records)
    assert result.observations["count"].tolist() == [3]
    assert [(f.row, f.field) for f in result.rejected] == [
        (2, "category"),
        (3, "size_class"),
    ]
    assert "mapping with a quantity" in result.rejected[0].reason


def test_a_length_behind_its_heading_makes_a_beach_a_measurement(imported):
    head = "beach,lat,lon,date,length_m,category,count\n"
    result = imported(head + "A,52.66,4.63,2026-06-01,200,plastic,30\n")
    row = result.measurements.iloc[0]
    assert (row["quantity"], row["medium"], row["value"]) == (
        "items_per_100m",
        "shore",
        15.0,
    )
    assert result.observations.empty


def test_faults_show_the_cells_as_the_file_has_them(imported):
    head = "Latitude,Longitude,Date,Category,Count,Effort (m2)\n"
    records = (
        "30,-140,13/05/24,plastic,n/a,5\n"
        "30,-140,14/05/24,plastic,3,-20\n"
        "39 00.0 N,105 30.0 W,14/05/24,plastic,3,20\n"
    )
    result = imported(head + records)
    assert [(f.row, f.value) for f in result.rejected] == [(1, "n/a"), (2, "-20")]
    assert [(f.field, f.value) for f in result.doubts] == [
        ("Date", "14/05/24"),
        ("lat, lon", "39 00.0 N, 105 30.0 W"),
    ]


def test_a_day_number_of_a_spreadsheet_says_how_to_mend_it(imported):
    head = "lat,lon,date,category,count\n"
    fault = imported(head + "30,-140,45413,plastic,3\n").rejected[0]
    assert (fault.value, "format the column as dates" in fault.reason) == (
        "45413",
        True,
    )


def test_whole_numbers_of_a_sheet_are_whole(imported):
    head = ["lat", "lon", "date", "category", "count", "station"]
    record = [30.5, -140, 20260428, "plastic", 3, 12]
    result = imported(xlsx({"a": [head, record]}), "t.xlsx")
    row = result.observations.iloc[0]
    assert row["observed_at"] == pd.Timestamp("2026-04-28", tz="UTC")
    assert result.rejected == ()


@pytest.mark.parametrize("when", ["date", "observed_at"])
def test_a_second_sheet_of_records_is_never_left_out(imported, when):
    head = ["lat", "lon", when, "category", "count"]
    may, june = ([30, -140, f"2026-0{m}-01", "plastic", 3] for m in (5, 6))
    with pytest.raises(ObservationError, match="2 tables, 'May' and 'June'; save each"):
        imported(xlsx({"May": [head, may], "June": [head, june]}), "t.xlsx")
    both = {"May": [head, may], "June": [head], "Notes": [["by"], ["N. N."]]}
    assert len(imported(xlsx(both), "t.xlsx").observations) == 1


@pytest.mark.parametrize("when", ["date", "observed_at"])
def test_an_area_read_as_a_point_is_doubtful(imported, when):
    ring = [[-140, 30], [-139, 30], [-139, 31], [-140, 30]]
    shapes = [
        {"type": "Point", "coordinates": [-140, 30]},
        {"type": "Polygon", "coordinates": [ring]},
    ]
    found = {when: "2026-06-01", "category": "plastic", "count": 3}
    features = [
        {"type": "Feature", "geometry": shape, "properties": found} for shape in shapes
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    result = imported(text, "t.geojson")
    assert result.observations["quality_flag"].tolist() == [1, 3]
    doubt = result.doubts[0]
    assert (doubt.row, doubt.field, doubt.value) == (2, "geometry", "Polygon")
    assert doubt.reason == "an area, read as a point inside it"


UNITS = (
    "lat,lon,date,density,unit\n"
    "30,-140,2026-06-01,12,items/km2\n"
    "31,-140,2026-06-01,0.2,items/m3\n"
    "32,-140,2026-06-01,3,items/m2\n"
    "33,-140,2026-06-01,4,\n"
)


def test_a_column_of_units_is_never_mixed_into_one_quantity(imported, written):
    with pytest.raises(ObservationError, match="one unit: column 'unit' has items/km2"):
        imported(UNITS)
    columns = {"lat": "lat", "lon": "lon", "observed_at": "date", "value": "density"}
    said = ColumnMapping(
        columns=columns, quantity="items_per_km2", medium="sea_surface"
    )
    result = imported(UNITS, mapping=said)
    assert result.measurements["value"].tolist() == [12.0]
    assert [(f.row, f.field, f.value) for f in result.rejected] == [
        (2, "unit", "items/m3"),
        (3, "unit", "items/m2"),
        (4, "unit", ""),
    ]
    per_m2 = replace(said, factors={"value": 1e6})
    assert imported(UNITS, mapping=per_m2).measurements["value"].tolist() == [3e6]


def test_a_column_of_one_unit_is_the_unit_of_the_values(written):
    text = "lat,lon,date,density,unit\n30,-140,2026-06-01,12,items/m3\n"
    mapping = suggest_mapping(open_tables(written("t.csv", text)))
    assert mapping.quantity == "items_per_m3"


@pytest.mark.parametrize("word", ["Redes de pesca", "Fischernetze", "Filets de pêche"])
def test_fishing_gear_is_known_in_other_languages(imported, word):
    head = "lat,lon,date,category,count\n"
    result = imported(head + f"30,-140,2026-06-01,{word},1\n")
    assert result.observations["category"].tolist() == ["fishing_gear"]


def test_a_german_sheet_is_read_without_a_mapping(imported):
    result = imported(
        "Breite;Länge;Datum;Uhrzeit;Kategorie;Anzahl;Fläche [m²]\n"
        "34°30,0'N;140°15,0'W;25.07.2015;10:30;Kunststoff;3;2500,5\n"
        "34°30,0'N;140°15,0'W;26.07.2015;;Glas;1;2500\n".encode("latin-1")
    )
    assert (result.profile, result.n_rejected) == ("columns", 0)
    first = result.observations.iloc[0]
    assert (first["lat"], first["lon"]) == (34.5, -140.25)
    assert first["observed_at"] == pd.Timestamp("2015-07-25 10:30", tz="UTC")
    assert (first["category"], first["count"]) == ("plastic", 3)
    assert first["effort_km2"] == pytest.approx(0.0025005)
    assert result.notes["read_as_latin-1"] == 2
    assert result.notes["dates_read_as_dmy"] == 2
    assert result.mapping["effort"] == "Fläche [m²]"


@pytest.mark.parametrize(
    ("content", "lacks"),
    [
        ("a,b\n1,2\n", "latitude and longitude"),
        ("lat,lon,kind\n1,2,net\n", "date"),
        ("lat,lon,date,density (items/km2)\n1,2,2020-05-13,3\n", "where it was"),
        ("lat,lon,date,density\n1,2,2020-05-13,3\n", "unit of the values"),
        ("lat,lon,date,category,count,area\n1,2,2020-05-13,glass,3,4\n", "unit of 'a"),
        ("lat,lon,date,category,count,mass\n1,2,2020-05-13,glass,3,4\n", "unit of 'm"),
        ("lat,lon,date,category,count\n1,2,3/4/2020,glass,3\n", "day or month first"),
        ("lat;lon;date;category;count\n1,816;2,5;x;glass;3\n1.5;2;x;glass;1\n", "both"),
    ],
)
def test_what_a_table_lacks_is_said(imported, content, lacks):
    with pytest.raises(ObservationError, match=lacks):
        imported(content)


def test_the_nearest_profile_is_named(imported):
    with pytest.raises(ObservationError, match=r"Nearest: Gyre.*lacks observed_at\."):
        imported("lat,lon,when,category,count\n1,2,2015-04-03,glass,1\n")


def test_a_mapping_says_what_headings_do_not(imported):
    text = "Y,X,wann,was,n\n30,-140,3/4/2020,Netz groß,2\n31,-141,5/6/2020,Glas,0\n"
    mapping = ColumnMapping(
        columns={
            "lat": "Y", "lon": "X", "observed_at": "wann", "category": "was",
            "count": "n",
        },
        categories={"netz groß": "fishing_gear"},
        date_order="dmy",
        survey="made up",
    )  # fmt: skip
    result = imported(text, mapping=mapping)
    frame = result.observations
    assert frame["category"].tolist() == ["fishing_gear", "glass"]
    assert frame["observed_at"].dt.month.tolist() == [4, 6]
    assert frame["survey"].tolist() == ["made up"] * 2


def test_a_quantity_makes_measurements(imported):
    text = "lat,lon,day,n,vol,station\n30,-140,2020,12,250,A\n30,-140,2020,-9,250,B\n"
    mapping = ColumnMapping(
        columns={**PLAIN, "effort": "vol", "event": "station"},
        quantity="items_per_m3",
        medium="sea_surface",
        factors={"effort": 1e-3},
        missing=("-9",),
    )
    result = imported(text, mapping=mapping)
    assert result.observations.empty
    (row,) = result.measurements.to_dict("records")
    # 12 items in 250 litres are 48 in a cubic metre.
    assert (row["value"], row["effort"], row["count"]) == (48.0, 0.25, 12.0)
    assert (row["time_precision"], row["event"]) == ("year", "A")
    assert row["category"] == "any_debris"
    assert [(r.row, r.reason) for r in result.rejected] == [
        (2, "no value, range or count")
    ]


def test_columns_of_items_become_one_record_each(imported):
    text = "lat,lon,day,bottles,nets\n30,-140,2020-05-13,2,0\n31,-141,2020-05-13,,\n"
    mapping = ColumnMapping(
        columns={"lat": "lat", "lon": "lon", "observed_at": "day"},
        item_columns={"bottles": "plastic", "nets": "fishing_gear"},
    )
    frame = imported(text, mapping=mapping).observations
    assert frame[["category", "count"]].to_numpy().tolist() == [
        ["plastic", 2],
        ["clean", 0],
    ]
    result = imported(
        text,
        mapping=replace(
            mapping,
            quantity="items_per_100m",
            medium="shore",
            item_list="own",
        ),
    )
    found = result.measurements[["category", "count", "item_code", "source_row"]]
    assert found.to_numpy().tolist() == [
        ["plastic", 2.0, "bottles", 1],
        ["any_debris", 0.0, "", 2],
    ]
    assert result.n_rows == 2


def test_replicates_of_other_stations_are_kept_apart(imported):
    text = (
        "lat,lon,date,category,count,station\n"
        "30,-140,2020-05-13,glass,1,A\n30,-140,2020-05-13,glass,1,B\n"
        "30,-140,2020-05-13,glass,1,B\n"
    )
    result = imported(text)
    assert len(result.observations) == 2
    assert [repeat.row for repeat in result.repeated] == [3]


def test_local_times_are_brought_to_utc(imported):
    mapping = ColumnMapping(columns=PLAIN, category="glass", utc_offset_h=-10)
    text = "lat,lon,day,n\n30,-140,2020-05-13 20:00,1\n30,-140,2020-05-13,1\n"
    times = imported(text, mapping=mapping).observations["observed_at"]
    assert times.iloc[0] == pd.Timestamp("2020-05-14 06:00", tz="UTC")
    assert times.iloc[1] == pd.Timestamp("2020-05-13", tz="UTC")  # a bare day stays


def test_dates_and_positions_in_parts_are_joined(imported):
    text = (
        "Year,Month,Day,Time,LatDeg,LatMin,N/S,LonDeg,LonMin,E/W,category,count\n"
        "2015,7,25,930,34,30,S,140,15,W,glass,1\n"
        "2015,7,32,930,34,30,S,140,15,W,glass,1\n"
        "2015,7,25,930,34,70,S,140,15,W,glass,1\n"
    )
    result = imported(text)
    (row,) = result.observations.to_dict("records")
    assert (row["lat"], row["lon"]) == (-34.5, -140.25)
    assert row["observed_at"] == pd.Timestamp("2015-07-25 09:30", tz="UTC")
    assert {(fault.row, fault.reason[:20]) for fault in result.rejected} == {
        (2, "time is not ISO 8601"),
        (3, "minutes and seconds "),
    }


@pytest.mark.parametrize(
    ("heads", "cells"),
    [
        ("lat,lon,latdeg", "34.5,-140.25,7"),
        ("lat,lon,londeg", "34.5,-140.25,7"),
        ("position,lat", "34.5 -140.25,7"),
        ("position,lon", "34.5 -140.25,7"),
    ],
)
def test_half_of_another_notation_leaves_the_whole_one(imported, heads, cells):
    result = imported(f"{heads},date,category,count\n{cells},2015-07-25,glass,1\n")
    (row,) = result.observations.to_dict("records")
    assert (row["lat"], row["lon"]) == (34.5, -140.25)


def test_positions_that_may_be_minutes_are_asked_for(imported):
    rows = [f"54.{i * 7 % 60:02},-20.{i * 11 % 60:02},2020-05-13,1" for i in range(40)]
    text = "lat,lon,day,n\n" + "\n".join(rows) + "\n"
    mapping = ColumnMapping(columns=PLAIN, category="glass")
    with pytest.raises(ObservationError, match="54 degrees 30 minutes"):
        imported(text, mapping=mapping)
    plain = imported(text, mapping=replace(mapping, position_format="decimal"))
    assert plain.observations["lat"].iloc[1] == 54.07
    minutes = imported(text, mapping=replace(mapping, position_format="dd.mm"))
    assert minutes.observations["lat"].iloc[1] == pytest.approx(54 + 7 / 60)


def test_a_doubtful_reading_sets_flag_and_reason(imported):
    text = "lat,lon,date,category,count\n30,-140,25/07/12,glass,1\n"
    result = imported(text)
    assert result.observations["quality_flag"].tolist() == [3]
    assert [doubt.reason for doubt in result.doubts] == [
        "year of two digits read as 2012"
    ]
    mapping = replace(
        suggest_mapping(open_tables_of(text)),
        quantity="items_per_km2",
        medium="sea_surface",
    )
    note = imported(text, mapping=mapping).measurements["note"].tolist()
    assert note == ["year of two digits read as 2012"]


def open_tables_of(text):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_text(text)
        return open_tables(path)


def test_the_csv_of_erddap_is_read_with_units_under_or_in_its_heading(imported):
    under = (
        "time,latitude,longitude,category,count,area\n"
        "UTC,degrees_north,degrees_east,,1,m2\n"
        "2020-05-13T10:00:00Z,30,-140,glass,2,500\n"
    )
    within = (
        "time (UTC),latitude (degrees_north),longitude (degrees_east),category,"
        "count (1),area (m2)\n2020-05-13T10:00:00Z,30,-140,glass,2,500\n"
    )
    first, second = imported(under), imported(within)
    pd.testing.assert_frame_equal(first.observations, second.observations)
    assert first.observations["effort_km2"].tolist() == [0.0005]


def test_positions_in_one_column_are_read(imported):
    text = (
        "Position;Date;Category;Count\n34°30,0'S 140°15,0'W;2020-05-13;glass;1\n"
        "somewhere;2020-05-13;glass;1\n"
    )
    result = imported(text, mapping=None)
    assert result.observations[["lat", "lon"]].to_numpy().tolist() == [[-34.5, -140.25]]
    assert [fault.row for fault in result.rejected] == [2, 2]


def test_points_of_netcdf_are_read_by_their_names_and_units(tmp_path):
    data = xr.Dataset(
        {"density": ("obs", [5.0, np.nan], {"units": "items m-2"})},
        coords={
            "latitude": ("obs", [30.0, 31.0]),
            "longitude": ("obs", [-140.0, -141.0]),
            "time": ("obs", pd.to_datetime(["2020-05-13", "2020-05-14"])),
        },
    )
    data.to_netcdf(tmp_path / "t.nc", engine="h5netcdf")
    mapping = suggest_mapping(open_tables(tmp_path / "t.nc"))
    result = import_file(
        tmp_path / "t.nc", mapping=replace(mapping, medium="sea_surface"), now=NOW
    )
    (row,) = result.measurements.to_dict("records")
    assert (row["quantity"], row["value"]) == ("items_per_km2", 5e6)
    assert [fault.row for fault in result.rejected] == [2]  # no value


def test_importing_twice_gives_the_same_ids(imported):
    text = "lat,lon,date,category,count\n30,-140,2020-05-13,glass,1\n"
    first, second = imported(text), imported(text)
    pd.testing.assert_frame_equal(first.observations, second.observations)


def test_a_suggestion_reads_units_of_headings_and_rows(written):
    text = "time,latitude,longitude,conc,area\nUTC,deg,deg,kg/km2,m2\n2020,1,2,3,4\n"
    mapping = suggest_mapping(open_tables(written("t.csv", text)))
    assert (mapping.quantity, dict(mapping.factors)) == (
        "grams_per_km2",
        {"value": 1000.0, "effort": 1e-6},
    )


def test_a_mapping_comes_back_from_its_document():
    mapping = ColumnMapping(
        columns=PLAIN,
        item_columns={"a": "glass"},
        factors={"effort": 1e-6},
        missing=("-9", "x"),
        date_order="dmy",
        utc_offset_h=2.0,
        categories={"Netz": "fishing_gear"},
    )
    document = mapping.to_document()
    assert ColumnMapping.from_document(document) == mapping
    assert "medium" not in document


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({}, "at least one column"),
        ({"columns": {}}, "at least one column"),
        ({"columns": {"latt": "x"}}, "no field 'latt'"),
        ({"columns": {"lat": 3}}, "cannot be"),
        ({"columns": ["lat"]}, "cannot be"),
        ({"columns": PLAIN, "color": "red"}, "has no 'color'"),
        ({"columns": PLAIN, "date_order": "ydm"}, "not among ymd, dmy, mdy"),
        ({"columns": PLAIN, "quantity": "items"}, "quantity 'items'"),
        ({"columns": PLAIN, "category": "stuff"}, "category 'stuff'"),
        ({"columns": PLAIN, "factors": {"effort": 0}}, "above 0"),
        ({"columns": PLAIN, "factors": {"effort": "x"}}, "cannot be"),
        ({"columns": PLAIN, "utc_offset_h": 20}, "outside"),
        ({"columns": PLAIN, "missing": "x"}, "cannot be"),
    ],
)
def test_a_broken_document_of_a_mapping_is_refused(document, reason):
    with pytest.raises(ObservationError, match=reason):
        ColumnMapping.from_document(document)


def test_a_mapping_for_other_columns_says_so(imported):
    with pytest.raises(ObservationError, match="lacks column 'n'"):
        imported(
            "lat,lon,day\n", mapping=ColumnMapping(columns=PLAIN, category="glass")
        )


def test_what_is_missing_is_nothing_for_a_whole_mapping(written):
    tables = open_tables(written("t.csv", f"{HEAD}\n{ROW}\n"))
    assert what_is_missing(suggest_mapping(tables), tables[0]) == ()


def test_a_profile_is_asked_for_by_name(imported):
    assert imported(f"{HEAD}\n{ROW}\n", profile="columns").profile == "columns"
    with pytest.raises(NotFoundError, match="perhaps gyre"):
        imported(f"{HEAD}\n{ROW}\n", profile="gyr")


def test_every_profile_and_the_example_of_a_mapping_are_in_the_docs():
    text = (Path(__file__).parents[4] / "docs" / "imports.md").read_text("utf-8")
    assert [name for name in profile_names() if f"`{name}`" not in text] == []
    start = text.index('    {"columns"')
    example = json.loads(text[start : text.index("\n\n", start)])
    mapping = ColumnMapping.from_document(example)
    assert mapping.to_document() == example


def test_names_of_profiles_are_unique_and_titled():
    assert len(profile_names()) == len(PROFILES)
    assert all(profile_names().values())


def test_two_profiles_that_fit_equally_are_both_named(written, monkeypatch):
    from core.observations.importers import registry

    twice = (registry.PROFILES[0], registry.PROFILES[0])
    monkeypatch.setattr(registry, "PROFILES", twice)
    with pytest.raises(ObservationError, match="say which"):
        recognise(open_tables(written("t.csv", f"{HEAD}\n{ROW}\n")))
