"""What a drift run says: a record a seed, lines for people, features for a map."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

__all__ = ["drift_features", "seed_lines", "seed_records"]

#: Seeds shown one by one on the screen before the rest is summed up.
_SHOWN_SEEDS = 20
#: Hours between the regions of a map, so that its file stays usable.
_MANY_SEEDS, _COARSE_H = 20, 6
_DIGITS = 5


def seed_records(
    frame: "pd.DataFrame",
    seeds: "pd.DataFrame",
    baselines: "Mapping[str, pd.DataFrame]",
    *,
    has_wind: bool,
    has_stokes: bool,
) -> list[dict[str, Any]]:
    """Sum up each seed: place, areas, stranding, baselines; None if unknown."""
    from core.drift.ensembles.regions import regions
    from core.drift.ensembles.stranding import ANY_COAST, stranding
    from core.drift.windage import windage_of

    end_hour = frame["hour"].iloc[-1]
    ends = regions(frame[frame["hour"] == end_hour])
    wide = _by_seed(ends[ends["level"] == ends["level"].max()])
    half = _by_seed(ends[ends["level"] == ends["level"].min()])
    chances = stranding(frame, seeds=seeds)
    coast = _by_seed(chances[chances["segment"] == ANY_COAST])
    parts: dict[Any, list[dict[Any, Any]]] = {}
    for part in chances[chances["segment"] != ANY_COAST].to_dict("records"):
        parts.setdefault(part["seed"], []).append(part)
    lines = {
        name: _by_seed(base[base["hour"] == end_hour])
        for name, base in baselines.items()
    }
    lone = bool(frame["member"].max() == 0)
    begins = _by_seed(frame[(frame["member"] == 0) & (frame["hour"] == 0)])
    records = []
    for seed in seeds.to_dict("records"):
        number = seed["seed"]
        row, shore = wide[number], coast[number]
        expected = _place(row["lat"], row["lon"])
        windage = windage_of(seed["category"])
        windage = windage.beside_stokes() if has_stokes else windage
        record = {
            "seed": number,
            "seed_id": seed["seed_id"],
            "row": number + 1,
            "lat": seed["lat"],
            "lon": seed["lon"],
            "on_land": seed["on_land"],
            "starts_on_forcing_land": begins[number]["status"] == "stranded",
            "released_at": _text(seed["time"]),
            "category": seed["category"],
            "windage": windage.factor if has_wind else None,
            "windage_source": windage.source,
            "ends_at": _text(row["time"]),
            "expected": expected,
            "moved_km": _km(expected, _place(seed["lat"], seed["lon"])),
            "area_90_km2": _number(row["area_km2"]),
            "area_50_km2": _number(half[number]["area_km2"]),
            "region_status": row["status"],
            "members": row["n_members"],
            "members_out": row["n_out"],
            # One run without perturbation says nothing of chances.
            "stranding": None
            if lone
            else {
                "probability": shore["probability"],
                "low": shore["low"],
                "high": shore["high"],
                "first_arrival": _text(shore["first_arrival"]),
                "median_arrival": _text(shore["median_arrival"]),
                "expected_kg": _number(shore["expected_kg"]),
                "segments": [
                    {
                        "segment": part["segment"],
                        "lat": part["lat"],
                        "lon": part["lon"],
                        "probability": part["probability"],
                        "low": part["low"],
                        "high": part["high"],
                        "first_arrival": _text(part["first_arrival"]),
                        "median_arrival": _text(part["median_arrival"]),
                        "expected_kg": _number(part["expected_kg"]),
                    }
                    for part in parts.get(number, [])
                ],
            },
        }
        for name, ending in lines.items():
            at = ending[number]
            place = _place(at["lat"], at["lon"])
            record[name] = {"at": place, "from_expected_km": _km(place, expected)}
        records.append({key: _plain(value) for key, value in record.items()})
    return records


def seed_lines(
    records: list[dict[str, Any]], *, hours: int, backward: bool
) -> list[str]:
    """Say the records in lines for a person."""
    lines = []
    for record in records[:_SHOWN_SEEDS]:
        name = f" ({record['seed_id']})" if record["seed_id"] else ""
        when = f"{hours} h before" if backward else f"after {hours} h"
        said = []
        if record["expected"] is None:
            said.append("has left the area of the forcing")
        else:
            at = record["expected"]
            said.append(
                f"expected at {at['lat']:.3f}, {at['lon']:.3f}, "
                f"{record['moved_km']:.1f} km from where it was "
                f"{'found' if backward else 'seen'}"
            )
        if record["area_90_km2"] is None:
            said.append("no area (too few members)")
        else:
            said.append(f"90 % area {record['area_90_km2']:.4g} km2")
        shore = record["stranding"]
        if shore is not None:
            word = "met the coast" if backward else "strands"
            said.append(
                f"{word} with {_per_cent(shore['probability'])} % (95 %: "
                f"{_per_cent(shore['low'])} to {_per_cent(shore['high'])} %)"
            )
        for key, word in (("stays_put", "stays put"), ("persistence", "persistence")):
            away = record[key]["from_expected_km"]
            if away is not None:
                said.append(f"{word} would be {away:.1f} km off")
        if record["members_out"]:
            said.append(
                f"{record['members_out']} of {record['members']} members left the area"
            )
        if record["starts_on_forcing_land"]:
            said.append("lies on land of the forcing's grid, so it stays there")
        lines.append(f"seed {record['seed']}{name} {when}: {'; '.join(said)}")
    if len(records) > _SHOWN_SEEDS:
        lines.append(f"and {len(records) - _SHOWN_SEEDS} more seeds")
    return lines


def drift_features(
    frame: "pd.DataFrame",
    seeds: "pd.DataFrame",
    baselines: "Mapping[str, pd.DataFrame]",
) -> dict[str, Any]:
    """Regions, coast segments and tracks as one GeoJSON FeatureCollection.

    Tracks are those of the unperturbed run and of the baselines that move. With more
    than 20 seeds the regions are six hours apart.
    """
    from core.drift.ensembles.regions import regions, regions_geojson
    from core.drift.ensembles.stranding import stranding, stranding_geojson

    every = 1 if len(seeds) <= _MANY_SEEDS else _COARSE_H
    features = regions_geojson(regions(frame, every_h=every))["features"]
    features += stranding_geojson(stranding(frame, seeds=seeds))["features"]
    tracks = {"unperturbed": frame[frame["member"] == 0], **baselines}
    for name, track in tracks.items():
        for seed, run in track.groupby("seed", sort=True):
            features.append(_track(name, seed, run))
    return {
        "type": "FeatureCollection",
        "features": [
            feature
            | {"properties": {k: _plain(v) for k, v in feature["properties"].items()}}
            for feature in features
        ],
    }


def _track(name: str, seed: Any, run: "pd.DataFrame") -> dict[str, Any]:
    import json

    import numpy as np
    import shapely

    from core.drift.ensembles.plane import split_at_180

    points = run[["lon", "lat"]].to_numpy(copy=True)
    points[:, 0] = np.unwrap(points[:, 0], period=360.0)
    if np.ptp(points, axis=0).max() == 0.0:
        line = shapely.Point(points[0].round(_DIGITS))
    else:
        line = split_at_180(shapely.LineString(points.round(_DIGITS)))
    return {
        "type": "Feature",
        "properties": {
            "kind": "track",
            "track": name,
            "seed": seed,
            "starts_at": _text(run["time"].iloc[0]),
            "ends_at": _text(run["time"].iloc[-1]),
            "status": str(run["status"].iloc[-1]),
        },
        "geometry": json.loads(shapely.to_geojson(line)),
    }


def _by_seed(frame: "pd.DataFrame") -> dict[Any, dict[str, Any]]:
    """Rows of a frame with one row a seed, as plain records."""
    return {
        row["seed"]: {str(key): value for key, value in row.items()}
        for row in frame.to_dict("records")
    }


def _per_cent(share: float) -> str:
    return f"{100.0 * share:.0f}"


def _place(lat: float, lon: float) -> dict[str, float] | None:
    if lat != lat or lon != lon:
        return None
    return {"lat": float(lat), "lon": float(lon)}


def _km(one: dict[str, float] | None, other: dict[str, float] | None) -> float | None:
    from core.geo import great_circle_distance_km

    if one is None or other is None:
        return None
    return float(
        great_circle_distance_km(
            lat1=one["lat"], lon1=one["lon"], lat2=other["lat"], lon2=other["lon"]
        )
    )


def _number(value: float) -> float | None:
    return None if value != value else float(value)


def _text(moment: Any) -> str | None:
    # NaT differs from itself, as NaN does.
    return None if moment != moment else f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _plain(value: Any) -> Any:
    """Turn numpy's numbers, here and inside, into those that JSON knows."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    item = getattr(value, "item", None)
    value = item() if callable(item) else value
    return None if isinstance(value, float) and value != value else value
