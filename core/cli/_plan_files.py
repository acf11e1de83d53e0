"""Files of a plan, and its summary for a person."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InputError

if TYPE_CHECKING:
    from core.routing import CleanupPlan

__all__ = ["plan_summary", "write_plan"]


def write_plan(made: "CleanupPlan", files: Mapping[str, Path | None]) -> list[Path]:
    """Write a plan in every format asked for.

    Parameters
    ----------
    made : CleanupPlan
        The plan.
    files : mapping of str to Path or None
        Format (``json``, ``gpx``, ``rtz``, ``kml``, ``geojson``, ``csv``, ``pdf``) to
        file. RTZ holds one vessel a file: those after the first get the vessel's name
        added.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    InputError
        If a file cannot be written.
    """
    from core.routing import rtz_files, to_csv, to_geojson, to_gpx, to_kml
    from core.routing.export import cue_sheets

    written = []
    for kind, path in files.items():
        if path is None:
            continue
        match kind:
            case "json":
                text = json.dumps(
                    made.to_dict(), allow_nan=False, ensure_ascii=False, indent=2
                )
                contents: dict[Path, str | bytes] = {path: text}
            case "gpx":
                contents = {path: to_gpx(made)}
            case "kml":
                contents = {path: to_kml(made)}
            case "geojson":
                contents = {path: json.dumps(to_geojson(made), allow_nan=False)}
            case "csv":
                contents = {path: to_csv(made)}
            case "pdf":
                contents = _beside(path, cue_sheets(made))
            case "rtz":
                named = rtz_files(made, stem=path.stem)
                contents = {path.with_name(name): text for name, text in named.items()}
            case _:
                raise InputError(f"no plan format {kind!r}")
        for file, content in contents.items():
            _write(file, content)
            written.append(file)
    return written


def _beside(path: Path, sheets: Mapping[str, bytes]) -> dict[Path, str | bytes]:
    """Files of several vessels: the first has the name given, others add theirs."""
    first = next(iter(sheets), "")
    return {
        path if name == first else path.with_name(f"{path.stem} {name}"): data
        for name, data in sheets.items()
    }


def _write(path: Path, content: str | bytes) -> None:
    data = content if isinstance(content, bytes) else _lines(content).encode()
    try:
        path.write_bytes(data)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from error


def _lines(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"


def plan_summary(made: "CleanupPlan", out: Path) -> str:
    """Say in a few lines what a plan brings, what it leaves out and why."""
    totals = made.totals
    n_stops = sum(len(trip.stops) for _, trip in made.trips())
    lines = [
        f"{out}: {totals['mass_kg']:.0f} kg expected ({totals['mass_kg_low']:.0f} to "
        f"{totals['mass_kg_high']:.0f}) at {n_stops} stops; {totals['hours']:.1f} h at "
        f"sea, {totals['fuel_l']:.0f} l fuel, {totals['co2_kg']:.0f} kg CO2, cost "
        f"{totals['cost']:.0f}"
    ]
    if "priority_kg" in totals:
        lines.append(
            f"weighed by harm and sensitivity: {totals['priority_kg']:.0f} kg of "
            f"average harm ({totals['priority_kg_low']:.0f} to "
            f"{totals['priority_kg_high']:.0f}). {made.notes[0]}"
        )
    lines += [f"refused {one}" for one in made.rejected]
    lines += [
        " ".join(f"left out {x.site}: {x.reason}. {x.detail} {x.remedy}".split())
        for x in made.unassigned
    ]
    lines += [
        f"in part {x.site}: {x.left_kg:.0f} kg stay, {x.reason}. {x.detail}"
        for x in made.partial
    ]
    return "\n".join(lines)
