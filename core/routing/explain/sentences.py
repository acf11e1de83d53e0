"""What is said about a site that is left out, with figures."""

from dataclasses import dataclass

import numpy as np

from core.routing.explain.excess import LIMITS
from core.routing.explain.look import Figures
from core.routing.explain.relax import Closed
from core.routing.explain.still import TOLERANCE
from core.routing.problem import RoutingProblem

__all__ = ["Blocked", "Verdict", "blocked", "fitting", "plain"]


@dataclass(frozen=True)
class Verdict:
    """Why a site is left out.

    Attributes
    ----------
    reason : str
        A word of :data:`core.routing.explain.REASONS`.
    detail : str
        What is in the way, with figures.
    remedy : str
        What would bring the site in, with figures.
    """

    reason: str
    detail: str
    remedy: str


_PLAIN = {
    "no_way": Verdict(
        "unreachable",
        "No vessel has a way by sea to it and back.",
        "No change of hold, endurance or hours brings it in: it needs a way by sea.",
    ),
    "barred": Verdict(
        "forbidden",
        "Only vessels that the rules keep from it have a way to it.",
        "Comes within reach if another vessel may visit it.",
    ),
    "worthless": Verdict(
        "not_worth",
        "A visit has no worth: its prize is 0.",
        "Comes in once a visit is worth something: a mass or a priority above 0.",
    ),
}


def plain(case: str, otherwise: Verdict | None = None) -> Verdict:
    """Verdict without figures; ``forbidden`` adds what else would be in the way."""
    if otherwise is None:
        return _PLAIN[case]
    return Verdict(
        "forbidden",
        "A rule forbids it.",
        f"Without the rule: {otherwise.remedy[0].lower()}{otherwise.remedy[1:]}",
    )


@dataclass(frozen=True)
class Blocked:
    """A place for a site and all that is in its way there.

    Attributes
    ----------
    figures : Figures
        The place, in the problem with ``relaxed`` taken away.
    relaxed : str
        ``weather`` or ``time_window`` where closed hours are in the way; else empty.
    closed : Closed, optional
        How long work would then go on closed hours.
    """

    figures: Figures
    relaxed: str = ""
    closed: Closed | None = None

    def shares(self, problem: RoutingProblem) -> dict[str, float]:
        """Share of each limit exceeded; closed hours count against all hours."""
        shares = dict(self.figures.share)
        if self.closed is not None:
            limit_h = problem.limit_h(self.figures.place.vessel)
            shares["calendar"] = self.closed.hours / limit_h
        return shares


def blocked(
    problem: RoutingProblem,
    site: int,
    way: Blocked,
    swap: Figures | None,
    *,
    alone: bool,
) -> Verdict:
    """Verdict on a site that does not fit."""
    shares = way.shares(problem)
    order = [name for name in (*LIMITS, "calendar") if name in shares]
    # Alone, more hours would not help where the vessel itself cannot do it.
    named = order[0] if alone else max(order, key=lambda name: shares[name])
    reason = way.relaxed if named == "calendar" else named
    what = " and ".join(_beyond(problem, way, name) for name in order)
    vessel = problem.name_of(way.figures.place.vessel)
    beside = "Even alone" if alone else "Beside the planned stops"
    needs = " and ".join(_needs(problem, way, name) for name in order)
    return Verdict(
        reason,
        f"{beside} it would take {vessel} {what}.",
        f"Fits with {needs}{_or_exchange(problem, site, swap)}.",
    )


def _beyond(problem: RoutingProblem, way: Blocked, name: str) -> str:
    """Say what a place exceeds."""
    v = way.figures.place.vessel
    vessel = problem.vessels[v]
    if name == "calendar":
        assert way.closed is not None  # noqa: S101 - it named the calendar
        return f"{way.closed.hours:.1f} h of work {_while_closed(way)}"
    over = way.figures.over[name]
    return {
        "hold": f"{over:.0f} kg above its hold of {vessel.capacity_kg:.0f} kg",
        "endurance": f"{over:.1f} h above its endurance of {vessel.endurance_h:.1f} h",
        "time_window": f"{over:.1f} h beyond the horizon of {problem.limit_h(v):.1f} h",
    }[name]


def _while_closed(way: Blocked) -> str:
    names = way.closed.names if way.closed else ()
    if way.relaxed == "weather":
        return "in weather beyond its limits"
    return f"outside the hours of {' and '.join(names)}" if names else "in closed hours"


def _needs(problem: RoutingProblem, way: Blocked, name: str) -> str:
    """Say what would have to be added; rounded up, so that it is enough."""
    v = way.figures.place.vessel
    vessel = problem.name_of(v)
    if name == "calendar":
        assert way.closed is not None  # noqa: S101 - it named the calendar
        if way.relaxed == "weather":
            return f"{_up(way.closed.hours, 1)} h more of weather within the limits"
        return f"{_up(way.closed.hours, 1)} h of work {_while_closed(way)} ({vessel})"
    over = way.figures.over[name]
    return {
        "hold": f"{_up(over, 0)} kg more hold of {vessel}",
        "endurance": f"{_up(over, 1)} h more endurance of {vessel}",
        "time_window": f"{_up(over, 1)} h more until {vessel} must be back",
    }[name]


def _up(value: float, digits: int) -> str:
    scale = 10.0**digits
    return f"{np.ceil(value * scale - TOLERANCE * scale) / scale:.{digits}f}"


def _or_exchange(problem: RoutingProblem, site: int, swap: Figures | None) -> str:
    """Add the cheapest exchange for a planned stop."""
    if swap is None or not swap.fits:
        return ""
    other = swap.place.replaces
    name = problem.site_name(other)
    if name == problem.site_name(site):  # another load of the same site
        return ""
    if swap.gain > TOLERANCE:
        more = _worth(problem, (site, other), swap.gain)
        return (
            f", or in place of {name}, which is worth {more} less: a longer search "
            "may take it"
        )
    if swap.gain > -TOLERANCE:
        return f", or in place of {name}, which is worth as much"
    more = _worth(problem, (site, other), -swap.gain)
    return f", or would displace {name}, which is worth {more} more"


def _worth(problem: RoutingProblem, sites: tuple[int, int], value: float) -> str:
    """Write a difference of prizes; kg where the prizes are the masses."""
    in_kg = all(_in_kg(problem, site) for site in sites)
    return f"{value:.0f} kg" if in_kg else f"{value:.3g} (weighted)"


def _in_kg(problem: RoutingProblem, site: int) -> bool:
    prize, mass_kg = problem.prize[site], problem.demand_kg[site]
    return bool(abs(prize - mass_kg) <= 1e-9 * prize)


def fitting(
    problem: RoutingProblem, site: int, figures: Figures, swap: Figures | None
) -> Verdict:
    """Verdict on a site that fits and is not worth it."""
    vessel = problem.name_of(figures.place.vessel)
    if figures.gain <= 0.0:
        return Verdict(
            "not_worth",
            f"{vessel} could visit it, and the plan would then bring "
            f"{-figures.gain:.3g} less: other stops come later.",
            f"Comes in if it is worth {-figures.gain:.3g} more than "
            f"{problem.prize[site]:.3g}{_or_exchange(problem, site, swap)}.",
        )
    rate = f"{figures.gain / max(figures.added_h, TOLERANCE):.3g}"
    if _in_kg(problem, site):
        rate += " kg"
    return Verdict(
        "not_worth",
        f"It would fit with {figures.added_h:.1f} h more of {vessel}, and brings "
        f"{rate} an hour.",
        f"Comes in if {rate} for an added hour is enough"
        f"{_or_exchange(problem, site, swap)}.",
    )
