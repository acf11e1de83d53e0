"""Plans as GeoJSON (RFC 7946)."""

from typing import Any

import numpy as np

from core.routing.schedule import CleanupPlan, Leg
from core.routing.sea.map_lines import split_at_antimeridian

__all__ = ["to_geojson"]


def to_geojson(plan: CleanupPlan) -> dict[str, Any]:
    """Give a plan as a GeoJSON FeatureCollection, cut at 180 degrees.

    Each leg is a line (in parts where it crosses 180 degrees), each stop a point;
    the property ``kind`` tells them apart.
    """
    features: list[dict[str, Any]] = []
    for vessel in plan.vessels:
        for number, trip in enumerate(vessel.trips, start=1):
            shared = {"vessel": vessel.name, "trip": number}
            shared |= {"simulated": plan.simulated}
            features += [
                _leg_feature(leg, shared | {"leg": i})
                for i, leg in enumerate(trip.legs, start=1)
            ]
            for i, stop in enumerate(trip.stops, start=1):
                fields = stop.to_dict()
                geometry = {"type": "Point", "coordinates": [stop.lon, stop.lat]}
                rest = {k: v for k, v in fields.items() if k not in {"lat", "lon"}}
                features.append(
                    _feature(geometry, {"kind": "stop", **shared, "stop": i, **rest})
                )
    return {"type": "FeatureCollection", "features": features}


def _feature(geometry: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _leg_feature(leg: Leg, shared: dict[str, Any]) -> dict[str, Any]:
    parts = [np.round(part, 6).tolist() for part in split_at_antimeridian(leg.path)]
    geometry = (
        {"type": "LineString", "coordinates": parts[0]}
        if len(parts) == 1
        else {"type": "MultiLineString", "coordinates": parts}
    )
    fields = {k: v for k, v in leg.to_dict().items() if k != "path"}
    return _feature(geometry, {"kind": "leg", **shared, **fields})
