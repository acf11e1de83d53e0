"""Plans side by side: their figures, where they differ, and whether that is fair."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.errors import RouteInputError
from core.routing.schedule import CleanupPlan
from core.routing.stops import iso_utc

__all__ = [
    "MOST_PLANS",
    "Comparison",
    "PlanFigures",
    "SiteDifference",
    "SiteVisit",
    "compare_plans",
]

#: More cannot be read side by side.
MOST_PLANS = 4
#: Arrivals nearer than this are the same.
_SAME_TIME = timedelta(hours=1)
_SAME_KG = 0.5


@dataclass(frozen=True)
class PlanFigures:
    """Figures of one plan.

    Attributes
    ----------
    mass_kg, mass_kg_low, mass_kg_high : float
        Mass collected and its interval.
    hours, unload_h, fuel_l, co2_kg, cost, distance_km : float
        Sums over the fleet, see :attr:`CleanupPlan.totals`.
    kg_per_h, kg_per_l : float, optional
        Mass for an hour at sea and for a litre of fuel; none where there are none.
    n_stops, n_left_out, n_partial : int
        Stops made, sites not visited, and sites not emptied.
    priority_kg, priority_kg_low, priority_kg_high : float, optional
        Mass weighed by harm and sensitivity; none for a plan by mass.
    """

    name: str
    mass_kg: float
    mass_kg_low: float
    mass_kg_high: float
    hours: float
    unload_h: float
    fuel_l: float
    co2_kg: float
    cost: float
    distance_km: float
    kg_per_h: float | None
    kg_per_l: float | None
    n_stops: int
    n_left_out: int
    n_partial: int
    priority_kg: float | None = None
    priority_kg_low: float | None = None
    priority_kg_high: float | None = None


@dataclass(frozen=True)
class SiteVisit:
    """What a plan does at a site, over all its stops there."""

    vessels: tuple[str, ...]
    arrive: datetime
    mass_kg: float


@dataclass(frozen=True)
class SiteDifference:
    """A site at which plans differ.

    Attributes
    ----------
    what : tuple of str
        ``visited`` (not by all), ``vessel``, ``time`` (first arrivals more than an
        hour apart) and ``mass``, as far as they apply.
    visits : mapping of str to SiteVisit or None
        For each plan what it does there; none where it leaves the site.
    """

    site: str
    what: tuple[str, ...]
    visits: Mapping[str, SiteVisit | None]


@dataclass(frozen=True)
class Comparison:
    """Plans side by side.

    Attributes
    ----------
    figures : tuple of PlanFigures
        In the order given.
    differences : tuple of SiteDifference
        Sites not visited by all first.
    warnings : tuple of str
        What the plans were not asked alike, so that figures may differ for it.
    """

    figures: tuple[PlanFigures, ...]
    differences: tuple[SiteDifference, ...]
    warnings: tuple[str, ...]


def compare_plans(plans: Mapping[str, CleanupPlan]) -> Comparison:
    """Compare two to four plans.

    Parameters
    ----------
    plans : mapping of str to CleanupPlan
        Plans by the name they are shown under.

    Raises
    ------
    RouteInputError
        If there are fewer than two plans or more than four.

    Returns
    -------
    Comparison
    """
    if not 2 <= len(plans) <= MOST_PLANS:
        raise RouteInputError(f"{len(plans)} plans, expected 2 to {MOST_PLANS}")
    return Comparison(
        figures=tuple(_figures(name, plan) for name, plan in plans.items()),
        differences=_differences(plans),
        warnings=tuple(_warnings(plans)),
    )


def _figures(name: str, plan: CleanupPlan) -> PlanFigures:
    totals = plan.totals
    mass_kg, hours, fuel_l = totals["mass_kg"], totals["hours"], totals["fuel_l"]
    return PlanFigures(
        name=name,
        **totals,
        kg_per_h=mass_kg / hours if hours > 0.0 else None,
        kg_per_l=mass_kg / fuel_l if fuel_l > 0.0 else None,
        n_stops=sum(len(trip.stops) for _, trip in plan.trips()),
        n_left_out=len(plan.unassigned),
        n_partial=len(plan.partial),
    )


def _visits(plan: CleanupPlan) -> dict[str, SiteVisit]:
    found: dict[str, SiteVisit] = {}
    for vessel, trip in plan.trips():
        for stop in trip.stops:
            one = SiteVisit((vessel.name,), stop.arrive, stop.mass_kg)
            old = found.get(stop.site)
            found[stop.site] = one if old is None else _together(old, one)
    return found


def _together(a: SiteVisit, b: SiteVisit) -> SiteVisit:
    vessels = tuple(sorted({*a.vessels, *b.vessels}))
    return SiteVisit(vessels, min(a.arrive, b.arrive), a.mass_kg + b.mass_kg)


def _differences(plans: Mapping[str, CleanupPlan]) -> tuple[SiteDifference, ...]:
    visits = {name: _visits(plan) for name, plan in plans.items()}
    sites = sorted({site for of in visits.values() for site in of})
    made = []
    for site in sites:
        here = {name: of.get(site) for name, of in visits.items()}
        what = _what(list(here.values()))
        if what:
            made.append(SiteDifference(site, what, here))
    made.sort(key=lambda one: "visited" not in one.what)
    return tuple(made)


def _what(visits: list[SiteVisit | None]) -> tuple[str, ...]:
    there = [visit for visit in visits if visit is not None]
    arrivals = [visit.arrive for visit in there]
    masses = [visit.mass_kg for visit in there]
    applies = {
        "visited": len(there) < len(visits),
        "vessel": len({visit.vessels for visit in there}) > 1,
        "time": max(arrivals) - min(arrivals) > _SAME_TIME,
        "mass": max(masses) - min(masses) > _SAME_KG,
    }
    return tuple(name for name, is_so in applies.items() if is_so)


def _warnings(plans: Mapping[str, CleanupPlan]) -> list[str]:
    """Say what the plans were not asked alike."""
    asked: dict[str, Callable[[CleanupPlan], Any]] = {
        "start": lambda plan: iso_utc(plan.start_at),
        "horizon": lambda plan: f"{plan.horizon_h:g} h",
        "drift": lambda plan: "counted" if plan.drift else "debris lies still",
        "sites": lambda plan: "simulated" if plan.simulated else "observed",
        "objective": _objective,
    }
    found = [
        warning
        for what, read in asked.items()
        if (warning := _unlike(what, {name: read(p) for name, p in plans.items()}))
    ]
    missing = [name for name, plan in plans.items() if plan.request is None]
    if missing:
        found.append(
            f"{', '.join(missing)}: what was asked is not known; sites, fleet and "
            "forecast may differ."
        )
    requests = {n: p.request for n, p in plans.items() if p.request is not None}
    if len(requests) > 1:
        found += _unlike_requests(requests)
    return found


def _objective(plan: CleanupPlan) -> str:
    """Say what a plan maximises: mass, or mass weighed by some version of harm."""
    weighting = (plan.request or {}).get("weighting")
    if not weighting:
        return "mass"
    named = weighting.get("harm_weights")
    return f"priority by {named['version']}" if named else "priority by sensitivity"


def _unlike(what: str, values: Mapping[str, str]) -> str:
    if len(set(values.values())) == 1:
        return ""
    return f"Other {what}: {', '.join(f'{n} {v}' for n, v in values.items())}."


def _unlike_requests(requests: Mapping[str, Mapping[str, Any]]) -> list[str]:
    found = []
    names = {
        "forecast_id": "drift forecast",
        "conditions_id": "state of the sea",
    }
    for field, what in names.items():
        values = {
            name: str(request.get(field) or "none")
            for name, request in requests.items()
        }
        if warning := _unlike(what, values):
            found.append(warning)
    first, *others = requests.items()
    for name, request in others:
        found += _unlike_sites(first[0], first[1], name, request)
        for field, what in (
            ("fleet", "fleet"),
            ("collection", "assumptions about collecting"),
            ("work_hours", "hours of work"),
            ("closed_areas", "closed areas"),
            ("rules", "rules about sites"),
        ):
            if request.get(field) != first[1].get(field):
                found.append(f"Other {what}: {name} than {first[0]}.")
    return found


def _unlike_sites(
    first: str, a: Mapping[str, Any], name: str, b: Mapping[str, Any]
) -> list[str]:
    """Say how many sites one was asked and the other not, or with other figures."""
    sites_a, sites_b = (
        {str(row["site"]): row for row in request["sites"]} for request in (a, b)
    )
    only = len(sites_a.keys() - sites_b.keys()), len(sites_b.keys() - sites_a.keys())
    changed = sum(sites_a[s] != sites_b[s] for s in sites_a.keys() & sites_b.keys())
    if not any(only) and not changed:
        return []
    return [
        f"Other sites: {only[0]} only in {first}, {only[1]} only in {name}, {changed} "
        "with other figures."
    ]
