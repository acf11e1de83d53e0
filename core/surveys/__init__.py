"""Surveys: photos checked, taken in, corrected by people and summed up."""

from core.surveys.create import counted_in, create_survey
from core.surveys.effort import (
    camera_footprint_km2,
    check_footprint_km2,
    footprint_km2,
)
from core.surveys.footprints import Footprints, camera_footprints
from core.surveys.intake import TakenIn, take_in
from core.surveys.preflight import FileCheck, FileState, are_simulated, check_files
from core.surveys.review import correct_label, set_position, undo_label
from core.surveys.standing import Standing, standing_of
from core.surveys.summary import (
    SurveySummary,
    survey_photos,
    survey_results,
    survey_summary,
)
from core.surveys.work import SURVEY_JOB, start_survey, survey_params, survey_work

__all__ = [
    "SURVEY_JOB",
    "FileCheck",
    "FileState",
    "Footprints",
    "Standing",
    "SurveySummary",
    "TakenIn",
    "are_simulated",
    "camera_footprint_km2",
    "camera_footprints",
    "check_files",
    "check_footprint_km2",
    "correct_label",
    "counted_in",
    "create_survey",
    "footprint_km2",
    "set_position",
    "standing_of",
    "start_survey",
    "survey_params",
    "survey_photos",
    "survey_results",
    "survey_summary",
    "survey_work",
    "take_in",
    "undo_label",
]
