"""What should be collected first: expected mass, weighed by harm and sensitivity."""

from core.priorities.area_files import (
    AreasRead,
    area_from_row,
    area_geojson,
    area_properties,
    parse_sensitive_areas,
    read_area,
)
from core.priorities.areas import (
    AREA_KINDS,
    MAX_FACTOR,
    SensitiveArea,
    factor_of_value,
    months_of,
)
from core.priorities.defaults import default_weights
from core.priorities.documents import (
    parse_weights,
    read_weights,
    weights_from_document,
    weights_text,
    weights_to_document,
)
from core.priorities.keeping import (
    area_listing,
    bring_back_area,
    current_weights,
    go_back_to_weights,
    retire_area,
    save_area,
    save_weights,
    sensitive_areas,
    weights_history,
    weights_of_version,
)
from core.priorities.mixture import cell_shares
from core.priorities.plans import reweigh_sites, weigh_sites
from core.priorities.rank import (
    PRIORITY_COLUMNS,
    cell_priority,
    priority,
    site_priority,
)
from core.priorities.sensitivity import (
    Sensitivity,
    sensitivity_at,
    sensitivity_of_cells,
)
from core.priorities.weights import HARM_KINDS, HarmWeight, HarmWeights, Importance

__all__ = [
    "AREA_KINDS",
    "HARM_KINDS",
    "MAX_FACTOR",
    "PRIORITY_COLUMNS",
    "AreasRead",
    "HarmWeight",
    "HarmWeights",
    "Importance",
    "SensitiveArea",
    "Sensitivity",
    "area_from_row",
    "area_geojson",
    "area_listing",
    "area_properties",
    "bring_back_area",
    "cell_priority",
    "cell_shares",
    "current_weights",
    "default_weights",
    "factor_of_value",
    "go_back_to_weights",
    "months_of",
    "parse_sensitive_areas",
    "parse_weights",
    "priority",
    "read_area",
    "read_weights",
    "retire_area",
    "reweigh_sites",
    "save_area",
    "save_weights",
    "sensitive_areas",
    "sensitivity_at",
    "sensitivity_of_cells",
    "site_priority",
    "weigh_sites",
    "weights_from_document",
    "weights_history",
    "weights_of_version",
    "weights_text",
    "weights_to_document",
]
