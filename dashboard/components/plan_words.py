"""Words and small tables that the parts of the Route planner share."""

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from core.units import KM_PER_NAUTICAL_MILE
from dashboard.components.formats import number
from dashboard.components.survey_words import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.routing import Rejected

__all__ = ["distance", "refused_records"]


def distance(km: float) -> str:
    """Distance in nautical miles, with kilometres beside them."""
    return f"{number(km / KM_PER_NAUTICAL_MILE, 'nm')} ({number(km, 'km')})"


def refused_records(rejected: "Sequence[Rejected]", what: str, *, key: str) -> None:
    """Name records that cannot be used, field by field; nothing where there are none.

    Parameters
    ----------
    rejected : sequence of Rejected
        What is wrong.
    what : str
        End of the sentence "3 records ...".
    key : str
        Key of the table.
    """
    if not rejected:
        return
    n_records = len({one.record for one in rejected})
    st.warning(f"{counted(n_records, 'record')} {what}", icon=":material/rule:")
    st.dataframe(
        pd.DataFrame([one.to_dict() for one in rejected]),
        column_config={
            "record": "Record",
            "field": "Field",
            "value": "Value",
            "reason": "What is wrong",
        },
        hide_index=True,
        key=key,
        alt=f"{len(rejected)} faults of records that cannot be used",
    )
