import io
import json
import warnings
import zipfile
from datetime import UTC, datetime

import geopandas as gpd
import h3.api.basic_str as h3_str
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from PIL import Image

import core
from core.density import area_totals, cell_density, expected_mass, make_area
from core.density.export import (
    BUNDLE_FILES,
    COLUMN_NOTES,
    MapExport,
    cell_polygon,
    cells_csv,
    cells_geopackage,
    export_bundle,
    harmless_csv,
    map_png,
    readme_text,
)
from core.errors import InputError
from core.observations import make_observations
from tests.strategies import printable_text

BOX = (-141.0, 30.0, -139.0, 32.0)


def observed():
    rng = np.random.default_rng(3)
    n = 60
    table = pd.DataFrame(
        {
            "lat": rng.uniform(30.2, 31.8, n),
            "lon": rng.uniform(-140.9, -139.1, n),
            "observed_at": "2026-05-01T10:00Z",
            "category": "plastic",
            "count": rng.poisson(2, n),
            "effort_km2": 0.5,
            "survey": "North leg",
            "simulated": True,
        }
    )
    return make_observations(table).accepted


def cells_of_map():
    rows = observed()
    cells = cell_density(rows, resolution=5)
    masses = expected_mass(rows, resolution=5).drop(columns="area_km2")
    return cells.merge(masses, on="h3", how="left").assign(simulated=True)


def export(**changes):
    given = {
        "cells": cells_of_map(),
        "title": "Debris map",
        "layer": "Counted debris",
        "value": "density_per_km2",
        "label": "Debris",
        "unit": "items per km²",
        "bbox": BOX,
        "made_at": datetime(2026, 5, 2, 8, 30, tzinfo=UTC),
        "filters": {"Survey": "North leg", "Period": "1 to 3 May 2026"},
        "surveys": pd.DataFrame({"survey": ["North leg"], "records": [60]}),
        "sources": ("A. Author, Journal 1 (2020).",),
        "licences": ("North leg: CC BY 4.0.",),
        "methods": ("Exact Poisson limits, 95 %.",),
        "link": "http://127.0.0.1:8501/debris-map?map_view=Density",
        "simulated": True,
    }
    return MapExport(**{**given, **changes})


def with_area():
    area = make_area("Patch", shapely.box(-140.5, 30.5, -139.5, 31.5))
    return export(area=area, totals=area_totals(observed(), area))


def test_csv_read_back_is_the_table():
    cells = cells_of_map()
    back = pd.read_csv(io.BytesIO(cells_csv(cells)))
    pd.testing.assert_frame_equal(
        back, cells.replace({"main_category": {"": np.nan}}), check_dtype=False
    )


@given(printable_text)
def test_no_text_of_a_csv_is_a_formula(text):
    frame = pd.DataFrame({"survey": [text], "lon": [-140.5]})
    content = harmless_csv(frame).decode()
    (survey, lon) = pd.read_csv(
        io.StringIO(content), keep_default_na=False, dtype=str
    ).iloc[0]
    assert not survey.startswith(("=", "+", "-", "@"))
    assert survey.removeprefix("'") == text.removeprefix("'")
    assert lon == "-140.5"


def test_geopackage_read_back_by_geopandas_is_the_table(tmp_path):
    made = with_area()
    file = tmp_path / "map.gpkg"
    file.write_bytes(cells_geopackage(made.cells, area=made.area))
    back = gpd.read_file(file, layer="cells")
    assert back.crs.to_epsg() == 4326
    for name in made.cells.columns:
        expected = made.cells[name]
        if pd.api.types.is_float_dtype(expected.dtype):
            assert np.allclose(back[name], expected, equal_nan=True)
        else:
            assert back[name].tolist() == expected.tolist()
    for cell, outline in zip(back["h3"], back.geometry, strict=True):
        assert outline.equals(shapely.MultiPolygon([cell_polygon(cell)]))
    area = gpd.read_file(file, layer="area")
    assert area["name"].tolist() == ["Patch"]
    assert made.area is not None
    assert area.geometry.iloc[0].equals(made.area.polygon)


def test_cells_across_180_degrees_are_cut_in_the_geopackage(tmp_path):
    cell = h3_str.latlng_to_cell(10.0, 180.0, 3)
    file = tmp_path / "map.gpkg"
    file.write_bytes(cells_geopackage(pd.DataFrame({"h3": [cell], "n": [1]})))
    assert gpd.read_file(file).total_bounds.tolist()[::2] == [-180.0, 180.0]


def test_the_bundle_holds_every_file_and_each_can_be_read(tmp_path):
    made = with_area()
    with zipfile.ZipFile(io.BytesIO(export_bundle(made))) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        archive.extractall(tmp_path)
    assert names[0] == "README.txt"
    assert set(names) == {"README.txt", *BUNDLE_FILES, "area.geojson"}
    assert len(pd.read_csv(tmp_path / "cells.csv")) == len(made.cells)
    document = json.loads((tmp_path / "cells.geojson").read_text())
    assert document["simulated"] is True
    drawn = gpd.read_file(tmp_path / "cells.geojson")
    assert drawn["h3"].tolist() == made.cells["h3"].tolist()
    assert np.allclose(
        drawn["density_per_km2"], made.cells["density_per_km2"], equal_nan=True
    )
    area = gpd.read_file(tmp_path / "area.geojson")
    assert made.area is not None
    assert area.geometry.iloc[0].equals(made.area.polygon)
    for name in names[1:]:
        assert f"- {name}: " in (tmp_path / "README.txt").read_text()


def test_the_readme_says_everything_a_reader_needs():
    text = readme_text(with_area(), files=BUNDLE_FILES)
    for part in (
        "SIMULATED DATA",
        "Survey: North leg",
        "Period: 1 to 3 May 2026",
        "A. Author, Journal 1 (2020).",
        "North leg: CC BY 4.0.",
        "Natural Earth",
        "Exact Poisson limits, 95 %.",
        f"Gyre {core.__version__}",
        "2026-05-02 08:30 UTC",
        "http://127.0.0.1:8501/debris-map?map_view=Density",
        "Shown: Debris, items per km²",
        "surveyed part stands for the whole area",
    ):
        assert part in text, part
    assert max(len(line) for line in text.splitlines()) <= 88


def test_every_column_of_the_map_is_explained():
    assert set(cells_of_map().columns) <= set(COLUMN_NOTES)
    odd = export(
        cells=cells_of_map().assign(extra=1.0), columns={"extra": "a thing, m"}
    )
    assert "- extra: a thing, m" in readme_text(odd)


def test_what_was_observed_has_no_badge():
    assert "SIMULATED" not in readme_text(export(simulated=False))


def test_a_name_cannot_forge_a_line_of_the_readme():
    text = readme_text(export(filters={"Survey": "x\n\nLicences\n--------\n- free"}))
    assert text.count("\nLicences\n") == 1


def colours_of(picture):
    pixels = np.asarray(picture.convert("RGB")).reshape(-1, 3)
    return {tuple(colour) for colour in np.unique(pixels, axis=0).tolist()}


def test_the_picture_shows_cells_scale_and_badge():
    with_badge = Image.open(io.BytesIO(map_png(export())))
    plain = Image.open(io.BytesIO(map_png(export(simulated=False))))
    assert with_badge.size[0] == 1600
    colours = colours_of(with_badge)
    # Both ends of the scale, and the badge; without simulated data no badge.
    badge = (180, 83, 9)
    assert {(0, 34, 78), badge} <= colours
    assert any(red > 240 and green > 220 and blue < 80 for red, green, blue in colours)
    assert badge not in colours_of(plain)


def test_the_colour_of_a_cell_follows_its_value():
    # Two cells: at the low and the high end of the scale.
    centres = [(31.0, -140.5), (31.0, -139.5)]
    cells = pd.DataFrame(
        {
            "h3": [h3_str.latlng_to_cell(lat, lon, 4) for lat, lon in centres],
            "v": [1.0, 100.0],
        }
    )
    picture = Image.open(
        io.BytesIO(map_png(export(cells=cells, value="v", filters={}, sources=())))
    ).convert("RGB")
    width, height = picture.size
    # The axes cover 7 to 87 % of the width; cells are found by their exact colour.
    pixels = np.asarray(picture)[:, : int(0.87 * width)]
    dark = np.argwhere((pixels == (0, 34, 78)).all(axis=2))
    light = np.argwhere(
        (pixels[:, :, 0] > 240) & (pixels[:, :, 1] > 220) & (pixels[:, :, 2] < 80)
    )
    assert len(dark) > 500
    assert len(light) > 500
    assert dark[:, 1].mean() < light[:, 1].mean()
    assert height > 400


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "$\\frac{1$ 中文 _x_", "filters": {"Survey": "$a^$ " * 60}},
        {"bbox": (170.0, -20.0, 200.0, 10.0)},
        {"bbox": (-180.0, -85.0, 180.0, 85.0)},
        {"value": "n", "is_logarithmic": False},
        {"cells": cells_of_map().assign(density_per_km2=np.nan)},
        {"cells": cells_of_map().assign(density_per_km2=0.0)},
        {"cells": cells_of_map().assign(density_per_km2=7.0)},
        {"cells": cells_of_map().iloc[:0]},
    ],
)
def test_any_map_is_drawn_without_a_complaint(changes):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        picture = Image.open(io.BytesIO(map_png(export(**changes))))
    assert picture.size[0] == 1600


@settings(max_examples=3)
@given(printable_text)
def test_any_survey_name_can_be_exported(name):
    made = export(surveys=pd.DataFrame({"survey": [name]}), filters={"Survey": name})
    with zipfile.ZipFile(io.BytesIO(export_bundle(made))) as archive:
        assert archive.testzip() is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"value": "missing"}, "lacks the column missing"),
        ({"cells": pd.DataFrame({"n": [1]})}, "lacks the column h3"),
        ({"made_at": datetime(2026, 5, 2)}, "no offset"),
        ({"bbox": (0.0, 0.0, 0.0, 1.0)}, "is empty"),
    ],
)
def test_what_cannot_be_exported_is_refused(changes, said):
    with pytest.raises(InputError, match=said):
        export(**changes)
