"""Limits written into a plan."""

from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest

from core.errors import RouteInputError
from core.routing import parse_fleet, plan_cleanup, plan_from_dict
from core.routing.plan_limits import with_limits
from core.routing.sites import check_sites

START = datetime(2026, 6, 1, tzinfo=UTC)


def made():
    """Two sites of 900 kg; the hold of 1,000 kg takes one, and there is no second trip.

    A is 0.9 h out, and a trip with both is far within the hours.
    """
    fleet = parse_fleet(
        {
            "ports": [{"name": "P", "lat": 0.0, "lon": -140.0, "unload_h": 30.0}],
            "vessels": [
                {
                    "name": "Alma", "speed_kn": 10.0, "collect_speed_kn": 2.0,
                    "sweep_width_m": 400.0, "hold_kg": 1000.0, "endurance_h": 40.0,
                    "fuel_l_per_h": 100.0, "cost_per_h": 50.0, "start": {"port": "P"},
                }
            ],
        }
    )  # fmt: skip
    sites = pd.DataFrame(
        {
            "site": ["A", "B"],
            "lat": [0.0, 0.1],
            "lon": [-139.85, -139.85],
            "mass_kg": [900.0, 900.0],
        }
    )
    return plan_cleanup(
        check_sites(sites), fleet, hours=50.0, start_at=START, seconds=5, iterations=40
    )


def test_a_tonne_of_hold_brings_the_other_site_and_the_document_says_so():
    plan = with_limits(made(), seconds=60, iterations=40)
    gains = {one.what: one.mass_kg for one in plan.limits}
    assert gains["hold of each vessel"] == pytest.approx(900.0)
    assert gains["vessels like Alma"] == pytest.approx(900.0)
    assert gains["endurance of each vessel"] == 0.0
    assert all(one.noise_kg == 0.0 for one in plan.limits)
    document = plan.to_dict()
    assert document["limits"][0]["mass_kg"] == 900.0
    assert plan_from_dict(document).limits == plan.limits


def test_a_plan_without_its_request_is_refused():
    with pytest.raises(RouteInputError, match="holds no request"):
        with_limits(replace(made(), request=None))
