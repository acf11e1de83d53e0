"""Importers: from any field table to checked records, by profiles of known layouts."""

from core.observations.importers.base import (
    GridField,
    ImportContext,
    Imported,
    Match,
    Profile,
    RawTable,
)

__all__ = ["GridField", "ImportContext", "Imported", "Match", "Profile", "RawTable"]
