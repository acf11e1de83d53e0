"""Areas over points and cells, against closed forms and brute force."""

from datetime import UTC, datetime
from typing import Any

import h3
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from core.density import cell_polygon
from core.errors import InputError
from core.geo import destination
from core.priorities import (
    SensitiveArea,
    factor_of_value,
    months_of,
    sensitivity_at,
    sensitivity_of_cells,
)

JUNE = datetime(2026, 6, 15, tzinfo=UTC)


def box(west, south, east, north, factor=3.0, **more):
    return SensitiveArea(
        name=more.pop("name", "A"),
        polygon=shapely.box(west, south, east, north),
        factor=factor,
        **more,
    )


def test_outside_every_area_is_one():
    found = sensitivity_at([box(0, 0, 1, 1)], lat=[0.5, 5.0], lon=[0.5, 5.0])
    assert found.factor.tolist() == [3.0, 1.0]
    assert found.area.tolist() == [0, -1]


def test_without_areas_everything_is_one():
    assert sensitivity_at([], lat=[1.0], lon=[2.0]).factor.tolist() == [1.0]
    assert sensitivity_of_cells([], ["832a06fffffffff"]).factor.tolist() == [1.0]


def test_of_overlapping_areas_the_largest_factor_counts():
    areas = [box(0, 0, 2, 2, 2.0), box(1, 1, 3, 3, 5.0, name="B")]
    found = sensitivity_at(areas, lat=[0.5, 1.5, 2.5], lon=[0.5, 1.5, 2.5])
    assert found.factor.tolist() == [2.0, 5.0, 5.0]
    assert found.area.tolist() == [0, 1, 1]


def test_the_edge_belongs_to_an_area():
    assert sensitivity_at([box(0, 0, 1, 1)], lat=[1.0], lon=[1.0]).factor[0] == 3.0


def test_an_area_counts_in_its_months_only():
    nesting = box(0, 0, 1, 1, months=frozenset({5, 6}))
    here: dict[str, Any] = {"lat": [0.5], "lon": [0.5]}
    winter = datetime(2026, 12, 1, tzinfo=UTC)
    assert sensitivity_at([nesting], **here, when=JUNE).factor[0] == 3.0
    assert sensitivity_at([nesting], **here, when=winter).factor[0] == 1.0
    assert sensitivity_at([nesting], **here).factor[0] == 3.0
    over_new_year = (winter, datetime(2027, 5, 1, tzinfo=UTC))
    assert sensitivity_at([nesting], **here, when=over_new_year).factor[0] == 3.0


def test_months_of_a_span_go_over_the_turn_of_the_year():
    span = (datetime(2026, 11, 30, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    assert months_of(span) == {11, 12, 1}
    years = (datetime(2020, 3, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC))
    assert months_of(years) == set(range(1, 13))


def test_a_time_without_zone_or_a_span_backwards_is_refused():
    with pytest.raises(InputError, match="no time zone"):
        months_of(datetime(2026, 1, 1))
    with pytest.raises(InputError, match="before it begins"):
        months_of((JUNE, datetime(2026, 5, 1, tzinfo=UTC)))


@pytest.mark.parametrize("lon", [-180.0, 180.0, 179.5, -179.5])
def test_areas_across_180_degrees_hold_both_sides(lon):
    for west, east in ((179.0, 181.0), (-181.0, -179.0)):
        found = sensitivity_at([box(west, -1, east, 1)], lat=[0.0], lon=[lon])
        assert found.factor[0] == 3.0


def test_a_buffer_reaches_as_far_as_it_says():
    """Great circles are the measure: 0.5 % inside and outside of 50 km."""
    for lat in (0.0, 45.0, 70.0):
        area = box(10.0, lat, 10.001, lat + 0.001, buffer_km=50.0)
        at = {"lat": lat + 0.0005, "lon": 10.0005}
        bearing = np.arange(0.0, 360.0, 15.0)
        near = destination(**at, bearing=bearing, distance_km=49.75)
        far = destination(**at, bearing=bearing, distance_km=50.4)
        assert (sensitivity_at([area], lat=near[0], lon=near[1]).factor == 3.0).all()
        assert (sensitivity_at([area], lat=far[0], lon=far[1]).factor == 1.0).all()


def test_a_buffer_of_a_wide_area_reaches_as_far_on_every_side():
    area = box(-60.0, -10.0, 0.0, 50.0, buffer_km=100.0)
    near = destination(lat=45.0, lon=0.0, bearing=90.0, distance_km=98.0)
    far = destination(lat=45.0, lon=0.0, bearing=90.0, distance_km=103.0)
    found = sensitivity_at(
        [area], lat=[float(near[0]), float(far[0])], lon=[float(near[1]), float(far[1])]
    )
    assert found.factor.tolist() == [3.0, 1.0]


def test_a_buffer_goes_on_across_180_degrees():
    area = box(179.0, 0.0, 179.9, 1.0, buffer_km=50.0)
    assert sensitivity_at([area], lat=[0.5], lon=[-179.8]).factor[0] == 3.0
    assert sensitivity_at([area], lat=[0.5], lon=[-179.0]).factor[0] == 1.0


def test_a_buffer_that_reaches_a_pole_is_refused():
    with pytest.raises(InputError, match="pole"):
        sensitivity_at([box(0, 85, 1, 88.5, buffer_km=200.0)], lat=[0.0], lon=[0.0])


CELL = h3.latlng_to_cell(10.0, 20.0, 5)


def test_a_cell_wholly_inside_has_the_factor():
    found = sensitivity_of_cells([box(0, 0, 40, 40)], [CELL])
    assert found.factor[0] == pytest.approx(3.0)
    assert found.area[0] == 0


def test_a_cell_partly_inside_has_the_mean_over_its_surface():
    """The part inside by counting small cells of it: a brute force."""
    lat, lon = h3.cell_to_latlng(CELL)
    area = box(lon, lat - 5.0, lon + 5.0, lat + 5.0)
    small = [h3.cell_to_latlng(c) for c in h3.cell_to_children(CELL, 9)]
    inside = np.mean([one[1] > lon for one in small])
    found = sensitivity_of_cells([area], [CELL]).factor[0]
    assert found == pytest.approx(1.0 + 2.0 * inside, abs=0.02)


def test_in_a_cell_overlapping_areas_count_once_by_the_largest():
    both = [box(0, 0, 40, 40, 2.0), box(0, 0, 40, 40, 5.0, name="B")]
    found = sensitivity_of_cells(both, [CELL])
    assert found.factor[0] == pytest.approx(5.0)
    assert found.area[0] == 1


def test_a_cell_across_180_degrees_is_met_from_both_sides():
    cell = h3.latlng_to_cell(0.0, 180.0, 3)
    whole = box(170.0, -10.0, 190.0, 10.0)
    assert sensitivity_of_cells([whole], [cell]).factor[0] == pytest.approx(3.0)
    west = sensitivity_of_cells([box(170.0, -10.0, 180.0, 10.0)], [cell]).factor[0]
    east = sensitivity_of_cells([box(-180.0, -10.0, -170.0, 10.0)], [cell]).factor[0]
    assert (west - 1.0) + (east - 1.0) == pytest.approx(2.0)


def test_an_area_of_many_corners_gives_what_a_plain_one_gives():
    turn = np.linspace(0.0, 2.0 * np.pi, 5_001)[:-1]
    ring = np.column_stack([20.0 + np.cos(turn), 10.0 + np.sin(turn)])
    round_area = SensitiveArea(name="round", polygon=shapely.Polygon(ring), factor=3.0)
    cells = list(h3.grid_disk(CELL, 6))
    found = sensitivity_of_cells([round_area], cells).factor
    expected = [
        1.0
        + 2.0
        * cell_polygon(c).intersection(round_area.polygon).area
        / cell_polygon(c).area
        for c in cells
    ]
    assert found == pytest.approx(expected, abs=2e-3)
    assert 1.0 < found.max() <= 3.0 + 1e-9


boxes = st.builds(
    lambda x, y, w, h, factor: box(x, y, x + w, y + h, factor),
    st.floats(-1.0, 1.0),
    st.floats(-1.0, 1.0),
    st.floats(0.01, 2.0),
    st.floats(0.01, 2.0),
    st.floats(1.0, 10.0),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(boxes, max_size=4), boxes)
def test_adding_an_area_never_lowers(areas, one_more):
    lat = lon = np.linspace(-2.0, 2.0, 9)
    few = sensitivity_at(areas, lat=lat, lon=lon).factor
    more = sensitivity_at([*areas, one_more], lat=lat, lon=lon).factor
    assert (more >= few).all()
    cells = list(h3.grid_disk(h3.latlng_to_cell(0.0, 0.0, 3), 1))
    few = sensitivity_of_cells(areas, cells).factor
    more = sensitivity_of_cells([*areas, one_more], cells).factor
    assert (more >= few - 1e-9).all()
    assert (few >= 1.0).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"factor": 0.5}, "factor 0.5"),
        ({"factor": float("nan")}, "factor nan"),
        ({"factor": 1000.0}, "factor 1000"),
        ({"buffer_km": -1.0}, "buffer -1"),
        ({"months": frozenset({0})}, "months"),
        ({"kind": "closed"}, "kind 'closed'"),
        ({"name": " "}, "needs a name"),
    ],
)
def test_a_field_out_of_range_is_named(change, message):
    with pytest.raises(InputError, match=message):
        SensitiveArea(
            **{"name": "A", "polygon": shapely.box(0, 0, 1, 1), "factor": 2.0, **change}
        )


def test_a_position_off_the_earth_is_named():
    with pytest.raises(InputError, match="row 1"):
        sensitivity_at([box(0, 0, 1, 1)], lat=[0.0, 91.0], lon=[0.0, 0.0])
    with pytest.raises(InputError, match="row 0"):
        sensitivity_at([], lat=[np.nan], lon=[0.0])


def test_a_value_of_one_counts_like_a_factor_of_five():
    assert [factor_of_value(v) for v in (0.0, 0.5, 1.0)] == [1.0, 3.0, 5.0]
    with pytest.raises(InputError, match="expected 0 to 1"):
        factor_of_value(1.5)
