"""Object detection: debris found, boxed and named in photos of any size.

Prediction runs on LiteRT; nothing imported here ever imports TensorFlow. The network
and its training are in ``core.mlops.training.detector``.
"""

from core.detection.counting import counted, distinct_objects
from core.detection.detector import DEFAULT_DETECTOR, DebrisDetector, load_detector
from core.detection.pipeline import detect_bytes, detect_files
from core.detection.records import (
    OK,
    REJECTED,
    UNKNOWN_DEBRIS,
    Detection,
    PhotoDetections,
)

__all__ = [
    "DEFAULT_DETECTOR",
    "OK",
    "REJECTED",
    "UNKNOWN_DEBRIS",
    "DebrisDetector",
    "Detection",
    "PhotoDetections",
    "counted",
    "detect_bytes",
    "detect_files",
    "distinct_objects",
    "load_detector",
]
