"""What the debris map says in words and in headline figures."""

from typing import TYPE_CHECKING

from dashboard.components.formats import interval, mass, number, share
from dashboard.components.page import Figure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.map_data import DensityMap

__all__ = ["density_answer", "density_figures"]


def density_answer(
    result: "DensityMap", labels: "Mapping[str, str]", *, surveyed: bool
) -> str:
    """Say how much debris floats there and how sure that is, in one sentence."""
    if not surveyed:
        return (
            f"{result.n_sightings:,} items were sighted. The searched area is not "
            "known, so this says where debris was met, not how much there is."
        )
    total = result.mass
    searched = number(total.effort_km2, "km²", digits=2)
    near = number(total.area_km2, "km²", digits=2)
    area = f"in the {near} around the searches (cells of 5 km²)"
    if total.mass_kg == 0:
        return (
            f"No debris was seen in {searched} searched; at most {mass(total.high_kg)} "
            f"may float {area} (95 %)."
        )
    main, part = next(iter(total.shares.items()))
    estimate = interval(total.mass_kg, total.low_kg, total.high_kg, "kg")
    return (
        f"About **{estimate}** of floating debris {area}, {share(part)} of it "
        f"{labels[main].lower()} by mass; {searched} were searched."
    )


def density_figures(result: "DensityMap") -> list[Figure]:
    """Return the headline figures of a debris map."""
    none_seen = int((result.cells["status"] == "surveyed_none_seen").sum())
    limits = f"{number(result.low, digits=2)} to {number(result.high, digits=2)}"
    return [
        Figure(
            "Items per km²",
            number(result.rate, digits=2),
            f"{limits} (95 %)",
            help="All items counted with effort over all area searched.",
        ),
        Figure(
            "Items counted",
            f"{result.n_items:,}",
            f"and {result.n_sightings:,} sighted without effort",
        ),
        Figure(
            "Area searched (km²)",
            number(result.mass.effort_km2, digits=3),
            f"{share(result.mass.effort_km2 / result.mass.area_km2)} of cells of 5 km²",
        ),
        Figure(
            "Cells surveyed",
            f"{len(result.cells.query('effort_km2 > 0')):,}",
            f"{none_seen:,} with none seen",
        ),
    ]
