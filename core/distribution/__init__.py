"""Where debris is likely: random forests on what real tows and watches found.

A prior for waters nobody searched, never a stand-in for what was measured there.
"""

from core.distribution.basins import BASINS, basin_of
from core.distribution.features import FEATURES, feature_table
from core.distribution.forest import PREDICTION_COLUMNS, DebrisForest, load_forest
from core.distribution.land_distance import land_distance_km
from core.distribution.manifest import (
    FOREST_NAME,
    ForestManifest,
    find_forest,
    read_forest_manifest,
)
from core.distribution.tables import TABLES, TrainingRows, training_rows
from core.distribution.targets import TARGETS, Target, target
from core.distribution.train import ForestOptions, train_forest

__all__ = [
    "BASINS",
    "FEATURES",
    "FOREST_NAME",
    "PREDICTION_COLUMNS",
    "TABLES",
    "TARGETS",
    "DebrisForest",
    "ForestManifest",
    "ForestOptions",
    "Target",
    "TrainingRows",
    "basin_of",
    "feature_table",
    "find_forest",
    "land_distance_km",
    "load_forest",
    "read_forest_manifest",
    "target",
    "train_forest",
    "training_rows",
]
