"""Sites: where debris waits, how much of it, and the file they come in."""

import csv
import io
from math import isfinite
from pathlib import Path

import numpy as np
import pandas as pd

from core.errors import InputError, RouteInputError
from core.geo import check_position, normalise_lon

__all__ = ["SITE_COLUMNS", "check_sites", "parse_sites", "read_sites"]

#: Columns of a sites frame, in order; those after ``mass_kg`` may be missing in a file.
SITE_COLUMNS = (
    "site",
    "lat",
    "lon",
    "mass_kg",
    "mass_kg_low",
    "mass_kg_high",
    "category",
    "priority",
    "service_h",
)
_REQUIRED = SITE_COLUMNS[:4]
_MAX_BYTES = 50_000_000
_MAX_SITES = 20_000
_MAX_NAME = 80
_MAX_MASS_KG = 1e9
_MAX_SERVICE_H = 10_000.0
_SHOWN_PROBLEMS = 50


def read_sites(path: str | Path) -> pd.DataFrame:
    """Read a sites file.

    Parameters
    ----------
    path : str or Path
        CSV with ``site,lat,lon,mass_kg`` and, if known, ``mass_kg_low``,
        ``mass_kg_high``, ``category``, ``priority`` (weight of a kilogram, 1 when
        empty) and ``service_h`` (hours on site, computed when empty).

    Returns
    -------
    DataFrame
        Columns ``SITE_COLUMNS``.

    Raises
    ------
    RouteInputError
        If the file cannot be read, or lists every row that is wrong.
    """
    path = Path(path)
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise RouteInputError(f"sites file is larger than 50 MB: {path.name}")
        data = path.read_bytes()
    except OSError as error:
        raise RouteInputError(
            f"sites file cannot be read: {path.name}: {error.strerror}"
        ) from error
    return parse_sites(data)


def parse_sites(data: bytes) -> pd.DataFrame:
    """Read the content of a sites file, as :func:`read_sites` does.

    Raises
    ------
    RouteInputError
        If it is no CSV in UTF-8, or lists every row that is wrong.
    """
    try:
        text = data.decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text), restkey="(extra)"))
    except UnicodeDecodeError as error:
        raise RouteInputError("sites file is not UTF-8 text") from error
    except csv.Error as error:
        raise RouteInputError(f"sites file is not CSV: {error}") from error
    header = next(csv.reader(io.StringIO(text)), [])
    return _checked(rows, [name.strip() for name in header], first_row=2)


def check_sites(sites: pd.DataFrame) -> pd.DataFrame:
    """Check a frame of sites as :func:`read_sites` checks a file.

    Raises
    ------
    RouteInputError
        Lists every row that is wrong, counted from 1.
    """
    rows = [
        {str(key): "" if pd.isna(value) else str(value) for key, value in row.items()}
        for row in sites.to_dict("records")
    ]
    return _checked(rows, [str(name) for name in sites.columns], first_row=1)


def _checked(
    rows: list[dict[str, str]], header: list[str], *, first_row: int
) -> pd.DataFrame:
    missing = [name for name in _REQUIRED if name not in header]
    if missing:
        raise RouteInputError(
            f"sites lack the columns {', '.join(missing)}; "
            f"found {', '.join(header)[:200] or 'none'}"
        )
    if not rows:
        raise RouteInputError("there are no sites")
    if len(rows) > _MAX_SITES:
        raise RouteInputError(f"{len(rows)} sites; at most {_MAX_SITES} can be planned")
    problems: list[str] = []
    names: dict[str, int] = {}
    parsed = []
    for number, row in enumerate(rows, start=first_row):
        clean = {str(k).strip(): (v or "") for k, v in row.items() if k != "(extra)"}
        clean = {k: v.strip() for k, v in clean.items() if isinstance(v, str)}
        found = _row(clean, f"row {number}", problems)
        if "(extra)" in row:
            problems.append(f"row {number} has more fields than the header")
        name = str(found["site"])
        if name and name in names:
            problems.append(
                f"site {name!r} of row {number} is also in row {names[name]}"
            )
        names.setdefault(name, number)
        parsed.append(found)
    if problems:
        more = len(problems) - _SHOWN_PROBLEMS
        shown = problems[:_SHOWN_PROBLEMS] + [f"and {more} more"] * (more > 0)
        raise RouteInputError("; ".join(shown))
    frame = pd.DataFrame(parsed, columns=list(SITE_COLUMNS))
    frame["lon"] = normalise_lon(frame["lon"].to_numpy())
    return frame


def _row(row: dict[str, str], label: str, problems: list[str]) -> dict[str, object]:
    site = row.get("site", "")
    if not site or not site.isprintable() or len(site) > _MAX_NAME:
        problems.append(
            f"site {site[:40]!r}: expected a name of 1 to {_MAX_NAME} printable "
            f"characters ({label})"
        )
    else:
        label = f"{label}, site {site}"
    lat = _number(row, "lat", label, problems)
    lon = _number(row, "lon", label, problems)
    if not np.isnan(lat + lon):
        try:
            check_position(lat=lat, lon=lon, record=label)
        except InputError as error:
            problems.append(str(error))
    mass = _number(row, "mass_kg", label, problems, most=_MAX_MASS_KG, least=0.0)
    low = _number(row, "mass_kg_low", label, problems, default=mass, least=0.0)
    high = _number(row, "mass_kg_high", label, problems, default=mass, least=0.0)
    if mass == 0.0:
        problems.append(f"mass_kg is 0, expected a number above 0 ({label})")
    if low > mass or high < mass:
        problems.append(
            f"mass_kg {mass:g} is outside its interval {low:g} to {high:g} ({label})"
        )
    return {
        "site": site,
        "lat": lat,
        "lon": lon,
        "mass_kg": mass,
        "mass_kg_low": low,
        "mass_kg_high": high,
        "category": row.get("category", ""),
        "priority": _number(row, "priority", label, problems, default=1.0, least=0.0),
        "service_h": _number(
            row,
            "service_h",
            label,
            problems,
            default=float("nan"),
            least=0.0,
            most=_MAX_SERVICE_H,
        ),
    }


def _number(
    row: dict[str, str],
    field: str,
    label: str,
    problems: list[str],
    *,
    default: float | None = None,
    least: float = -float("inf"),
    most: float = _MAX_MASS_KG,
) -> float:
    """Return a finite number, or note the problem and return NaN."""
    text = row.get(field, "")
    if not text and default is not None:
        return default
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        problems.append(f"{field} is {text[:40]!r}, expected a number ({label})")
        return float("nan")
    if not least <= number <= most:
        problems.append(
            f"{field} is {number:g}, expected {least:g} to {most:g} ({label})"
        )
        return float("nan")
    return number
