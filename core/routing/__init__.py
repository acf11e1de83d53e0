"""Cleanup planning: sites, sea distances, a fleet, a plan, and why not more."""

from core.routing.calendars import SiteHours, WorkHours, calendars_for
from core.routing.compare import Comparison, compare_plans
from core.routing.conditions import (
    Conditions,
    GridConditions,
    LayeredConditions,
    Sea,
    coverage_notes,
)
from core.routing.document import left_something, plan_from_dict
from core.routing.drift_forecast import (
    DriftForecast,
    SiteDrift,
    drift_of_sites,
    targets_from_drift,
)
from core.routing.emissions import CollectionModel
from core.routing.estimators import CleanupPlanner, HotspotClusterer
from core.routing.execution import Execution, StopOutlook, execute
from core.routing.export import (
    FORMATS,
    cannot_carry,
    check_rtz,
    cue_sheets,
    rtz_files,
    to_csv,
    to_cue_sheet,
    to_geojson,
    to_gpx,
    to_kml,
    to_rtz,
)
from core.routing.fleet import (
    Fleet,
    FleetVessel,
    Place,
    Port,
    fleet_to_dict,
)
from core.routing.fleet_file import (
    FleetRead,
    accept_fleet,
    load_fleet,
    parse_fleet,
    read_fleet,
)
from core.routing.hotspots import find_hotspots
from core.routing.outcome import LeftOut, Partial, PlanDrift, PlanLimit
from core.routing.plan_edits import EditedPlan, PlanEditor
from core.routing.plan_limits import with_limits
from core.routing.planner import plan_cleanup, plan_request
from core.routing.problem import RoutePlan, RoutingProblem, Trip, Vessel
from core.routing.rejected import Rejected
from core.routing.replan import Replanned, lock_first, replan_from
from core.routing.request import PlanRequest
from core.routing.rules import SiteRules
from core.routing.schedule import CleanupPlan
from core.routing.sea import (
    ClosedArea,
    ClosedAreasRead,
    SeaNetwork,
    nearest_sea,
    parse_closed_areas,
)
from core.routing.setup import Setup, make_setup
from core.routing.sites import (
    SITE_COLUMNS,
    SitesRead,
    accept_sites,
    check_sites,
    parse_sites,
    read_sites,
    site_rows,
)
from core.routing.solver import solve
from core.routing.speed import LegTime, leg_pace, pace_matrix, time_leg
from core.routing.states import VesselState
from core.routing.targets import DriftingTargets
from core.routing.timing import TripTiming, Visit, time_trips

__all__ = [
    "FORMATS",
    "SITE_COLUMNS",
    "CleanupPlan",
    "CleanupPlanner",
    "ClosedArea",
    "ClosedAreasRead",
    "CollectionModel",
    "Comparison",
    "Conditions",
    "DriftForecast",
    "DriftingTargets",
    "EditedPlan",
    "Execution",
    "Fleet",
    "FleetRead",
    "FleetVessel",
    "GridConditions",
    "HotspotClusterer",
    "LayeredConditions",
    "LeftOut",
    "LegTime",
    "Partial",
    "Place",
    "PlanDrift",
    "PlanEditor",
    "PlanLimit",
    "PlanRequest",
    "Port",
    "Rejected",
    "Replanned",
    "RoutePlan",
    "RoutingProblem",
    "Sea",
    "SeaNetwork",
    "Setup",
    "SiteDrift",
    "SiteHours",
    "SiteRules",
    "SitesRead",
    "StopOutlook",
    "Trip",
    "TripTiming",
    "Vessel",
    "VesselState",
    "Visit",
    "WorkHours",
    "accept_fleet",
    "accept_sites",
    "calendars_for",
    "cannot_carry",
    "check_rtz",
    "check_sites",
    "compare_plans",
    "coverage_notes",
    "cue_sheets",
    "drift_of_sites",
    "execute",
    "find_hotspots",
    "fleet_to_dict",
    "left_something",
    "leg_pace",
    "load_fleet",
    "lock_first",
    "make_setup",
    "nearest_sea",
    "pace_matrix",
    "parse_closed_areas",
    "parse_fleet",
    "parse_sites",
    "plan_cleanup",
    "plan_from_dict",
    "plan_request",
    "read_fleet",
    "read_sites",
    "replan_from",
    "rtz_files",
    "site_rows",
    "solve",
    "targets_from_drift",
    "time_leg",
    "time_trips",
    "to_csv",
    "to_cue_sheet",
    "to_geojson",
    "to_gpx",
    "to_kml",
    "to_rtz",
    "with_limits",
]
