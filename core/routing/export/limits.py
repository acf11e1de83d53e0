"""What a file format cannot carry of a plan, in words for a person."""

from core.errors import RouteInputError

__all__ = ["FORMATS", "cannot_carry"]

_EVERY = (
    "the sites left out and why, and vessels that stay in port",
    "what limits the fleet, the bound on the prize, and the notes",
    "fuel and cost of the whole plan",
)
_BETWEEN = (
    "the speed between two points of a leg: times along a leg are at its mean speed"
)
_LIMITS: dict[str, tuple[str, ...]] = {
    "gpx": (
        "planned speed, masses, intervals, the chance to miss a stop and identifiers: "
        "they stand in extensions, which other programs may drop",
        "waiting before work and the time of leaving, except in extensions",
        "work on site as such: a route point has one time, the arrival",
        _BETWEEN,
        *_EVERY,
    ),
    "rtz": (
        "more than one vessel a file: each vessel has its own, with its trips as one "
        "voyage and port calls as waypoints",
        "masses, intervals, the chance to miss a stop and identifiers, except in "
        "extensions; waiting before work is part of the stay",
        "two waypoints at one place: neighbours are merged, and a place the vessel "
        "comes back to is set back along its leg by 0.05 nm (93 m) or a multiple",
        "every point of a leg: enough waypoints that great circle and rhumb line stay "
        "within 0.5 km of it",
        "depth, draught and safety contour: a plan does not know them; turn radius "
        "(0.10 nm) and cross-track limit (0.25 nm) are assumptions",
        _BETWEEN,
        *_EVERY,
    ),
    "kml": (
        "planned speed, except as times along the track",
        "masses and identifiers as such: they stand in the balloon and in named data",
        _BETWEEN,
        *_EVERY,
    ),
    "geojson": (
        "a leg across 180 degrees in one piece: it is cut in two there",
        *_EVERY,
    ),
    "csv": (
        "legs: a row is a stop, with length, hours and speed of the leg before it",
        "the way home after the last stop, and port calls",
        *_EVERY,
    ),
    "pdf": (
        "being read back: it is for paper",
        "characters without a glyph in the font (DejaVu Sans: Latin, Greek, Cyrillic "
        "and more, no Chinese or Japanese); they are replaced and the page says so",
        "what limits the fleet, the bound on the prize, fuel and cost",
    ),
}
#: Names of the formats, as file endings.
FORMATS = tuple(_LIMITS)


def cannot_carry(file_format: str) -> tuple[str, ...]:
    """Say what a format cannot carry of a plan.

    Parameters
    ----------
    file_format : str
        One of ``FORMATS``: a file ending.

    Raises
    ------
    RouteInputError
        If there is no export in the format.
    """
    if file_format not in _LIMITS:
        raise RouteInputError(
            f"format {file_format!r} is unknown, expected {', '.join(FORMATS)}"
        )
    return _LIMITS[file_format]
