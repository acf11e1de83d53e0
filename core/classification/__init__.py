"""Photo classification: deployed models, prediction, results.

Prediction runs on LiteRT; nothing imported here ever imports TensorFlow. The network
itself is in ``core.classification.networks``, for training only.
"""

from core.classification.champions import champions, classifier_in_use
from core.classification.classifier import (
    Examination,
    PhotoClassifier,
    load_classifier,
)
from core.classification.domain import DomainStatistics, read_domain
from core.classification.explain import Overlay, colour_scale, explain_photo
from core.classification.manifest import (
    ModelManifest,
    calibrated,
    deployed_models,
    find_model,
    read_manifest,
    softmax,
    verify_model,
)
from core.classification.neighbours import nearest
from core.classification.pipeline import classify_bytes, classify_files, judge
from core.classification.results import (
    FOREIGN_REASON,
    LOW_CONFIDENCE,
    OK,
    REJECTED,
    PhotoResult,
    result_columns,
    results_frame,
)
from core.classification.to_observations import photo_observations

__all__ = [
    "FOREIGN_REASON",
    "LOW_CONFIDENCE",
    "OK",
    "REJECTED",
    "DomainStatistics",
    "Examination",
    "ModelManifest",
    "Overlay",
    "PhotoClassifier",
    "PhotoResult",
    "calibrated",
    "champions",
    "classifier_in_use",
    "classify_bytes",
    "classify_files",
    "colour_scale",
    "deployed_models",
    "explain_photo",
    "find_model",
    "judge",
    "load_classifier",
    "nearest",
    "photo_observations",
    "read_domain",
    "read_manifest",
    "result_columns",
    "results_frame",
    "softmax",
    "verify_model",
]
