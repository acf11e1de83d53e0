"""Plans side by side, against figures set by hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from core.errors import RouteInputError
from core.routing.compare import compare_plans
from core.routing.schedule import CleanupPlan, LeftOut, PlannedTrip, PlannedVessel
from core.routing.stops import Leg, Stop

START = datetime(2026, 6, 1, tzinfo=UTC)


def trip(stops, hours=10.0):
    """A trip with stops (site, hour, kg); fuel 5 l a leg and 1 l a stop."""
    made = [
        Stop(
            site, 0.0, 0.0, START + timedelta(hours=h), START + timedelta(hours=h + 1),
            kg, 0.5 * kg, 2.0 * kg, 1.0, 1.0,
        )
        for site, h, kg in stops
    ]  # fmt: skip
    leg = Leg(np.zeros((2, 2)), START, 7.0, 1.0, 5.0)
    mass = sum(kg for _, _, kg in stops)
    return PlannedTrip(
        "P", "P", START, START + timedelta(hours=hours), tuple(made),
        (leg,) * (len(made) + 1), mass, 0.5 * mass, 2.0 * mass, hours, 2.0,
    )  # fmt: skip


def plan(vessels, left=(), **changes):
    given = {
        "start_at": START,
        "horizon_h": 48.0,
        "seed": 1,
        "solver": "test",
        "vessels": tuple(
            PlannedVessel(name, 10.0, 3.0, tuple(trips))
            for name, trips in vessels.items()
        ),
        "unassigned": tuple(LeftOut(one, "hold", "Too much.") for one in left),
        "partial": (),
        "prize": 1.0,
        "prize_bound": 2.0,
        "request": {"sites": [{"site": "A", "mass_kg": 5.0}], "fleet": {"x": 1}},
    }
    return CleanupPlan(**{**given, **changes})


ONE = plan({"Alma": [trip([("A", 2, 100.0), ("B", 5, 50.0)])]}, left=["C"])


def test_figures_are_those_of_the_plan_and_their_ratios():
    figures, _ = compare_plans({"one": ONE, "same": ONE}).figures
    assert (figures.mass_kg, figures.mass_kg_low, figures.mass_kg_high) == (
        150.0, 75.0, 300.0,
    )  # fmt: skip
    assert (figures.hours, figures.fuel_l, figures.cost) == (10.0, 17.0, 36.0)
    assert figures.kg_per_h == pytest.approx(15.0)
    assert figures.kg_per_l == pytest.approx(150.0 / 17.0)
    assert (figures.n_stops, figures.n_left_out) == (2, 1)


def test_a_plan_without_hours_has_no_rates():
    idle = plan({"Alma": []})
    assert compare_plans({"one": ONE, "idle": idle}).figures[1].kg_per_h is None


def test_a_plan_does_not_differ_from_itself():
    comparison = compare_plans({"one": ONE, "same": ONE})
    assert comparison.differences == ()
    assert comparison.warnings == ()


def test_sites_differ_by_visit_vessel_time_and_mass():
    other = plan(
        {
            "Alma": [trip([("A", 2.5, 100.0)])],
            "Bora": [trip([("B", 9, 30.0), ("C", 12, 10.0)]), trip([("B", 20, 20.0)])],
        }
    )
    found = compare_plans({"one": ONE, "other": other}).differences
    # A half an hour later is the same; B by Bora, four hours later, in two parts.
    assert [(one.site, one.what) for one in found] == [
        ("C", ("visited",)),
        ("B", ("vessel", "time")),
    ]
    assert found[0].visits["one"] is None
    in_parts = found[1].visits["other"]
    assert in_parts is not None
    assert in_parts.mass_kg == 50.0
    less = plan({"Alma": [trip([("A", 2, 100.0), ("B", 5, 49.0)])]})
    (only,) = compare_plans({"one": ONE, "less": less}).differences
    assert only.what == ("mass",)


@pytest.mark.parametrize(
    ("change", "warning"),
    [
        ({"horizon_h": 24.0}, "Other horizon: one 48 h, other 24 h."),
        ({"start_at": START + timedelta(hours=1)}, "Other start"),
        ({"simulated": True}, "Other sites: one observed, other simulated."),
        ({"request": None}, "other: what was asked is not known"),
        (
            {"request": {**ONE.request, "forecast_id": "f2"}},
            "Other drift forecast: one none, other f2.",
        ),
        ({"request": {**ONE.request, "fleet": {}}}, "Other fleet: other than one."),
        (
            {"request": {**ONE.request, "sites": [{"site": "B", "mass_kg": 1.0}]}},
            "Other sites: 1 only in one, 1 only in other, 0 with other figures.",
        ),
        (
            {"request": {**ONE.request, "sites": [{"site": "A", "mass_kg": 6.0}]}},
            "Other sites: 0 only in one, 0 only in other, 1 with other figures.",
        ),
    ],
)
def test_what_was_not_asked_alike_is_said(change, warning):
    other = replace(ONE, **change)
    (said,) = compare_plans({"one": ONE, "other": other}).warnings
    assert said.startswith(warning)


@pytest.mark.parametrize("n", [0, 1, 5])
def test_two_to_four_plans_are_compared(n):
    with pytest.raises(RouteInputError, match=f"{n} plans, expected 2 to 4"):
        compare_plans({str(i): ONE for i in range(n)})


def test_a_plan_by_priority_is_compared_with_one_by_mass_and_that_is_said():
    weighting = {
        "harm_weights": {"version": "version 2"},
        "sites": {"A": {"low": 2.0, "high": 2.0}},
    }
    sites = [{"site": "A", "mass_kg": 5.0, "priority": 2.0}]
    other = replace(ONE, request={"sites": sites, "weighting": weighting})
    found = compare_plans({"one": ONE, "two": other})
    by_mass, by_priority = found.figures
    assert by_mass.priority_kg is None
    assert by_priority.priority_kg == 2.0 * 100.0 + 50.0
    assert "Other objective: one mass, two priority by version 2." in found.warnings
