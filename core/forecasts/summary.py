"""What a forecast says, in numbers that fit a page and a report."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from core.drift import persistence
from core.drift.ensembles.regions import regions
from core.drift.ensembles.stranding import ANY_COAST, stranding
from core.geo import great_circle_distance_km

__all__ = ["LEVELS", "json_text", "summarise", "summary_hours"]

LEVELS = (0.5, 0.9)
_DAY_H = 24
#: Coast segments listed for a seed, the most probable first.
_MOST_SEGMENTS = 12
_FORCING_FIELDS = (
    "forcing_id",
    "kind",
    "name",
    "sha256",
    "title",
    "attribution",
    "licence",
    "simulated",
    "stale_since",
)


def summarise(
    frame: pd.DataFrame,
    seeds: pd.DataFrame,
    *,
    kind: str,
    forcing: Sequence[Mapping[str, Any]],
    refused: Sequence[Mapping[str, Any]],
    flagged: Sequence[Mapping[str, Any]],
    simulated: bool,
) -> dict[str, Any]:
    """Sum up an ensemble day by day and seed by seed, as JSON values.

    Parameters
    ----------
    frame : DataFrame
        From ``run_ensemble``.
    seeds : DataFrame
        The seeds followed.
    kind : str
        ``forecast`` or ``hindcast``.
    forcing : sequence of mapping
        Rows of the store.
    refused, flagged : sequence of mapping
        Seeds left out, and doubtful ones.
    simulated : bool
        Whether anything in it was made up.
    """
    hours = summary_hours(frame)
    chosen = frame[frame["hour"].isin(hours)]
    areas = regions(chosen, levels=LEVELS)
    shores = stranding(frame, seeds=seeds)
    beside = _baselines(frame, areas, hours)
    by_seed = [
        _seed({str(k): v for k, v in row.items()}, areas, shores, beside)
        for row in seeds.sort_values("seed").to_dict("records")
    ]
    summary = {
        "kind": kind,
        "hours": [int(hour) for hour in hours],
        "members": int(frame["member"].nunique()),
        "simulated": simulated,
        "seeds": by_seed,
        "totals": _totals(by_seed, hours),
        "forcing": [{name: row[name] for name in _FORCING_FIELDS} for row in forcing],
        "warnings": list(
            dict.fromkeys(text for row in forcing for text in row["warnings"])
        ),
        "refused": list(refused),
        "flagged": list(flagged),
    }
    return dict(json.loads(json_text(summary)))


def summary_hours(frame: pd.DataFrame) -> list[int]:
    """Every whole day of a run, and its end; negative in a run backward."""
    hours = frame["hour"]
    last = int(hours.max()) if hours.max() > 0 else int(hours.min())
    step = _DAY_H if last > 0 else -_DAY_H
    days = list(range(step, last, step))
    return [*days, last]


def _seed(
    row: Mapping[str, Any],
    areas: pd.DataFrame,
    shores: pd.DataFrame,
    beside: Mapping[tuple[int, int], dict[str, Any]],
) -> dict[str, Any]:
    number = int(row["seed"])
    mass = row["mass_kg"]
    days = [
        _day(int(str(hour)), group, mass, beside)
        for hour, group in areas[areas["seed"] == number].groupby("hour")
    ]
    mine = shores[shores["seed"] == number]
    every = mine[mine["segment"] == ANY_COAST].iloc[0]
    segments = mine[mine["segment"] != ANY_COAST].head(_MOST_SEGMENTS)
    names = ("segment", "lat", "lon", "probability", "low", "high", "median_arrival",
             "expected_kg")  # fmt: skip
    return {
        **{name: row[name] for name in ("seed", "seed_id", "lat", "lon", "time")},
        "category": row["category"],
        "mass_kg": mass,
        "days": sorted(days, key=lambda day: abs(day["hour"])),
        "stranding": {
            **{name: every[name] for name in names[3:]},
            "n_out": every["n_out"],
            "segments": [
                {name: one[name] for name in names}
                for one in segments.to_dict("records")
            ],
        },
    }


def _day(
    hour: int,
    group: pd.DataFrame,
    mass_kg: float,
    beside: Mapping[tuple[int, int], dict[str, Any]],
) -> dict[str, Any]:
    first = group.iloc[0]
    n = int(first["n_members"])
    area = dict(zip(group["level"], group["area_km2"], strict=True))
    return {
        "hour": hour,
        "time": first["time"],
        "lat": first["lat"],
        "lon": first["lon"],
        "region": first["status"],
        "area_50_km2": area[0.5],
        "area_90_km2": area[0.9],
        "share_afloat": first["n_afloat"] / n,
        "share_stranded": first["n_stranded"] / n,
        "share_out": first["n_out"] / n,
        "expected_kg_afloat": mass_kg * first["n_afloat"] / n,
        "expected_kg_stranded": mass_kg * first["n_stranded"] / n,
        **beside.get((int(first["seed"]), hour), {}),
    }


def _baselines(
    frame: pd.DataFrame, areas: pd.DataFrame, hours: Sequence[int]
) -> dict[tuple[int, int], dict[str, Any]]:
    """Where the debris would be if it stayed put, or kept its first hour's motion.

    ``distance_km`` is how far from there the forecast's mean position lies.
    """
    own = frame[(frame["member"] == 0) & (frame["hour"] == 0)]
    goes_on = persistence(frame)
    found: dict[tuple[int, int], dict[str, Any]] = {}
    means = areas.drop_duplicates(["seed", "hour"])[["seed", "hour", "lat", "lon"]]
    for hour in hours:
        at_hour = means[means["hour"] == hour]
        kept = goes_on[goes_on["hour"] == hour]
        for name, places in (("stays_put", own), ("persistence", kept)):
            joined = at_hour.merge(places[["seed", "lat", "lon"]], on="seed")
            apart = great_circle_distance_km(
                lat1=joined["lat_x"],
                lon1=joined["lon_x"],
                lat2=joined["lat_y"],
                lon2=joined["lon_y"],
            )
            rows = zip(
                joined["seed"], joined["lat_y"], joined["lon_y"], apart, strict=True
            )
            for seed, lat, lon, distance_km in rows:
                entry = {"lat": lat, "lon": lon, "distance_km": distance_km}
                found.setdefault((int(seed), hour), {})[name] = entry
    return found


def _totals(seeds: Sequence[Mapping[str, Any]], hours: Sequence[int]) -> list[Any]:
    """Add up the expected mass over all seeds whose mass is known, by day."""
    totals = []
    for hour in hours:
        days = [day for seed in seeds for day in seed["days"] if day["hour"] == hour]
        known = [day for day in days if np.isfinite(day["expected_kg_afloat"])]
        totals.append(
            {
                "hour": hour,
                "n_seeds": len(days),
                "n_without_mass": len(days) - len(known),
                "expected_kg_afloat": sum(day["expected_kg_afloat"] for day in known),
                "expected_kg_stranded": sum(
                    day["expected_kg_stranded"] for day in known
                ),
            }
        )
    return totals


def json_text(document: object) -> str:
    """JSON of numbers, times and arrays as numpy and pandas give them; NaN is null."""
    return json.dumps(_plain(document), sort_keys=True, allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(item) for item in value]
    if isinstance(value, str | bool) or value is None:
        return value
    if pd.isna(value):
        return None
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    # Nine digits: enough for a millimetre, and the same text on every machine.
    number = float(f"{float(value):.9g}")
    return number if np.isfinite(number) else None
