"""Requests, rules and states: refused where wrong, read back the same."""

import json
from datetime import datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InputError, RouteInputError
from core.routing import CollectionModel, accept_sites
from core.routing.rejected import Rejected
from core.routing.request import PlanRequest
from core.routing.rules import SiteRules
from core.routing.sea import parse_closed_areas
from core.routing.states import VesselState
from core.routing.work_hours import WorkHours
from tests.plan_inputs import START, fleet_of, sites_of

AREA = b"""{"type": "Feature", "properties": {"name": "Reef", "reason": "nesting",
"from": "2026-05-01T00:00:00Z", "months": [5, 6]}, "geometry": {"type": "Polygon",
"coordinates": [[[1.5, 2.0], [3.0, 2.0], [3.0, 4.25], [1.5, 2.0]]]}}"""


def request(**change):
    sites = accept_sites(sites_of(("a", 0.0, -29.0, 4.0), ("b", 1.0, -29.0, 5.0)))
    options = {"sites": sites.frame, "fleet": fleet_of(), "hours": 72.0}
    return PlanRequest(**{**options, "start_at": START, **change})


names = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=6)


@st.composite
def requests(draw):
    n = draw(st.integers(1, 3))
    sites = sites_of(
        *[
            (f"s{i}", draw(st.floats(-80, 80)), draw(st.floats(-180, 179)), 5.5)
            for i in range(n)
        ],
        service_h=draw(st.sampled_from([float("nan"), 0.25])),
        open_from=draw(st.sampled_from([None, START])),
    )
    ready = START + timedelta(seconds=draw(st.integers(-9999, 9999)))
    state = VesselState(1.5, draw(st.floats(-180, 179)), ready, 5.0, 2.5)
    return request(
        sites=accept_sites(sites).frame,
        hours=draw(st.floats(0.1, 1e4)),
        seed=draw(st.integers(0, 99)),
        iterations=draw(st.none() | st.integers(1, 9)),
        collection=CollectionModel(set_and_haul_h=draw(st.floats(0, 5))),
        rules=SiteRules((draw(names),), ("zz zz",), {"s0": draw(names)}),
        states={"Alma": state},
        work_hours=WorkHours(daylight=draw(st.booleans()), crew_h_per_day=7.5),
        closed_areas=parse_closed_areas(AREA).areas,
        margin_km=draw(st.floats(0, 9)),
        quantile=draw(st.none() | st.floats(0.01, 0.99)),
        rejected=(Rejected("row 2", "lat", "x", "expected a number"),),
        forecast_id=draw(names),
        parent=draw(st.none() | names),
    )


@settings(max_examples=30, deadline=None)
@given(requests())
def test_reading_what_was_written_is_the_identity(made):
    document = json.loads(json.dumps(made.to_dict(), allow_nan=False))
    again = PlanRequest.from_dict(document)
    assert again.to_dict() == document
    pd.testing.assert_frame_equal(again.sites, made.sites)
    assert again.fleet == made.fleet
    assert again.states == made.states
    assert again.closed_areas[0].polygon.equals(made.closed_areas[0].polygon)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hours": 0.0}, "hours is 0"),
        ({"hours": float("nan")}, "hours is nan"),
        ({"start_at": datetime(2026, 6, 1)}, "no time zone"),
        ({"margin_km": -1.0}, "margin_km is -1"),
        ({"least_kg_per_h": float("nan")}, "least_kg_per_h is nan"),
        ({"quantile": 1.0}, "quantile is 1"),
    ],
)
def test_what_cannot_be_planned_is_refused(change, message):
    with pytest.raises(RouteInputError, match=message):
        request(**change)


@pytest.mark.parametrize("field", ["sites", "fleet", "states", "closed_areas"])
def test_a_document_that_lacks_a_field_is_refused(field):
    document = request().to_dict()
    del document[field]
    with pytest.raises(RouteInputError, match="plan request cannot be read"):
        PlanRequest.from_dict(document)


def test_a_site_cannot_be_pinned_and_forbidden():
    with pytest.raises(RouteInputError, match="site b is pinned and forbidden"):
        SiteRules(pinned=("a", "b"), forbidden=("b",))


def test_rules_about_what_is_not_there_are_named_and_set_aside():
    rules = SiteRules(("a", "x"), ("b",), {"a": "Alma", "b": "Nobody", "y": "Alma"})
    kept, refused = rules.known(["a", "b"], ["Alma"])
    assert kept == SiteRules(("a",), ("b",), {"a": "Alma"})
    assert {(one.field, one.value) for one in refused} == {
        ("pinned", "x"),
        ("vessel_of", "y"),
        ("vessel_of", "Nobody"),
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"lat": 91.0},
        {"lon": float("nan")},
        {"load_kg": -1.0},
        {"spent_h": float("inf")},
        {"ready_at": datetime(2026, 6, 1)},
    ],
)
def test_states_that_cannot_be_are_refused(wrong):
    with pytest.raises(InputError):
        VesselState(**{"lat": 0.0, "lon": 0.0, "ready_at": START, **wrong})
