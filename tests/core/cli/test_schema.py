"""Rules of the ``schema`` command: examples are files that work."""

import json
from datetime import UTC, datetime

import pytest
import yaml
from typer.testing import CliRunner

from core.cli import app
from core.cli._schemas import SCHEMAS
from core.errors import NotFoundError
from core.observations import READ_COLUMNS, read_observations
from core.routing import read_fleet, read_sites


def run(*arguments):
    return CliRunner().invoke(app, ["schema", *arguments])


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_layout_names_its_fields_and_an_example(name):
    result = run(name)
    assert result.exit_code == 0
    for field in SCHEMAS[name].fields:
        assert field.name in result.stdout
    assert json.loads(run(name, "--json").stdout)["name"] == name


def test_an_unknown_layout_lists_the_known():
    error = run("boats").exception
    assert isinstance(error, NotFoundError)
    assert "observations, sites, fleet, plan" in str(error)


def test_the_observations_example_imports_without_a_fault(tmp_path):
    path = tmp_path / "o.csv"
    path.write_text(run("observations", "--example").stdout, encoding="utf-8")
    checked = read_observations(path, now=datetime(2026, 11, 1, tzinfo=UTC))
    assert len(checked.accepted) == 3
    assert checked.rejected == checked.doubts == ()
    assert {f.name for f in SCHEMAS["observations"].fields} <= set(READ_COLUMNS)


def test_the_fleet_and_plan_examples_have_the_names_of_the_contract():
    fleet = yaml.safe_load(run("fleet", "--example").stdout)
    assert set(fleet) == {"vessels", "ports"}
    assert {"speed_kn", "hold_kg", "endurance_h", "start"} <= set(fleet["vessels"][0])
    plan = json.loads(run("plan", "--example").stdout)
    assert set(plan) == {"seed", "solver", "totals", "vessels", "unassigned"}
    stop = plan["vessels"][0]["trips"][0]["stops"][0]
    assert set(stop) == {"site", "lat", "lon", "arrive", "leave", "mass_kg"}


def test_the_fleet_and_sites_examples_are_read_by_the_planner(tmp_path):
    fleet, sites = tmp_path / "f.yaml", tmp_path / "s.csv"
    fleet.write_text(run("fleet", "--example").stdout, encoding="utf-8")
    sites.write_text(run("sites", "--example").stdout, encoding="utf-8")
    assert [v.name for v in read_fleet(fleet).fleet.vessels] == ["Alka"]
    assert read_sites(sites).frame["site"].tolist() == ["A", "B"]


def test_the_sites_example_has_one_value_for_each_heading():
    head, *rows = run("sites", "--example").stdout.strip().split("\n")
    names = [field.name for field in SCHEMAS["sites"].fields]
    assert head.split(",") == names
    assert all(len(row.split(",")) == len(names) for row in rows)
