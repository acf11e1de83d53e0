import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from core.cli._app import app
from core.errors import InputError, NotFoundError

KM = 1 / 111.195


def run(*args):
    return CliRunner().invoke(app, ["evaluate", "drift", *map(str, args)])


@pytest.fixture
def drifters(tmp_path):
    """Six drifters of two types in a made current (0.2 m/s east) and 2 % of a wind."""
    rng = np.random.default_rng(3)
    pieces = []
    for number in range(6):
        h = np.arange(60)
        air = 7 * np.exp(1j * (h / 20 + rng.uniform(0, 6)))
        way = (0.2 + 0.02 * air) * 3.6
        pieces.append(
            pd.DataFrame(
                {
                    "drifter_id": f"=d{number}",
                    "drifter_type": ["foam", "=net"][number % 2],
                    "time": [f"2024-03-0{1 + k // 24}T{k % 24:02}:00:00Z" for k in h],
                    "lat": 45 + np.cumsum(np.r_[0, way.imag[:-1]]) * KM,
                    "lon": np.cumsum(np.r_[0, way.real[:-1]]) * KM * np.sqrt(2),
                    "u_ocean_m": 0.15 + rng.normal(0, 0.02, 60),
                    "v_ocean_m": rng.normal(0, 0.02, 60),
                    "u_wind": air.real,
                    "v_wind": air.imag,
                }
            )
        )
    path = tmp_path / "drifters.csv"
    pd.concat(pieces).to_csv(path, index=False)
    return path


def test_the_report_is_written_and_printed(drifters, tmp_path):
    out = tmp_path / "f.json"
    options = ("--horizons", "6,24", "--folds", 3, "--resamples", 100)
    result = run(drifters, "--out", out, *options, "--json")
    assert result.exit_code == 0, result.output
    report = json.loads(out.read_text())
    assert json.loads(result.stdout) == report
    assert {e["horizon_h"] for e in report["scores"]} == {6, 24}
    assert report["folds"]["by_drifter"] == 3
    assert len(report["source"]["sha256"]) == 64
    assert {f["kind"] for f in report["windage"]} == {"all", "foam", "=net"}
    for found in report["scores"]:
        assert {"n", "median_km", "mean_km", "p90_km", "share_undefined"} <= set(found)
        assert found["median_km_interval"][0] <= found["median_km"]
    # The made wind factor is 2 %.
    assert report["windage"][0]["factor"] == pytest.approx(0.02, abs=0.003)


def test_people_read_the_answer_first(drifters, tmp_path):
    options = ("--horizons", "24", "--resamples", 100)
    result = run(drifters, "--out", tmp_path / "f.json", *options)
    first = result.stdout.splitlines()[0]
    assert first.startswith("After 24 h half the forecasts end within")
    assert "staying put would err" in first
    assert "windage 'foam': 1.9" in result.stdout
    assert "* M + fitted windage, gain, memory" in result.stdout


def test_doubtful_rows_are_counted_and_named(drifters, tmp_path):
    lines = drifters.read_text().splitlines()
    lines += ["=d9,foam,noon,45,0,0,0,0,0", lines[1], "short,row"]
    drifters.write_text("\n".join(lines))
    result = run(
        drifters, "--out", tmp_path / "f.json", "--horizons", 6, "--resamples", 100
    )
    assert result.exit_code == 0, result.output
    assert "not used: 2 of time, position or drifter missing" in result.stdout
    assert "(row 361, 363)" in result.stdout
    assert "not used: 1 of exact repeat of a fix (row 362)" in result.stdout


def test_a_plain_table_gets_baselines_and_is_told_so(drifters, tmp_path):
    plain = tmp_path / "plain.csv"
    columns = ["drifter_id", "time", "lat", "lon"]
    pd.read_csv(drifters)[columns].to_csv(plain, index=False)
    result = run(
        plain, "--out", tmp_path / "f.json", "--horizons", 6, "--resamples", 100
    )
    assert result.exit_code == 0, result.output
    assert "baselines only" in result.stdout
    assert "Stays put" in result.stdout


def test_what_cannot_be_scored_is_refused_and_nothing_is_written(drifters, tmp_path):
    out = tmp_path / "f.json"
    assert isinstance(run(tmp_path / "no.csv", "--out", out).exception, NotFoundError)
    refused = [
        (drifters, "--out", out, "--horizons", "6,noon"),
        (drifters, "--out", out, "--horizons", "0"),
        (drifters, "--out", out, "--horizons", ","),
        (drifters, "--out", out, "--horizons", "100"),
        (drifters, "--out", out, "--max-gap-h", "-1"),
        (drifters, "--out", tmp_path / "none" / "f.json"),
    ]
    for args in refused:
        assert isinstance(run(*args).exception, InputError), args
    bad = tmp_path / "bad.csv"
    bad.write_text("drifter_id,time,lat,lon\na,2024-01-01,95,0\nb,later,1,1\n")
    error = run(bad, "--out", out).exception
    assert isinstance(error, InputError)
    assert "1 of position not on Earth (row 1)" in str(error)
    assert not out.exists()
