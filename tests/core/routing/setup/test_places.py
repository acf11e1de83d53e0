"""Places of a fleet: moved to the sea, or named and set aside."""

from datetime import timedelta

import numpy as np

from core.routing.setup.places import find_places, used_places, within_reach
from core.routing.states import VesselState
from tests.plan_inputs import PORT, START, fleet_of

#: Denver lies more than 600 km from any sea.
DENVER = {"name": "Denver", "lat": 39.7, "lon": -104.9}
#: The Caspian is a sea of its own.
AKTAU = {"name": "Aktau", "lat": 43.6, "lon": 51.15}
BRISA = {"name": "Brisa", "start": {"port": "Denver"}, "end": {"port": "P"}}


def test_a_port_inland_is_named_and_its_vessels_stay():
    fleet = fleet_of({}, BRISA, ports=(PORT, DENVER))
    places = find_places(fleet, {})
    assert [berth.vessel for berth in places.berths] == [0]
    assert [one.record for one in places.rejected] == ["port Denver", "vessel Brisa"]
    assert "600 km from the sea" in places.rejected[0].reason
    assert len(places.ports) == 1


def test_a_vessel_in_another_sea_is_named_and_then_its_port():
    stranger = BRISA | {"start": {"port": "Aktau"}, "end": {"port": "Aktau"}}
    fleet = fleet_of({}, stranger, ports=(PORT, AKTAU))
    places = find_places(fleet, {})
    # Two places and one site beside P.
    distance = np.array([[0.0, np.inf, 9.0], [np.inf, 0.0, np.inf], [9.0, np.inf, 0.0]])
    found = within_reach(places, fleet, distance)
    assert [berth.vessel for berth in found.berths] == [0]
    assert [one.record for one in found.rejected] == ["vessel Brisa", "port Aktau"]
    assert used_places(found) == [0]


def test_a_vessel_in_the_middle_of_a_plan_starts_where_it_is():
    state = VesselState(0.5, -29.0, START + timedelta(hours=3))
    in_port = VesselState(0.001, -30.001, START)
    fleet = fleet_of({}, {"name": "Brisa"})
    places = find_places(fleet, {"Alma": state, "Brisa": in_port})
    at = places.positions
    assert (at[places.berths[0].start].lat, at[places.berths[0].start].lon) == (
        0.5,
        -29,
    )
    assert at[places.berths[1].start].port == "P"
    assert at[places.berths[0].end].port == "P"
