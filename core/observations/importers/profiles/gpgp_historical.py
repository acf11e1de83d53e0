"""Older net tows of the North Pacific, 1972 to 2015.

References
----------
.. [1] L. Lebreton et al., "Evidence that the Great Pacific Garbage Patch is rapidly
   accumulating plastic", Scientific Reports 8 (2018) 4666; data on figshare 5873142.
"""

import numpy as np
import pandas as pd

from core.observations.importers.profiles._dates import dates_of_parts
from core.observations.importers.profiles._profile import TableProfile
from core.observations.importers.profiles._reading import Reading

__all__ = ["GpgpHistorical"]

_VALUES = {
    "items_per_km2": "Microplastic Numerical Concentration (#/km²)",
    "grams_per_km2": "Microplastic Mass Concentration (g/km²)",
}
_MICRONS_PER_MM = 1000.0


class GpgpHistorical(TableProfile):
    """One tow a row, known to the month: items and grams of microplastic per km2."""

    name = "gpgp-historical"
    title = "North Pacific net tows 1972-2015 (collected by Lebreton et al. 2018)"
    required = (
        "#",
        "Data Reference",
        "Sampling Year",
        "Sampling Month",
        "Longitude (degrees)",
        "Latitude (degrees)",
        "Mesh Size (microns)",
        *_VALUES.values(),
    )

    def fill(self, reading: Reading) -> None:
        """Take items and grams of every tow."""
        dates, precision = _dates(reading)
        who = [" ".join(t.split()) for t in reading.texts("Data Reference", "source")]
        common = pd.DataFrame(
            {
                "survey": [f"Lebreton 2018 history: {name}" for name in who],
                "event": [f"tow {n}" for n in reading.texts("#", "event")],
                "lat": reading.numbers("Latitude (degrees)", "lat", required=True),
                "lon": reading.numbers("Longitude (degrees)", "lon", required=True),
                "observed_at": dates,
                "time_precision": precision,
                "medium": "sea_surface",
                "size_class": "micro",
                "size_min_mm": reading.numbers("Mesh Size (microns)", "size_min_mm")
                / _MICRONS_PER_MM,
                "method": [m.lower() for m in reading.texts("Sampling type", "method")],
                "source": [f"{name}, in Lebreton et al. 2018" for name in who],
            }
        )
        for quantity, name in _VALUES.items():
            value = reading.numbers(name, quantity)
            known = np.flatnonzero(np.isfinite(value))
            reading.add_measurements(
                known,
                **common.iloc[known].reset_index(drop=True),
                quantity=quantity,
                value=value[known],
            )
        inside = reading.numbers("Inside GPGP?")
        reading.notes["inside_the_patch"] += int((inside == 1).sum())


def _dates(reading: Reading) -> tuple[list[str], list[str]]:
    """Year and month; 10.5 stands for tows of October or November."""
    month = reading.numbers("Sampling Month")
    between = np.isfinite(month) & (month != np.floor(month))
    reading.doubt(
        between,
        "Sampling Month",
        [f"{v:g}" for v in month.tolist()],
        lambda i: f"month {month[i]:g} read as {int(month[i])}",
    )
    year = reading.numbers("Sampling Year", "observed_at", required=True)
    return dates_of_parts(year, month, np.full(reading.n, np.nan))
