"""What is seen on the debris map as files, with a readme that explains them."""

from core.density.export.bundle import BUNDLE_FILES, export_bundle, map_geojson
from core.density.export.geojson import cell_polygon, cells_geojson
from core.density.export.picture import map_png
from core.density.export.readme import readme_text
from core.density.export.tables import cells_csv, cells_geopackage, harmless_csv
from core.density.export.view import COLUMN_NOTES, MapExport

__all__ = [
    "BUNDLE_FILES",
    "COLUMN_NOTES",
    "MapExport",
    "cell_polygon",
    "cells_csv",
    "cells_geojson",
    "cells_geopackage",
    "export_bundle",
    "harmless_csv",
    "map_geojson",
    "map_png",
    "readme_text",
]
