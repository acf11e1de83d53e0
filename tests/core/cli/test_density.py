import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from core.cli._app import app
from core.errors import InputError

ROWS = """lat,lon,observed_at,category,count,effort_km2,survey
31.2,-140.1,2026-05-01T10:00:00Z,plastic,12,2.4,S1
31.2,-140.1,2026-05-01T10:00:00Z,metal,0,2.4,S1
30.2,-140.9,2026-05-01T12:00:00Z,plastic,0,2.0,S1
"""


@pytest.fixture
def observations(tmp_path):
    path = tmp_path / "o.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def run(*args):
    return CliRunner().invoke(app, ["density", *map(str, args)], catch_exceptions=True)


def test_geojson_has_a_feature_a_cell_with_the_columns_of_the_contract(
    observations, tmp_path
):
    out = tmp_path / "c.geojson"
    result = run("--observations", observations, "--bbox", "-141,30,-140,32",
                 "--resolution", 5, "--out", out, "--json")  # fmt: skip
    assert result.exit_code == 0, result.output
    features = json.loads(out.read_text())["features"]
    summary = json.loads(result.stdout)
    assert summary["cells"] == len(features)
    by_status = {f["properties"]["status"]: f["properties"] for f in features}
    surveyed = by_status["surveyed"]
    assert surveyed["density_per_km2"] == pytest.approx(5.0)
    assert (surveyed["n"], surveyed["effort_km2"]) == (12, 2.4)
    assert surveyed["low"] == pytest.approx(2.584, abs=1e-3)
    assert surveyed["high"] == pytest.approx(8.734, abs=1e-3)
    assert by_status["surveyed_none_seen"]["high"] == pytest.approx(1.498, abs=1e-3)
    assert by_status["never_surveyed"]["density_per_km2"] is None


def test_parquet_holds_the_same_cells(observations, tmp_path):
    out = tmp_path / "c.parquet"
    result = run("--observations", observations, "--bbox", "-141,30,-140,32",
                 "--out", out)  # fmt: skip
    assert result.exit_code == 0, result.output
    cells = pd.read_parquet(out)
    assert {"h3", "n", "effort_km2", "density_per_km2", "low", "high", "status"} <= set(
        cells.columns
    )
    assert "resolution 7" in result.stdout
    assert cells["n"].sum() == 12


def test_without_a_box_only_cells_with_rows_are_listed(observations, tmp_path):
    out = tmp_path / "c.parquet"
    assert run("--observations", observations, "--out", out).exit_code == 0
    assert set(pd.read_parquet(out)["status"]) == {"surveyed", "surveyed_none_seen"}


def test_a_bad_row_is_named_and_the_rest_is_kept(tmp_path):
    path = tmp_path / "o.csv"
    path.write_text(ROWS + "95,-140,2026-05-01T12:00:00Z,plastic,1,2.0,S1\n")
    out = tmp_path / "c.parquet"
    result = run("--observations", path, "--out", out)
    assert result.exit_code == 0
    assert "row 4: lat" in result.stderr
    assert pd.read_parquet(out)["n"].sum() == 12


def test_a_file_without_one_good_row_is_refused(tmp_path):
    path = tmp_path / "o.csv"
    path.write_text(ROWS.splitlines()[0] + "\n95,0,2026-05-01T12:00:00Z,wood,1,1,S\n")
    result = run("--observations", path, "--out", tmp_path / "c.parquet")
    assert isinstance(result.exception, InputError)


def test_too_many_cells_are_refused(observations, tmp_path):
    result = run("--observations", observations, "--bbox", "-180,-80,180,80",
                 "--resolution", 8, "--out", tmp_path / "c.geojson")  # fmt: skip
    assert isinstance(result.exception, InputError)
    assert "use resolution 3" in str(result.exception)
    assert not (tmp_path / "c.geojson").exists()


@pytest.mark.parametrize(
    "wrong",
    [["--bbox", "1,2,3"], ["--bbox", "a,b,c,d"], ["--resolution", "16"]],
    ids=" ".join,
)
def test_wrong_options_are_wrong_usage(observations, tmp_path, wrong):
    result = run(
        "--observations", observations, "--out", tmp_path / "c.geojson", *wrong
    )
    assert result.exit_code == 2


def test_an_unknown_ending_is_wrong_usage(observations, tmp_path):
    assert (
        run("--observations", observations, "--out", tmp_path / "c.shp").exit_code == 2
    )


def test_an_unwritable_place_is_refused(observations, tmp_path):
    result = run("--observations", observations, "--out", tmp_path / "no" / "c.geojson")
    assert isinstance(result.exception, InputError)


SURVEY = "lat,lon,observed_at,category,count,effort_km2,survey\n" + "".join(
    f"{30 + 0.2 * k},{-140 + 0.3 * (k % 4)},2026-05-01T{k:02d}:00:00Z,plastic,"
    f"{3 + k % 5},0.5,S1\n"
    for k in range(12)
)


@pytest.mark.parametrize("method", ["kernel", "cox"])
def test_a_smooth_method_fills_cells_without_effort(method, tmp_path):
    path, out = tmp_path / "o.csv", tmp_path / "c.parquet"
    path.write_text(SURVEY, encoding="utf-8")
    plain = ["--observations", path, "--bbox", "-143,29,-137,34", "--resolution", 4]
    result = run(*plain, "--method", method, "--out", out, "--json")
    assert result.exit_code == 0, result.output
    summary = json.loads(result.stdout)
    assert summary["method"] == method
    assert any("km from effort" in text for text in summary["limits"])
    cells = pd.read_parquet(out)
    predicted = cells.loc[cells["status"] == "predicted"]
    assert len(predicted) == summary["status"]["predicted"] > 0
    assert (predicted["effort_km2"] == 0.0).all()
    assert (predicted["low"] < predicted["density_per_km2"]).all()
    assert (predicted["density_per_km2"] < predicted["high"]).all()
    exact = tmp_path / "e.parquet"
    assert run(*plain, "--out", exact).exit_code == 0
    assert set(pd.read_parquet(exact)["status"]) == {"surveyed", "never_surveyed"}


def test_an_unknown_method_is_wrong_usage(observations, tmp_path):
    result = run("--observations", observations, "--method", "kriging",
                 "--out", tmp_path / "c.parquet")  # fmt: skip
    assert result.exit_code == 2
