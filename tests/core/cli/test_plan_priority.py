"""``plan --harm --sensitive``: files in, priorities out, what is refused."""

import json
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from core.cli import main
from core.priorities import default_weights, parse_sensitive_areas, read_weights

ROOT = Path(__file__).parents[3]


class Outcome(NamedTuple):
    returncode: int | str
    stdout: str
    stderr: str


FLEET = {
    "vessels": [
        {
            "name": "Alma",
            "speed_kn": 10.0,
            "collect_speed_kn": 2.0,
            "sweep_width_m": 50.0,
            "hold_kg": 1000.0,
            "endurance_h": 100.0,
            "fuel_l_per_h": 80.0,
            "start": {"port": "P"},
        }
    ],
    "ports": [{"name": "P", "lat": 0.0, "lon": -30.0, "unload_h": 4.0}],
}
SITES = "site,lat,lon,mass_kg,category\neast,0,-29,400,plastic\nwest,0,-31,400,{west}\n"
AREA = {
    "type": "Feature",
    "properties": {"name": "Reef", "factor": 3, "months": [6]},
    "geometry": {
        "type": "Polygon",
        "coordinates": [
            [[-31.1, -0.1], [-30.9, -0.1], [-30.9, 0.1], [-31.1, 0.1], [-31.1, -0.1]]
        ],
    },
}


@pytest.fixture
def plan(tmp_path, monkeypatch, capsys):
    """Run ``plan`` with the files of this module; returns its outcome and the plan."""
    (tmp_path / "fleet.yaml").write_text(yaml.safe_dump(FLEET))
    (tmp_path / "areas.geojson").write_text(json.dumps(AREA))
    monkeypatch.chdir(tmp_path)

    def run(*options, west="plastic"):
        Path("sites.csv").write_text(SITES.format(west=west))
        arguments = [
            *("gyre", "plan", "--hours", "22", "--sites", "sites.csv"),
            *("--fleet", "fleet.yaml", "--seconds", "1", "--out", "plan.json"),
            *("--start", "2026-06-01T04:00Z", *options),
        ]
        monkeypatch.setattr("sys.argv", arguments)
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        out = Path("plan.json")
        document = json.loads(out.read_text()) if out.exists() else None
        return Outcome(left.value.code or 0, said.out, said.err), document

    return run


def visited(document):
    trips = [trip for vessel in document["vessels"] for trip in vessel["trips"]]
    return [stop["site"] for trip in trips for stop in trip["stops"]]


def test_the_site_in_the_sensitive_area_is_visited(plan):
    done, document = plan("--sensitive", "areas.geojson")
    assert done.returncode == 0, done.stderr
    assert visited(document) == ["west"]
    assert document["totals"]["mass_kg"] == 400.0
    assert document["totals"]["priority_kg"] == pytest.approx(1200.0)
    assert document["request"]["weighting"]["areas"][0]["name"] == "Reef"
    assert "1200 kg of average harm" in done.stdout


def test_the_more_harmful_site_is_visited(plan):
    done, document = plan("--harm", "default", west="fishing_gear")
    assert done.returncode == 0, done.stderr
    assert visited(document) == ["west"]
    used = document["request"]["weighting"]["harm_weights"]
    assert used["version"] == "built in"


def test_without_the_options_the_plan_is_by_mass(plan):
    done, document = plan()
    assert done.returncode == 0, done.stderr
    assert "priority_kg" not in document["totals"]
    assert "weighting" not in document["request"]


def test_sites_of_no_known_kind_are_told_of(plan):
    done, _ = plan("--harm", "default", west="nets and more")
    assert done.returncode == 0, done.stderr
    assert "1 of 2 sites name no kind of debris with harm weights" in done.stderr


@pytest.mark.parametrize(
    ("option", "content", "words"),
    [
        ("--harm", "importance: {}", "weights: expected named fields"),
        ("--harm", "\x00", "expected YAML"),
        ("--sensitive", "{}", "expected a GeoJSON"),
        ("--sensitive", json.dumps(AREA | {"properties": {}}), "has no factor"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(plan, tmp_path, option, content, words):
    (tmp_path / "bad").write_text(content)
    done, document = plan(option, "bad")
    assert done.returncode == 3
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert document is None


@pytest.mark.parametrize("option", ["--harm", "--sensitive"])
def test_a_missing_file_is_named(plan, option):
    done, _ = plan(option, "absent.file")
    assert done.returncode == 3
    assert "absent.file" in done.stderr


def test_the_example_files_are_what_they_say():
    example = read_weights(ROOT / "config" / "harm_weights.example.yaml")
    assert example.named("built in") == default_weights()
    data = (ROOT / "config" / "sensitive.example.geojson").read_bytes()
    read = parse_sensitive_areas(data)
    assert [area.factor for area in read.areas] == [4.0, 3.0]
    assert read.refused == ()
