"""Floating plastic in four size classes, by nets and by eye.

References
----------
.. [1] M. Eriksen et al., "Plastic pollution in the world's oceans: more than 5
   trillion plastic pieces weighing over 250,000 tons afloat at sea", PLOS ONE 9 (2014)
   e111913; data on figshare 1015289.
"""

import numpy as np
import pandas as pd

from core.observations._columns import FloatArray
from core.observations.importers.profiles._dates import dates_of_parts
from core.observations.importers.profiles._profile import TableProfile
from core.observations.importers.profiles._reading import Reading, record_hashes

__all__ = ["Eriksen2014"]

_SOURCE = "Eriksen et al. 2014"
#: Size class, its bounds in mm, as the headings name it.
_CLASSES: tuple[tuple[str, float, float], ...] = (
    (".335-.999 mm", 0.335, 0.999),
    ("1.00-4.75 mm", 1.0, 4.75),
    ("4.75-200 mm", 4.75, 200.0),
    (">200 mm", 200.0, np.nan),
)
_QUANTITIES = (("items_per_km2", "Count/km^2"), ("grams_per_km2", "g/km^2"))
_CENTURY = 2000
#: Relative; totals of the table are sums of rounded parts.
_ROUNDING, _ROUNDED_TO = 0.02, 0.1
_BEAUFORT_MAX = 12.0


class Eriksen2014(TableProfile):
    """One tow or visual transect a row.

    Size classes that a method cannot see are blank and give no measurement. Totals
    are checked against the classes and left out, so none stands beside its parts.
    """

    name = "eriksen-2014"
    title = "Floating plastic by nets and by eye (Eriksen et al. 2014)"
    required = (
        "Latitude",
        "Longitude",
        "Month",
        "Day",
        "Year",
        "Total pieces/km^2",
        "Total Weight",
        "Source",
        "Mesh Size",
        *(f"{head} {size}" for _, head in _QUANTITIES for size, _, _ in _CLASSES),
    )

    def fill(self, reading: Reading) -> None:
        """Take every size class that was looked for."""
        dates, precision = _dates(reading)
        mesh = reading.texts("Mesh Size", "method")
        hashes = record_hashes(reading.table.frame)
        who = reading.texts("Source", "source")
        common = pd.DataFrame(
            {
                "survey": [f"Eriksen 2014: {name}" for name in who],
                "event": [f"{d} {h}" for d, h in zip(dates, hashes, strict=True)],
                "lat": reading.numbers("Latitude", "lat", required=True),
                "lon": reading.numbers("Longitude", "lon", required=True),
                "observed_at": dates,
                "time_precision": precision,
                "medium": "sea_surface",
                "method": [_method(text) for text in mesh],
                "source": [f"{name}, in {_SOURCE}" for name in who],
            }
        )
        values = _add_classes(reading, common)
        _check_totals(reading, values)
        _add_events(reading, common)
        reading.notes["wind_correction_not_stated"] += reading.n


def _method(mesh: str) -> str:
    """Name the method: nets have a mesh in micrometres, people a smallest size."""
    return f"net {mesh}" if mesh.endswith("um") else f"visual {mesh}"


def _dates(reading: Reading) -> tuple[list[str], list[str]]:
    year = reading.numbers("Year", "observed_at", required=True)
    short = year < 100
    reading.doubt(
        short,
        "Year",
        reading.texts("Year"),
        lambda i: f"two digits read as {int(year[i]) + _CENTURY}",
    )
    year = np.where(short, year + _CENTURY, year)
    return dates_of_parts(year, reading.numbers("Month"), reading.numbers("Day"))


def _add_classes(reading: Reading, common: pd.DataFrame) -> dict[str, list[FloatArray]]:
    """Add each size class; return the values by quantity."""
    values: dict[str, list[FloatArray]] = {}
    for quantity, head in _QUANTITIES:
        for size, low_mm, high_mm in _CLASSES:
            value = reading.numbers(f"{head} {size}", f"{quantity} {size}")
            known = np.flatnonzero(np.isfinite(value))
            reading.add_measurements(
                known,
                **common.iloc[known].reset_index(drop=True),
                quantity=quantity,
                size_class=size.replace(".335-.999", "0.335-0.999"),
                size_min_mm=low_mm,
                size_max_mm=high_mm,
                value=value[known],
            )
            values.setdefault(quantity, []).append(value)
    return values


def _check_totals(reading: Reading, values: dict[str, list[FloatArray]]) -> None:
    totals = {"items_per_km2": "Total pieces/km^2", "grams_per_km2": "Total Weight"}
    for quantity, name in totals.items():
        total = reading.numbers(name)
        parts = np.nansum(np.stack(values[quantity]), axis=0)
        reading.doubt(
            np.abs(parts - total) > np.maximum(_ROUNDING * parts, _ROUNDED_TO),
            name,
            [f"{v:g}" for v in total.tolist()],
            "not the sum of the size classes",
        )


def _add_events(reading: Reading, common: pd.DataFrame) -> None:
    """Give the sea state of each tow; the table states no effort."""
    beaufort = reading.numbers("Sea State (Beaufort Scale)", "beaufort")
    off = beaufort > _BEAUFORT_MAX
    reading.doubt(
        off,
        "Sea State (Beaufort Scale)",
        [f"{v:g}" for v in beaufort.tolist()],
        "above Beaufort 12; left out",
    )
    reading.add_events(
        reading.everything,
        survey=common["survey"],
        event=common["event"],
        lat=common["lat"],
        lon=common["lon"],
        started_at=common["observed_at"],
        method=common["method"],
        medium="sea_surface",
        beaufort=np.where(off, np.nan, beaufort),
    )
