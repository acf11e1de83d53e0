"""What a plan brings when a kilogram is not worth the same everywhere.

The priority of a site is what a kilogram there is worth. Where it comes from harm and
sensitivity, the request carries what it rests on (``weighting``), and the plan says how
many kilograms of average harm it brings.
"""

from collections.abc import Iterable, Mapping
from math import exp, hypot, inf, log
from typing import Any

from core.routing.stops import Stop

__all__ = ["weighted_totals", "weighting_notes"]

_MOST_NAMES = 5


def weighted_totals(
    stops: Iterable[Stop], request: Mapping[str, Any] | None
) -> dict[str, float]:
    """Sum mass times priority over the stops of a plan.

    Parameters
    ----------
    stops : iterable of Stop
        What is collected.
    request : mapping, optional
        Document of the request.

    Returns
    -------
    dict of str to float
        ``priority_kg, priority_kg_low, priority_kg_high``, in kg of average harm;
        empty where the plan maximises mass. The limits of a stop join those of its mass
        and of its priority in quadrature on the log scale; lows and highs are added up,
        the widest reading, as for the mass of debris that lies still.
    """
    weighting = (request or {}).get("weighting")
    if request is None or not weighting:
        return {}
    priority = {
        row["site"]: float(row.get("priority", 1.0)) for row in request["sites"]
    }
    sums = [0.0, 0.0, 0.0]
    for stop in stops:
        worth = priority.get(stop.site, 1.0)
        own = weighting["sites"].get(stop.site, {})
        value = stop.mass_kg * worth
        # A site seen again may have another priority than its bounds were made for.
        low, high = min(own.get("low", worth), worth), max(own.get("high", 0.0), worth)
        down = hypot(_width(stop.mass_kg, stop.mass_kg_low), _width(worth, low))
        up = hypot(_width(stop.mass_kg_high, stop.mass_kg), _width(high, worth))
        for k, part in enumerate((value, value * exp(-down), value * exp(up))):
            sums[k] += part
    return dict(
        zip(("priority_kg", "priority_kg_low", "priority_kg_high"), sums, strict=True)
    )


def weighting_notes(weighting: Mapping[str, Any] | None) -> list[str]:
    """Say what the priorities of a plan rest on; nothing where it maximises mass."""
    if not weighting:
        return []
    named = weighting.get("harm_weights")
    harm = (
        "every kind of debris counted as of average harm"
        if named is None
        else f"harm weights: {named['version']}"
    )
    areas = [str(area["name"]) for area in weighting.get("areas", ())]
    more = f" and {len(areas) - _MOST_NAMES} more" if len(areas) > _MOST_NAMES else ""
    where = ", ".join(areas[:_MOST_NAMES]) + more if areas else "none"
    return [
        "The plan maximises mass times harm times sensitivity, in kg of average harm "
        f"({harm}; sensitive areas: {where}). The figures of harm are set by hand; "
        "nobody measured them."
    ]


def _width(upper: float, lower: float) -> float:
    """Log of the ratio of two limits; endless where the lower is 0."""
    if upper <= 0.0:
        return 0.0
    return log(upper / lower) if lower > 0.0 else inf
