"""Cleanup planning: sites, sea distances, a fleet, a plan, and why not more."""

from core.routing.document import left_something, plan_from_dict
from core.routing.emissions import CollectionModel
from core.routing.export import to_csv, to_geojson, to_gpx
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
from core.routing.planner import plan_cleanup
from core.routing.problem import RoutePlan, RoutingProblem, Trip, Vessel
from core.routing.rejected import Rejected
from core.routing.schedule import CleanupPlan
from core.routing.sea import SeaNetwork, nearest_sea
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
from core.routing.targets import DriftingTargets
from core.routing.timing import TripTiming, Visit, time_trips

__all__ = [
    "SITE_COLUMNS",
    "CleanupPlan",
    "CollectionModel",
    "DriftingTargets",
    "Fleet",
    "FleetRead",
    "FleetVessel",
    "LeftOut",
    "Partial",
    "Place",
    "PlanDrift",
    "PlanLimit",
    "Port",
    "Rejected",
    "RoutePlan",
    "RoutingProblem",
    "SeaNetwork",
    "SitesRead",
    "Trip",
    "TripTiming",
    "Vessel",
    "Visit",
    "accept_fleet",
    "accept_sites",
    "check_sites",
    "find_hotspots",
    "fleet_to_dict",
    "left_something",
    "load_fleet",
    "nearest_sea",
    "parse_fleet",
    "parse_sites",
    "plan_cleanup",
    "plan_from_dict",
    "read_fleet",
    "read_sites",
    "site_rows",
    "solve",
    "time_trips",
    "to_csv",
    "to_geojson",
    "to_gpx",
]
