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
    named_range,
    read_range,
    undamaged,
)
from core.observations.importers.profiles._dates import dates_of_text, likeliest_forms
from core.observations.importers.profiles._ncei_media import (
    ON_SHORE,
    medium_of,
    settled_medium,
)
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


@dataclass(frozen=True, kw_only=True)
class _Headings:
    """Headings of one published form, and how it writes a day."""

    required: tuple[str, ...]
    value: str
    date: str
    date_forms: tuple[tuple[str, ...], ...]
    lat: str = "Latitude"
    lon: str = "Longitude"
    method: str = "Sampling Method"
    ranges: tuple[str, ...] = ()
    settings: tuple[str, ...] = field(default=())


#: What a workbook holds where the cell is a date.
_ISO_FORMS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S")
_MONTH_FIRST = (
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    *_ISO_FORMS,
)
_DAY_FIRST = ("%d/%m/%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", *_ISO_FORMS)


class NceiMicroplastics(TableProfile):
    """The database in one of its published forms."""

    def __init__(self, name: str, title: str, headings: _Headings) -> None:
        self.name, self.title, self._headings = name, title, headings
        self.required = headings.required

    def fill(self, reading: Reading) -> None:
        """Take each row with the quantity and medium it can only have."""
        form = self._headings
        quantity, unit = _quantities(reading)
        told = _told_media(reading, form)
        ranges = _ranges(reading, form, unit, told)
        medium = _media(reading, form, unit, ranges, told)
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
    known = [_UNITS.get(_plain(text), ("", "")) for text in texts]
    unknown = np.array([not quantity for quantity, _ in known], dtype=bool)
    reading.refuse(
        unknown,
        "Unit",
        texts,
        "unit is not pieces/m3, pieces/10 mins or pieces kg-1 d.w.",
    )
    return [quantity for quantity, _ in known], [unit for _, unit in known]


def _plain(unit: str) -> str:
    return re.sub(r"\s", "", unit).lower().replace("\u00b3", "3")


def _ranges(
    reading: Reading, form: _Headings, unit: Sequence[str], told: Sequence[str]
) -> list[str]:
    """Class ranges; named ones looked up, those turned into dates read back."""
    name = next((name for name in form.ranges if reading.has(name)), "")
    texts = reading.texts(name, "value_low, value_high") if name else []
    if not texts:
        return [""] * reading.n
    parts = list(zip(texts, unit, told, strict=True))
    known = {part: _meant(*part) for part in dict.fromkeys(parts)}
    meant = [known[part] for part in parts]
    is_date = [bool(undamaged(text, kind)) for text, kind, _ in parts]
    reading.doubt(
        np.array(is_date, dtype=bool),
        name,
        texts,
        lambda i: f"a date in place of a range; it can only have been {meant[i]}",
    )
    lost = [
        bool(text) and not known[part] for text, part in zip(texts, parts, strict=True)
    ]
    reading.doubt(
        np.array(lost, dtype=bool),
        name,
        texts,
        "no range, and no one class a spreadsheet could have made it from; left out",
    )
    return meant


def _meant(text: str, unit: str, told: str) -> str:
    """Range that a text is, names, or was before a spreadsheet made it a date."""
    if not text or read_range(text):
        return text
    return named_range(text, unit, is_sand=told in ON_SHORE - {""}) or undamaged(
        text, unit
    )


def _told_media(reading: Reading, form: _Headings) -> list[str]:
    """Medium by the words of method and setting; empty where they say nothing."""
    methods = reading.texts(form.method, "medium")
    settings = [reading.texts(name) for name in form.settings]
    rows = zip(methods, *settings, strict=True)
    words = [" / ".join(parts).lower() for parts in rows]
    by_word = {text: medium_of(text) for text in dict.fromkeys(words)}
    return [by_word[text] for text in words]


def _media(
    reading: Reading,
    form: _Headings,
    unit: Sequence[str],
    ranges: Sequence[str],
    told: Sequence[str],
) -> list[str]:
    """Medium by words and by class range; a conflict is a doubt."""
    parts = list(zip(unit, ranges, told, strict=True))
    found = {part: settled_medium(*part) for part in dict.fromkeys(parts)}
    methods = reading.texts(form.method)
    reading.doubt(
        np.array([found[part][1] for part in parts], dtype=bool),
        form.method,
        methods,
        lambda i: (
            f"class {ranges[i] or 'missing'} is not of what the method samples; read "
            f"as {found[parts[i]][0].replace('_', ' ')}"
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


def _dates(reading: Reading, form: _Headings) -> list[str]:
    """Days; where a form does not tell its order, in the order that reads most."""
    texts = reading.texts(form.date, "observed_at")
    forms = likeliest_forms(texts, form.date_forms)
    if len(form.date_forms) > 1:
        order = "month" if forms is form.date_forms[0] else "day"
        reading.notes[f"dates_read_{order}_first"] += reading.n
    return dates_of_text(texts, forms)


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
            date_forms=(_DAY_FIRST,),
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
            date_forms=(_MONTH_FIRST,),
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
            date_forms=(_MONTH_FIRST, _DAY_FIRST),
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
