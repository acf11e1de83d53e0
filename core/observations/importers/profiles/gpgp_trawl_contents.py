"""Contents of the trawls in the Great Pacific Garbage Patch.

The table names its tows and gives no place, time or area: those come from the table
of stations, given beside it or imported before.
"""

import numpy as np
import pandas as pd

from core.errors import ObservationError
from core.observations.importers.profiles._gpgp import (
    SOURCE,
    SURVEY,
    category_of,
    event_names,
    size_bounds_mm,
)
from core.observations.importers.profiles._profile import TableProfile
from core.observations.importers.profiles._reading import Reading
from core.observations.importers.profiles.gpgp_stations import (
    GpgpStations,
    stations_in,
)

__all__ = ["GpgpTrawlContents"]

_AMOUNTS = (("items_per_km2", "count"), ("grams_per_km2", "mass_g"))


class GpgpTrawlContents(TableProfile):
    """Pieces of one size class and type in one tow a row: number and dry mass."""

    name = "gpgp-trawl-contents"
    title = "Great Pacific Garbage Patch 2015-2016: contents of the trawls"
    required = (
        "#",
        "Sampling event ID",
        "Sampling type",
        "Size class (cm)",
        "Material",
        "Type",
        "Number of particles",
        "Dry mass (g)",
    )
    companion_names = ("gpgp2015_2016_stations",)

    def fill(self, reading: Reading) -> None:
        """Take number and mass over the area of the tow."""
        names = event_names(reading)
        place = _places(reading, names)
        lost = place["effort"].isna().to_numpy(dtype=bool)
        reading.refuse(lost, "Sampling event ID", names, "no station of this event")
        _doubt_remarks(reading)
        sizes = reading.texts("Size class (cm)", "size_class")
        low_mm, high_mm = size_bounds_mm(sizes)
        kinds = zip(
            reading.texts("Material"), reading.texts("Type", "category"), strict=True
        )
        amounts = {
            "count": reading.numbers("Number of particles", "count"),
            "mass_g": reading.numbers("Dry mass (g)", "mass"),
        }
        common = place.assign(
            survey=SURVEY,
            event=names,
            time_precision="instant",
            medium="sea_surface",
            category=[category_of(material, kind) for material, kind in kinds],
            size_class=[f"{size} cm" for size in sizes],
            size_min_mm=low_mm,
            size_max_mm=high_mm,
            method=reading.texts("Sampling type", "method"),
            source=SOURCE,
            # The row number tells batches of a tow apart that came out alike.
            replicate=reading.texts("#", "replicate"),
        )
        for quantity, amount in _AMOUNTS:
            known = np.flatnonzero(np.isfinite(amounts[amount]))
            reading.add_measurements(
                known,
                **common.iloc[known].reset_index(drop=True),
                quantity=quantity,
                count=amounts[amount][known],
            )
        reading.totals["items"] = float(np.nansum(amounts["count"]))
        reading.totals["dry mass (kg)"] = float(np.nansum(amounts["mass_g"])) / 1000.0


def _places(reading: Reading, names: list[str]) -> pd.DataFrame:
    """Place, time and area of each row's tow."""
    events = _events(reading, names)
    known = events.drop_duplicates("event").set_index("event")
    found = known.reindex(names).reset_index(drop=True)
    return pd.DataFrame(
        {
            "lat": found["lat"],
            "lon": found["lon"],
            "observed_at": found["started_at"],
            "effort": found["effort"],
        }
    )


def _events(reading: Reading, names: list[str]) -> pd.DataFrame:
    """Stations beside the file, else those stored under the same names."""
    stations = stations_in(reading.context.companions)
    if stations is not None:
        profile = GpgpStations()
        return profile.read([stations], reading.context).events
    if reading.context.events is not None:
        stored = reading.context.events(sorted(set(names)))
        stored = stored[stored["survey"] == SURVEY]
        if len(stored):
            return stored
    raise ObservationError(
        f"{reading.table.file} names its tows and gives no position: it needs the "
        "table of stations (gpgp2015_2016_stations.csv) beside it, or imported before"
    )


def _doubt_remarks(reading: Reading) -> None:
    """Doubt numbers that the table itself calls a guess or a lower bound."""
    remarks = reading.texts("Observations")
    unsure = np.array(
        ["+" in r or "?" in r or "underestimate" in r for r in remarks], dtype=bool
    )
    reading.doubt(
        unsure,
        "Number of particles",
        reading.texts("Number of particles"),
        lambda i: f"remark of the source: {remarks[i][:60]}",
    )
