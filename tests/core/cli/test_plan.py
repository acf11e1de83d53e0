"""The ``plan`` command: files in, files out, exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import gpxpy
import pytest
import yaml

from core.routing.export import check_rtz
from tests.core.forecasts.flows import START, uniform
from tests.core.planning.small import FLEET as SMALL_FLEET

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
    kinds = ("json", "gpx", "rtz", "kml", "geojson", "csv", "pdf")
    out = {kind: tmp_path / f"p.{kind}" for kind in kinds}
    done = run(
        *("--sites", SITES, "--fleet", FLEET, "--hours", 72, "--seconds", 1),
        *("--start", "2026-06-01T00:00:00Z", "--json", "--out", out["json"]),
        *(x for kind in kinds[1:] for x in (f"--{kind}", out[kind])),
    )
    assert done.returncode == 0, done.stderr
    document = json.loads(out["json"].read_text())
    assert json.loads(done.stdout) == document
    assert document["start_at"] == "2026-06-01T00:00:00Z"
    assert gpxpy.parse(out["gpx"].read_text()).routes
    assert json.loads(out["geojson"].read_text())["features"]
    assert out["csv"].read_text().startswith("vessel,trip,stop,site")
    assert out["pdf"].read_bytes().startswith(b"%PDF")
    assert "<kml" in out["kml"].read_text()
    sailing = sum(bool(vessel["trips"]) for vessel in document["vessels"])
    sheets = list(tmp_path.glob("p*.rtz"))
    assert len(sheets) == sailing
    assert all(check_rtz(sheet.read_text()) == [] for sheet in sheets)


def test_debris_drifts_where_currents_are_given(tmp_path):
    current = tmp_path / "current.nc"
    uniform(u=0.3).to_netcdf(current)
    sites = tmp_path / "sites.csv"
    sites.write_text("site,lat,lon,mass_kg\nA,0.5,-157.2,300\n")
    fleet = tmp_path / "fleet.yaml"
    fleet.write_text(yaml.safe_dump(SMALL_FLEET))
    done = run(
        *("--sites", sites, "--fleet", fleet, "--hours", 40, "--seconds", 1),
        *("--start", START.isoformat(), "--currents", current, "--ensemble", 5),
        *("--out", tmp_path / "p.json"),
    )
    assert done.returncode == 0, done.stderr
    document = json.loads((tmp_path / "p.json").read_text())
    assert document["drift"]["members"] == 5
    stops = [s for v in document["vessels"] for t in v["trips"] for s in t["stops"]]
    assert stops[0]["drift_km"] > 1.0


def test_currents_that_do_not_cover_the_start_are_refused(tmp_path):
    current = tmp_path / "current.nc"
    uniform().to_netcdf(current)
    done = run(
        *("--sites", SITES, "--fleet", FLEET, "--hours", 72, "--seconds", 1),
        *("--start", "2031-01-01T00:00Z", "--currents", current),
        *("--out", tmp_path / "p.json"),
    )
    assert done.returncode == 3
    assert "the plan starts 2031-01-01" in done.stderr


@pytest.mark.parametrize(
    ("sites", "code", "words"),
    [
        ("site,lat,lon,mass_kg\na,nan,0,1\n", 3, "lat is 'nan'"),
        ("site,lat,lon,mass_kg\na,-40,-20,100\n", 4, "a: unreachable"),
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
