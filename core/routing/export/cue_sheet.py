"""A vessel's plan on paper: a cue sheet as PDF, with a chart of each trip."""

from core.routing.export.labels import chosen_vessel, file_stems
from core.routing.schedule import CleanupPlan

__all__ = ["cue_sheets", "to_cue_sheet"]


def to_cue_sheet(
    plan: CleanupPlan, vessel: str | None = None, *, title: str = ""
) -> bytes:
    """Draw the cue sheet of one vessel: A4, black and white, a page or more a trip.

    Each trip has a chart (coast, legs, numbered stops, grid, scale, north) and a table
    of ports, waypoints and stops with positions, courses, distances, times in UTC,
    masses and notes. The same plan gives the same bytes.

    Parameters
    ----------
    plan : CleanupPlan
    vessel : str, optional
        Name of the vessel; may be left out where only one sails.
    title : str, optional
        Name of the plan; its start by default.

    Raises
    ------
    RouteInputError
        If the vessel does not sail in the plan, or is needed and not named.
    """
    # Drawing needs matplotlib, which nothing else here does.
    from core.routing.export.paper.sheet import draw_sheet

    name = chosen_vessel(plan, vessel)
    one = next(v for v in plan.vessels if v.name == name)
    start = f"Plan from {plan.start_at:%Y-%m-%d %H:%M} UTC"
    return draw_sheet(plan, one, title=f"{title}. {start}" if title else start)


def cue_sheets(plan: CleanupPlan, *, title: str = "") -> dict[str, bytes]:
    """Draw a cue sheet for each vessel that sails, by file name."""
    return {
        f"{stem}.pdf": to_cue_sheet(plan, vessel, title=title)
        for vessel, stem in file_stems(plan).items()
    }
