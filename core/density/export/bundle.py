"""Everything that is seen on the map in one zip."""

import io
import json
import zipfile

import shapely

from core.density.export.geojson import cells_geojson
from core.density.export.picture import map_png
from core.density.export.readme import readme_text
from core.density.export.tables import cells_csv, cells_geopackage, harmless_csv
from core.density.export.view import MapExport

__all__ = ["BUNDLE_FILES", "export_bundle", "map_geojson"]

BUNDLE_FILES = ("cells.csv", "cells.geojson", "map.gpkg", "map.png", "surveys.csv")


def export_bundle(export: MapExport) -> bytes:
    """Zip of ``README.txt`` and ``BUNDLE_FILES``; ``area.geojson`` where one is chosen.

    Parameters
    ----------
    export : MapExport
        What is seen.
    """
    files = {
        "cells.csv": cells_csv(export.cells),
        "cells.geojson": map_geojson(export),
        "map.gpkg": cells_geopackage(export.cells, area=export.area),
        "map.png": map_png(export),
        "surveys.csv": harmless_csv(export.surveys),
    }
    if export.area is not None:
        files["area.geojson"] = _area_bytes(export)
    readme = readme_text(export, files=files).encode("utf-8")
    buffer = io.BytesIO()
    moment = export.made_at.timetuple()[:6]
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {"README.txt": readme, **files}.items():
            archive.writestr(
                zipfile.ZipInfo(name, moment), content, zipfile.ZIP_DEFLATED
            )
    return buffer.getvalue()


def map_geojson(export: MapExport) -> bytes:
    """Cells as a GeoJSON file that says what it shows."""
    document = cells_geojson(export.cells) | {
        "title": export.title,
        "layer": export.layer,
        "simulated": export.simulated,
    }
    return json.dumps(document, allow_nan=False).encode("utf-8")


def _area_bytes(export: MapExport) -> bytes:
    assert export.area is not None  # noqa: S101 - the caller looked
    feature = {
        "type": "Feature",
        "properties": {"name": export.area.name, "notes": list(export.area.notes)},
        "geometry": json.loads(shapely.to_geojson(export.area.polygon)),
    }
    return json.dumps(feature, allow_nan=False).encode("utf-8")
