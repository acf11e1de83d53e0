"""Files of a plan, made when somebody asks for one."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from dashboard import plan_data

if TYPE_CHECKING:
    from core.routing import CleanupPlan

__all__ = ["PlanExport", "exports"]

#: Zip files hold no time of their own, so that the same plan gives the same bytes.
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class PlanExport:
    """A plan in one format.

    Attributes
    ----------
    key : str
        Ending of the format.
    label, purpose : str
        What people call it, and what for.
    content : callable
        Makes the file.
    not_carried : tuple of str
        What the format cannot carry of a plan.
    """

    key: str
    label: str
    purpose: str
    file_name: str
    media_type: str
    content: Callable[[], bytes]
    not_carried: tuple[str, ...] = ()


def exports(plan_id: str) -> list[PlanExport]:
    """Every format that a plan can be written in."""
    from core.routing import cannot_carry

    plan = plan_data.plan(plan_id)
    stem = f"plan-{plan.start_at:%Y%m%dT%H%MZ}"
    made = [
        PlanExport(
            key,
            label,
            purpose,
            f"{stem}.{ending}",
            media_type,
            partial(write, plan_id),
            cannot_carry(key),
        )
        for key, label, purpose, ending, media_type, write in _FORMATS
    ]
    whole = PlanExport(
        "json",
        "JSON",
        "The plan document itself, with what it was asked for.",
        f"{stem}.json",
        "application/json",
        partial(_json, plan_id),
    )
    return [*made, whole]


def _json(plan_id: str) -> bytes:
    document = plan_data.plan_row(plan_id)["document"]
    return json.dumps(document, indent=2, allow_nan=False).encode()


def _gpx(plan_id: str) -> bytes:
    from core.routing import to_gpx

    return to_gpx(plan_data.plan(plan_id)).encode()


def _rtz(plan_id: str) -> bytes:
    from core.routing import rtz_files

    files = rtz_files(plan_data.plan(plan_id))
    return _zipped({name: text.encode() for name, text in files.items()})


def _kml(plan_id: str) -> bytes:
    from core.routing import to_kml

    return to_kml(plan_data.plan(plan_id)).encode()


def _geojson(plan_id: str) -> bytes:
    from core.routing import to_geojson

    return json.dumps(to_geojson(plan_data.plan(plan_id)), allow_nan=False).encode()


def _csv(plan_id: str) -> bytes:
    from core.routing import to_csv

    return to_csv(plan_data.plan(plan_id)).encode()


def _pdf(plan_id: str) -> bytes:
    from core.routing.export import cue_sheets

    row = plan_data.plan_row(plan_id)
    plan: CleanupPlan = plan_data.plan(plan_id)
    return _zipped(cue_sheets(plan, title=str(row["name"])))


def _zipped(files: dict[str, bytes]) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = ZipInfo(name, _ZIP_DATE)
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, content)
    return buffer.getvalue()


#: Key, label, purpose, ending of the file, media type, and what writes it.
_FORMATS: tuple[tuple[str, str, str, str, str, Callable[[str], bytes]], ...] = (
    (
        "gpx",
        "GPX",
        "Route and track for plotters and handheld receivers.",
        "gpx",
        "application/gpx+xml",
        _gpx,
    ),
    (
        "rtz",
        "RTZ",
        "Voyages for bridge systems (ECDIS), a file a vessel, in a zip.",
        "rtz.zip",
        "application/zip",
        _rtz,
    ),
    (
        "pdf",
        "PDF cue sheets",
        "For the bridge, a chart and a table a trip; a file a vessel, in a zip.",
        "pdf.zip",
        "application/zip",
        _pdf,
    ),
    (
        "kml",
        "KML",
        "Layers for earth viewers.",
        "kml",
        "application/vnd.google-earth.kml+xml",
        _kml,
    ),
    (
        "geojson",
        "GeoJSON",
        "Legs and stops for geographic information systems.",
        "geojson",
        "application/geo+json",
        _geojson,
    ),
    ("csv", "CSV", "Stops for spreadsheets.", "csv", "text/csv", _csv),
)
