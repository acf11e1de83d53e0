"""The ``plan`` command: files in, files out, exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import gpxpy
import pytest

ROOT = Path(__file__).parents[3]
SITES = ROOT / "config" / "sites.example.csv"
FLEET = ROOT / "config" / "fleet.example.yaml"


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "core", "plan", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )


def test_plan_writes_every_format(tmp_path):
    out = {kind: tmp_path / f"p.{kind}" for kind in ("json", "gpx", "geojson", "csv")}
    done = run(
        *("--sites", SITES, "--fleet", FLEET, "--hours", 72, "--seconds", 1),
        *("--start", "2026-06-01T00:00:00Z", "--json", "--out", out["json"]),
        *("--gpx", out["gpx"], "--geojson", out["geojson"], "--csv", out["csv"]),
    )
    assert done.returncode == 0, done.stderr
    document = json.loads(out["json"].read_text())
    assert json.loads(done.stdout) == document
    assert document["start_at"] == "2026-06-01T00:00:00Z"
    assert gpxpy.parse(out["gpx"].read_text()).routes
    assert json.loads(out["geojson"].read_text())["features"]
    assert out["csv"].read_text().startswith("vessel,trip,stop,site")


@pytest.mark.parametrize(
    ("sites", "code", "words"),
    [
        ("site,lat,lon,mass_kg\na,nan,0,1\n", 3, "lat is 'nan'"),
        ("site,lat,lon,mass_kg\na,-40,-20,100\n", 4, "no vessel can serve"),
    ],
)
def test_refusals_have_their_exit_codes(tmp_path, sites, code, words):
    path = tmp_path / "s.csv"
    path.write_text(sites)
    done = run(
        *("--sites", path, "--fleet", FLEET, "--hours", 48, "--seconds", 1),
        *("--out", tmp_path / "p.json"),
    )
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "p.json").exists()


def test_a_missing_folder_is_refused_before_the_search(tmp_path):
    done = run(
        *("--sites", SITES, "--fleet", FLEET, "--hours", 72, "--seconds", 1),
        *("--out", tmp_path / "p.json", "--gpx", tmp_path / "gone" / "g.gpx"),
    )
    assert done.returncode == 3
    assert "planning" not in done.stderr
    assert not (tmp_path / "p.json").exists()
