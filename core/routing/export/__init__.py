"""Plans for other programs."""

from core.routing.export.geojson import to_geojson
from core.routing.export.gpx import to_gpx
from core.routing.export.table import CSV_COLUMNS, to_csv

__all__ = ["CSV_COLUMNS", "to_csv", "to_geojson", "to_gpx"]
