"""The sea of a plan, against uniform fields whose values are known."""

from datetime import timedelta

import numpy as np
import pytest

from core.errors import InputError
from core.planning import conditions_from_forcings, conditions_from_store
from tests.core.forecasts.flows import START, uniform


def test_current_and_wind_are_read_where_and_when_they_are_known():
    sea = conditions_from_forcings(
        [uniform("current", u=0.5, v=-0.2), uniform("wind", u=0.0, v=-8.0)],
        start_at=START,
    ).at([0.0, 40.0], [-155.0, -155.0], 12.0)
    assert sea.current_east_m_s[0] == pytest.approx(0.5)
    assert sea.current_north_m_s[0] == pytest.approx(-0.2)
    assert sea.wind_m_s[0] == pytest.approx(8.0)
    assert sea.wind_from_deg[0] == pytest.approx(0.0)  # blows from the north
    assert np.isnan(sea.wind_m_s[1])


def test_hours_outside_the_forcing_are_unknown():
    sea = conditions_from_forcings([uniform(hours=24)], start_at=START)
    known = [sea.at([0.0], [-155.0], hour).has_current[0] for hour in (0.0, 24.0, 25.0)]
    assert known == [True, True, False]


def test_a_field_of_one_time_holds_for_the_whole_plan():
    steady = uniform("wind", hours=0, u=3.0)
    sea = conditions_from_forcings([steady], start_at=START + timedelta(days=30))
    assert sea.at([0.0], [-155.0], 500.0).wind_m_s[0] == pytest.approx(3.0)


def test_a_stokes_drift_alone_tells_vessels_nothing():
    with pytest.raises(InputError, match="no forcing"):
        conditions_from_forcings([uniform("stokes")], start_at=START)


def test_the_store_gives_the_hours_of_the_plan(store, add):
    ids = [add("wind", u=6.0), add("current")]
    sea = conditions_from_store(store, ids, start_at=START, hours=24.0)
    found = sea.at([0.0], [-155.0], 10.0)
    assert found.wind_m_s[0] == pytest.approx(6.0)
    assert found.current_east_m_s[0] == pytest.approx(0.5)


def test_forcing_outside_the_plan_is_refused_by_name(store, add):
    late = START + timedelta(days=10)
    with pytest.raises(InputError, match=r"Uniform wind.*outside the plan"):
        conditions_from_store(store, [add("wind")], start_at=late, hours=24.0)
