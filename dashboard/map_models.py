"""Published model fields on the Debris map: model output, never observed."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from core.errors import CleanupError
from dashboard import services

if TYPE_CHECKING:
    from core.density import Area
    from core.density.model_totals import ModelTotal
    from core.observations.importers import GridField

__all__ = ["ModelLayer", "field_of", "model_layers", "model_table", "totals_in"]


@dataclass(frozen=True)
class ModelLayer:
    """A published field of the store.

    Attributes
    ----------
    key, title, unit : str
        Name in addresses, name and unit for people.
    field_id : str
        Id in the store.
    """

    key: str
    title: str
    unit: str
    field_id: str


def model_layers() -> tuple[ModelLayer, ...]:
    """List the published model fields that are kept, by name."""
    from core.observations.quantities import quantity

    return tuple(
        ModelLayer(
            key=f"model.{row['field_id']}",
            title=f"Published model: {row['name']}",
            unit=quantity(row["quantity"]).unit,
            field_id=row["field_id"],
        )
        for row in services.store().model_fields.listing()
    )


def field_of(layer: ModelLayer) -> "GridField":
    """Return a field with its grid; read-only.

    Raises
    ------
    StorageError
        If its file cannot be read.
    """
    return _field(services.settings().resolved_database_url, layer.field_id)


@st.cache_resource(show_spinner="Reading the model", max_entries=6)
def _field(url: str, field_id: str) -> "GridField":
    from core.imports import model_field

    return model_field(services.store(), field_id)


def totals_in(area: "Area") -> "list[ModelTotal]":
    """Sum every kept model inside an area; one that cannot be read is left out."""
    from core.density import model_total

    found = []
    for layer in model_layers():
        try:
            found.append(model_total(field_of(layer), area))
        except CleanupError:
            st.caption(f"{layer.title} cannot be read and is left out.")
    return found


def model_table(field: "GridField") -> pd.DataFrame:
    """Return the cells of a field with a value: ``lat, lon, value, cell_area_km2``."""
    import numpy as np

    lat, lon = np.meshgrid(field.lat, field.lon, indexing="ij")
    known = np.isfinite(field.value)
    return pd.DataFrame(
        {
            "lat": lat[known],
            "lon": lon[known],
            "value": field.value[known],
            "cell_area_km2": field.cell_area_km2[known],
            "quantity": field.quantity,
            "kind": "published model, not observed",
        }
    )
