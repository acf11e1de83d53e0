"""Sites files with masses left empty: filled from the forest, nothing else touched."""

import csv
import io
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from core.distribution.forest import DebrisForest
from core.distribution.site_mass import DEFAULT_SITE_KM2, SiteMass, site_masses
from core.errors import InputError

__all__ = ["FilledSites", "fill_sites"]

_MASSES = ("mass_kg", "mass_kg_low", "mass_kg_high")
_MAX_BYTES = 50_000_000
_LAT_DEG, _LON_DEG = 90.0, 360.0
#: Names and bases that a note lists before it sums up.
_SHOWN = 20


@dataclass(frozen=True, eq=False)
class FilledSites:
    """A sites file with a mass in every row that could be given one.

    Attributes
    ----------
    data : bytes
        The file as UTF-8 CSV with the column ``basis``: ``given``, or what a filled
        mass rests on.
    filled : dict of str to SiteMass
        Masses filled, by the name of the site.
    """

    data: bytes
    filled: dict[str, SiteMass]

    def note(self) -> str:
        """Name the sites whose mass was not measured; empty if there are none."""
        if not self.filled:
            return ""
        by_basis: dict[str, list[str]] = {}
        for site, mass in self.filled.items():
            by_basis.setdefault(mass.basis, []).append(site)
        parts = [f"{_named(sites)}: {basis}" for basis, sites in by_basis.items()]
        said = "; ".join(parts[:_SHOWN]) + "; and others" * (len(parts) > _SHOWN)
        return f"Mass of things over 200 mm at {said}."


def _named(sites: list[str]) -> str:
    rest = len(sites) - _SHOWN
    return ", ".join(sites[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def fill_sites(data: bytes, forest: DebrisForest, *, time: datetime) -> FilledSites:
    """Give sites without a mass one from the forest; a given mass stays as it is.

    A row may state ``area_km2`` (5.16 unless given), and ``n_items`` and
    ``effort_km2`` of a search that was made there. Rows whose position or numbers
    cannot be used are left as they are, for the reader of sites to name.

    Parameters
    ----------
    data : bytes
        Content of a sites file: CSV with ``site,lat,lon`` and perhaps ``mass_kg``.
    forest : DebrisForest
        The prior.
    time : datetime
        UTC, when the sites are to be worked.

    Raises
    ------
    InputError
        If the file is no CSV in UTF-8, too large, or lacks a column.
    """
    header, rows = _read(data)
    chosen: list[tuple[dict[str, str], tuple[float, ...]]] = []
    for row in rows:
        row["basis"] = "given" if row["mass_kg"].strip() else ""
        numbers = None if row["basis"] else _numbers(row)
        if numbers is not None:
            chosen.append((row, numbers))
    filled: dict[str, SiteMass] = {}
    if chosen:
        lat, lon, area, items, effort = np.array([n for _, n in chosen]).T
        masses = site_masses(
            forest,
            lat=lat,
            lon=lon,
            time=time,
            area_km2=area,
            n_items=items,
            effort_km2=effort,
        )
        for (row, _), mass in zip(chosen, masses, strict=True):
            for name, kg in zip(
                _MASSES, (mass.mass_kg, mass.low_kg, mass.high_kg), strict=True
            ):
                row[name] = f"{kg:.6g}"
            row["basis"] = mass.basis
            filled[row["site"].strip()] = mass
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, [*header, "basis"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return FilledSites(out.getvalue().encode("utf-8"), filled)


def _read(data: bytes) -> tuple[list[str], list[dict[str, str]]]:
    if len(data) > _MAX_BYTES:
        raise InputError(f"sites file is larger than {_MAX_BYTES / 1e6:g} MB")
    try:
        text = data.decode("utf-8-sig")
        first = text.lstrip().partition("\n")[0]
        delimiter = max(",;\t", key=first.count)
        lines = [
            line
            for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
            if any(map(str.strip, line))
        ]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError("sites file is not CSV in UTF-8") from error
    header = [name.strip().casefold() for name in lines[0]] if lines else []
    lacks = [name for name in ("site", "lat", "lon") if name not in header]
    if lacks:
        raise InputError(f"sites file lacks the column {lacks[0]}")
    if len(set(header)) < len(header):
        raise InputError("sites file has a column twice")
    header = [name for name in header if name != "basis"]
    names = [name.strip().casefold() for name in lines[0]]
    rows = [_row(names, line) for line in lines[1:]]
    return [*header, *(name for name in _MASSES if name not in header)], rows


def _row(names: list[str], line: list[str]) -> dict[str, str]:
    """Fields by column; what stands beyond the last column is refused."""
    if any(map(str.strip, line[len(names) :])):
        raise InputError("a row of the sites file has more fields than the header")
    padded = [*line, *[""] * (len(names) - len(line))]
    row = dict(zip(names, padded, strict=False))
    return {**dict.fromkeys(_MASSES, ""), **row}


def _numbers(row: dict[str, str]) -> tuple[float, ...] | None:
    """Position, area, items and effort; None where one cannot be used."""
    try:
        lat, lon = float(row["lat"]), float(row["lon"])
        area = float(row.get("area_km2", "").strip() or DEFAULT_SITE_KM2)
        items = float(row.get("n_items", "").strip() or 0.0)
        effort = float(row.get("effort_km2", "").strip() or 0.0)
    except ValueError:
        return None
    ok = (
        abs(lat) <= _LAT_DEG
        and -_LON_DEG / 2 <= lon < _LON_DEG
        and 0.0 < area < np.inf
        and 0.0 <= items < np.inf
        and 0.0 <= effort < np.inf
        and (items == 0.0 or effort > 0.0)
    )
    return (lat, lon, area, items, effort) if ok else None
