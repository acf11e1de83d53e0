"""Rules of opening files: every format gives the same table, a broken one a reason."""

import gzip
import io
import json
import struct
import zipfile
from datetime import datetime

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from shapely.geometry import LineString, MultiPoint, Point, Polygon

from core.errors import ObservationError
from core.observations.importers import open_tables
from core.observations.importers.formats import _limits
from tests.core.observations.importers.workbooks import ods, sheet_xml, xlsx, zipped

HEAD: list[object] = ["lat", "lon", "kind", "n"]
ROWS: list[list[object]] = [[30.5, -140.25, "net", 3], [31.0, -141.0, "Flöße", 0]]


def as_text(delimiter=","):
    lines = [HEAD, *ROWS]
    return "".join(delimiter.join(map(str, line)) + "\n" for line in lines)


def values(table):
    """Cells as texts and numbers that compare alike in every format."""
    frame = table.frame
    return [
        [float(row["lat"]), float(row["lon"]), str(row["kind"]), int(float(row["n"]))]
        for _, row in frame.iterrows()
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", as_text()),
        ("t.csv", b"\xef\xbb\xbf" + as_text().encode()),
        ("t.csv", as_text().encode("utf-16")),
        ("t.csv", as_text().encode("latin-1")),
        ("t.csv", as_text(";")),
        ("t.tsv", as_text("\t")),
        ("t.txt", as_text("|")),
        ("t.csv.gz", gzip.compress(as_text().encode())),
        ("t.csv", as_text().replace("\n", "\r\n")),
        ("t.csv", "Made up, for a test\n\n" + as_text()),
        ("t.xlsx", xlsx({"data": [HEAD, *ROWS]})),
        ("t.xlsx", xlsx({"data": [["A title"], [], HEAD, *ROWS]})),
        ("t.ods", ods({"data": [HEAD, *ROWS]})),
        ("t.zip", zipped({"folder/t.csv": as_text()})),
    ],
    ids=[
        "comma", "bom", "utf16", "latin1", "semicolon", "tab", "bar", "gzip", "crlf",
        "title", "xlsx", "xlsx-title", "ods", "zip",
    ],
)  # fmt: skip
def test_notations_of_a_table_give_the_same_cells(written, name, content):
    (table,) = open_tables(written(name, content))
    assert values(table) == ROWS
    assert table.rows.tolist() == [1, 2]
    assert table.file == name
    assert table.refused == ()


def test_a_comma_in_the_words_of_a_heading_does_not_part_fields(written):
    text = "place, shore;count, items;lat\nA, b;3;54\nC;4;55\n"
    (table,) = open_tables(written("t.csv", text))
    assert table.columns == ["place, shore", "count, items", "lat"]
    assert table.delimiter == ";"


def test_a_ragged_line_is_refused_with_its_number(written):
    (table,) = open_tables(written("t.csv", "a,b\n1,2\n1,2,3\n1,2,\n4\n5,6\n"))
    assert table.frame["a"].tolist() == ["1", "1", "5"]
    assert table.rows.tolist() == [1, 3, 5]  # the third only ends in a comma
    assert [(r.row, r.reason) for r in table.refused] == [
        (2, "3 fields, expected 2"),
        (4, "1 fields, expected 2"),
    ]


def test_headings_are_made_unique_and_blank_ones_named(written):
    (table,) = open_tables(written("t.csv", "a,,a,a (2)\nx,2,3,4\n"))
    assert table.columns == ["a", "column 2", "a (2)", "a (2) (2)"]


def test_a_row_of_units_is_told_from_a_record(written):
    text = "time,latitude,note\nUTC,degrees_north,m\n2020-01-01,30,x\n2020,1\n"
    (table,) = open_tables(written("t.csv", text))
    assert table.units == {"time": "UTC", "latitude": "degrees_north", "note": "m"}
    assert table.rows.tolist() == [1]
    assert [fault.row for fault in table.refused] == [2]
    assert table.notes["units_row"] == 1


def test_records_that_begin_with_their_type_give_a_table_a_type(written):
    apart = "RecordType,a\nHH,1\nHH,2\nRecordType,b,c\nLT,3,4\n"
    together = "RecordType,a\nRecordType,b,c\nHH,1\nLT,3,4\nHH,2\n"
    for text, rows in ((apart, [1, 2]), (together, [1, 3])):
        hauls, litter = open_tables(written("t.csv", text))
        assert (hauls.name, litter.name) == ("HH", "LT")
        assert hauls.columns == ["RecordType", "a"]
        assert hauls.rows.tolist() == rows
        assert litter.frame["c"].tolist() == ["4"]


def test_every_sheet_is_a_table_and_cells_keep_their_kind(written):
    rows: list[list[object]] = [
        ["when", "ok", "n"],
        [datetime(2020, 5, 3, 10, 30), True, "=3+4"],
    ]
    tables = open_tables(written("t.xlsx", xlsx({"A": rows, "empty": [], "B": ROWS})))
    assert [table.name for table in tables] == ["A", "B"]
    cells = tables[0].frame.iloc[0].tolist()
    assert cells == [datetime(2020, 5, 3, 10, 30), True, 7.0]  # saved, not computed


def test_two_cells_far_apart_do_not_end_the_program(written):
    far = sheet_xml([]).replace(
        "<sheetData>",
        '<sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>2</v></c></row>',
    )
    # A cell may stand without its own name, under the number of its row.
    nameless = far.replace(' r="XFD1048576"', "").replace('"A1"', '"XFD1"')
    for sheet in (far, nameless):
        with pytest.raises(ObservationError, match=r"spans over .* cells"):
            open_tables(written("t.xlsx", xlsx({"far": sheet})))


def test_a_workbook_that_takes_too_much_memory_ends_only_its_own_process(
    written, monkeypatch
):
    # The limit of cells is lifted, so that the library asks for half a terabyte.
    monkeypatch.setattr(
        "core.observations.importers.formats.excel._MAX_SHEET_CELLS", 10**12
    )
    far = sheet_xml([["a"]]).replace(
        "</sheetData>",
        '<row r="1048576"><c r="XFD1048576"><v>2</v></c></row></sheetData>',
    )
    with pytest.raises(ObservationError, match="too much memory or time"):
        open_tables(written("t.xlsx", xlsx({"far": far})))


def test_a_sheet_of_too_many_cells_is_refused(written, monkeypatch):
    monkeypatch.setattr("core.observations.importers.formats.excel._MAX_SHEET_CELLS", 5)
    with pytest.raises(ObservationError, match="spans over 5 cells"):
        open_tables(written("t.xlsx", xlsx({"data": [HEAD, *ROWS]})))


def features(rows=ROWS):
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"kind": kind, "n": n},
                "geometry": {"type": "Point", "coordinates": [lon, lat]},
            }
            for lat, lon, kind, n in rows
        ],
    }


def geo_frame(crs="EPSG:4326"):
    points = [Point(lon, lat) for lat, lon, _, _ in ROWS]
    columns = {"kind": [row[2] for row in ROWS], "n": [row[3] for row in ROWS]}
    return gpd.GeoDataFrame(columns, geometry=points, crs="EPSG:4326").to_crs(crs)


def shape_zip(frame, tmp_path, *, without=()):
    folder = tmp_path / "shape"
    folder.mkdir()
    frame.to_file(folder / "t.shp", encoding="utf-8")
    return zipped(
        {
            f"any/../deep/{path.name}": path.read_bytes()
            for path in folder.iterdir()
            if path.suffix not in without
        }
    )


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857", "EPSG:32607"])
def test_features_of_every_format_come_out_in_wgs84(written, tmp_path, crs):
    frame = geo_frame(crs)
    frame.to_file(tmp_path / "t.gpkg", layer="litter")
    frame.to_parquet(tmp_path / "t.parquet")
    paths = [
        tmp_path / "t.gpkg",
        tmp_path / "t.parquet",
        written("s.zip", shape_zip(frame, tmp_path)),
        written("g.zip", zipped({"t.gpkg": (tmp_path / "t.gpkg").read_bytes()})),
        written("t.geojson", json.dumps(features())),
    ]
    for path in paths:
        (table,) = open_tables(path)
        table.frame[["lat", "lon"]] = table.frame[["lat", "lon"]].round(7)
        assert values(table) == ROWS, path.name
        assert table.notes["position_from_geometry"] == 2


def test_a_shapefile_without_a_coordinate_system_says_so(written, tmp_path):
    content = shape_zip(geo_frame(), tmp_path, without={".prj"})
    (table,) = open_tables(written("t.zip", content))
    assert table.notes["no_coordinate_system_read_as_wgs84"] == 2


def test_metres_without_a_coordinate_system_are_refused(written, tmp_path):
    content = shape_zip(geo_frame("EPSG:3857"), tmp_path, without={".prj"})
    with pytest.raises(ObservationError, match=r"coordinate system \(\.prj\)"):
        open_tables(written("t.zip", content))


def test_a_shapefile_without_its_parts_names_them(written, tmp_path):
    content = shape_zip(geo_frame(), tmp_path, without={".dbf", ".shx"})
    with pytest.raises(ObservationError, match=r"lacks the \.dbf, \.shx"):
        open_tables(written("t.zip", content))


def test_lines_and_areas_become_one_position_and_say_so(tmp_path):
    shapes = [
        LineString([(0, 0), (4, 0)]),
        LineString([(179, 5), (-179, 5)]),
        Polygon([(0, 0), (2, 0), (2, 2), (0, 2)]),
        MultiPoint([(0, 0), (1, 1)]),
        None,
    ]
    gpd.GeoDataFrame(
        {"n": [1, 2, 3, 4, 5]}, geometry=shapes, crs="EPSG:4326"
    ).to_parquet(tmp_path / "t.parquet")
    (table,) = open_tables(tmp_path / "t.parquet")
    assert table.frame[["lat", "lon"]].iloc[0].tolist() == [0.0, 2.0]
    assert table.frame[["start_lon", "end_lon"]].iloc[0].tolist() == [0.0, 4.0]
    assert table.frame[["lat", "lon"]].iloc[1].tolist() == [5.0, 179.0]
    assert table.frame[["lat", "lon"]].iloc[2].tolist() == [1.0, 1.0]
    assert table.frame["lat"].iloc[3:].isna().all()
    assert table.notes["lines_read_at_their_middle"] == 2
    assert table.notes["lines_over_180_degrees_read_at_their_start"] == 1
    assert table.notes["areas_read_at_a_point_inside"] == 1
    assert table.notes["geometry_without_one_position"] == 2


def test_a_property_named_lat_stands_beside_the_geometry(written):
    document = features()
    document["features"][0]["properties"]["lat"] = 99
    (table,) = open_tables(written("t.geojson", json.dumps(document)))
    assert table.frame["lat"].tolist() == [30.5, 31.0]
    assert table.frame["lat (2)"].tolist()[0] == 99


def test_the_2008_coordinate_system_of_geojson_is_read(written):
    document = features()
    document["crs"] = {"type": "name", "properties": {"name": "EPSG:3857"}}
    for feature in document["features"]:
        feature["geometry"]["coordinates"] = [111_319.490793, 0.0]
    (table,) = open_tables(written("t.geojson", json.dumps(document)))
    # One degree of longitude is 6378137 * pi / 180 m of Web Mercator.
    assert table.frame["lon"].to_numpy() == pytest.approx(1.0, abs=1e-9)


def test_parquet_keeps_its_types_and_names_its_index(tmp_path):
    frame = pd.DataFrame({"n": [1, 2]}, index=pd.Index(["x", "y"], name="station"))
    frame.to_parquet(tmp_path / "t.parquet")
    (table,) = open_tables(tmp_path / "t.parquet")
    assert table.columns == ["station", "n"]
    assert table.frame["n"].dtype == np.int64


def point_file(path, engine):
    lat = np.array([10.0, 20.0, 30.0], dtype=np.float32)
    packed = np.array([100, 200, -999], dtype=np.int16)
    data = xr.Dataset(
        {
            "density": ("obs", packed, {
                "units": "items km-2", "scale_factor": 0.5, "add_offset": 1.0,
                "_FillValue": np.int16(-999),
            }),
            "station": ("obs", np.array(["a", "b", "c"], dtype=object)),
            "depth": ((), 0.5),
        },
        coords={
            "latitude": ("obs", lat, {"standard_name": "latitude"}),
            "longitude": ("obs", lat + 100, {"standard_name": "longitude"}),
            "time": ("obs", np.array([0, 1, 2]), {"units": "days since 2020-01-01"}),
        },
        attrs={"featureType": "point"},
    )  # fmt: skip
    with xr.set_options(keep_attrs=True):
        decoded = xr.decode_cf(data)
    decoded.to_netcdf(path, engine=engine)


@pytest.mark.parametrize("engine", ["h5netcdf", "scipy"])
def test_netcdf_points_are_decoded_by_cf(tmp_path, engine):
    point_file(tmp_path / "t.nc", engine)
    (table,) = open_tables(tmp_path / "t.nc")
    frame = table.frame
    assert frame["latitude"].tolist() == [10.0, 20.0, 30.0]
    assert frame["density"].tolist()[:2] == [51.0, 101.0]  # 0.5 x 100 + 1
    assert np.isnan(frame["density"].iloc[2])
    assert frame["time"].iloc[1] == pd.Timestamp("2020-01-02")
    assert frame["station"].tolist() == ["a", "b", "c"]
    assert table.units["density"] == "items km-2"
    assert table.notes["variables_left_aside"] == 1


def test_a_netcdf_grid_gives_its_axes_and_variables(tmp_path):
    field = xr.Dataset(
        {"mass": (("lat", "lon"), np.zeros((2, 3)), {"units": "g km-2"})},
        coords={"lat": [1.0, 0.0], "lon": [5.0, 6.0, 7.0]},
    )
    field.to_netcdf(tmp_path / "t.nc", engine="h5netcdf")
    (table,) = open_tables(tmp_path / "t.nc")
    assert table.name == "grid"
    assert table.path == tmp_path / "t.nc"
    assert table.frame["lat"].dropna().tolist() == [1.0, 0.0]
    assert table.units == {"mass": "g km-2", "lat": "", "lon": ""}


META = """<archive xmlns="http://rs.tdwg.org/dwc/text/">
<core encoding="UTF-8" fieldsTerminatedBy="\\t" linesTerminatedBy="\\n"
 fieldsEnclosedBy="" ignoreHeaderLines="1"
 rowType="http://rs.tdwg.org/dwc/terms/Event">
<files><location>event.txt</location></files><id index="0"/>
<field index="1" term="http://rs.tdwg.org/dwc/terms/decimalLatitude"/>
<field default="net" term="http://rs.tdwg.org/dwc/terms/samplingProtocol"/></core>
<extension encoding="UTF-8" fieldsTerminatedBy="," fieldsEnclosedBy="&quot;"
 ignoreHeaderLines="0" rowType="http://rs.iobis.org/obis/terms/ExtendedMeasurementOrFact">
<files><location>emof.csv</location></files><coreid index="0"/>
<field index="1" term="http://rs.tdwg.org/dwc/terms/measurementValue"/></extension>
</archive>"""
EVENTS = 'id\tlat\ne1\t54.5\ne2\t"55\n'
FACTS = 'e1,"1,5"\ne2\n'


def archive(meta=META, **files):
    members = {"meta.xml": meta, "event.txt": EVENTS, "emof.csv": FACTS, **files}
    return zipped({k: v for k, v in members.items() if v})


def test_a_darwin_core_archive_gives_its_tables(written):
    events, facts = open_tables(written("t.zip", archive()))
    assert (events.name, facts.name) == ("Event", "ExtendedMeasurementOrFact")
    assert events.columns == ["id", "decimalLatitude", "samplingProtocol"]
    assert events.frame.iloc[1].tolist() == ["e2", '"55', "net"]
    assert facts.frame.iloc[0].tolist() == ["e1", "1,5"]
    assert [(fault.row, fault.reason) for fault in facts.refused] == [
        (2, "1 fields of 2")
    ]


def test_an_external_entity_is_refused(written):
    entity = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + META
    with pytest.raises(ObservationError, match="document type, which is refused"):
        open_tables(written("t.zip", archive(meta=entity)))


@pytest.mark.parametrize(
    ("meta", "reason"),
    [
        (META.replace('index="1"', 'index="-1"'), "for a number"),
        (META.replace('index="1"', 'index="999999"'), "names column 999999"),
        (META.replace("event.txt", "../../secret.txt"), "secret.txt, which is missing"),
        (META.replace("<core", "<kore").replace("</core", "</kore"), "0 core tables"),
        (META.replace('fieldsTerminatedBy="\\t"', 'fieldsTerminatedBy="ab"'), "usable"),
        (META.replace('"UTF-8"', '"klingon"'), "is not in klingon"),
        (META[:200], "is no XML"),
    ],
)
def test_a_broken_description_of_an_archive_says_what_is_wrong(written, meta, reason):
    with pytest.raises(ObservationError, match=reason):
        open_tables(written("t.zip", archive(meta=meta)))


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("t.csv", b"", "is empty"),
        ("t.csv", b" \n\n", "is empty"),
        ("t.csv", b"a\x00b\x00,c\n", "no text"),
        ("t.csv", 'a,b\n"1,2\n' + "x" * 200_000, "quote may never close"),
        ("t.csv.gz", b"\x1f\x8b\x08broken", "broken gzip"),
        ("t.csv.gz", gzip.compress(b"a,b\n1,2\n" * 99)[:-9], "broken gzip"),
        ("t.pdf", b"%PDF-1.7 ", "is a PDF"),
        ("t.png", b"\x89PNG\r\n\x1a\n", "a picture"),
        ("t.shp", b"\x00\x00\x27\x0a" + b"\x00" * 96, "zip it with its"),
        ("t.html", "<!DOCTYPE html><html></html>", "web page"),
        ("t.xlsx", xlsx({"data": ROWS})[:300], "broken zip"),
        ("t.xlsx", zipped({"[Content_Types].xml": "<x/>"}), "no readable workbook"),
        ("t.xlsx", xlsx({"data": []}), "no sheet with a table"),
        ("t.xls", b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "no readable workbook"),
        ("t.zip", zipped({"readme.md": "x"}), "holds no table"),
        ("t.zip", b"PK\x05\x06" + b"\x00" * 18, "empty or split zip"),
        ("t.parquet", b"PAR1" + b"\x00" * 40 + b"PAR1", "no readable Parquet"),
        ("t.gpkg", b"SQLite format 3\x00" + b"\x00" * 200, "no readable GeoPackage"),
        ("t.nc", b"\x89HDF\r\n\x1a\n" + b"\x00" * 200, "no readable NetCDF"),
        ("t.nc", b"CDF\x01" + b"\x00" * 20, "no readable NetCDF"),
        ("t.json", '{"a": 1}', "no GeoJSON of features"),
        ("t.json", "[1, 2]", "no GeoJSON of features"),
        ("t.json", '{"type": "FeatureCollection", "features": [', "no valid JSON"),
        ("t.json", "[" * 100_000, "no valid JSON"),
        (
            "t.json",
            '{"features": [{"properties": {}, "geometry": {"type": "Point"}}]}',
            "cannot be read",
        ),
    ],
)
def test_a_broken_file_is_refused_in_plain_words(written, name, content, reason):
    with pytest.raises(ObservationError, match=reason):
        open_tables(written(name, content))


def test_a_folder_and_a_missing_file_are_named(tmp_path):
    with pytest.raises(ObservationError, match="is a folder"):
        open_tables(tmp_path)
    with pytest.raises(ObservationError, match=r"cannot read none\.csv"):
        open_tables(tmp_path / "none.csv")


def test_a_zip_that_unpacks_to_too_much_is_refused(written, monkeypatch):
    content = zipped({"t.csv": "a,b\n" + "1,2\n" * 10_000})
    monkeypatch.setattr(
        "core.observations.importers.formats._archive.MAX_UNPACKED_BYTES", 10_000
    )
    with pytest.raises(ObservationError, match="unpacks to more"):
        open_tables(written("t.zip", content))


def test_a_zip_that_lies_about_its_size_is_refused(written):
    content = bytearray(zipped({"t.csv": "a,b\n" + "1,2\n" * 10_000}))
    at = content.rindex(b"PK\x01\x02")
    struct.pack_into("<L", content, at + 24, 12)  # 12 bytes, it says, not 40,004
    with pytest.raises(ObservationError, match="broken zip"):
        open_tables(written("t.zip", bytes(content)))


def test_a_gzip_that_unpacks_to_too_much_is_refused(written, monkeypatch):
    monkeypatch.setattr("core.observations.importers.formats.MAX_FILE_BYTES", 1000)
    with pytest.raises(ObservationError, match="unpacks to more than"):
        open_tables(written("t.csv.gz", gzip.compress(b"a,b\n1,2\n" * 1000)))


def test_a_file_over_the_limit_is_refused(written, monkeypatch):
    monkeypatch.setattr(_limits, "MAX_FILE_BYTES", 10)
    with pytest.raises(ObservationError, match="is larger than"):
        open_tables(written("t.csv", as_text()))


def test_a_locked_zip_is_named(written):
    file = io.BytesIO(zipped({"t.csv": as_text()}))
    content = bytearray(file.getvalue())
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(magic) + offset] |= 0x1
    assert zipfile.is_zipfile(io.BytesIO(content))
    with pytest.raises(ObservationError, match="locked by a password"):
        open_tables(written("t.zip", bytes(content)))


def test_paths_in_a_zip_reach_nothing(written, tmp_path):
    content = zipped({"../../escaped.csv": as_text(), "/abs/olute.csv": as_text()})
    tables = open_tables(written("t.zip", content))
    assert [table.name for table in tables] == ["escaped.csv", "olute.csv"]
    assert [path.name for path in tmp_path.iterdir()] == ["t.zip"]
