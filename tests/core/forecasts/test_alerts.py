"""Rules of warning about forcing that is out of date."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from core.forecasts import stale_forcings
from core.storage import Store
from tests.core.forecasts.flows import START

END = START + timedelta(hours=96)


def reasons(store: Store, **hours: float) -> list[str]:
    now = END - timedelta(**hours)
    return [alert.reason for alert in stale_forcings(store, now)]


def test_data_that_reach_a_day_ahead_are_no_alert(
    store: Store, add: Callable[..., str]
) -> None:
    add()
    assert reasons(store, hours=24) == []
    assert reasons(store, hours=23) == ["ends_soon"]
    (alert,) = stale_forcings(store, END + timedelta(hours=1))
    assert alert.message == "Uniform current (current) ended at 2026-06-05 00:00 UTC"
    assert alert.since == END
    assert stale_forcings(store, END - timedelta(hours=5), hours=4) == []


def test_a_silent_source_comes_first_with_its_reason(
    store: Store, add: Callable[..., str]
) -> None:
    add("current", hours=1)
    wind_id = add("wind")
    store.forcings.update(wind_id, stale_since=START, last_error="HTTP 503")
    first, second = stale_forcings(store, START + timedelta(hours=2))
    assert (first.reason, first.kind, first.since) == ("source_silent", "wind", START)
    assert first.message.endswith("since 2026-06-01 00:00 UTC: HTTP 503")
    assert second.reason == "ends_soon"


@pytest.mark.parametrize(("kind", "limit_h"), [("current", 36), ("wind", 18)])
def test_a_source_not_asked_for_long_is_old_by_its_kind(
    store: Store, add: Callable[..., str], kind: str, limit_h: int
) -> None:
    forcing_id = add(kind)
    store.forcings.update(
        forcing_id, source_url="https://data.example", checked_at=START
    )
    asked = [
        [a.reason for a in stale_forcings(store, START + timedelta(hours=h), hours=0)]
        for h in (limit_h, limit_h + 1)
    ]
    assert asked == [[], ["old"]]


def test_steady_retired_and_simulated_forcing_is_no_alert(
    store: Store, add: Callable[..., str]
) -> None:
    add("current", hours=0)
    add("stokes", simulated=True)
    store.forcings.retire(add("wind"))
    assert stale_forcings(store, END + timedelta(days=400)) == []
