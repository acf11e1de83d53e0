"""Surveys: photos checked, taken in, corrected by people and summed up."""

from core.surveys.agreement import (
    Agreement,
    independent_labels,
    label_agreement,
    open_disagreements,
)
from core.surveys.batch_errors import BatchError, errors_csv
from core.surveys.batches import (
    BatchPlace,
    allowed_place,
    batch_places,
    list_batch,
)
from core.surveys.box_review import (
    BOX_CATEGORY_CODES,
    Undone,
    decide_photo,
    review_boxes,
    undo_last,
)
from core.surveys.create import counted_in, create_survey
from core.surveys.effort import (
    camera_footprint_km2,
    check_footprint_km2,
    footprint_km2,
)
from core.surveys.footprints import Footprints, camera_footprints
from core.surveys.intake import take_in
from core.surveys.judging import BatchPhoto
from core.surveys.preflight import FileCheck, FileState, are_simulated, check_files
from core.surveys.review import correct_label, set_position, undo_label
from core.surveys.review_queue import (
    PhotoForReview,
    ReviewFilter,
    ReviewOrder,
    ReviewProgress,
    review_progress,
    review_queue,
    to_review,
)
from core.surveys.standing import (
    Standing,
    counts_objects,
    standing_of,
    standings_of,
    write_observations,
)
from core.surveys.summary import (
    SurveySummary,
    survey_photos,
    survey_results,
    survey_summary,
)
from core.surveys.taken import TakenIn
from core.surveys.work import (
    SURVEY_JOB,
    retry_failed,
    start_folder,
    start_survey,
    survey_params,
    survey_work,
)

__all__ = [
    "BOX_CATEGORY_CODES",
    "SURVEY_JOB",
    "Agreement",
    "BatchError",
    "BatchPhoto",
    "BatchPlace",
    "FileCheck",
    "FileState",
    "Footprints",
    "PhotoForReview",
    "ReviewFilter",
    "ReviewOrder",
    "ReviewProgress",
    "Standing",
    "SurveySummary",
    "TakenIn",
    "Undone",
    "allowed_place",
    "are_simulated",
    "batch_places",
    "camera_footprint_km2",
    "camera_footprints",
    "check_files",
    "check_footprint_km2",
    "correct_label",
    "counted_in",
    "counts_objects",
    "create_survey",
    "decide_photo",
    "errors_csv",
    "footprint_km2",
    "independent_labels",
    "label_agreement",
    "list_batch",
    "open_disagreements",
    "retry_failed",
    "review_boxes",
    "review_progress",
    "review_queue",
    "set_position",
    "standing_of",
    "standings_of",
    "start_folder",
    "start_survey",
    "survey_params",
    "survey_photos",
    "survey_results",
    "survey_summary",
    "survey_work",
    "take_in",
    "to_review",
    "undo_label",
    "undo_last",
    "write_observations",
]
