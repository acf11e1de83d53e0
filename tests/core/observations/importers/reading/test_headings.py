"""Rules of headings, units, decimal marks and words for kinds of debris."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ObservationError
from core.observations import CATEGORY_CODES
from core.observations.importers.formats._tables import is_units_row, unique_names
from core.observations.importers.reading.decimals import decimal_mark, with_point
from core.observations.importers.reading.headings import field_of, parse_heading
from core.observations.importers.reading.unit_words import effort_factor, rate_of
from core.observations.importers.reading.words import category_of


@pytest.mark.parametrize(
    ("heading", "field", "unit"),
    [
        ("Lat", "lat", ""),
        ("Breitengrad", "lat", ""),
        ("Latitud", "lat", ""),
        ("decimalLatitude", "lat", ""),
        ("LATITUDE_deg", "lat", "deg"),
        ("Länge", "lon", ""),
        ("Longitude (degrees)", "lon", "degrees"),
        ("Lat/Lon", "position", ""),
        ("Date/Time", "observed_at", ""),
        ("Date (UTC)", "date", "utc"),
        ("Año", "year", ""),
        ("Number of items", "count", ""),
        ("Stückzahl", "count", ""),
        ("Fläche [km²]", "effort", "km2"),
        ("effort_km2", "effort", "km2"),
        ("Swept area (m^2)", "effort", "m2"),
        ("Weight (g)", "mass_kg", "g"),
        ("mass_kg", "mass_kg", "kg"),
        ("pieces/km2", "value", "pieces/km2"),
        ("items per km²", "value", "items per km²"),
        ("Conc. (items/m3)", "value", "items/m3"),
        ("Wind speed (m/s)", "", "m/s"),
        ("", "", ""),
    ],
)
def test_a_heading_names_a_field_and_its_unit(heading, field, unit):
    parsed = parse_heading(heading)
    assert (field_of(parsed), parsed.unit) == (field, unit)


@pytest.mark.parametrize(
    ("unit", "quantity", "factor"),
    [
        ("items/km2", "items_per_km2", 1.0),
        ("# km-2", "items_per_km2", 1.0),
        ("items km-2", "items_per_km2", 1.0),
        ("items/ha", "items_per_km2", 100.0),
        ("n/m²", "items_per_km2", 1e6),
        ("particles m-3", "items_per_m3", 1.0),
        ("pieces/L", "items_per_m3", 1000.0),
        ("items/100 m", "items_per_100m", 1.0),
        ("items/m", "items_per_100m", 100.0),
        ("items/km", "items_per_100m", 0.1),
        ("items/kg", "items_per_kg", 1.0),
        ("pieces/10 mins", "items_per_10min", 1.0),
        ("g/km2", "grams_per_km2", 1.0),
        ("kg/km2", "grams_per_km2", 1000.0),
        ("mg m-2", "grams_per_km2", 1000.0),
    ],
)
def test_a_unit_of_a_value_names_its_quantity(unit, quantity, factor):
    rate = rate_of(unit)
    assert rate is not None
    assert rate.quantity == quantity
    assert rate.factor == pytest.approx(factor)


def test_a_square_metre_of_shore_is_none_of_sea():
    on_shore = rate_of("items/m2", on_shore=True)
    assert on_shore is not None
    assert (on_shore.quantity, on_shore.factor) == ("items_per_m2", 1.0)


@pytest.mark.parametrize("unit", ["m/s", "km", "items", "", "kg", "degrees"])
def test_other_units_are_no_rate(unit):
    assert rate_of(unit) is None


def test_efforts_are_brought_to_the_unit_of_the_quantity():
    assert effort_factor("m²", "") == 1e-6
    assert effort_factor("ha", "items_per_km2") == 1e-2
    assert effort_factor("Litres", "items_per_m3") == 1e-3
    assert effort_factor("km", "items_per_100m") == 1000.0
    assert effort_factor("m2", "items_per_m2") == 1.0
    assert effort_factor("m", "items_per_km2") is None
    assert effort_factor("", "") is None


def test_marks_that_can_only_be_decimal_decide():
    assert decimal_mark([["54,32"]], delimiter=";", name="t") == "comma"
    assert decimal_mark([["0,005", "1,234"]], delimiter=";", name="t") == "comma"
    assert decimal_mark([["1.816,80"]], delimiter=";", name="t") == "comma"
    assert decimal_mark([["1,816.80", "1,816"]], delimiter=";", name="t") == "point"
    assert decimal_mark([["54.32", "1,816"]], delimiter=";", name="t") == "point"
    assert decimal_mark([["1,816"]], delimiter=",", name="t") == "point"
    assert decimal_mark([["3", "n/a"]], delimiter=";", name="t") == "point"


def test_marks_that_could_be_either_are_asked_for():
    with pytest.raises(ObservationError, match="decimal comma, or thousands"):
        decimal_mark([["1,816"]], delimiter=";", name="t")
    with pytest.raises(ObservationError, match=r"both ways, 54,32 and 54\.32"):
        decimal_mark([["54,32", "54.32"]], delimiter=";", name="t")


@given(st.floats(0, 1e6).map(lambda x: round(x, 2)))
def test_a_decimal_comma_reads_back(value):
    german = f"{value:,.2f}".translate(str.maketrans(",.", ".,"))
    assert float(with_point(german)) == value


def test_units_under_a_heading_are_no_record():
    assert is_units_row(["UTC", "degrees_north", "degrees_east", "1"])
    assert is_units_row(["", "(m)", "[km2]"])
    assert not is_units_row(["2020-01-01", "30", "-140", "glass"])
    assert not is_units_row(["1", "1", "1"])
    assert not is_units_row(["A", "B"])
    assert not is_units_row(["m", "x", "y"])  # a station may be called m
    assert not is_units_row([1, "m", "km"])


@given(st.lists(st.sampled_from(["a", "a (2)", "", "b"]), max_size=8))
def test_names_of_columns_are_unique(headings):
    names = unique_names(headings)
    assert len(set(names)) == len(headings)


def test_words_for_kinds_of_debris_are_known():
    assert category_of("Artificial polymer materials") == "plastic"
    assert category_of("Kunststoff") == "plastic"
    assert category_of("Glass/ceramics") == "glass"
    assert category_of("paper_cardboard") == "paper_cardboard"
    assert category_of("Food waste") == "other"
    assert category_of("thing") == ""
    for code in CATEGORY_CODES:
        assert category_of(code) == code
