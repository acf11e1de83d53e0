"""How sites are split into loads, thinned, and when they may be worked."""

from datetime import timedelta

import numpy as np
import pytest

from core.routing import CollectionModel, accept_sites
from core.routing.fleet import Place
from core.routing.request import PlanRequest
from core.routing.setup.hours import preferences
from core.routing.setup.loads import service_hours, split_sites
from core.routing.setup.setup import make_setup
from core.routing.setup.thinning import worthiest
from tests.plan_inputs import PORT, START, fleet_of, sites_of

HOUR = timedelta(hours=1)


def frame(*rows, **columns):
    return accept_sites(sites_of(*rows, **columns)).frame


def test_loads_are_equal_fill_the_smallest_hold_and_keep_the_mass():
    sites = frame(("a", 0, 0, 2500.0), ("b", 0, 1, 900.0), mass_kg_low=500.0)
    vessels = fleet_of({}, {"name": "B", "hold_kg": 5000.0}).vessels
    loads = split_sites(sites, [0, 1], vessels, {})
    assert [load.row for load in loads] == [0, 0, 0, 1]
    assert sum(load.mass_kg for load in loads[:3]) == pytest.approx(2500.0)
    assert sum(load.mass_kg_low for load in loads[:3]) == pytest.approx(500.0)


def test_a_site_of_one_vessel_is_split_by_its_hold():
    sites = frame(("a", 0, 0, 4000.0))
    vessels = fleet_of({}, {"name": "B", "hold_kg": 5000.0}).vessels
    assert len(split_sites(sites, [0], vessels, {"a": "B"})) == 1
    assert len(split_sites(sites, [0], vessels, {"a": "Alma"})) == 4


def test_more_than_24_loads_stay_behind():
    loads = split_sites(frame(("a", 0, 0, 1e6)), [0], fleet_of().vessels, {})
    assert len(loads) == 24
    assert loads[0].mass_kg == 1000.0


def test_given_hours_are_shared_among_loads_by_mass():
    sites = frame(("a", 0, 0, 2000.0), service_h=10.0)
    vessels = fleet_of().vessels
    loads = split_sites(sites, [0], vessels, {})
    hours = service_hours(sites, loads, vessels, CollectionModel())
    assert hours.tolist() == [[5.0, 5.0]]


def test_the_worthiest_for_their_distance_are_kept():
    """Worth per km from the port, 50 km added: 100/60, 300/260, 10/51, 90/60."""
    km = 1.0 / 111.195
    sites = frame(
        ("near", 0.0, 10 * km, 100.0),
        ("far", 0.0, 210 * km, 300.0),
        ("small", 0.0, 1 * km, 10.0),
        ("second", 0.0, -10 * km, 90.0),
    )
    port = [Place(0.0, 0.0, "P")]
    assert worthiest(sites, port, 2).tolist() == [0, 3]
    assert worthiest(sites, port, 3).tolist() == [0, 1, 3]
    assert worthiest(sites, port, 4).tolist() == [0, 1, 2, 3]


def test_a_preference_costs_each_load_its_share():
    sites = frame(
        ("a", 0, 0, 2000.0),
        ("b", 0, 1, 10.0),
        prefer_from=[START + 2 * HOUR, None],
        prefer_until=[None, START + 9 * HOUR],
        late_cost_kg_per_h=[8.0, 3.0],
    )
    request = PlanRequest(sites=sites, fleet=fleet_of(), hours=24.0, start_at=START)
    loads = split_sites(sites, [0, 1], request.fleet.vessels, {})
    preferred, penalty = preferences(request, loads, 1)
    inf = np.inf
    assert preferred is not None
    assert penalty is not None
    assert preferred.tolist() == [[-inf, inf], [2, inf], [2, inf], [-inf, 9]]
    assert penalty.tolist() == [0.0, 4.0, 4.0, 3.0]


def test_windows_of_sites_and_hours_of_ports_become_calendars():
    """The port opens 06:00 to 18:00; the plan starts at 04:00."""
    sites = frame(
        ("a", 0, -29.5, 100.0),
        ("b", 0, -29.4, 100.0),
        open_from=[START + 5 * HOUR, None],
        open_until=[START + 30 * HOUR, None],
    )
    fleet = fleet_of(ports=(PORT | {"open": [["06:00", "18:00"]]},))
    request = PlanRequest(sites=sites, fleet=fleet, hours=40.0, start_at=START)
    setup = make_setup(request)
    problem = setup.problem
    port, site = problem.open_hours(0, 0), problem.open_hours(0, 1)
    assert port is not None
    assert port.tolist() == [[2.0, 14.0], [26.0, 38.0]]
    assert site is not None
    assert site.tolist() == [[5.0, 30.0]]
    assert problem.open_hours(0, 2) is None
    assert [set(one) for one in setup.causes] == [{"port"}, {"window"}]


def test_a_calm_sea_needs_one_matrix_for_equal_speeds():
    sites = frame(("a", 0, -29.5, 100.0))
    fleet = fleet_of({}, {"name": "B"})
    request = PlanRequest(sites=sites, fleet=fleet, hours=40.0, start_at=START)
    assert make_setup(request).problem.travel_h.ndim == 2
