"""Surveys: photos checked, taken in, corrected by people and summed up."""

from core.surveys.effort import check_footprint_km2, footprint_km2
from core.surveys.preflight import FileCheck, FileState, check_files

__all__ = [
    "FileCheck",
    "FileState",
    "check_files",
    "check_footprint_km2",
    "footprint_km2",
]
