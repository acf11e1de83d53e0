"""Stops of a plan as CSV."""

import csv
import io
import re

from core.routing.export.outline import numbered_trips, outline, stop_fields
from core.routing.schedule import CleanupPlan

__all__ = ["CSV_COLUMNS", "plain_cell", "safe_cell", "to_csv"]

CSV_COLUMNS = (
    "vessel",
    "trip",
    "stop",
    "site",
    "lat",
    "lon",
    "arrive",
    "start",
    "wait_h",
    "leave",
    "mass_kg",
    "mass_kg_low",
    "mass_kg_high",
    "miss_chance",
    "drift_km",
    "leg_km",
    "leg_h",
    "speed_kn",
    "fuel_l",
    "category",
    "simulated",
    "id",
    "trip_id",
)
#: A cell that begins like this is a formula to a spreadsheet.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def to_csv(plan: CleanupPlan) -> str:
    """Write the stops of a plan as CSV, a row a stop, safe for a spreadsheet.

    A name that a spreadsheet would run as a formula gets an apostrophe before it;
    ``id`` stays the same from one export to the next.
    """
    out = io.StringIO()
    writer = csv.DictWriter(out, CSV_COLUMNS, lineterminator="\n")
    writer.writeheader()
    trips = zip(numbered_trips(plan), outline(plan).trips, strict=True)
    for (vessel, trip, number), one in trips:
        rows = zip(trip.stops, one.stops, trip.legs, strict=False)
        for i, (stop, of, leg) in enumerate(rows, start=1):
            fields = stop_fields(of)
            fields |= {name: safe_cell(fields[name]) for name in ("site", "category")}
            writer.writerow(
                {
                    **fields,
                    "vessel": safe_cell(vessel.name),
                    "trip": number,
                    "stop": i,
                    "wait_h": round(stop.wait_h, 4),
                    "leg_km": leg.distance_km,
                    "leg_h": leg.hours,
                    "speed_kn": leg.speed_kn,
                    "fuel_l": round(stop.fuel_l + leg.fuel_l, 3),
                    "simulated": str(plan.simulated).lower(),
                    "trip_id": one.id,
                }
            )
    return out.getvalue()


def safe_cell(text: str) -> str:
    """Keep a spreadsheet from reading a name as a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def plain_cell(text: str) -> str:
    """Undo :func:`safe_cell`."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text
