"""The litter lists agree with themselves, each other and the published code table."""

import csv
from pathlib import Path

import pytest

from core.errors import NotFoundError
from core.observations import RECORD_DEBRIS_CODES
from core.observations.crosswalk import (
    OTHER,
    crosswalk_table,
    find_items,
    item,
    lists,
)
from core.observations.crosswalk.items import other_in

SHARED = Path(__file__).resolve().parents[5] / "shared" / "datasets" / "observations"
PUBLISHED = SHARED / "litter_codes_tsgml.csv"
MSFD = {
    "Plastic": "artificial polymer materials",
    "Rubber": "rubber",
    "Cloth/textile": "cloth/textile",
    "Paper/Cardboard": "paper/cardboard",
    "Processed/worked wood": "processed/worked wood",
    "Metal": "metal",
    "Glass/ceramics": "glass/ceramics",
    "unidentified": "undefined",
    "Chemicals": "chemicals",
}
NAMES = [one.code for one in lists()]


@pytest.mark.validation
def test_every_code_of_the_published_g_list_is_known_and_of_its_material():
    if not PUBLISHED.exists():
        pytest.skip("the shared observation files are not at hand")
    with PUBLISHED.open(encoding="utf-8", newline="") as file:
        published = {r["generalcode"]: r["category"] for r in csv.DictReader(file)}
    assert len(published) == 164
    ours = {code: item("TSG-ML", code).msfd_material for code in published}
    assert ours == {code: MSFD[name] for code, name in published.items()}


def test_lists_have_as_many_items_as_published():
    # UNEP/IOC 2009: 77 items. The ICES lists: 46 and 41 items, 7 resp. 6 of them
    # letters alone, and a letter of each group before them.
    assert len(lists()[NAMES.index("UNEP")].items) == 77
    for name, groups, n in (("C-TS", "ABCDEFG", 45), ("C-TS-REV", "ABCDEF", 40)):
        codes = [one.code for one in lists()[NAMES.index(name)].items]
        assert [code for code in codes if len(code) == 1] == list(groups)
        assert len(codes) - len(groups) == n


@pytest.mark.parametrize("name", NAMES)
def test_items_lie_in_known_categories_and_every_counterpart_exists(name):
    for one in lists()[NAMES.index(name)].items:
        assert one.category in RECORD_DEBRIS_CODES
        for other, code in one.counterparts.items():
            assert item(other, code).code == code


@pytest.mark.parametrize("name", NAMES)
def test_what_a_list_calls_other_is_an_item_of_it(name):
    materials = {one.material for one in lists()[NAMES.index(name)].items}
    for material in materials:
        code = other_in(name, material)
        assert code == OTHER or item(name, code).material == material or code in {
            "OT05", "G3", "F3", "other",
        }  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_counterparts_are_of_one_material_but_for_the_lists_own_groups(name):
    # Each list groups a few things its own way; these are the ones that cross.
    crossing = {"Flip-flops", "Footwear", "Tampons", "Condoms", "Sanitary items"}
    for one in lists()[NAMES.index(name)].items:
        for other, code in one.counterparts.items():
            there = item(other, code)
            if one.material == there.material or "undefined" in (
                one.material,
                there.material,
            ):
                continue
            if there.is_uncertain or one.is_uncertain:
                continue
            words = {one.label.split(" (")[0], there.label.split(" (")[0]}
            assert words & crossing, (one, there)


# Codes that standards and practice agree on: cigarette ends, cotton buds, drink cans,
# food cans, large nets, and plastic in both ICES lists.
@pytest.mark.parametrize(
    ("item_list", "code", "category", "counterparts"),
    [
        ("TSG-ML", "G27", "plastic", {"OSPAR": "64", "MSFD-J": "J27", "UNEP": "PL11"}),
        ("OSPAR", "98", "plastic", {"TSG-ML": "G95", "MSFD-J": "J95", "C-TS": "B2"}),
        ("OSPAR", "78", "metal", {"TSG-ML": "G175", "UNEP": "ME03", "C-TS-REV": "B2"}),
        ("C-TS", "C2", "metal", {"C-TS-REV": "B2", "OSPAR": "78"}),
        ("C-TS", "B1", "plastic", {"C-TS-REV": "A12", "OSPAR": "102"}),
        ("MSFD-J", "J54", "fishing_gear", {"TSG-ML": "G54", "OSPAR": "116"}),
        ("NOAA", "Cigarettes", "plastic", {"OSPAR": "64", "MSFD-J": "J27"}),
        ("UNEP", "RB04", "rubber", {"TSG-ML": "G128", "OSPAR": "52"}),
    ],
)
def test_well_known_codes_correspond(item_list, code, category, counterparts):
    found = item(item_list, code)
    assert found.category == category
    assert {name: found.in_list(name) for name in counterparts} == counterparts


def test_letters_mean_other_materials_in_the_two_ices_lists():
    assert item("C-TS", "B1").msfd_material == "artificial polymer materials"
    assert item("C-TS-REV", "B1").msfd_material == "metal"
    assert item("C-TS", "D").in_list("C-TS-REV") == "C"
    assert item("C-TS-REV", "C5").in_list("C-TS") == "D5"


@pytest.mark.parametrize(
    "code",
    ["G42", "G45", "G49", "G50", "G54", "G56", "G57", "G58", "G59", "G60", "G62",
     "G63", "G132", "G142", "G163", "G164", "G182", "G184", "G206", "G207"],
)  # fmt: skip
def test_fishing_related_items_are_fishing_gear_whatever_their_material(code):
    assert item("TSG-ML", code).category == "fishing_gear"


def test_gear_of_other_trades_is_not_called_fishing_related():
    assert item("TSG-ML", "G54").is_fishing is True
    assert item("TSG-ML", "G49").is_fishing is None
    assert item("TSG-ML", "G7").is_fishing is False


def test_an_item_without_counterpart_is_other_and_not_dropped():
    cones = item("TSG-ML", "G72")
    assert "OSPAR" not in cones.counterparts
    assert cones.in_list("OSPAR") == "48"
    assert item("TSG-ML", "G185").in_list("OSPAR") == OTHER


def test_codes_and_lists_are_found_in_the_spellings_of_files():
    assert item("ICES C-TS-REV", "a8").code == "A8"
    assert item("tsg ml", " g 27").code == "G27"
    assert item("MDMAP", "Plastic - Beverage bottles").category == "plastic"
    with pytest.raises(NotFoundError):  # of plastic, or of glass
        item("MDMAP", "Beverage bottles")
    assert item("UNEP/IOC", "pl 01").label == "Bottle caps and lids"


def test_unknown_lists_and_codes_are_named():
    with pytest.raises(NotFoundError, match="no litter list HELCOM; known: MSFD-J"):
        item("HELCOM", "1")
    with pytest.raises(NotFoundError, match="OSPAR has no item 999"):
        item("OSPAR", "999")


def test_numbers_that_nobody_checked_are_uncertain_and_never_used():
    # The Joint List split these of the G list (JRC121708), so numbers differ.
    for code in ("G10", "G33", "G34", "G35", "G50", "G56"):
        assert "MSFD-J" not in item("TSG-ML", code).counterparts
    assert item("MSFD-J", "J231").is_uncertain
    assert not item("MSFD-J", "J7").is_uncertain


@pytest.mark.parametrize("name", NAMES)
def test_the_table_of_a_list_has_a_row_an_item(name):
    table = crosswalk_table(name)
    assert table["code"].is_unique
    assert len(table) == len(lists()[NAMES.index(name)].items)
    assert table[name].tolist() == table["code"].tolist()
    assert set(NAMES) <= set(table.columns)


def test_the_table_of_all_lists_holds_every_item_once():
    table = crosswalk_table()
    assert len(table) == sum(len(one.items) for one in lists())
    assert not table.duplicated(["item_list", "code"]).any()


def test_items_are_found_by_code_first_and_by_all_words():
    table = crosswalk_table()
    by_code = find_items(table, "g5")
    assert by_code["code"].tolist()[0] == "G5"
    g_list = {one.code for one in lists()[NAMES.index("TSG-ML")].items}
    assert set(by_code["code"]) == {code for code in g_list if code.startswith("G5")}
    found = find_items(crosswalk_table("TSG-ML"), "BOTTLES drink")
    assert found["code"].tolist() == ["G7", "G8"]
    assert find_items(table, "  ").equals(table)
    assert find_items(table, "zeppelin").empty


def test_docs_state_how_many_items_are_known_and_how_many_unchecked():
    docs = Path(__file__).resolve().parents[4] / "docs" / "categories.md"
    text = docs.read_text(encoding="utf-8")
    for one in lists():
        unchecked = sum(each.is_uncertain for each in one.items)
        row = f"| `{one.code}` | {one.used_for} | {len(one.items)} | {unchecked} |"
        assert row in text
    joint = lists()[NAMES.index("MSFD-J")].items
    certain = sum(not each.is_uncertain for each in joint)
    assert f"{certain} numbers are certain" in text
