"""Fuel at a lower speed, by the propeller law."""

import numpy as np
import pytest

from core.errors import RouteInputError
from core.routing.emissions import transit_fuel_l_per_h
from core.routing.fleet import FleetVessel, Place

HOME = Place(54.0, 10.0)
VESSEL = FleetVessel("Ada", 10.0, 2.0, 20.0, 5000.0, 72.0, 60.0, 0.0, HOME, HOME)


def test_half_the_speed_burns_an_eighth_an_hour_and_a_quarter_a_mile():
    assert transit_fuel_l_per_h(VESSEL) == 60.0
    assert transit_fuel_l_per_h(VESSEL, 5.0) == pytest.approx(60.0 / 8.0)
    per_mile = transit_fuel_l_per_h(VESSEL, 5.0) / 5.0
    assert per_mile == pytest.approx(60.0 / 10.0 / 4.0)


@pytest.mark.parametrize("speed_kn", [0.0, -1.0, 10.1, np.nan])
def test_a_speed_beyond_the_planned_one_is_refused(speed_kn):
    with pytest.raises(RouteInputError, match="vessel Ada"):
        transit_fuel_l_per_h(VESSEL, speed_kn)
