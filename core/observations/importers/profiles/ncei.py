"""NOAA NCEI marine microplastics, in the three headings it is published under.

Three units stand in one column, and pieces per m3 are of sea water or of sand: each
row gets its quantity and medium from its unit, its method and the text of its class
range. Rows of hand picking have a class range and no number.

References
----------
.. [1] E. S. Nyadjro et al., "The NOAA NCEI marine microplastics database",
   Scientific Data 10 (2023) 726.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from core.observations.importers.profiles._class_ranges import (
    classes_of,
    read_range,
    undamaged,
)
from core.observations.importers.profiles._dates import dates_of_text
from core.observations.importers.profiles._profile import TableProfile
from core.observations.importers.profiles._reading import Reading, record_hashes

__all__ = ["NCEI_PROFILES", "NceiMicroplastics"]

_SURVEY = "NCEI marine microplastics"
_SOURCE = "NOAA NCEI marine microplastics"
#: Assumption of the database: microplastics are below 5 mm.
_SIZE_MAX_MM = 5.0

#: Quantity and kind of unit by the text of the unit, blanks and case left aside.
_UNITS = {
    "pieces/m3": ("items_per_m3", "m3"),
    "pieces/10mins": ("items_per_10min", "10min"),
    "pieces/10min": ("items_per_10min", "10min"),
    "pieceskg-1d.w.": ("items_per_kg", "kg"),
    "pieces/kgd.w.": ("items_per_kg", "kg"),
}
#: What a method or a marine setting samples, by a word in its name, the first that
#: fits; a bucket, spoon or sampler says nothing by itself.
_MEDIUM_WORDS = (
    ("net", "sea_surface"),
    ("pump", "sea_surface"),
    ("intake", "sea_surface"),
    ("van dorn", "water_column"),
    ("rosette", "water_column"),
    ("hand picking", "shore"),
    ("pvc cylinder", "shore_sediment"),
    ("spoon", "shore_sediment"),
    ("scoop", "shore_sediment"),
    ("trowel", "shore_sediment"),
    ("shovel", "shore_sediment"),
    ("bucket", "shore_sediment"),
    ("dredge", "sea_bed"),
    ("megacorer", "sea_bed"),
    ("benthic grab", "sea_bed"),
    ("sediment grab", "sea_bed"),
    ("grab sampler", "sea_bed"),
    ("day grab", "sea_bed"),
    ("remotely operated", "sea_bed"),
    ("grab sample", "sea_surface"),
    ("beach", "shore_sediment"),
    ("ocean sediment", "sea_bed"),
    ("water column", "water_column"),
    ("ocean surface", "sea_surface"),
    ("ocean water", "sea_surface"),
)
_IN_WATER = frozenset({"sea_surface", "water_column"})
_IN_SEDIMENT = frozenset({"shore_sediment", "sea_bed"})


@dataclass(frozen=True, kw_only=True)
class _Headings:
    """Headings of one published form, and how it writes a day."""

    required: tuple[str, ...]
    value: str
    date: str
    date_forms: tuple[str, ...]
    lat: str = "Latitude"
    lon: str = "Longitude"
    method: str = "Sampling Method"
    ranges: tuple[str, ...] = ()
    settings: tuple[str, ...] = field(default=())


_US_FORMS = ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y")


class NceiMicroplastics(TableProfile):
    """The database in one of its published forms."""

    def __init__(self, name: str, title: str, headings: _Headings) -> None:
        self.name, self.title, self._headings = name, title, headings
        self.required = headings.required

    def fill(self, reading: Reading) -> None:
        """Take each row with the quantity and medium it can only have."""
        form = self._headings
        quantity, unit = _quantities(reading)
        ranges = _ranges(reading, form, unit)
        medium = _media(reading, form, unit, ranges)
        value = reading.numbers(form.value, "value")
        bounds = [read_range(text) for text in ranges]
        reading.add_measurements(
            reading.everything,
            survey=_SURVEY,
            lat=reading.numbers(form.lat, "lat", required=True),
            lon=reading.numbers(form.lon, "lon", required=True),
            observed_at=_dates(reading, form),
            time_precision="day",
            quantity=quantity,
            medium=medium,
            size_class="micro",
            size_max_mm=_SIZE_MAX_MM,
            value=value,
            value_low=[b.low if b else None for b in bounds],
            value_high=[b.high if b else None for b in bounds],
            method=[m.lower() for m in reading.texts(form.method, "method")],
            source=[r or _SOURCE for r in reading.texts("Short Reference", "source")],
            replicate=_replicates(reading),
        )
        reading.notes["zero_values"] += int((value == 0).sum())


def _quantities(reading: Reading) -> tuple[list[str], list[str]]:
    texts = reading.texts("Unit", "quantity")
    known = [_UNITS.get(re.sub(r"\s", "", text).lower(), ("", "")) for text in texts]
    unknown = np.array([not quantity for quantity, _ in known], dtype=bool)
    reading.refuse(
        unknown,
        "Unit",
        texts,
        "unit is not pieces/m3, pieces/10 mins or pieces kg-1 d.w.",
    )
    return [quantity for quantity, _ in known], [unit for _, unit in known]


def _ranges(reading: Reading, form: _Headings, unit: Sequence[str]) -> list[str]:
    """Class ranges; those a spreadsheet turned into dates read back."""
    name = next((name for name in form.ranges if reading.has(name)), "")
    texts = reading.texts(name, "value_low, value_high") if name else []
    if not texts:
        return [""] * reading.n
    meant = [
        text if not text or read_range(text) else undamaged(text, kind)
        for text, kind in zip(texts, unit, strict=True)
    ]
    changed = [bool(m) and m != t for m, t in zip(meant, texts, strict=True)]
    reading.doubt(
        np.array(changed, dtype=bool),
        name,
        texts,
        lambda i: f"a date in place of a range; it can only have been {meant[i]}",
    )
    lost = [bool(t) and not m for m, t in zip(meant, texts, strict=True)]
    reading.doubt(
        np.array(lost, dtype=bool),
        name,
        texts,
        "no range, and no one class a spreadsheet could have made it from; left out",
    )
    return meant


def _media(
    reading: Reading, form: _Headings, unit: Sequence[str], ranges: Sequence[str]
) -> list[str]:
    """Medium by method and by class range; a conflict is a doubt."""
    methods = reading.texts(form.method, "medium")
    settings = [reading.texts(name) for name in form.settings]
    words = [
        " / ".join(parts).lower() for parts in zip(methods, *settings, strict=True)
    ]
    by_word = {text: _medium_of(text) for text in dict.fromkeys(words)}
    told = [by_word[text] for text in words]
    parts = list(zip(unit, ranges, told, strict=True))
    found = {part: _settled_medium(*part) for part in dict.fromkeys(parts)}
    reading.doubt(
        np.array([found[part][1] for part in parts], dtype=bool),
        form.method,
        methods,
        lambda i: (
            f"method and class range {ranges[i]} name different media; read as "
            f"{found[parts[i]][0].replace('_', ' ')}, by the range"
        ),
    )
    media = [found[part][0] for part in parts]
    reading.refuse(
        np.array([not medium for medium in media], dtype=bool),
        form.method,
        methods,
        "neither method nor class range tells water from sand",
    )
    return media


def _medium_of(text: str) -> str:
    return next((medium for word, medium in _MEDIUM_WORDS if word in text), "")


def _settled_medium(unit: str, text: str, told: str) -> tuple[str, bool]:
    """Medium of a row, and whether its method and its range disagree."""
    if unit == "10min":
        return "shore", bool(told) and told != "shore"
    if unit == "kg":
        return (told, False) if told in _IN_SEDIMENT else ("sea_bed", True)
    by_range = classes_of("m3").get(text, "")
    if by_range == "water":
        return (told, False) if told in _IN_WATER else ("sea_surface", True)
    if by_range == "sand":
        # Picked by hand off a beach, counted in sand: the sand is what was sampled.
        is_sand = told in {"shore_sediment", "shore"}
        return "shore_sediment", not is_sand
    return told, False


def _dates(reading: Reading, form: _Headings) -> list[str]:
    return dates_of_text(reading.texts(form.date, "observed_at"), form.date_forms)


def _replicates(reading: Reading) -> list[str]:
    """Tell equal rows apart: they are replicate tows, not doubles.

    Without a number of its own a row is told by how often it came before.
    """
    ids = reading.texts("OBJECTID", "replicate")
    frame = reading.table.frame
    hashes = record_hashes(frame, without=("OBJECTID", "GlobalID"))
    again = pd.Series(hashes).groupby(hashes).cumcount()
    reading.notes["replicates_kept"] += int((again > 0).sum())
    if any(ids):
        return ids
    return [str(n) if n else "" for n in again.tolist()]


NCEI_PROFILES: tuple[NceiMicroplastics, ...] = (
    NceiMicroplastics(
        "ncei-microplastics",
        "NOAA NCEI marine microplastics (world table, day first)",
        _Headings(
            required=(
                "OBJECTID",
                "Sampling.Method",
                "Microplastics.Measurement.Density",
                "Unit",
                "Density.Class.Range",
                "Latitude",
                "Longitude",
                "Date",
            ),
            value="Microplastics.Measurement.Density",
            date="Date",
            date_forms=("%d/%m/%Y",),
            ranges=("Density.Class.Range",),
        ),
    ),
    NceiMicroplastics(
        "ncei-portal",
        "NOAA NCEI marine microplastics (portal export, month first)",
        _Headings(
            required=(
                "OBJECTID",
                "Sampling Method",
                "Measurement",
                "Unit",
                "Density Range",
                "Latitude",
                "Longitude",
                "Date",
                "GlobalID",
            ),
            value="Measurement",
            date="Date",
            date_forms=_US_FORMS,
            ranges=("Density Range",),
        ),
    ),
    NceiMicroplastics(
        "ncei-settings",
        "NOAA NCEI marine microplastics (headings with units and marine setting)",
        _Headings(
            required=(
                "Latitude (degree)",
                "Longitude (degree)",
                "Marine Setting",
                "Microplastics Measurement",
                "Unit",
                "Sample Date",
            ),
            value="Microplastics Measurement",
            date="Sample Date",
            date_forms=("%Y-%m-%d", *_US_FORMS),
            lat="Latitude (degree)",
            lon="Longitude (degree)",
            ranges=(
                "Concentration Class Range",
                "Density Range",
                "Concentration Class",
            ),
            settings=("Marine Setting",),
        ),
    ),
)
