"""Whatever a file holds, it is read or refused in words; formats agree on records."""

import gzip
import random
from datetime import UTC, datetime

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import ObservationError
from core.observations.importers import import_file
from tests.core.observations.importers.workbooks import ods, xlsx, zipped
from tests.strategies import raw_observations

NOW = datetime(2026, 11, 1, tzinfo=UTC)
HEAD: list[object] = ["lat", "lon", "observed_at", "category", "count"]
ROWS: list[list[object]] = [
    [30.5, -140.25, "2026-06-01T10:00:00Z", "plastic", 3],
    [31.5, -141.25, "2026-06-02T10:00:00Z", "glass", 1],
]
SLOW = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
MAGIC = [
    b"", b"PK\x03\x04", b"\x1f\x8b\x08\x00", b"PAR1", b"SQLite format 3\x00",
    b"CDF\x01", b"\xd0\xcf\x11\xe0", b"{", b"\xff\xfe", b"lat,lon\n", b"RecordType,a\n",
]  # fmt: skip
#: Headings of every layout, so that tables come near one and lack something.
WORDS = [
    "lat", "lon", "Breite", "Datum", "date", "time", "year", "month", "day", "count",
    "category", "area (m2)", "density (items/km2)", "position", "LTREF", "PARAM",
    "LT_Items", "ShootLat", "ShootLong", "HaulNo", "Survey", "G7", "G8", "G3", "G4",
    "G5", "length (m)", "code", "list", "Plastic: Bags [2]", "RecordType", "N/S", "",
    "mass (g)", "Distance", "WingSpread", "latdeg", "latmin", "londeg", "quality_flag",
]  # fmt: skip
CELLS = [
    "", "1", "-9", "54.3", "-140.5", "54°19'N", "10 W", "1,5", "1.816,80", "x", "nan",
    "inf", "1e999", "2015-07-25", "25/07/2015", "3/4/2015", "31.12.99", "9999-12-31",
    "24:00", "HH", "LT", "G7", "C-TS", "A1", "plastic", "=1+1", "\x07", "٣", "1_000",
    "9" * 400, "-0", "0", "2015-13-45T99:99", "NaT", "TRUE", "-999999999999999999999",
]  # fmt: skip


def read_or_refused(path):
    """Import a file; anything but a refusal in words fails the test."""
    try:
        result = import_file(path, now=NOW)
    except ObservationError as error:
        assert str(error).isprintable()
        return None
    assert 0 <= result.n_accepted <= result.n_rows
    return result


@SLOW
@given(st.sampled_from(MAGIC), st.binary(max_size=300))
def test_random_bytes_are_read_or_refused(tmp_path, magic, body):
    path = tmp_path / "t.csv"
    path.write_bytes(magic + body)
    read_or_refused(path)


@SLOW
@given(st.data())
def test_any_table_of_words_is_read_or_refused(tmp_path, data):
    head = data.draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12))
    width = len(head)
    line = st.lists(st.sampled_from(CELLS), min_size=width, max_size=width)
    rows = data.draw(st.lists(line, min_size=1, max_size=5))
    delimiter = data.draw(st.sampled_from([";", "\t", "|"]))
    path = tmp_path / "t.txt"
    path.write_text("\n".join(delimiter.join(row) for row in [head, *rows]))
    read_or_refused(path)


def whole_files(folder):
    """One good file of each format."""
    frame = pd.DataFrame(ROWS, columns=pd.Index(HEAD))
    text = frame.to_csv(index=False).encode()
    features = gpd.GeoDataFrame(
        frame.drop(columns=["lat", "lon"]),
        geometry=gpd.points_from_xy(frame["lon"], frame["lat"]),
        crs="EPSG:4326",
    )
    shape = folder / "shape"
    shape.mkdir()
    features.rename(columns={"observed_at": "date"}).to_file(shape / "t.shp")
    frame.to_parquet(folder / "t.parquet")
    features.to_file(folder / "t.gpkg")
    features.to_file(folder / "t.geojson", driver="GeoJSON")
    points = xr.Dataset(
        {"count": ("obs", [1, 2])}, coords={"lat": ("obs", [1.0, 2.0])}
    ).assign_coords(lon=("obs", [3.0, 4.0]))
    points.to_netcdf(folder / "t.nc", engine="h5netcdf")
    points.to_netcdf(folder / "classic.nc", engine="scipy")
    made = {
        "t.csv": text,
        "t.csv.gz": gzip.compress(text),
        "t.xlsx": xlsx({"s": [HEAD, *ROWS]}),
        "t.ods": ods({"s": [HEAD, *ROWS]}),
        "t.zip": zipped({path.name: path.read_bytes() for path in shape.iterdir()}),
    }
    for name in ("t.parquet", "t.gpkg", "t.geojson", "t.nc", "classic.nc"):
        made[name] = (folder / name).read_bytes()
    return made


def damaged(content, rng):
    """Content cut off, with bytes changed, or with bytes put in."""
    out = bytearray(content)
    way = rng.choice(["cut", "change", "put in"])
    at = rng.randrange(len(out))
    if way == "cut":
        return bytes(out[:at])
    if way == "change":
        for _ in range(rng.randrange(1, 30)):
            out[rng.randrange(len(out))] = rng.randrange(256)
        return bytes(out)
    out[at:at] = rng.randbytes(rng.randrange(1, 30))
    return bytes(out)


@pytest.mark.parametrize(
    "name",
    [
        "t.csv", "t.csv.gz", "t.xlsx", "t.ods", "t.zip", "t.parquet", "t.gpkg",
        "t.geojson", "t.nc", "classic.nc",
    ],
)  # fmt: skip
def test_a_damaged_file_is_read_or_refused(tmp_path, name):
    content = whole_files(tmp_path)[name]
    rng = random.Random(7)  # noqa: S311 (damage, not secrets)
    path = tmp_path / f"damaged-{name}"
    for _ in range(6 if name in {"t.xlsx", "t.ods"} else 15):
        path.write_bytes(damaged(content, rng))
        read_or_refused(path)


def written_everywhere(frame, folder):
    """Paths of one table in every format that holds it."""
    head = list(frame.columns)
    empty = frame.astype(object).where(frame.notna(), None)
    rows = empty.to_numpy().tolist()
    frame.to_csv(folder / "t.csv", index=False)
    frame.to_csv(folder / "t.tsv", index=False, sep="\t", encoding="utf-16")
    frame.to_parquet(folder / "t.parquet")
    (folder / "t.xlsx").write_bytes(xlsx({"s": [head, *rows]}))
    (folder / "t.ods").write_bytes(ods({"s": [head, *rows]}))
    features = gpd.GeoDataFrame(
        frame.drop(columns=["lat", "lon"]),
        geometry=gpd.points_from_xy(frame["lon"], frame["lat"]),
        crs="EPSG:4326",
    )
    (folder / "t.gpkg").unlink(missing_ok=True)
    features.to_file(folder / "t.gpkg")
    (folder / "t.geojson").write_text(features.to_json(), encoding="utf-8")
    names = ("t.csv", "t.tsv", "t.parquet", "t.xlsx", "t.ods", "t.gpkg", "t.geojson")
    return [folder / name for name in names]


@settings(SLOW, max_examples=4)
@given(raw_observations(max_rows=4))
def test_a_table_gives_the_same_records_in_every_format(tmp_path, frame):
    # A spreadsheet's guard against formulas is undone in text files only.
    frame["survey"] = ["cruise"] * len(frame)
    for name in ("mass_kg", "effort_km2", "quality_flag"):
        frame[name] = frame[name].astype("float64")
    frame[["lat", "lon"]] = frame[["lat", "lon"]].astype("float64").round(9)
    first, *others = [
        import_file(path, now=NOW).observations
        for path in written_everywhere(frame, tmp_path)
    ]
    assert len(first) == len(frame.drop_duplicates())
    for other in others:
        pd.testing.assert_frame_equal(other, first)


def test_a_record_keeps_its_last_digit_in_every_format(tmp_path):
    frame = pd.DataFrame(ROWS, columns=pd.Index([str(name) for name in HEAD]))
    frame["lat"] = [np.nextafter(30.5, 31), 0.1 + 0.2]
    for path in written_everywhere(frame, tmp_path):
        read = import_file(path, now=NOW).observations
        assert read["lat"].tolist() == frame["lat"].tolist(), path.name
