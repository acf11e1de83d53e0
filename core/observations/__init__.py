"""Records of what was seen at sea: categories, the observation frame, its checks."""

from core.observations.categories import (
    CATEGORIES,
    CATEGORY_CODES,
    DEBRIS_CODES,
    RECORD_CATEGORIES,
    RECORD_CATEGORY_CODES,
    RECORD_DEBRIS_CODES,
    Category,
    category,
    nearest_category,
)
from core.observations.checks import REQUIRED_COLUMNS, make_observations
from core.observations.frame import (
    OBSERVATION_COLUMNS,
    OBSERVATION_DTYPES,
    Checked,
    QualityFlag,
    Rejection,
    empty_observations,
)
from core.observations.tables import (
    READ_COLUMNS,
    read_observations,
    write_observations,
)

__all__ = [
    "CATEGORIES",
    "CATEGORY_CODES",
    "DEBRIS_CODES",
    "OBSERVATION_COLUMNS",
    "OBSERVATION_DTYPES",
    "READ_COLUMNS",
    "RECORD_CATEGORIES",
    "RECORD_CATEGORY_CODES",
    "RECORD_DEBRIS_CODES",
    "REQUIRED_COLUMNS",
    "Category",
    "Checked",
    "QualityFlag",
    "Rejection",
    "category",
    "empty_observations",
    "make_observations",
    "nearest_category",
    "read_observations",
    "write_observations",
]
