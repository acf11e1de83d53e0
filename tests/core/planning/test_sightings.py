"""Rules of debris seen since a plan was made, as sites."""

from datetime import UTC, datetime

import pandas as pd

from core.observations import empty_observations, make_observations
from core.planning.sightings import SAME_SITE_KM, sites_since

#: A degree of latitude is 111.2 km on the sphere of core.geo.
_KM = 1.0 / 111.2


def plan(*sites):
    """Row of a plan whose request holds some sites at longitude 0."""
    rows = [{"site": name, "lat": lat, "lon": 0.0} for name, lat in sites]
    return {"created_at": datetime.now(UTC), "document": {"request": {"sites": rows}}}


def seen(*lats, kg=50.0):
    """Observations of one heavy item each, at longitude 0."""
    rows = pd.DataFrame(
        {
            "lat": lats,
            "lon": 0.0,
            "observed_at": pd.Timestamp("2026-05-01T08:00Z"),
            "category": "fishing_gear",
            "count": 1,
            "mass_kg": kg,
        }
    )
    return make_observations(rows).accepted


def names(found):
    """Names by latitude, from south to north."""
    return [one["site"] for one in sorted(found, key=lambda one: one["lat"])]


def test_nothing_new_makes_no_site():
    assert sites_since(plan(("A", 10.0)), empty_observations()) == []


def test_what_is_too_light_makes_no_site():
    assert sites_since(plan(("A", 10.0)), seen(10.0, kg=0.5)) == []


def test_a_sighting_near_a_site_takes_its_name_and_one_far_off_a_new_one():
    near, far = (SAME_SITE_KM - 0.5) * _KM, (SAME_SITE_KM + 0.5) * _KM
    found = sites_since(plan(("A", 10.0), ("B", 20.0)), seen(10.0 + near, 20.0 + far))
    assert names(found) == ["A", "N001"]


def test_a_name_is_given_once_and_never_one_of_the_plan():
    twice = seen(10.0 - 4.0 * _KM, 10.0 + 4.0 * _KM)  # farther than a hotspot reaches
    found = sites_since(plan(("A", 10.0), ("N001", 40.0)), twice)
    assert sorted(names(found)) == ["A", "N002"]


def test_a_plan_without_its_request_has_no_sites_to_meet_again():
    old = {"created_at": datetime.now(UTC), "document": {}}
    assert names(sites_since(old, seen(10.0))) == ["N001"]


def test_a_plan_by_priority_weighs_what_was_seen_since():
    def weigh(found):
        assert "shares" in found
        return found.assign(priority=2.5)

    (site,) = sites_since(plan(("A", 10.0)), seen(30.0), weigh=weigh)
    assert site["priority"] == 2.5
