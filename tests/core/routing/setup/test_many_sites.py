"""More sites than are planned together: the rest is named with its reason."""

import numpy as np
import pytest

from core.routing.planner import plan_cleanup
from core.routing.setup import setup
from tests.plan_inputs import START, fleet_of, sites_of


def test_sites_beyond_the_most_are_named_and_counted(monkeypatch):
    monkeypatch.setattr(setup, "MOST_SITES", 3)
    rows = [(f"s{i}", 0.0, -29.9 + 0.1 * i, 100.0) for i in range(5)]
    made = plan_cleanup(
        sites_of(*rows), fleet_of(), hours=72.0, start_at=START, iterations=50
    )
    assert [(x.site, x.reason) for x in made.unassigned] == [
        ("s3", "not_worth"),
        ("s4", "not_worth"),
    ]
    assert all(one.remedy for one in made.unassigned)
    assert any(note.startswith("2 of 5 sites were left out") for note in made.notes)


@pytest.mark.slow
def test_5000_sites_are_planned():
    """About 20 s of CPU and 2 GB; the figures stand in docs/routing.md."""
    rng = np.random.default_rng(0)
    rows = zip(
        [f"s{i}" for i in range(5000)],
        rng.uniform(-4.0, 4.0, 5000),
        rng.uniform(-34.0, -26.0, 5000),
        np.minimum(rng.lognormal(4.0, 1.0, 5000), 1000.0),
        strict=True,
    )
    made = plan_cleanup(
        sites_of(*rows), fleet_of(), hours=72.0, start_at=START, seconds=5.0
    )
    assert made.totals["mass_kg"] > 2000.0
    assert not any("were left out before" in note for note in made.notes)
