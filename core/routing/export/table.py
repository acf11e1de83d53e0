"""Stops of a plan as CSV."""

import csv
import io

from core.routing.schedule import CleanupPlan, iso_utc

__all__ = ["CSV_COLUMNS", "to_csv"]

CSV_COLUMNS = (
    "vessel",
    "trip",
    "stop",
    "site",
    "lat",
    "lon",
    "arrive",
    "leave",
    "mass_kg",
    "mass_kg_low",
    "mass_kg_high",
    "leg_km",
    "leg_h",
    "fuel_l",
    "category",
    "simulated",
)
#: A cell that begins like this is a formula to a spreadsheet.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def to_csv(plan: CleanupPlan) -> str:
    """Write the stops of a plan as CSV, a row a stop, safe for a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for vessel in plan.vessels:
        for number, trip in enumerate(vessel.trips, start=1):
            for i, (stop, leg) in enumerate(
                zip(trip.stops, trip.legs, strict=False), start=1
            ):
                writer.writerow(
                    [
                        _cell(vessel.name),
                        number,
                        i,
                        _cell(stop.site),
                        round(stop.lat, 6),
                        round(stop.lon, 6),
                        iso_utc(stop.arrive),
                        iso_utc(stop.leave),
                        round(stop.mass_kg, 3),
                        round(stop.mass_kg_low, 3),
                        round(stop.mass_kg_high, 3),
                        round(leg.distance_km, 3),
                        round(leg.hours, 4),
                        round(stop.fuel_l + leg.fuel_l, 3),
                        _cell(stop.category),
                        str(plan.simulated).lower(),
                    ]
                )
    return out.getvalue()


def _cell(text: str) -> str:
    """Keep a spreadsheet from reading a name as a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
