"""Single pieces of the Great Pacific Garbage Patch: type, rise velocity, weight.

These tables have no place: they are kept as tables of specimens, in the units of
their headings.
"""

import numpy as np
import pandas as pd

from core.observations.importers.profiles._gpgp import (
    SOURCE,
    category_of,
    size_bounds_mm,
)
from core.observations.importers.profiles._profile import TableProfile
from core.observations.importers.profiles._reading import Reading

__all__ = ["SPECIMEN_PROFILES", "SpecimenTable"]


class SpecimenTable(TableProfile):
    """A table of pieces without a place, kept as ``specimens``.

    Parameters
    ----------
    name, title : str
        As for every profile.
    texts, numbers : mapping of str to str
        Column of the kept table, with its unit, by published heading.
    above_zero : sequence of str
        Kept columns that a real piece cannot have at or below zero.
    """

    def __init__(
        self,
        name: str,
        title: str,
        *,
        texts: dict[str, str],
        numbers: dict[str, str],
        above_zero: tuple[str, ...],
    ) -> None:
        self.name, self.title = name, title
        self.required = ("#", *texts, *numbers)
        self._texts, self._numbers, self._above_zero = texts, numbers, above_zero

    def fill(self, reading: Reading) -> None:
        """Take every piece; a value that cannot be true is doubted."""
        columns: dict[str, object] = {"specimen": reading.texts("#", "specimen")}
        columns |= {n: reading.texts(h, n) for h, n in self._texts.items()}
        for heading, name in self._numbers.items():
            value = reading.numbers(heading, name)
            if name in self._above_zero:
                reading.doubt(
                    value <= 0,
                    heading,
                    [f"{v:g}" for v in value.tolist()],
                    f"{name} is not above 0",
                )
            columns[name] = value
        frame = pd.DataFrame(columns)
        reading.keep_table("specimens", _described(frame))
        numbers = frame[list(self._numbers.values())].to_numpy(dtype=np.float64)
        reading.notes["missing_values"] += int(np.isnan(numbers).sum())


def _described(frame: pd.DataFrame) -> pd.DataFrame:
    """Add our category, where the type has a letter, and the size class in mm."""
    out = frame.assign(source=SOURCE)
    if "type" in out:
        out["category"] = [category_of("Plastic", kind) for kind in out["type"]]
    if "size_class_cm" in out:
        low_mm, high_mm = size_bounds_mm(out["size_class_cm"].tolist())
        out["size_min_mm"], out["size_max_mm"] = low_mm, high_mm
    return out


_VELOCITIES = {
    f"{which} {water} (cm*s-1)": f"rise_{label}_{water.lower()}_cm_s"
    for water in ("Saltwater", "Freshwater")
    for which, label in (
        ("Wb1", "1"),
        ("Wb2", "2"),
        ("Wb3", "3"),
        ("Median Wb", "median"),
    )
}

SPECIMEN_PROFILES: tuple[SpecimenTable, ...] = (
    SpecimenTable(
        "gpgp-object-types",
        "Great Pacific Garbage Patch 2015-2016: types of sorted pieces",
        texts={
            "Type": "type",
            "Object Type": "object_type",
            "Size class (cm)": "size_class_cm",
            "State": "state",
            "Observations": "remark",
        },
        numbers={"Number of particles": "count"},
        above_zero=("count",),
    ),
    SpecimenTable(
        "gpgp-rise-velocity",
        "Great Pacific Garbage Patch 2015-2016: rise velocity of pieces",
        texts={
            "Size class (cm)": "size_class_cm",
            "Type": "type",
            "Observation": "remark",
        },
        numbers={
            "Length (mm)": "length_mm",
            "Thickness (mm)": "thickness_mm",
            "Surface Area (mm²)": "area_mm2",
            "Dry Mass (g)": "mass_g",
            **_VELOCITIES,
        },
        above_zero=("length_mm", "thickness_mm", "area_mm2", "mass_g"),
    ),
    SpecimenTable(
        "gpgp-area-weight",
        "Great Pacific Garbage Patch 2015-2016: area and weight of objects",
        texts={
            "Object type": "object_type",
            "Color": "colour",
            "Measurement type": "measured_in",
            "Observations": "remark",
        },
        numbers={
            "Topview Area (m^2)": "top_view_area_m2",
            "Dry weight (kg)": "mass_kg",
            "Length (m)": "length_m",
            "Width (m)": "width_m",
            "Depth (m)": "depth_m",
        },
        above_zero=("top_view_area_m2", "mass_kg", "length_m", "width_m"),
    ),
)
