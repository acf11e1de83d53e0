"""Rules of the concentration classes of the NCEI database."""

import pytest

from core.observations.importers.profiles._class_ranges import (
    ClassRange,
    classes_of,
    named_range,
    read_range,
    undamaged,
)

MONTHS = [
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
]


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("0-0.0005", 0.0, 0.0005),
        ("0.005-1", 0.005, 1.0),
        (">=10", 10.0, None),
        (">200", 200.0, None),
        ("0", 0.0, 0.0),
    ],
)
def test_a_range_gives_its_bounds(text, low, high):
    assert read_range(text) == ClassRange(low, high)


@pytest.mark.parametrize("text", ["Feb-40", "40-2", "", "medium", "2--40"])
def test_what_is_no_range_gives_none(text):
    assert read_range(text) is None


def damaged(text):
    """Every date a spreadsheet may show for a range: month and day, or month and year.

    Independent of the reader: each whole number up to 12 may become the month.
    """
    low, _, high = text.partition("-")
    if not (low.isdigit() and high.isdigit()):
        return []
    found = []
    for month, other in ((int(low), int(high)), (int(high), int(low))):
        if 1 <= month <= 12 and 1 <= other <= 99:
            name = MONTHS[month - 1]
            found += [f"{name}-{other:02d}", f"{other:02d}-{name}", f"{other}-{name}"]
    return found


@pytest.mark.parametrize(
    ("unit", "can_be_damaged"),
    [("m3", {"1-10"}), ("10min", {"1-2", "2-40"}), ("kg", {"2-20"})],
)
def test_every_damaged_range_is_read_back_to_its_class(unit, can_be_damaged):
    pairs = [(text, form) for text in classes_of(unit) for form in damaged(text)]
    assert {text for text, _ in pairs} == can_be_damaged
    assert {form: undamaged(form, unit) for _, form in pairs} == {
        form: text for text, form in pairs
    }


def test_the_two_ranges_named_in_the_notes_of_the_data_are_read_back():
    assert undamaged("Feb-40", "10min") == "2-40"
    assert undamaged("01-Oct", "m3") == "1-10"


@pytest.mark.parametrize(
    ("text", "unit"),
    [("Mar-40", "10min"), ("Feb-40", "m3"), ("40-Xyz", "10min"), ("2-40", "10min")],
)
def test_a_date_that_no_class_fits_is_not_guessed(text, unit):
    assert undamaged(text, unit) == ""


def test_classes_tell_water_from_sand_within_one_unit():
    kinds = classes_of("m3")
    assert kinds["0.005-1"] == "water"
    assert kinds["500-30000"] == "sand"
    assert len(kinds) == 10


@pytest.mark.parametrize(
    ("text", "unit", "meant"),
    [
        ("1940-02-01 00:00:00", "10min", "2-40"),
        ("2024-01-10 00:00:00", "m3", "1-10"),
        ("2024-10-01", "m3", "1-10"),
        ("2024-02-20", "kg", "2-20"),
        ("2024-02-01", "10min", "1-2"),
        ("2024-03-09", "10min", ""),
    ],
)
def test_the_date_in_a_cell_of_a_workbook_is_read_back(text, unit, meant):
    assert undamaged(text, unit) == meant


@pytest.mark.parametrize(
    ("name", "unit", "is_sand", "text"),
    [
        ("Very Low", "m3", False, "0-0.0005"),
        ("very high", "m3", True, ">40000"),
        ("Medium", "10min", False, "2-40"),
        ("High", "kg", False, "150-200"),
        ("Vast", "m3", False, ""),
        ("High", "", False, ""),
    ],
)
def test_a_named_class_is_its_range_in_the_unit(name, unit, is_sand, text):
    assert named_range(name, unit, is_sand=is_sand) == text
