"""``prior`` and ``plan --prior``: what is foretold is said to be so."""

import json

import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner

from core.cli._app import app, exit_code_of
from core.distribution import train_forest
from core.errors import CleanupError
from tests.core.distribution.conftest import OPTIONS, write_table

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
LABEL = "prior from debris_forest@1, not measured"


@pytest.fixture(scope="module")
def models_dir(tmp_path_factory):
    tables = tmp_path_factory.mktemp("tables")
    write_table(tables)
    folder = tmp_path_factory.mktemp("models")
    train_forest(tables, version=1, models_dir=folder, options=OPTIONS)
    return folder


@pytest.fixture
def run(models_dir, tmp_path, monkeypatch):
    monkeypatch.setenv("GYRE_MODELS_DIR", str(models_dir))
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments):
        result = CliRunner().invoke(app, [str(a) for a in arguments])
        if isinstance(result.exception, CleanupError):
            return exit_code_of(result.exception), str(result.exception), ""
        return result.exit_code, result.output, result.stdout

    return invoke


def test_a_place_south_west_of_zero_is_foretold_and_labelled(run):
    code, output, stdout = run(
        "prior", "predict", "--at", -10.5, -30, "--time", "2026-06-01", "--json"
    )
    assert code == 0, output
    found = json.loads(stdout)
    assert (found["lat"], found["lon"]) == (-10.5, -30.0)
    assert found["basis"] == LABEL
    assert [p["target"] for p in found["predictions"]] == [
        "pieces_net",
        "mass_net",
        "pieces_large",
        "mass_large",
    ]
    for one in found["predictions"]:
        assert one["low"] <= one["median"] <= one["high"]
        assert sum(one["classes"].values()) == pytest.approx(1.0, abs=1e-3)


def test_text_for_people_says_that_nothing_was_measured(run):
    code, output, _ = run("prior", "predict", "--at", 90, 0, "--time", "2026-06-01")
    assert code == 0
    assert "not measured" in output
    assert "no training row in these waters" in output
    code, output, _ = run("prior", "predict", "--at", 47, 8, "--time", "2026-06-01")
    assert "on land" in output


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--at", "95", "0", "--time", "2026-06-01"], 3),
        (["--at", "0", "0", "--time", "soon"], 2),
        (["--at", "0", "0", "--time", "2026-06-01", "--target", "gold"], 3),
        (["--at", "0", "0", "--time", "2026-06-01", "--model", "../x"], 3),
        (["--at", "0", "0", "--time", "2026-06-01", "--model", "debris_forest@9"], 3),
        (["--at", "0", "0", "--time", "2026-06-01", "--mesh-mm", "-1"], 3),
    ],
)
def test_wrong_questions_have_the_contracts_exit_codes(run, arguments, expected):
    assert run("prior", "predict", *arguments)[0] == expected


def test_the_card_is_shown(run):
    code, output, _ = run("prior", "show")
    assert code == 0
    assert "| held out | method |" in output
    code, _, stdout = run("prior", "show", "debris_forest@1", "--json")
    assert json.loads(stdout)["kind"] == "forest"


def test_a_searched_cell_outweighs_the_prior_and_keeps_its_figures(run, tmp_path):
    (tmp_path / "o.csv").write_text(
        "lat,lon,observed_at,category,count,effort_km2,survey,size_class\n"
        "31.2,-140.1,2026-05-01T10:00:00Z,plastic,12,2.4,S1,\n"
        "30.5,-140.1,2026-05-01T10:00:00Z,plastic,900,2.4,S2,micro\n"
    )
    box = ("--bbox=-141,30,-139,32", "--resolution", 4, "--time", "2026-06-01")
    code, output, _ = run(
        "prior", "cells", *box, "--observations", "o.csv", "--out", "c.csv"
    )
    assert code == 0, output
    cells = pd.read_csv("c.csv")
    seen = cells[cells["status"] == "surveyed"].iloc[0]
    assert seen["density_per_km2"] == pytest.approx(5.0)
    assert 0 < seen["prior_weight"] < 1
    never = cells[cells["status"] == "never_surveyed"]
    assert len(never) > 3
    assert never["density_per_km2"].isna().all()
    assert (never["basis"] == LABEL).all()
    assert (never["expected_per_km2"] > 0).all()
    # Micro pieces are no things over 200 mm: their search found none of those.
    micro = cells[cells["status"] == "surveyed_none_seen"]
    assert len(micro) == 1


def test_cells_on_land_have_no_prior(run):
    code, output, stdout = run(
        "prior", "cells", "--bbox=7,46,9,48", "--resolution", 4, "--time", "2026-06-01",
        "--out", "c.geojson", "--json",
    )  # fmt: skip
    assert code == 0, output
    assert json.loads(stdout)["on_land"] == json.loads(stdout)["cells"]


def test_sites_without_a_mass_get_one(run, tmp_path):
    (tmp_path / "s.csv").write_text("site,lat,lon,mass_kg\nA,0,-29,400\nB,1,-31,\n")
    code, output, stdout = run(
        "prior", "sites", "--sites", "s.csv", "--time", "2026-06-01", "--out", "t.csv",
        "--json",
    )  # fmt: skip
    assert code == 0, output
    assert set(json.loads(stdout)["filled"]) == {"B"}
    assert pd.read_csv("t.csv")["basis"].tolist() == ["given", LABEL]


@pytest.fixture
def plan(run, tmp_path):
    (tmp_path / "fleet.yaml").write_text(yaml.safe_dump(FLEET))
    (tmp_path / "s.csv").write_text("site,lat,lon,mass_kg\nA,0,-29,400\nB,1,-31,\n")

    def planned(*more):
        code, output, _ = run(
            "plan", "--sites", "s.csv", "--fleet", "fleet.yaml", "--hours", 60,
            "--seconds", 1, "--start", "2026-06-01T00:00Z", "--out", "p.json", *more,
        )  # fmt: skip
        assert code == 0, output
        return json.loads((tmp_path / "p.json").read_text())

    return planned


def sites_of(document):
    return {
        stop["site"]
        for vessel in document["vessels"]
        for trip in vessel["trips"]
        for stop in trip["stops"]
    }


def test_a_plan_without_a_prior_refuses_a_site_without_a_mass_as_before(plan):
    document = plan()
    assert sites_of(document) == {"A"}
    assert [r["field"] for r in document["rejected"]] == ["mass_kg"]
    assert not [note for note in document["notes"] if "prior" in note]


def test_a_plan_with_a_prior_names_the_masses_that_nobody_measured(plan):
    document = plan("--prior", "debris_forest")
    assert sites_of(document) == {"A", "B"}
    assert document["rejected"] == []
    (note,) = [note for note in document["notes"] if "prior" in note]
    assert note == f"Mass of things over 200 mm at B: {LABEL}."
    stops = {
        stop["site"]: stop
        for vessel in document["vessels"]
        for trip in vessel["trips"]
        for stop in trip["stops"]
    }
    assert stops["A"]["mass_kg"] == pytest.approx(400)
