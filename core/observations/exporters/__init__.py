"""Records out of Gyre: tables and maps, Darwin Core archives, beach tables.

Every file carries what each record is in the litter lists of the field
(`core.observations.crosswalk`), so that nothing is lost on the way to a report.
"""

from core.observations.exporters.beach import BeachTable, beach_table
from core.observations.exporters.darwin_core import DatasetNote, export_darwin_core
from core.observations.exporters.records import EXPORT_SUFFIXES, export_records

__all__ = [
    "EXPORT_SUFFIXES",
    "BeachTable",
    "DatasetNote",
    "beach_table",
    "export_darwin_core",
    "export_records",
]
