"""Plans kept, audited and planned anew, over a uniform sea."""

from datetime import timedelta

import pytest

from core.errors import InputError, NotFoundError
from core.governance import detail_of
from core.jobs.runner import JobContext
from core.planning import (
    PlanForcing,
    Replan,
    editor_of,
    limits_of,
    make_plan,
    news_since,
    plan_params,
    plan_work,
    replan,
)
from tests.core.forecasts.flows import START


@pytest.fixture
def forcing(add):
    return PlanForcing(current_id=add(u=0.3), members=5)


@pytest.fixture
def kept(store, plan_wish, forcing):
    """Return the row of a plan over drifting debris."""
    plan_id = make_plan(
        store, plan_wish, forcing=forcing, name="First", actor="mia", surveys=["S1"]
    )
    return store.plans.get(plan_id)


def test_a_plan_is_kept_with_its_forcing_surveys_and_audit(store, kept, forcing):
    document = kept["document"]
    assert document["forcing"] == forcing.to_dict()
    assert document["surveys"] == ["S1"]
    assert document["drift"]["members"] == 5
    assert store.forecasts.get(document["drift"]["forecast_id"])
    assert any(kept["plan_id"] in str(entry) for entry in store.audit.walk())
    # 0.3 m/s is 1.08 km/h: a stop reached after an hour has moved as far.
    sailing = next(vessel for vessel in document["vessels"] if vessel["trips"])
    stop = sailing["trips"][0]["stops"][0]
    assert stop["drift_km"] > 1.0
    assert stop["miss_chance"] is not None


def test_without_forcing_debris_lies_still(store, plan_wish):
    plan_id = make_plan(store, plan_wish, name="Still", actor="mia")
    document = store.plans.get(plan_id)["document"]
    assert document["drift"] is None
    assert document["forcing"] == PlanForcing(drift=False, sailing=False).to_dict()


def test_the_rest_is_planned_anew_without_a_lost_vessel(store, kept):
    at = (START + timedelta(hours=8)).isoformat()
    new_id = replan(
        store, Replan(plan_id=kept["plan_id"], at=at, lost_vessels=("Bora",)), actor="k"
    )
    row = store.plans.get(new_id)
    assert row["document"]["parent"] == kept["plan_id"]
    assert "without Bora" in row["name"]
    bora = next(v for v in row["document"]["vessels"] if v["name"] == "Bora")
    assert all(stop["arrive"] <= at for trip in bora["trips"] for stop in trip["stops"])


def test_a_time_outside_the_plan_is_refused(store, kept):
    late = (START + timedelta(days=9)).isoformat()
    with pytest.raises(InputError, match="outside the plan"):
        replan(store, Replan(plan_id=kept["plan_id"], at=late), actor="k")


def test_an_unknown_plan_is_not_found(store):
    with pytest.raises(NotFoundError):
        replan(store, Replan(plan_id="none"), actor="k")


def test_a_kept_plan_opens_again_as_it_was(store, kept):
    opened = editor_of(store, kept["document"])
    begun = opened.begin()
    assert begun.violations == ()
    stops = [
        (s.site, s.arrive)
        for vessel in begun.vessels
        for trip in vessel.trips
        for s in trip.stops
    ]
    kept_stops = [
        (s.site, s.arrive)
        for vessel in opened.plan.vessels
        for trip in vessel.trips
        for s in trip.stops
    ]
    assert [name for name, _ in stops] == [name for name, _ in kept_stops]
    for (_, a), (_, b) in zip(stops, kept_stops, strict=True):
        assert abs(a - b) < timedelta(minutes=2)


def test_an_old_plan_says_that_it_cannot_be_opened(store, kept):
    old = {**kept["document"], "request": None}
    with pytest.raises(InputError, match="earlier version"):
        editor_of(store, old)


def test_limits_are_found_for_a_kept_plan(store, kept):
    found = limits_of(store, kept["plan_id"], seconds=3.0)
    assert {"what", "change", "unit", "mass_kg", "noise_kg"} == set(found[0])
    assert any("vessels like" in one["what"] for one in found)


def test_newer_forcing_and_observations_are_news(store, kept, add):
    import pandas as pd

    nothing = pd.DataFrame({"ingested_at": pd.to_datetime([], utc=True)})
    assert not news_since(store, kept, nothing)
    add(u=0.4)
    seen = pd.DataFrame(
        {"ingested_at": [pd.Timestamp(kept["created_at"]) + pd.Timedelta("1s")]}
    )
    news = news_since(store, kept, seen)
    assert (news.n_observations, news.forcings) == (1, ("Uniform current",))


class Job(JobContext):
    """What work sees of its job, kept nowhere."""

    def __init__(self):
        self.was_stopped = False

    def progress(self, done, total, message=""):
        self.last = (done, total, message)

    def cancelled(self):
        return self.was_stopped


def test_the_job_makes_the_plan_that_its_parameters_name(store, plan_wish):
    params = plan_params(plan_wish, name="Job", actor="mia")
    result = plan_work(store)(params, Job())
    assert result is not None
    assert store.plans.get(result["plan_id"])["name"] == "Job"


def test_a_stopped_job_keeps_nothing(store, plan_wish):
    job = Job()
    job.was_stopped = True
    params = plan_params(plan_wish, name="Job", actor="mia")
    assert plan_work(store)(params, job) == {}
    assert store.plans.listing() == []


def test_a_plan_by_priority_names_its_weights_in_the_log_and_when_planned_anew(
    store, plan_wish
):
    weighting = {
        "objective": "priority",
        "harm_weights": {"version": "version 3", "sha256": "0" * 64},
        "areas": [{"area_id": "a1", "name": "Reef", "factor": 3.0}],
        "sites": {},
    }
    wish = plan_wish.changed(weighting=weighting)
    plan_id = make_plan(store, wish, name="Weighed", actor="mia")
    document = store.plans.get(plan_id)["document"]
    # The sites of this wish have a priority of 1: kg of average harm are kg.
    totals = document["totals"]
    assert totals["priority_kg"] == pytest.approx(totals["mass_kg"], abs=0.01)
    (entry,) = (e for e in store.audit.walk() if e["action"] == "plan.created")
    named = detail_of(entry)["weighting"]
    assert named["harm_weights"]["version"] == "version 3"
    assert "sites" not in named
    at = (START + timedelta(hours=8)).isoformat()
    again = replan(store, Replan(plan_id=plan_id, at=at), actor="mia")
    assert store.plans.get(again)["document"]["request"]["weighting"] == weighting
