"""Large objects seen from the air over the Great Pacific Garbage Patch."""

import re

import numpy as np
import pandas as pd

from core.observations.importers.profiles._gpgp import SURVEY, event_names
from core.observations.importers.profiles._profile import TableProfile
from core.observations.importers.profiles._reading import Reading

__all__ = ["GpgpAerialObjects"]

#: Image numbers begin with camera and date, such as C01_161002_182654_01459G1.
_IMAGE_DATE = re.compile(r"[A-Z]\d+_(\d{2})(\d{2})(\d{2})_.*")
_CATEGORIES = {
    "Bundled net": "fishing_gear",
    "Loose net": "fishing_gear",
    "Rope": "fishing_gear",
    "Buoy": "fishing_gear",
    "Container": "plastic",
    "Life ring": "plastic",
}
_WEIGHTS = ("Lower weight (kg)", "Mid weight (kg)", "Upper weight (kg)")


class GpgpAerialObjects(TableProfile):
    """One object a row, each a sighting with its middle weight.

    Sightings say what is there and nothing about how much: the area of each mosaic is
    in the table of stations. The lower and upper weights, lengths and remarks are kept
    in the table ``objects``.
    """

    name = "gpgp-aerial-objects"
    title = "Great Pacific Garbage Patch 2016: objects seen from the air"
    required = (
        "Sampling event ID",
        "Start longitude debris (degrees)",
        "Start latitude debris (degrees)",
        "Image ID (at The Ocean Cleanup database)",
        "Object type",
        "< 50 cm?",
        *_WEIGHTS,
    )

    def fill(self, reading: Reading) -> None:
        """Take every object as one item."""
        kinds = reading.texts("Object type", "category")
        low, middle, high = (
            reading.numbers(name, "mass_kg" if "Mid" in name else "")
            for name in _WEIGHTS
        )
        unweighed = (high == 0) | np.isnan(middle)
        reading.read_as(
            unweighed,
            "Mid weight (kg)",
            reading.texts("Mid weight (kg)"),
            "no weight was made for it (no top-view area); read as unknown",
        )
        small = reading.texts("< 50 cm?", "size_class")
        reading.add_observations(
            reading.everything,
            survey=SURVEY,
            lat=reading.numbers(
                "Start latitude debris (degrees)", "lat", required=True
            ),
            lon=reading.numbers(
                "Start longitude debris (degrees)", "lon", required=True
            ),
            observed_at=_dates(reading),
            category=[_CATEGORIES.get(kind, "other") for kind in kinds],
            count=1,
            mass_kg=np.where(unweighed, np.nan, middle),
            size_class=[
                {"yes": "< 50 cm", "no": "> 50 cm"}.get(text, "") for text in small
            ],
            replicate=reading.texts("#", "replicate"),
        )
        reading.keep_table("objects", _details(reading), aside=True)
        for name, weight in zip(
            ("low", "mid", "high"), (low, middle, high), strict=True
        ):
            reading.totals[f"mass {name} (kg)"] = float(np.nansum(weight))


def _dates(reading: Reading) -> list[str]:
    """Day of each image, by its number; the clock in it names no time zone."""
    images = reading.texts("Image ID (at The Ocean Cleanup database)", "observed_at")
    matches = [_IMAGE_DATE.fullmatch(image) for image in images]
    return [f"20{m[1]}-{m[2]}-{m[3]}" if m else "" for m in matches]


def _details(reading: Reading) -> pd.DataFrame:
    numbers = (
        "Length (m)",
        "Width (m)",
        "Topview area (m^2)",
        "End latitude debris (degrees)",
        "End longitude debris (degrees)",
        *_WEIGHTS,
    )
    texts = ("#", "Object type", "Color", "Object distinctiveness", "Observations")
    return pd.DataFrame(
        {
            "event": event_names(reading),
            **{name: reading.texts(name) for name in texts},
            **{name: reading.numbers(name) for name in numbers},
        }
    )
