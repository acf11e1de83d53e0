"""Weights and areas in a store: nothing is lost, everything is written down."""

from dataclasses import replace

import pandas as pd
import pytest
import shapely

from core.errors import InputError, NotFoundError
from core.governance import detail_of, verify_chain
from core.priorities import (
    HarmWeight,
    SensitiveArea,
    area_listing,
    bring_back_area,
    current_weights,
    default_weights,
    go_back_to_weights,
    retire_area,
    reweigh_sites,
    save_area,
    save_weights,
    sensitive_areas,
    weigh_sites,
    weights_history,
    weights_of_version,
)
from core.storage import open_store

REEF = SensitiveArea(
    name="Reef",
    polygon=shapely.box(0, 0, 1, 1),
    factor=3.0,
    months=frozenset({6, 7}),
    buffer_km=2.0,
)
SITES = pd.DataFrame(
    {
        "site": ["a", "b"],
        "lat": [0.5, 5.0],
        "lon": [0.5, 5.0],
        "mass_kg": [10.0, 10.0],
        "category": ["metal", "plastic"],
    }
)


@pytest.fixture
def store(tmp_path):
    with open_store(f"sqlite:///{tmp_path / 'a.db'}", data_dir=tmp_path) as opened:
        yield opened


def changed(weights, code="glass", kind="toxic", value=0.5):
    one = HarmWeight(value, 0.0, 1.0, "our own survey")
    table = {**weights.weights, code: {**weights.weights[code], kind: one}}
    return replace(weights, weights=table)


def actions(store):
    return [row["action"] for row in store.audit.walk()]


def test_without_any_version_the_built_in_weights_hold(store):
    assert current_weights(store) == default_weights()
    assert weights_history(store) == []
    assert weights_of_version(store, 0) == default_weights()


def test_a_change_is_a_new_version_with_its_reason(store):
    made = save_weights(store, changed(default_weights()), actor="Ana", note="survey")
    assert made.version == "version 1"
    assert current_weights(store) == made
    (row,) = weights_history(store)
    assert (row["saved_by"], row["note"], row["n_changed"]) == ("Ana", "survey", 1)
    (entry,) = store.audit.walk()
    assert entry["action"] == "harm_weights.saved"
    assert detail_of(entry)["changed"] == ["weights, glass, toxic"]


def test_the_same_weights_again_are_no_new_version(store):
    one = save_weights(store, changed(default_weights()), actor="Ana", note="a")
    two = save_weights(store, changed(default_weights()), actor="Ben", note="b")
    assert two == one
    assert actions(store) == ["harm_weights.saved"]


def test_going_back_is_a_version_of_its_own(store):
    first = changed(default_weights())
    save_weights(store, first, actor="Ana", note="a")
    save_weights(store, changed(first, "wood"), actor="Ana", note="b")
    back = go_back_to_weights(store, 1, actor="Ben")
    assert back == first.named("version 3")
    assert weights_history(store)[0]["note"] == "Back to version 1"
    built_in = go_back_to_weights(store, 0, actor="Ben")
    assert built_in == default_weights().named("version 4")
    assert [row["version"] for row in weights_history(store)] == [4, 3, 2, 1]


def test_an_unknown_version_is_named(store):
    with pytest.raises(NotFoundError, match="no version 7"):
        go_back_to_weights(store, 7, actor="Ben")


@pytest.mark.parametrize("note", ["", "   ", "x" * 501])
def test_a_version_without_a_reason_is_refused(store, note):
    with pytest.raises(InputError, match="needs a note"):
        save_weights(store, changed(default_weights()), actor="Ana", note=note)
    assert store.harm_weights.current() is None


def test_an_area_is_kept_as_it_is(store):
    area_id = save_area(store, REEF, actor="Ana")
    (found,) = sensitive_areas(store).areas
    assert found.area_id == area_id
    assert found.polygon.equals(REEF.polygon)
    assert found.months == {6, 7}
    assert (found.factor, found.buffer_km) == (3.0, 2.0)


def test_a_retired_area_can_be_brought_back(store):
    area_id = save_area(store, REEF, actor="Ana")
    retire_area(store, area_id, actor="Ben")
    assert sensitive_areas(store).areas == ()
    assert len(area_listing(store)) == 1
    bring_back_area(store, area_id, actor="Ben")
    assert len(sensitive_areas(store).areas) == 1
    assert actions(store) == ["area.saved", "area.retired", "area.restored"]
    assert verify_chain(store).length == 3


def test_an_unknown_area_is_named_and_nothing_is_written_down(store):
    for change in (retire_area, bring_back_area):
        with pytest.raises(NotFoundError):
            change(store, "nothing", actor="Ben")
    assert actions(store) == []


def test_drawn_areas_are_not_sensitive_and_a_bad_one_loses_no_other(store):
    save_area(store, REEF, actor="Ana")
    square = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    store.areas.save("drawn", "drawn", square, {}, "Ana")
    store.areas.save("lacks a factor", "sensitive", square, {}, "Ana")
    read = sensitive_areas(store)
    assert [area.name for area in read.areas] == ["Reef"]
    assert "lacks a factor" in read.refused[0]


def test_a_plan_names_its_weights_and_areas(store):
    save_area(store, REEF, actor="Ana")
    areas = sensitive_areas(store).areas
    weights = save_weights(store, changed(default_weights()), actor="Ana", note="a")
    weighed, basis = weigh_sites(SITES, weights, areas)
    assert basis["harm_weights"]["version"] == "version 1"
    assert basis["areas"][0]["name"] == "Reef"
    metal = basis["sites"]["a"]
    assert metal["low"] < weighed["priority"].iloc[0] < metal["high"]
    assert "Reef" in metal["reason"]


def test_later_sites_are_weighed_as_the_plan_was(store):
    area_id = save_area(store, REEF, actor="Ana")
    weights = save_weights(store, changed(default_weights()), actor="Ana", note="a")
    weighed, basis = weigh_sites(SITES, weights, sensitive_areas(store).areas)
    # Weights change and the area is retired: the plan keeps to what it was made with.
    save_weights(store, changed(weights, "metal"), actor="Ana", note="b")
    retire_area(store, area_id, actor="Ana")
    again = reweigh_sites(store, basis, SITES)
    assert again["priority"].tolist() == pytest.approx(weighed["priority"].tolist())


def test_a_plan_from_files_cannot_weigh_later_sites(store):
    _, basis = weigh_sites(SITES, default_weights().named("w.yaml"), [])
    with pytest.raises(InputError, match=r"w\.yaml"):
        reweigh_sites(store, basis, SITES)
    _, basis = weigh_sites(SITES, None, [REEF])
    with pytest.raises(InputError, match="Reef"):
        reweigh_sites(store, basis, SITES)
