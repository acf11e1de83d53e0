"""Plans sailed through a moving sea, and mended where that breaks a limit."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from core.errors import InfeasibleError
from core.routing import plan_cleanup
from core.routing._check_plan import check_plan
from core.routing.conditions import GridConditions
from core.routing.request import PlanRequest
from core.routing.rules import SiteRules
from tests.plan_inputs import START, fleet_of, sites_of

KM_PER_DEG = 111.1949
SPEED_KM_H = 18.52
KM_H_PER_M_S = 3.6


def current(east_m_s, *, hours=(0.0, 72.0)):
    """Current eastward, the same everywhere, by hour."""
    east = np.broadcast_to(np.asarray(east_m_s)[:, None, None], (len(hours), 2, 2))
    return GridConditions(
        time_h=np.array(hours),
        lat=np.array([-5.0, 5.0]),
        lon=np.array([-40.0, -20.0]),
        current_east_m_s=east,
        current_north_m_s=np.zeros_like(east),
    )


def plan(sites, fleet, **options):
    wish: dict[str, Any] = {"hours": 72.0, "start_at": START, "iterations": 150}
    return plan_cleanup(sites, fleet, **wish | options)


def test_a_current_along_the_way_adds_to_the_speed_and_takes_it_back():
    """One degree east and back with 1 m/s eastward; fuel goes with the hours."""
    made = plan(
        sites_of(("a", 0.0, -29.0, 400.0)), fleet_of(), conditions=current([1.0, 1.0])
    )
    out, back = made.vessels[0].trips[0].legs
    assert out.hours == pytest.approx(
        KM_PER_DEG / (SPEED_KM_H + KM_H_PER_M_S), rel=1e-4
    )
    assert back.hours == pytest.approx(
        KM_PER_DEG / (SPEED_KM_H - KM_H_PER_M_S), rel=1e-4
    )
    assert out.speed_kn == pytest.approx(10.0 + 1.0 / 0.514444, rel=1e-4)
    assert back.fuel_l == pytest.approx(80.0 * back.hours, rel=1e-4)
    assert any("not known on 100%" in note for note in made.notes)  # wind and waves


def test_each_leg_is_timed_at_its_own_hour():
    """The current grows by 0.1 m/s an hour: x(t) = v t + 3.6 x 0.1 t^2 / 2."""
    made = plan(
        sites_of(("a", 0.0, -29.0, 400.0)),
        fleet_of(),
        hours=40.0,
        conditions=current([0.0, 4.0], hours=(0.0, 40.0)),
    )
    out = made.vessels[0].trips[0].legs[0]
    a, b = 0.5 * 0.1 * KM_H_PER_M_S, SPEED_KM_H
    exact = (-b + np.sqrt(b * b + 4.0 * a * KM_PER_DEG)) / (2.0 * a)
    assert out.hours == pytest.approx(exact, rel=1e-3)


@pytest.fixture(scope="module")
def tight():
    """Both sites just fit a calm sea; from hour 1 a stream sets against the way."""
    sites = sites_of(("a", 0.0, -29.5, 500.0), ("b", 0.0, -28.5, 100.0))
    calm = plan(sites, fleet_of(), hours=100.0)
    needed = calm.vessels[0].trips[0].hours
    stream = current([0.0, -2.0, -2.0, 0.0, 0.0], hours=(0.0, 1.0, 12.0, 13.0, 100.0))
    return sites, fleet_of(endurance_h=needed + 0.2), stream


def test_a_plan_that_the_sea_breaks_is_mended_and_says_so(tight):
    sites, fleet, stream = tight
    assert len(plan(sites, fleet, hours=100.0).vessels[0].trips[0].stops) == 2
    made = plan(sites, fleet, hours=100.0, conditions=stream)
    assert [s.site for _, trip in made.trips() for s in trip.stops] == ["a"]
    assert [(one.site, one.reason) for one in made.unassigned] == [("b", "endurance")]
    assert made.unassigned[0].detail
    assert any("broke a limit" in note for note in made.notes)
    assert made.totals["mass_kg"] == 500.0
    check_plan(made, PlanRequest.from_dict(made.request))


def test_of_what_is_dropped_a_pinned_site_is_last(tight):
    """The pinned one alone is too far: then it goes as well, and is named first."""
    sites, fleet, stream = tight
    made = plan(
        sites,
        fleet,
        hours=100.0,
        conditions=stream,
        rules=SiteRules(pinned=("b",)),
    )
    names = [one.site for one in made.unassigned]
    assert names[0] == "b" or "b" not in names


def test_nothing_left_after_mending_is_infeasible(tight):
    sites, fleet, _ = tight
    too_strong = current([-6.0, -6.0], hours=(0.0, 100.0))
    with pytest.raises(InfeasibleError):
        plan(sites, fleet, hours=100.0, conditions=too_strong)


def test_conditions_change_nothing_where_the_sea_is_calm():
    sites = sites_of(("a", 0.0, -29.0, 400.0), ("b", 1.0, -29.5, 300.0))
    calm = plan(sites, fleet_of())
    still = plan(sites, fleet_of(), conditions=current([0.0, 0.0]))
    for one, other in zip(calm.trips(), still.trips(), strict=True):
        for a, b in zip(one[1].legs, other[1].legs, strict=True):
            assert a.hours == pytest.approx(b.hours, abs=1e-4)
    assert replace(calm, notes=()).totals["mass_kg"] == still.totals["mass_kg"]
