"""Plans for other programs, and read back."""

from core.routing.export.check_rtz import check_rtz
from core.routing.export.cue_sheet import cue_sheets, to_cue_sheet
from core.routing.export.geojson import to_geojson
from core.routing.export.gpx import to_gpx
from core.routing.export.kml import to_kml
from core.routing.export.limits import FORMATS, cannot_carry
from core.routing.export.outline import (
    PlanOutline,
    PortCall,
    StopOutline,
    TripOutline,
    outline,
)
from core.routing.export.read import (
    read_csv,
    read_geojson,
    read_gpx,
    read_kml,
    read_rtz,
)
from core.routing.export.rtz import rtz_files, to_rtz
from core.routing.export.table import CSV_COLUMNS, to_csv

__all__ = [
    "CSV_COLUMNS",
    "FORMATS",
    "PlanOutline",
    "PortCall",
    "StopOutline",
    "TripOutline",
    "cannot_carry",
    "check_rtz",
    "cue_sheets",
    "outline",
    "read_csv",
    "read_geojson",
    "read_gpx",
    "read_kml",
    "read_rtz",
    "rtz_files",
    "to_csv",
    "to_cue_sheet",
    "to_geojson",
    "to_gpx",
    "to_kml",
    "to_rtz",
]
