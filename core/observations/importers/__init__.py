"""Importers: from any field table to checked records, by profiles of known layouts."""

from core.observations.importers.base import (
    GridField,
    ImportContext,
    Imported,
    Match,
    Profile,
    RawTable,
)
from core.observations.importers.formats import SUFFIXES, open_tables

__all__ = [
    "SUFFIXES",
    "GridField",
    "ImportContext",
    "Imported",
    "Match",
    "Profile",
    "RawTable",
    "open_tables",
]
