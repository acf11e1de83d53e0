"""The careful evaluator against the plain reference of times, loads and prizes."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.routing import Trip, time_trips
from core.routing._engine.careful import time_row
from core.routing._engine.careful_world import careful_world
from core.routing._engine.tables import limits_of
from tests.strategies import timed_problems


@st.composite
def rows(draw):
    """Rows of nodes for a vessel of a timed problem, with port calls between."""
    vessel = draw(st.integers(0, 1))
    sites = draw(st.lists(st.integers(3, 9), min_size=1, max_size=7, unique=True))
    ports = [0, 1] if vessel == 0 else [0]
    calls = draw(st.lists(st.integers(1, 6), max_size=2, unique=True))
    row = [0 if vessel == 0 else 2, *sites, 1 if vessel == 0 else 0]
    for at in sorted((at for at in calls if at < len(sites)), reverse=True):
        row.insert(at + 1, draw(st.sampled_from(ports)))
    return vessel, row


def trips_of(row):
    cuts = [k for k, node in enumerate(row) if node < 3]
    return [Trip(row[a], tuple(row[a + 1 : b]), row[b]) for a, b in pairwise(cuts)]


def reference(problem, vessel, row):
    """Whether the row keeps every limit, when it ends and what it brings."""
    timed = time_trips(problem, vessel, trips_of(row))
    one = problem.vessels[vessel]
    fits = all(
        trip.load_kg <= one.capacity_kg + 1e-7
        and trip.sea_h <= one.endurance_h + 1e-7
        and trip.free_h <= problem.deadline_h(vessel) + 1e-7
        for trip in timed
    )
    prize = sum(visit.prize for trip in timed for visit in trip.visits)
    return fits, timed[-1].free_h, prize


def careful(problem, vessel, row):
    w = careful_world(problem)
    return time_row(
        np.array(row, dtype=np.int32),
        w.travel[vessel if len(w.travel) > 1 else 0],
        w.service[vessel],
        w.node,
        limits_of(problem)[vessel],
        w.is_port[vessel],
        w.cal_of[vessel],
        w.cal_at,
        w.open_h,
        w.tracks,
        w.share,
        w.fastest,
        *w.scale,
    )


@settings(max_examples=400, deadline=None)
@given(timed_problems(), rows())
def test_times_and_prizes_are_those_of_the_plain_reference(problem, vessel_row):
    fits, end_h, prize = reference(problem, *vessel_row)
    found = careful(problem, *vessel_row)
    assert found[0] == fits
    if fits:
        assert found[1:] == pytest.approx((end_h, prize), rel=1e-8, abs=1e-7)
