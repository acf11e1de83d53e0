"""Quantities and media: closed lists that name their units."""

import pytest

from core.errors import NotFoundError
from core.observations.measurements import (
    EVENT_COLUMNS,
    MEASUREMENT_COLUMNS,
    empty_events,
    empty_measurements,
)
from core.observations.quantities import MEDIA, QUANTITIES, medium, quantity


def test_codes_are_unique_and_found_again():
    assert [quantity(q.code) for q in QUANTITIES] == list(QUANTITIES)
    assert [medium(m.code) for m in MEDIA] == list(MEDIA)


def test_an_unknown_quantity_names_the_known_ones():
    with pytest.raises(NotFoundError, match="items_per_km2"):
        quantity("items")
    with pytest.raises(NotFoundError, match="sea_surface"):
        medium("sea")


def test_a_beach_value_stands_for_100_metres():
    assert quantity("items_per_100m").per == 100.0
    assert quantity("items_per_100m").effort_unit == "m"


def test_empty_frames_have_every_column_in_order():
    assert tuple(empty_measurements().columns) == MEASUREMENT_COLUMNS
    assert tuple(empty_events().columns) == EVENT_COLUMNS
    assert empty_measurements()["observed_at"].dt.tz is not None
