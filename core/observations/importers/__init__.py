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
from core.observations.importers.mapping import (
    MAPPING_FIELDS,
    ColumnMapping,
    suggest_mapping,
    what_is_missing,
)
from core.observations.importers.registry import (
    PROFILES,
    import_file,
    import_tables,
    named_profile,
    profile_names,
    recognise,
)

__all__ = [
    "MAPPING_FIELDS",
    "PROFILES",
    "SUFFIXES",
    "ColumnMapping",
    "GridField",
    "ImportContext",
    "Imported",
    "Match",
    "Profile",
    "RawTable",
    "import_file",
    "import_tables",
    "named_profile",
    "open_tables",
    "profile_names",
    "recognise",
    "suggest_mapping",
    "what_is_missing",
]
