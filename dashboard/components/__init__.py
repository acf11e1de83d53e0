"""Building blocks of pages; see ``docs/dashboard.md`` for how a page is written."""

from dashboard.components.charts import chart, figure
from dashboard.components.formats import (
    density,
    interval,
    mass,
    number,
    share,
    when,
)
from dashboard.components.maps import MapFrame, Scale, draw_map, legend, records
from dashboard.components.page import (
    Figure,
    empty_state,
    error_panel,
    metric_row,
    page_header,
)
from dashboard.components.tables import Column, csv_bytes, table

__all__ = [
    "Column",
    "Figure",
    "MapFrame",
    "Scale",
    "chart",
    "csv_bytes",
    "density",
    "draw_map",
    "empty_state",
    "error_panel",
    "figure",
    "interval",
    "legend",
    "mass",
    "metric_row",
    "number",
    "page_header",
    "records",
    "share",
    "table",
    "when",
]
