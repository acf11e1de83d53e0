"""What a forcing holds, in plain values for a person, a file or the store."""

from typing import Any

import numpy as np

from core.environment.forcing import Forcing
from core.environment.text import shown
from core.units import seconds_to_hours

__all__ = ["summary_of"]


def summary_of(forcing: Forcing) -> dict[str, Any]:
    """Return kind, cover, grid, resolution, land, speeds and warnings of a forcing.

    Returns
    -------
    dict
        JSON values only: text, numbers, lists, booleans and None. ``step_h`` is None
        for a single time; a number that differs along its axis is a median.
    """
    n_times, n_lat, n_lon = forcing.shape
    speeds = forcing.speed_statistics()
    steps_s = np.diff(forcing.time_s)
    return {
        "kind": forcing.kind,
        "variables": list(forcing.variables),
        "start": shown(forcing.starts_at),
        "end": shown(forcing.ends_at),
        "times": n_times,
        "step_h": seconds_to_hours(float(np.median(steps_s))) if n_times > 1 else None,
        "even_steps": bool(n_times < 3 or np.ptp(steps_s) < 1.0),
        "bbox": [round(edge, 5) for edge in forcing.bbox],
        "grid": [n_lat, n_lon],
        "resolution_deg": [
            round(float(np.median(np.diff(axis))), 5)
            for axis in (forcing.lat, forcing.lon)
        ],
        "land_share": round(forcing.land_share, 4),
        "unit": "m" if forcing.kind == "waves" else "m/s",
        "mean": round(speeds.mean, 4),
        "median": round(speeds.median, 4),
        "p95": round(speeds.p95, 4),
        "maximum": round(speeds.maximum, 4),
        "title": forcing.title,
        "source": forcing.source,
        "attribution": forcing.attribution,
        "sha256": forcing.sha256,
        "simulated": forcing.simulated,
        "warnings": list(forcing.warnings),
    }
