"""Training of the photo classifier: data, augmentation, fit, export.

TensorFlow is imported inside the functions that compute with it.
"""

from core.mlops.training.config import Recipe, TrainingConfig, read_recipe
from core.mlops.training.data import PhotoSet, painted_photo_set, read_photo_folder

__all__ = [
    "PhotoSet",
    "Recipe",
    "TrainingConfig",
    "painted_photo_set",
    "read_photo_folder",
    "read_recipe",
]
