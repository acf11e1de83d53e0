"""What a drift forecast says, in sentences; shared by its page and the Overview."""

from math import isfinite, nan
from typing import TYPE_CHECKING, Any

from core.geo import great_circle_distance_km
from dashboard.components.formats import number, share
from dashboard.components.photo_gallery import plain
from dashboard.components.survey_words import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["drift_answer", "drift_where", "moved_km", "seed_name", "span"]


def drift_answer(kind: str, summary: "Mapping[str, Any]") -> str:
    """Say where the debris is expected at the end, and how sure that is; Markdown."""
    seeds = summary["seeds"]
    last = [seed["days"][-1] for seed in seeds if seed["days"]]
    areas = [day["area_90_km2"] for day in last if day["area_90_km2"] is not None]
    text = drift_where(kind, summary)
    if areas:
        text += (
            f"; the areas that hold it with 90 % chance measure {span(areas, 'km²')}"
        )
    if kind == "forecast":
        worst = max(seeds, key=lambda seed: seed["stranding"]["probability"])
        found = worst["stranding"]
        text += (
            f". None strands in any member ({share(found['high'])} at most, 95 %)"
            if found["probability"] == 0
            else f". Most likely to strand: {plain(seed_name(worst))}, "
            f"{share(found['probability'])} ({share(found['low'])} to "
            f"{share(found['high'])})"
        )
    return text + "."


def drift_where(kind: str, summary: "Mapping[str, Any]") -> str:
    """Say how far the debris goes in the time of a run, without a full stop."""
    seeds = summary["seeds"]
    hours = abs(int(summary["hours"][-1]))
    moved = span([moved_km(s, s["days"][-1]) for s in seeds if s["days"]], "km")
    spots = counted(len(seeds), "hotspot")
    if kind == "hindcast":
        return (
            f"{hours} h before it was seen, the debris of {spots} was most likely "
            f"{moved} away"
        )
    return (
        f"In {hours} h the debris of {spots} will most likely be {moved} from where "
        "it was seen"
    )


def moved_km(seed: "Mapping[str, Any]", place: "Mapping[str, Any]") -> float:
    """Distance from where a seed was seen to a place, km; NaN for no place."""
    if place.get("lat") is None or place.get("lon") is None:
        return nan
    return float(
        great_circle_distance_km(
            lat1=seed["lat"], lon1=seed["lon"], lat2=place["lat"], lon2=place["lon"]
        )
    )


def seed_name(seed: "Mapping[str, Any]") -> str:
    """Return what people call a seed, or its number in the list, from 1."""
    return str(seed["seed_id"] or f"Seed {int(seed['seed']) + 1}")


def span(values: "Sequence[float]", unit: str) -> str:
    """Say the least and the largest of some values, or the one they all are."""
    known = [value for value in values if isfinite(value)]
    if not known:
        return "an unknown distance"
    low, high = min(known), max(known)
    if number(low, digits=2) == number(high, digits=2):
        return number(low, unit, digits=2)
    return f"{number(low, digits=2)} to {number(high, unit, digits=2)}"
