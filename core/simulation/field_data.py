"""The demo's field tables and its sensitive area, through the doors of real ones."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from core.errors import InputError
from core.simulation.sea import SimulatedSea
from core.simulation.tows import beach_walks, net_tows

if TYPE_CHECKING:
    from core.priorities import SensitiveArea
    from core.storage import Store

__all__ = ["AREA_NAME", "FIELD_TABLES", "sensitive_area", "take_in_field_data"]

AREA_NAME = "Simulated feeding ground"
#: Assumptions: its place about a front, its size, and that debris counts threefold.
_AREA_FACTOR = 3.0
_HALF_WIDTH_KM, _HALF_HEIGHT_KM, _CORNERS = 14.0, 9.0, 24
FIELD_TABLES = {
    "simulated-net-tows.csv": net_tows,
    "simulated-beach-surveys.csv": beach_walks,
}


def take_in_field_data(
    store: "Store", sea: SimulatedSea, folder: Path, *, actor: str
) -> None:
    """Import the tables as files, and keep the area; both only once.

    Parameters
    ----------
    store : Store
        Where they go.
    sea : SimulatedSea
        What they are made from.
    folder : Path
        Folder for the tables; one that is there is used as it is.
    actor : str
        For the audit log.

    Raises
    ------
    InputError
        If the folder cannot be written, or a table is refused.
    """
    from core.imports import check_file, keep
    from core.priorities import area_listing, save_area

    for name, table in FIELD_TABLES.items():
        path = folder / name
        if not path.exists():
            _write(table(sea), path)
        preview = check_file(path, store=store)
        if preview.imported.rejected:
            raise InputError(f"{name} was refused: {preview.imported.rejected[0]}")
        keep(store, preview, actor)
    if all(row["name"] != AREA_NAME for row in area_listing(store)):
        save_area(store, sensitive_area(sea), actor=actor)


def sensitive_area(sea: SimulatedSea) -> "SensitiveArea":
    """Return an ellipse about the middle patch of the southern front."""
    from core.priorities import SensitiveArea

    patches = sea.truth.patches
    of_front = np.flatnonzero(patches.front == 0)
    middle = of_front[np.argsort(patches.x_km[of_front])[len(of_front) // 2]]
    turn = np.linspace(0.0, 2.0 * np.pi, _CORNERS, endpoint=False)
    lat, lon = sea.truth.area.lat_lon(
        x_km=patches.x_km[middle] + _HALF_WIDTH_KM * np.cos(turn),
        y_km=patches.y_km[middle] + _HALF_HEIGHT_KM * np.sin(turn),
    )
    corners = np.column_stack([lon, lat]).round(4)
    return SensitiveArea(
        name=AREA_NAME, polygon=shapely.Polygon(corners), factor=_AREA_FACTOR
    )


def _write(table: pd.DataFrame, path: Path) -> None:
    """Write a table that takes its name only when it is whole."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".") as folder:
            whole = Path(folder) / path.name
            table.to_csv(whole, index=False, lineterminator="\n")
            whole.replace(path)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from error
