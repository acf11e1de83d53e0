"""Rules of the category table."""

import gzip
from pathlib import Path

import pandas as pd
import pytest

from core.errors import NotFoundError, ObservationError
from core.observations import (
    CATEGORIES,
    CATEGORY_CODES,
    DEBRIS_CODES,
    RECORD_CATEGORIES,
    RECORD_CATEGORY_CODES,
    RECORD_DEBRIS_CODES,
    Category,
    category,
    make_observations,
    nearest_category,
)

SHARED = Path(__file__).resolve().parents[4] / "shared" / "datasets" / "observations"
TRAWLS = SHARED / "gpgp2015_2016_trawl_debris.csv.gz"
AERIAL = SHARED / "gpgp2015_2016_aerial_mosaic_debris.csv.gz"


def test_codes_stand_in_the_order_of_the_model_output():
    # The order is fixed by the project's interface: alphabetical.
    assert list(CATEGORY_CODES) == sorted(CATEGORY_CODES)
    assert len(CATEGORY_CODES) == 10


def test_records_know_other_debris_beside_what_the_classifier_tells_apart():
    assert (*CATEGORY_CODES, "other") == RECORD_CATEGORY_CODES
    assert (*DEBRIS_CODES, "other") == RECORD_DEBRIS_CODES
    other = category("other")
    assert other.is_debris
    # Names of Commission Decision (EU) 2017/848 and of the NOAA shoreline protocol.
    assert other.msfd_material == "undefined"
    assert other.noaa_material == "other/unclassifiable"


def test_mass_of_other_debris_is_an_assumption_as_wide_as_all_kinds_together():
    other = category("other")
    kinds = [category(code) for code in DEBRIS_CODES]
    assert other.mass_is_assumed
    assert other.item_mass_low_kg == min(kind.item_mass_low_kg for kind in kinds)
    assert other.item_mass_high_kg == max(kind.item_mass_high_kg for kind in kinds)


def test_a_record_of_other_debris_is_accepted():
    raw = pd.DataFrame(
        {
            "lat": [31.0],
            "lon": [-140.0],
            "observed_at": ["2026-05-01T10:00Z"],
            "category": ["Other"],
            "count": ["3"],
        }
    )
    checked = make_observations(raw)
    assert checked.accepted["category"].tolist() == ["other"]
    assert not checked.rejected


def test_biota_and_clean_are_no_debris_and_weigh_nothing():
    others = [c for c in CATEGORIES if not c.is_debris]
    assert [c.code for c in others] == ["biota", "clean"]
    assert all(c.item_mass_high_kg == 0.0 and c.msfd_material == "" for c in others)
    assert set(DEBRIS_CODES) == set(CATEGORY_CODES) - {"biota", "clean"}


def test_debris_materials_are_those_of_the_msfd_and_noaa_lists():
    # Commission Decision (EU) 2017/848 and the NOAA shoreline protocol.
    msfd = {
        "artificial polymer materials",
        "rubber",
        "cloth/textile",
        "paper/cardboard",
        "processed/worked wood",
        "metal",
        "glass/ceramics",
    }
    noaa = {"plastic", "metal", "glass", "rubber", "processed lumber", "cloth/fabric"}
    debris = [c for c in CATEGORIES if c.is_debris]
    assert {c.msfd_material for c in debris} == msfd
    assert {c.noaa_material for c in debris} == noaa


def test_every_mass_has_a_source_or_is_called_an_assumption():
    for entry in RECORD_CATEGORIES:
        assert entry.mass_source
        if entry.is_debris:
            assert entry.item_mass_low_kg < entry.item_mass_kg < entry.item_mass_high_kg
            assert entry.mass_is_assumed or "Lebreton et al. 2018" in entry.mass_source


def test_docs_state_every_item_mass():
    docs = Path(__file__).resolve().parents[3] / "docs" / "categories.md"
    text = docs.read_text(encoding="utf-8")
    for entry in RECORD_CATEGORIES:
        row = (
            f"| `{entry.code}` | {entry.item_mass_kg:g} | {entry.item_mass_low_kg:g} "
            f"| {entry.item_mass_high_kg:g} |"
        )
        assert row in text


def test_masses_that_fall_from_low_to_high_are_refused():
    with pytest.raises(ObservationError, match="must rise"):
        Category(
            code="x",
            label="X",
            is_debris=True,
            msfd_material="",
            noaa_material="",
            item_mass_kg=1.0,
            item_mass_low_kg=2.0,
            item_mass_high_kg=3.0,
            mass_source="assumption",
        )


def test_unknown_category_names_the_nearest():
    with pytest.raises(NotFoundError, match="did you mean plastic"):
        category("plastics")
    assert category("glass").label == "Glass and ceramics"


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("Net", "fishing_gear"),
        ("cardboard", "paper_cardboard"),
        ("xyz qq", ""),
        ("undefined", "other"),
    ],
)
def test_field_words_are_matched(text, near):
    assert nearest_category(text) == near


def _trawls() -> pd.DataFrame:
    if not TRAWLS.exists():
        pytest.skip("the shared observation files are not at hand")
    with gzip.open(TRAWLS) as file:
        table = pd.read_csv(file)
    table.columns = ["i", "event", "kind", "size", "material", "type", "n", "g", "obs"]
    return table


@pytest.mark.validation
def test_trawled_item_masses_are_those_of_the_published_table():
    table = _trawls()
    plastic = table[(table.material == "Plastic") & table.type.isin(["H", "F"])]
    gear = table[table.type == "N"]
    glass = table[table.material == "Glass"]

    def mean_kg(rows: pd.DataFrame, sizes: list[str]) -> float:
        rows = rows[rows["size"].isin(sizes)]
        return float(rows.g.sum() / rows.n.sum() / 1000.0)

    over_50 = ["50 - 100", "> 100"]
    over_10 = ["10 - 50", *over_50]
    over_5 = ["5 - 10", *over_10]
    entry = category("plastic")
    assert mean_kg(plastic, over_10) == pytest.approx(entry.item_mass_kg, rel=0.02)
    assert mean_kg(plastic, over_5) == pytest.approx(entry.item_mass_low_kg, rel=0.02)
    entry = category("fishing_gear")
    assert mean_kg(gear, over_50) == pytest.approx(entry.item_mass_kg, rel=0.02)
    assert mean_kg(gear, over_10) == pytest.approx(entry.item_mass_low_kg, rel=0.03)
    assert mean_kg(glass, over_10) == pytest.approx(
        category("glass").item_mass_kg, rel=0.02
    )


@pytest.mark.validation
def test_aerial_item_masses_are_those_of_the_published_table():
    if not AERIAL.exists():
        pytest.skip("the shared observation files are not at hand")
    table = pd.read_csv(AERIAL)
    mean = table.groupby("Object type")["Mid weight (kg)"].mean()
    assert mean["Unknown"] == pytest.approx(
        category("plastic").item_mass_high_kg, rel=0.02
    )
    assert mean["Loose net"] == pytest.approx(
        category("fishing_gear").item_mass_high_kg, rel=0.02
    )
