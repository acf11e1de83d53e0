"""Surface net tows of 36 sources, compiled for Eriksen et al. 2023.

References
----------
.. [1] M. Eriksen et al., "A growing plastic smog, now estimated to be over 170
   trillion plastic particles afloat in the world's oceans", PLOS ONE 18 (2023)
   e0281596.
"""

import numpy as np
import pandas as pd

from core.observations._columns import FloatArray
from core.observations.importers.profiles._dates import dates_of_parts
from core.observations.importers.profiles._profile import TableProfile
from core.observations.importers.profiles._reading import Reading
from core.units import square_metres_to_square_km

__all__ = ["SurfaceTrawls"]

#: Relative; the compilation rounds densities to a few digits.
_ROUNDING = 0.02
_MICRONS_PER_MM = 1000.0
_PARTS = (
    "Micro",
    "Macro",
    "Microplastics.Weight..g...km.2",
    "Macroplastics.Weight..g...km.2",
    "CountPlasticFragments",
    "CountPlasticPellets",
    "CutOff",
    "TopLim",
    "wind",
    "CorrectedConcentration",
)


class SurfaceTrawls(TableProfile):
    """One tow a row: pieces and, for some, grams per km2.

    The total of a tow is kept as the measurement; its split by size, and the values
    the compilers corrected for wind, go to the table ``tow_details``, so that no total
    stands beside its parts.
    """

    name = "surface-trawls"
    title = "Surface net tows 1971 to 2019 (compiled by Eriksen et al. 2023)"
    required = (
        "Day",
        "Month",
        "Year",
        "Lat",
        "Lon",
        "km2",
        "Total.Wieght..g..km.2",
        "Source",
        "Mesh.Size",
        "TowAreaM2",
        "CountTotalPlastics",
        "Corrected",
    )

    def fill(self, reading: Reading) -> None:
        """Take pieces and grams, area and count, of every tow."""
        dates, precision = _dates(reading)
        source = reading.texts("Source", "source")
        corrected = reading.texts("Corrected", "correction")
        tow = [f"tow {name}" for name in reading.texts("X", "event")]
        pieces = _pieces(reading)
        grams = reading.numbers("Total.Wieght..g..km.2", "value (grams_per_km2)")
        area_km2 = _area_km2(reading)
        count = _counts(reading, pieces, area_km2)
        common = pd.DataFrame(
            {
                "survey": [f"Eriksen 2023: {name}" for name in source],
                "event": tow,
                "lat": reading.numbers("Lat", "lat", required=True),
                "lon": reading.numbers("Lon", "lon", required=True),
                "observed_at": dates,
                "time_precision": precision,
                "medium": "sea_surface",
                "size_min_mm": reading.numbers("Mesh.Size", "size_min_mm")
                / _MICRONS_PER_MM,
                "method": "surface net",
                "correction": ["wind_corrected" * (w == "Yes") for w in corrected],
                "source": [f"{name}, in Eriksen et al. 2023" for name in source],
            }
        )
        _doubt_doubles(reading, common, pieces)
        known = np.flatnonzero(np.isfinite(pieces))
        reading.add_measurements(
            known,
            **common.iloc[known].reset_index(drop=True),
            quantity="items_per_km2",
            value=pieces[known],
            count=count[known],
            effort=area_km2[known],
        )
        weighed = np.flatnonzero(np.isfinite(grams))
        reading.add_measurements(
            weighed,
            **common.iloc[weighed].reset_index(drop=True),
            quantity="grams_per_km2",
            value=grams[weighed],
        )
        _add_events(reading, common, area_km2)
        details = {name: reading.texts(name) for name in _PARTS if reading.has(name)}
        reading.keep_table(
            "tow_details", pd.DataFrame({"event": tow, **details}), aside=True
        )
        reading.notes["zero_values"] += int((pieces == 0).sum())


def _pieces(reading: Reading) -> FloatArray:
    """Pieces per km2; the heading ``km2`` leaves out what it counts."""
    return reading.numbers("km2", "value (items_per_km2)")


def _dates(reading: Reading) -> tuple[list[str], list[str]]:
    year = reading.numbers("Year", "observed_at", required=True)
    month, day = reading.numbers("Month"), reading.numbers("Day")
    notes = reading.texts("Notes")
    set_by_hand = np.array(["day set to 15" in note for note in notes], dtype=bool)
    shown = reading.texts("Day")
    reading.read_as(
        set_by_hand, "Day", shown, "day was set to 15 by the compilers; month kept"
    )
    between = np.isfinite(month) & (month != np.floor(month))
    reading.doubt(
        between,
        "Month",
        reading.texts("Month"),
        lambda i: f"month {month[i]:g} read as {int(month[i])}",
    )
    return dates_of_parts(year, month, np.where(set_by_hand | between, np.nan, day))


def _area_km2(reading: Reading) -> FloatArray:
    area_m2 = reading.numbers("TowAreaM2", "effort")
    area_m2 = np.where(area_m2 > 0, area_m2, np.nan)
    return np.asarray(area_m2 * square_metres_to_square_km(1.0))


def _counts(reading: Reading, pieces: FloatArray, area_km2: FloatArray) -> FloatArray:
    """Pieces caught in each tow.

    For one programme the column holds tow area over density instead of their product
    (1.7e-06 for one piece in 1,852 m2, infinity for none); the product is the count.
    """
    shown = reading.texts("CountTotalPlastics", "count")
    written = np.asarray(
        pd.to_numeric(pd.Series(shown, dtype="object"), errors="coerce"), np.float64
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = area_km2 / pieces
    near = np.isclose(written, inverse, rtol=_ROUNDING, atol=0.0)
    upside_down = near | (np.isinf(written) & (pieces == 0))
    made = pieces * area_km2
    whole = np.round(made)
    reading.read_as(
        upside_down,
        "CountTotalPlastics",
        shown,
        "holds tow area over density; count made of density times tow area",
    )
    reading.notes["count_not_given"] += int(np.isnan(written).sum())
    agrees = np.abs(made - whole) <= np.maximum(_ROUNDING * made, _ROUNDING)
    count = np.where(upside_down, np.where(agrees, whole, np.nan), written)
    # Counts made back from rounded densities come a little off whole numbers.
    near_whole = np.isclose(count, np.round(count), rtol=1e-3, atol=1e-2)
    count = np.where(near_whole, np.round(count), count)
    return np.where(np.isfinite(count) & np.isfinite(area_km2), count, np.nan)


def _doubt_doubles(reading: Reading, common: pd.DataFrame, pieces: FloatArray) -> None:
    """Doubt tows equal to an earlier one in place, date and value; keep them."""
    place = common[["lat", "lon", "observed_at"]].assign(pieces=pieces)
    again = place.duplicated().to_numpy(dtype=bool)
    reading.doubt(
        again,
        "Lat, Lon, Year, Month, Day, km2",
        [f"{v:g}" for v in pieces.tolist()],
        "equal to an earlier tow in place, date and value: a replicate or a double",
    )
    reading.notes["same_place_date_and_value"] += int(again.sum())


def _add_events(reading: Reading, common: pd.DataFrame, area_km2: FloatArray) -> None:
    """Give the effort of tows with a known area, with the month's mean wind."""
    towed = np.flatnonzero(np.isfinite(area_km2))
    kept = common.iloc[towed].reset_index(drop=True)
    reading.add_events(
        towed,
        survey=kept["survey"],
        event=kept["event"],
        lat=kept["lat"],
        lon=kept["lon"],
        started_at=kept["observed_at"],
        method=kept["method"],
        medium=kept["medium"],
        effort=area_km2[towed],
        effort_unit="km2",
        wind_m_s=reading.numbers("wind", "wind_m_s")[towed],
        note="wind is the mean of the month",
    )
