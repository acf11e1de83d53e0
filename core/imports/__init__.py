"""Imports: a file of field records checked, kept, withdrawn and brought back."""

from core.imports.checking import FilePart, Preview, check_file
from core.imports.far import FarPlaces, far_places
from core.imports.inbox import Inbox
from core.imports.keeping import ImportCancelledError, keep, restore, withdraw
from core.imports.layouts import choose_layout, layout_titles, save_layout
from core.imports.pack import model_field
from core.imports.reports import in_words, map_points, report, report_json
from core.imports.work import (
    IMPORT_JOB,
    LARGE_ROWS,
    import_params,
    import_work,
    is_large,
    preview_document,
)

__all__ = [
    "IMPORT_JOB",
    "LARGE_ROWS",
    "FarPlaces",
    "FilePart",
    "ImportCancelledError",
    "Inbox",
    "Preview",
    "check_file",
    "choose_layout",
    "far_places",
    "import_params",
    "import_work",
    "in_words",
    "is_large",
    "keep",
    "layout_titles",
    "map_points",
    "model_field",
    "preview_document",
    "report",
    "report_json",
    "restore",
    "save_layout",
    "withdraw",
]
