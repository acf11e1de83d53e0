"""The demo goes in once, can be finished after a kill, and says it is simulated."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from core.config import Settings
from core.errors import InputError, NotFoundError
from core.forecasts import read_forecast, stale_forcings
from core.governance import record, verify_chain
from core.observations.measurement_checks import make_measurements
from core.priorities import retire_area
from core.simulation import SimulatedSea, build_demo, demo_is_built, net_tows
from core.simulation.demo import DEMO_FLEET, holds_real_data
from core.simulation.field_data import AREA_NAME, FIELD_TABLES, take_in_field_data
from core.simulation.sea import DEMO_SEED
from core.storage import Store, open_store

if TYPE_CHECKING:
    from core.classification import PhotoClassifier


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with open_store(
        settings.resolved_database_url, data_dir=settings.data_dir
    ) as opened:
        yield opened


def contents(store: Store) -> dict[str, int]:
    """Row counts without the audit log, which also holds what was tried."""
    counts = store.counts()
    return {name: n for name, n in counts.items() if not name.startswith("audit")}


def test_demo_holds_surveys_counts_fleet_and_hauls(
    store: Store,
    settings: Settings,
    classifier: "PhotoClassifier",
    small_sea: SimulatedSea,
) -> None:
    steps: list[str] = []
    built = build_demo(
        store,
        settings,
        progress=lambda step, *_: steps.append(step),
        classifier=classifier,
    )
    assert built.was_built
    assert built.n_photos == 12
    assert built.n_hauls == len(small_sea.hauls) == 36
    assert built.n_observations == 12 + len(small_sea.deck_counts)
    assert list(dict.fromkeys(steps)) == [
        "simulating the sea",
        "painting photos",
        "classifying photos",
        "drifting",
        "importing field tables",
    ]
    surveys = store.surveys.listing()
    assert len(surveys) == 5
    assert all(survey["simulated"] for survey in surveys)
    assert store.observations.frame()["simulated"].all()
    assert store.hauls.frame()["simulated"].all()
    assert store.fleets.get(DEMO_FLEET)["simulated"]
    assert {port["locode"] for port in store.fleets.ports()} == {"USHNL", "USOGG"}
    efforts = store.observations.frame().query("source == 'photo'")["effort_km2"]
    assert efforts.tolist() == pytest.approx([0.0024] * 12, rel=1e-3)
    assert verify_chain(store).length == store.audit.count()
    assert not holds_real_data(store)


def test_demo_holds_an_ocean_that_says_it_is_simulated(
    store: Store, settings: Settings, classifier: "PhotoClassifier"
) -> None:
    built = build_demo(store, settings, classifier=classifier)
    assert (built.n_forcings, built.n_fixes, built.n_forecasts) == (2, 5 * 145, 1)
    rows = [*store.forcings.listing(), *store.skill_reports.listing()]
    assert all(row["simulated"] for row in rows)
    assert all("imulated" in row["name"] for row in rows)
    assert {row["kind"] for row in store.forcings.listing()} == {"current", "wind"}
    fixes = store.fixes.frame()
    assert fixes["simulated"].all()
    assert set(fixes["quality_flag"]) == {1}
    assert all("simulated" in row["name"] for row in store.sensors.listing())
    (row,) = store.forecasts.listing()
    forecast = read_forecast(store, row["forecast_id"])
    assert forecast.simulated
    assert forecast.summary["hours"] == [24, 48, 72]
    assert len(forecast.summary["seeds"]) >= 1
    assert forecast.summary["refused"] == []
    assert stale_forcings(store, datetime.now(UTC)) == []


@pytest.mark.parametrize("later", [(), ("demo.ocean",)])
def test_demo_of_an_older_version_is_completed(
    store: Store,
    settings: Settings,
    classifier: "PhotoClassifier",
    later: tuple[str, ...],
) -> None:
    """As a store filled before there were forecasts, then before field tables."""
    for action in ("demo.begin", "demo.build", *later):
        record(store, action, "demo", "demo:sea", {"seed": DEMO_SEED})
    assert not demo_is_built(store)
    built = build_demo(store, settings, classifier=classifier)
    assert (built.n_forecasts, built.n_measurements) == (1, 64)
    assert demo_is_built(store)
    assert len(store.audit.entries(action="demo.build")) == 1


def test_second_run_changes_nothing(
    store: Store, settings: Settings, classifier: "PhotoClassifier"
) -> None:
    build_demo(store, settings, classifier=classifier)
    before, entries = contents(store), store.audit.count()
    again = build_demo(store, settings, classifier=classifier)
    assert not again.was_built
    assert contents(store) == before
    assert store.audit.count() == entries


@pytest.mark.parametrize(
    ("step", "at"),
    [
        ("simulating the sea", 0),
        ("classifying photos", 7),
        ("drifting", 1),
        ("importing field tables", 0),
    ],
)
def test_run_that_was_killed_is_finished_by_the_next(
    store: Store,
    settings: Settings,
    classifier: "PhotoClassifier",
    step: str,
    at: int,
) -> None:
    class Killed(BaseException):
        """Stands for a signal: nothing in Gyre may catch it."""

    def kill(name: str, done: int, _total: int) -> None:
        if (name, done) == (step, at):
            raise Killed

    with pytest.raises(Killed):
        build_demo(store, settings, progress=kill, classifier=classifier)
    assert not demo_is_built(store)
    build_demo(store, settings, classifier=classifier)
    assert demo_is_built(store)
    counts = contents(store)
    assert counts["photo"] == 12
    assert counts["prediction"] == 12
    assert counts["survey"] == 5
    assert counts["measurement"] == 64
    assert (len(store.imports.listing()), len(store.areas.listing())) == (2, 1)
    assert counts["haul"] == 36
    assert counts["refused_file"] == 0
    assert counts["forcing"] == 2
    assert counts["forecast"] == counts["skill_report"] == 1
    assert counts["sensor_fix"] == 5 * 145
    assert len(store.audit.entries(action="demo.build")) == 1


def test_missing_model_keeps_the_rest_and_is_named(
    store: Store, settings: Settings
) -> None:
    without = settings.model_copy(update={"models_dir": settings.data_dir / "none"})
    with pytest.raises(NotFoundError):
        build_demo(store, without)
    assert len(store.hauls.frame()) == 36
    assert not demo_is_built(store)


def test_another_seed_in_the_same_store_is_refused(
    store: Store, settings: Settings, classifier: "PhotoClassifier"
) -> None:
    build_demo(store, settings, classifier=classifier)
    with pytest.raises(InputError, match="seed 6, not 9"):
        build_demo(store, settings, seed=9, classifier=classifier)


def test_fleet_that_a_person_changed_is_left_as_it_is(
    store: Store, settings: Settings, classifier: "PhotoClassifier"
) -> None:
    changed: dict[str, Any] = {"vessels": [], "ports": []}
    store.fleets.save(DEMO_FLEET, changed, simulated=True)
    build_demo(store, settings, classifier=classifier)
    assert store.fleets.get(DEMO_FLEET)["document"] == changed


def test_demo_imports_its_field_tables_as_files(
    store: Store, settings: Settings, classifier: "PhotoClassifier"
) -> None:
    built = build_demo(store, settings, classifier=classifier)
    assert built.n_measurements == 24 + 5 * 2 * 4
    imports = {row["name"]: row for row in store.imports.listing()}
    assert set(imports) == set(FIELD_TABLES)
    for row in imports.values():
        assert row["imported_by"] == "demo"
        assert (row["accepted"], row["rejected"]) == (row["rows"], 0)
    layers = [(row["quantity"], row["medium"]) for row in store.measurements.layers()]
    assert layers == [("items_per_100m", "shore"), ("items_per_km2", "sea_surface")]
    rows = store.measurements.frame()
    assert rows["simulated"].all()
    assert rows["survey"].str.startswith("Simulated").all()
    assert set(rows["quality_flag"]) == {1}
    (area,) = store.areas.listing()
    assert (area["name"], area["saved_by"]) == (AREA_NAME, "demo")
    assert "imulated" in area["name"]


def test_area_that_a_person_retired_stays_retired(
    store: Store, settings: Settings, sea: SimulatedSea, tmp_path: Path
) -> None:
    take_in_field_data(store, sea, tmp_path / "tables", actor="demo")
    retire_area(store, store.areas.listing()[0]["area_id"], actor="a person")
    take_in_field_data(store, sea, tmp_path / "tables", actor="demo")
    assert store.areas.listing() == []
    assert len(store.imports.listing()) == 2


def test_real_measurement_of_no_survey_is_noticed(
    store: Store, sea: SimulatedSea
) -> None:
    simulated = make_measurements(net_tows(sea)).accepted
    store.measurements.add(simulated)
    assert not holds_real_data(store)
    real = make_measurements(net_tows(sea).assign(simulated=False)).accepted
    store.measurements.add(real.assign(measurement_id="of a cruise").head(1))
    assert holds_real_data(store)


def test_real_survey_is_noticed(store: Store) -> None:
    assert not holds_real_data(store)
    store.surveys.add("Cruise 12", simulated=False)
    assert holds_real_data(store)


def test_real_forcing_or_a_real_fix_is_noticed(
    store: Store, settings: Settings, classifier: "PhotoClassifier"
) -> None:
    build_demo(store, settings, classifier=classifier)
    assert not holds_real_data(store)
    store.fixes.add(
        [{"message_id": "1", "sensor_id": "buoy", "observed_at": datetime.now(UTC)}]
    )
    assert holds_real_data(store)
