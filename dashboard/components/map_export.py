"""The menu that exports what is seen on the Debris map."""

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.density.export import MapExport

__all__ = ["export_menu"]

#: Label, ending, media type, and name of the function in `core.density.export`.
_FORMATS = (
    ("All, with readme (zip)", "zip", "application/zip"),
    ("Picture (PNG)", "png", "image/png"),
    ("Cells (CSV)", "csv", "text/csv"),
    ("Cells (GeoJSON)", "geojson", "application/geo+json"),
    ("Cells (GeoPackage)", "gpkg", "application/geopackage+sqlite3"),
)


def export_menu(make: "Callable[[], MapExport]") -> None:
    """Draw the menu; a file is made when it is asked for.

    Parameters
    ----------
    make : callable
        Makes the description of what is seen.
    """
    with st.popover("Export", icon=":material/download:", key="map_export"):
        st.markdown("**Export what is seen**")
        for label, ending, media_type in _FORMATS:
            st.download_button(
                label,
                partial(_content, make, ending),
                file_name=f"debris-map.{ending}",
                mime=media_type,
                key=f"map_export_{ending}",
                on_click="ignore",
                icon=":material/download:",
                type="tertiary",
            )
        st.caption(
            "The zip holds every format and a readme of filters, sources, licences and "
            "how the intervals were made."
        )


def _content(make: "Callable[[], MapExport]", ending: str) -> bytes:
    from core.density import export

    seen = make()
    if ending == "zip":
        return export.export_bundle(seen)
    if ending == "png":
        return export.map_png(seen)
    if ending == "geojson":
        return export.map_geojson(seen)
    if ending == "gpkg":
        return export.cells_geopackage(seen.cells, area=seen.area)
    return export.cells_csv(seen.cells)
