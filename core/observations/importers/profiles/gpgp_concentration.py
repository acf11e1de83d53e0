"""Concentrations in the Great Pacific Garbage Patch: four size classes.

Rows of the largest class have latitude and longitude in each other's column.
"""

import numpy as np
import pandas as pd

from core.observations._columns import FloatArray
from core.observations.importers.profiles._gpgp import (
    SOURCE,
    SURVEY,
    event_names,
    size_bounds_mm,
)
from core.observations.importers.profiles._profile import TableProfile
from core.observations.importers.profiles._reading import Reading

__all__ = ["GpgpConcentration"]

_ESTIMATES = (("items_per_km2", "#"), ("grams_per_km2", "g"))
#: Degrees; the survey lies north of 20 N and between 125 and 155 W, so a latitude
#: below -90 beside a longitude between 0 and 90 can only be the two exchanged.
_POLE_DEG = 90.0


class GpgpConcentration(TableProfile):
    """One size class of one sampling event a row.

    The middle estimate is the value, with the lower and higher ones as its range. For
    Manta trawls it is corrected for what the wind mixes down. The uncorrected figures
    go to the table ``raw_concentrations``. Times are in the table of stations.
    """

    name = "gpgp-concentration"
    title = "Great Pacific Garbage Patch 2015-2016: concentrations"
    required = (
        "Size class",
        "Sampling event ID",
        "Longitude (degrees)",
        "Latitude (degrees)",
        "Sampling type",
        "Midpoint Estimate (# km-2)",
        "Midpoint Estimate (g km-2)",
        "Lower Estimate (# km-2)",
        "Higher Estimate (# km-2)",
    )

    def fill(self, reading: Reading) -> None:
        """Take items and grams per km2 with their ranges."""
        lat, lon = _positions(reading)
        events = event_names(reading)
        classes = reading.texts("Size class", "size_class")
        low_mm, high_mm = size_bounds_mm(classes)
        method = reading.texts("Sampling type", "method")
        dates = _dates(method)
        for quantity, sign in _ESTIMATES:
            middle = reading.numbers(f"Midpoint Estimate ({sign} km-2)", quantity)
            known = np.flatnonzero(np.isfinite(middle))
            lower = reading.numbers(f"Lower Estimate ({sign} km-2)")
            higher = reading.numbers(f"Higher Estimate ({sign} km-2)")
            block = pd.DataFrame(
                {
                    "survey": SURVEY,
                    "event": events,
                    "lat": lat,
                    "lon": lon,
                    "observed_at": [date for date, _ in dates],
                    "time_precision": [precision for _, precision in dates],
                    "quantity": quantity,
                    "medium": "sea_surface",
                    "size_class": [text.split("(")[0].strip() for text in classes],
                    "size_min_mm": low_mm,
                    "size_max_mm": high_mm,
                    "value": middle,
                    "value_low": lower,
                    "value_high": higher,
                    "method": method,
                    "correction": ["wind_corrected" * ("Manta" in m) for m in method],
                    "source": SOURCE,
                }
            ).iloc[known]
            reading.add_measurements(known, **block.reset_index(drop=True))
        reading.keep_table(
            "raw_concentrations",
            pd.DataFrame(
                {
                    "event": events,
                    "size_class": classes,
                    "raw_items_per_km2": reading.numbers("Raw Data (# km-2)"),
                    "raw_g_per_km2": reading.numbers("Raw data (g km-2)"),
                }
            ),
            aside=True,
        )


def _positions(reading: Reading) -> tuple[FloatArray, FloatArray]:
    """Latitude and longitude, exchanged back where they are in the wrong column."""
    lat = reading.numbers("Latitude (degrees)", "lat", required=True)
    lon = reading.numbers("Longitude (degrees)", "lon", required=True)
    swapped = (np.abs(lat) > _POLE_DEG) & (np.abs(lon) <= _POLE_DEG)
    shown = [f"{y:g}, {x:g}" for y, x in zip(lat, lon, strict=True)]
    reading.doubt(
        swapped,
        "Latitude (degrees), Longitude (degrees)",
        shown,
        "latitude and longitude stand in each other's column; exchanged back",
    )
    return np.where(swapped, lon, lat), np.where(swapped, lat, lon)


def _dates(methods: list[str]) -> list[tuple[str, str]]:
    """Year of each row: the table gives no times, its survey does.

    Ships trawled from July to September 2015, the aircraft flew in October 2016.
    """
    aircraft, ships = ("2016-10-01", "month"), ("2015-01-01", "year")
    return [aircraft if "mosaic" in method else ships for method in methods]
