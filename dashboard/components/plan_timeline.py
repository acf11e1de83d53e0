"""What every vessel does when: transit, waiting, collecting, unloading."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from core.routing.stops import iso_utc
from dashboard.components.charts import chart, figure
from dashboard.components.plan_stops import Document

__all__ = ["plan_timeline"]

_WORK = {
    "Transit": ("#56B4E9", ""),
    "Collecting": ("#D55E00", "/"),
    "Waiting": ("#F0E442", "."),
    "Unloading": ("#999999", "x"),
}
#: Less than a minute of waiting is rounding.
_SHORTEST = pd.Timedelta(minutes=1)
_NONE = pd.Timedelta(seconds=1)


def plan_timeline(document: Document) -> None:
    """Draw a row a vessel."""
    import plotly.graph_objects as go

    found = [span for span in _spans(document) if span["end"] - span["start"] > _NONE]
    if not found:
        return
    spans = pd.DataFrame(found)
    hours = (spans["end"] - spans["start"]).dt.total_seconds() / 3600.0
    n_vessels = spans["vessel"].nunique()
    drawn = figure(x_title="Time (UTC)", height=140 + 46 * n_vessels)
    for work, (colour, pattern) in _WORK.items():
        kind = spans["work"] == work
        if kind.any():
            drawn.add_trace(
                go.Bar(
                    y=spans.loc[kind, "vessel"],
                    x=hours[kind] * 3_600_000.0,
                    base=spans.loc[kind, "start"],
                    orientation="h",
                    name=work,
                    marker={"color": colour, "pattern": {"shape": pattern}},
                    customdata=np.column_stack([spans.loc[kind, "at"], hours[kind]]),
                    hovertemplate="%{y}: " + work + " %{customdata[0]}<br>"
                    "%{customdata[1]:.1f} h<extra></extra>",
                )
            )
    drawn.update_layout(barmode="overlay")
    drawn.update_xaxes(type="date")
    drawn.update_yaxes(autorange="reversed")
    shares = hours.groupby(spans["work"]).sum() / hours.sum()
    most = str(shares.idxmax())
    chart(
        drawn,
        title=f"{most} takes {shares.max():.0%} of the vessels' time",
        name="planner-timeline",
        alt="Timeline of each vessel: "
        + ", ".join(f"{str(work).lower()} {part:.0%}" for work, part in shares.items()),
        source="this plan" + (", simulated sites" if document["simulated"] else ""),
        data=spans.assign(hours=hours),
    )


def _spans(document: Document) -> Iterator[dict[str, Any]]:
    for vessel in document["vessels"]:
        name = vessel["name"]
        for trip in vessel["trips"]:
            for leg in trip["legs"]:
                depart = pd.Timestamp(leg["depart"])
                end = depart + pd.Timedelta(hours=leg["hours"])
                yield _span(name, "Transit", depart, end, "")
            for stop in trip["stops"]:
                begins = stop.get("start", stop["arrive"])
                yield _span(name, "Waiting", stop["arrive"], begins, stop["site"])
                yield from _work(name, stop, begins)
            back = pd.Timestamp(trip["return"])
            free = trip.get("free") or iso_utc(
                back + pd.Timedelta(hours=trip["unload_h"])
            )
            # A port that is closed keeps the vessel waiting before it unloads.
            begins = pd.Timestamp(free) - pd.Timedelta(hours=trip["unload_h"])
            yield _span(name, "Waiting", back, max(back, begins), trip["end"])
            yield _span(name, "Unloading", max(back, begins), free, trip["end"])


def _work(vessel: str, stop: dict[str, Any], begins: str) -> Iterator[dict[str, Any]]:
    """Work, and the pauses in it as waiting at its end: only their sum is known."""
    done = pd.Timestamp(begins) + pd.Timedelta(hours=stop["service_h"])
    leave = pd.Timestamp(stop["leave"])
    yield _span(vessel, "Collecting", begins, min(done, leave), stop["site"])
    if leave - done > _SHORTEST:
        yield _span(vessel, "Waiting", done, leave, f"{stop['site']} (pauses)")


def _span(vessel: str, work: str, start: Any, end: Any, at: str) -> dict[str, Any]:
    return {
        "vessel": vessel,
        "work": work,
        "start": pd.Timestamp(start),
        "end": pd.Timestamp(end),
        "at": at,
    }
