"""Training of the object detector: boxes on photos in, a LiteRT file out.

TensorFlow is imported inside the functions that compute with it.
"""

from core.mlops.training.detector.config import DetectorConfig, read_detector_config
from core.mlops.training.detector.train import train_detector

__all__ = ["DetectorConfig", "read_detector_config", "train_detector"]
