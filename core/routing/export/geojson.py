"""Plans as GeoJSON (RFC 7946)."""

from typing import Any

import numpy as np

from core.routing.export.outline import (
    StopOutline,
    TripOutline,
    numbered_trips,
    outline,
)
from core.routing.schedule import CleanupPlan, PlannedTrip, Stop, iso_utc
from core.routing.sea.map_lines import split_at_antimeridian

__all__ = ["to_geojson"]


def to_geojson(plan: CleanupPlan) -> dict[str, Any]:
    """Give a plan as a GeoJSON FeatureCollection, cut at 180 degrees.

    Each leg is a line (in parts where it crosses 180 degrees), each stop a point;
    the property ``kind`` tells them apart. Every feature has an identifier that stays
    the same from one export to the next.
    """
    features: list[dict[str, Any]] = []
    trips = zip(numbered_trips(plan), outline(plan).trips, strict=True)
    for (vessel, trip, number), one in trips:
        shared = {"vessel": vessel.name, "trip": number, "trip_id": one.id}
        shared |= {"simulated": plan.simulated}
        features += [_leg(trip, one, k, shared) for k in range(len(trip.legs))]
        features += [
            _stop(stop, of, shared | {"stop": i})
            for i, (stop, of) in enumerate(
                zip(trip.stops, one.stops, strict=True), start=1
            )
        ]
    return {"type": "FeatureCollection", "features": features}


def _leg(
    trip: PlannedTrip, one: TripOutline, k: int, shared: dict[str, Any]
) -> dict[str, Any]:
    leg = trip.legs[k]
    names = [trip.start_name, *(stop.site for stop in trip.stops), trip.end_name]
    arrive = trip.stops[k].arrive if k < len(trip.stops) else trip.end
    fields = {key: value for key, value in leg.to_dict().items() if key != "path"}
    parts = [np.round(part, 6).tolist() for part in split_at_antimeridian(leg.path)]
    return {
        "type": "Feature",
        "id": f"{one.id}/leg/{k + 1}",
        "geometry": {"type": "LineString", "coordinates": parts[0]}
        if len(parts) == 1
        else {"type": "MultiLineString", "coordinates": parts},
        "properties": {
            "kind": "leg",
            **shared,
            "leg": k + 1,
            "from": names[k],
            "to": names[k + 1],
            **fields,
            "arrive": iso_utc(arrive),
            "trip_depart": iso_utc(trip.depart),
        },
    }


def _stop(stop: Stop, one: StopOutline, shared: dict[str, Any]) -> dict[str, Any]:
    fields = {k: v for k, v in stop.to_dict().items() if k not in {"lat", "lon"}}
    return {
        "type": "Feature",
        "id": one.id,
        "geometry": {"type": "Point", "coordinates": [one.lon, one.lat]},
        "properties": {
            "kind": "stop",
            **shared,
            "id": one.id,
            **fields,
            "wait_h": round(stop.wait_h, 4),
        },
    }
