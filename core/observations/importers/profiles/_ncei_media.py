"""What a row of the NCEI database sampled: by its words and by its class range."""

from core.observations.importers.profiles._class_ranges import classes_of

__all__ = ["ON_SHORE", "medium_of", "settled_medium"]

#: What a method or a marine setting samples, by a word in its name, the first that
#: fits; a bucket, spoon or sampler says nothing by itself.
_MEDIUM_WORDS = (
    ("net", "sea_surface"),
    ("pump", "sea_surface"),
    ("intake", "sea_surface"),
    ("van dorn", "water_column"),
    ("rosette", "water_column"),
    ("hand picking", "shore"),
    ("pvc cylinder", "shore_sediment"),
    ("spoon", "shore_sediment"),
    ("scoop", "shore_sediment"),
    ("trowel", "shore_sediment"),
    ("shovel", "shore_sediment"),
    ("bucket", "shore_sediment"),
    ("dredge", "sea_bed"),
    ("megacorer", "sea_bed"),
    ("benthic grab", "sea_bed"),
    ("sediment grab", "sea_bed"),
    ("grab sampler", "sea_bed"),
    ("day grab", "sea_bed"),
    ("remotely operated", "sea_bed"),
    ("grab sample", "sea_surface"),
    ("beach", "shore_sediment"),
    ("sediment", "sea_bed"),
    ("floor", "sea_bed"),
    ("lake", "fresh_water"),
    ("river", "fresh_water"),
    ("column", "water_column"),
    ("surface", "sea_surface"),
    ("water", "sea_surface"),
)
_IN_WATER = frozenset({"sea_surface", "water_column", "fresh_water"})
ON_SHORE = frozenset({"", "shore", "shore_sediment"})
_IN_SEDIMENT = frozenset({"shore_sediment", "sea_bed"})


def medium_of(text: str) -> str:
    """Medium by the words of a method and a setting; empty if they say nothing.

    Examples
    --------
    >>> medium_of("van dorn sampler"), medium_of("manta net / ocean surface")
    ('water_column', 'sea_surface')
    """
    return next((medium for word, medium in _MEDIUM_WORDS if word in text), "")


def settled_medium(unit: str, text: str, told: str) -> tuple[str, bool]:
    """Medium of a row, and whether its words and its range disagree.

    Parameters
    ----------
    unit : str
        ``m3``, ``10min`` or ``kg``.
    text : str
        Class range; within pieces per m3 it tells water from sand.
    told : str
        Medium by its words.

    Returns
    -------
    medium : str
        Empty if nothing tells it.
    is_conflict : bool
    """
    if unit == "10min":
        return "shore", told not in ON_SHORE
    if unit == "kg":
        return (told, False) if told in _IN_SEDIMENT else ("sea_bed", True)
    by_range = classes_of("m3").get(text, "")
    if by_range == "water":
        return (told, False) if told in _IN_WATER else ("sea_surface", True)
    if by_range == "sand":
        # Picked by hand off a beach, counted in sand: the sand is what was sampled.
        is_sand = told in {"shore_sediment", "shore"}
        return "shore_sediment", not is_sand
    return told, False
