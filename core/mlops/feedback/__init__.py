"""What people decided about photos, written so that the next training reads it."""

from core.mlops.feedback.decided import Decided, DecidedPhoto, decided_photos
from core.mlops.feedback.export import ExportReport, export_labels, labels_zip

__all__ = [
    "Decided",
    "DecidedPhoto",
    "ExportReport",
    "decided_photos",
    "export_labels",
    "labels_zip",
]
