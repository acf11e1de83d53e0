"""Plans as a product: made from what the store holds, kept, renewed and explained.

Joins routing with ocean forcing, drift forecasts and the store: a plan is kept with
what it was made from, and the rest of it can be planned anew when something new comes.
"""

from core.planning.conditions import conditions_from_forcings, conditions_from_store
from core.planning.drift import (
    MEMBERS,
    covered_hours,
    drift_from_fields,
    drift_from_store,
)
from core.planning.forcing import PlanForcing
from core.planning.news import PlanNews, news_since
from core.planning.opened import (
    LIMITS_JOB,
    editor_of,
    limits_of,
    limits_params,
    limits_work,
)
from core.planning.replan import (
    REPLAN_JOB,
    Replan,
    drifted_places,
    replan,
    replan_work,
)
from core.planning.work import PLAN_JOB, keep_plan, make_plan, plan_params, plan_work

__all__ = [
    "LIMITS_JOB",
    "MEMBERS",
    "PLAN_JOB",
    "REPLAN_JOB",
    "PlanForcing",
    "PlanNews",
    "Replan",
    "conditions_from_forcings",
    "conditions_from_store",
    "covered_hours",
    "drift_from_fields",
    "drift_from_store",
    "drifted_places",
    "editor_of",
    "keep_plan",
    "limits_of",
    "limits_params",
    "limits_work",
    "make_plan",
    "news_since",
    "plan_params",
    "plan_work",
    "replan",
    "replan_work",
]
