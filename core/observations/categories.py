"""Litter categories, their material lists, and what one item weighs.

Item masses decide what a count is worth in kilograms, so each carries its source. The
low and high figures bracket the *mean* item mass over ways of surveying (what a net
catches, what an aircraft sees); they are no confidence interval. ``docs/categories.md``
shows how each figure was measured.

References
----------
.. [1] Commission Decision (EU) 2017/848, criterion D10C1, litter categories.
.. [2] NOAA Marine Debris Program, shoreline survey (MDMAP), material classes.
.. [3] L. Lebreton et al., "Evidence that the Great Pacific Garbage Patch is rapidly
   accumulating plastic", Scientific Reports 8 (2018) 4666, data on figshare 5873142
   (CC BY 4.0): contents of the trawls, objects seen from the air.
"""

from dataclasses import dataclass
from difflib import get_close_matches

from core.errors import NotFoundError, ObservationError
from core.observations.quantities import OTHER_DEBRIS

__all__ = [
    "CATEGORIES",
    "CATEGORY_CODES",
    "DEBRIS_CODES",
    "RECORD_CATEGORIES",
    "RECORD_CATEGORY_CODES",
    "RECORD_DEBRIS_CODES",
    "Category",
    "category",
    "nearest_category",
]

_ASSUMED = "assumption: no measured series of this material at sea is at hand"
_TRAWLED = "Lebreton et al. 2018, trawl contents"


@dataclass(frozen=True, kw_only=True)
class Category:
    """A class of things seen at sea.

    Attributes
    ----------
    code : str
        Name in files and in the model's output.
    label : str
        Name for people.
    is_debris : bool
        False for biota and for a scene without debris.
    msfd_material, noaa_material : str
        Material of the EU and the NOAA list [1]_ [2]_; empty if it is no debris.
    item_mass_kg, item_mass_low_kg, item_mass_high_kg : float
        Mean mass of one item, and the bracket around it, in kg.
    mass_source : str
        Where the figures come from; starts with ``assumption`` if nobody measured.
    """

    code: str
    label: str
    is_debris: bool
    msfd_material: str
    noaa_material: str
    item_mass_kg: float
    item_mass_low_kg: float
    item_mass_high_kg: float
    mass_source: str

    def __post_init__(self) -> None:
        low, mid, high = (
            self.item_mass_low_kg,
            self.item_mass_kg,
            self.item_mass_high_kg,
        )
        if not 0.0 <= low <= mid <= high:
            raise ObservationError(
                f"item mass must rise from low to high, got {low}, {mid}, {high} kg "
                f"(category {self.code})"
            )

    @property
    def mass_is_assumed(self) -> bool:
        """Whether the item mass was assumed, not measured."""
        return self.mass_source.startswith("assumption")


def _no_debris(code: str, label: str) -> Category:
    return Category(
        code=code,
        label=label,
        is_debris=False,
        msfd_material="",
        noaa_material="",
        item_mass_kg=0.0,
        item_mass_low_kg=0.0,
        item_mass_high_kg=0.0,
        mass_source="not debris",
    )


#: What the classifier tells apart, in the order of its output.
CATEGORIES: tuple[Category, ...] = (
    _no_debris("biota", "Living things"),
    _no_debris("clean", "No debris seen"),
    Category(
        code="fishing_gear",
        label="Fishing gear",
        is_debris=True,
        msfd_material="artificial polymer materials",
        noaa_material="plastic",
        # 499 nets, ropes and lines over 50 cm; low: 3,055 over 10 cm; high: 43 loose
        # nets seen from the air. Bundled nets weigh far more (mean 39 kg, median
        # 2.0 kg, n = 291), so give them their own mass_kg.
        item_mass_kg=0.62,
        item_mass_low_kg=0.11,
        item_mass_high_kg=3.9,
        mass_source=f"{_TRAWLED} (nets, ropes, lines) and loose nets seen from the air",
    ),
    Category(
        code="glass",
        label="Glass and ceramics",
        is_debris=True,
        msfd_material="glass/ceramics",
        noaa_material="glass",
        # 27 items over 10 cm, mostly bottles; bounds: 90 % bootstrap over 24 tows.
        item_mass_kg=0.28,
        item_mass_low_kg=0.23,
        item_mass_high_kg=0.33,
        mass_source=f"{_TRAWLED} (27 pieces of glass over 10 cm)",
    ),
    Category(
        code="metal",
        label="Metal",
        is_debris=True,
        msfd_material="metal",
        noaa_material="metal",
        # From an empty drink can over a food tin to a small drum.
        item_mass_kg=0.05,
        item_mass_low_kg=0.015,
        item_mass_high_kg=0.5,
        mass_source=_ASSUMED,
    ),
    Category(
        code="paper_cardboard",
        label="Paper and cardboard",
        is_debris=True,
        msfd_material="paper/cardboard",
        # NOAA counts cardboard and paper with processed lumber.
        noaa_material="processed lumber",
        item_mass_kg=0.03,
        item_mass_low_kg=0.005,
        item_mass_high_kg=0.3,
        mass_source=_ASSUMED,
    ),
    Category(
        code="plastic",
        label="Plastic",
        is_debris=True,
        msfd_material="artificial polymer materials",
        noaa_material="plastic",
        # 4,491 hard and foamed items over 10 cm; low: 7,202 over 5 cm; high: 803
        # unnamed objects seen from the air.
        item_mass_kg=0.058,
        item_mass_low_kg=0.040,
        item_mass_high_kg=0.63,
        mass_source=f"{_TRAWLED} (hard, sheet, foam) and objects seen from the air",
    ),
    Category(
        code="rubber",
        label="Rubber",
        is_debris=True,
        msfd_material="rubber",
        noaa_material="rubber",
        # From a glove or a sheet to a car tyre; the trawls hold one piece over 10 cm.
        item_mass_kg=0.3,
        item_mass_low_kg=0.02,
        item_mass_high_kg=8.0,
        mass_source=_ASSUMED,
    ),
    Category(
        code="textile",
        label="Textile",
        is_debris=True,
        msfd_material="cloth/textile",
        noaa_material="cloth/fabric",
        item_mass_kg=0.25,
        item_mass_low_kg=0.05,
        item_mass_high_kg=1.5,
        mass_source=_ASSUMED,
    ),
    Category(
        code="wood",
        label="Wood",
        is_debris=True,
        # Both lists mean worked wood; a photo cannot always tell it from driftwood.
        msfd_material="processed/worked wood",
        noaa_material="processed lumber",
        # The trawls hold one piece over 10 cm, of 1.0 kg.
        item_mass_kg=1.0,
        item_mass_low_kg=0.1,
        item_mass_high_kg=20.0,
        mass_source=_ASSUMED,
    ),
)

CATEGORY_CODES: tuple[str, ...] = tuple(c.code for c in CATEGORIES)
DEBRIS_CODES: tuple[str, ...] = tuple(c.code for c in CATEGORIES if c.is_debris)

#: Every category a record may have: those of the classifier, and debris outside them
#: (chemicals, food waste, what nobody could name).
RECORD_CATEGORIES: tuple[Category, ...] = (
    *CATEGORIES,
    Category(
        code=OTHER_DEBRIS,
        label="Other debris",
        is_debris=True,
        msfd_material="undefined",
        noaa_material="other/unclassifiable",
        # It may be anything: the bounds are the lowest and the highest of the eight
        # kinds above, the figure is near the middle one of theirs (0.265 kg).
        item_mass_kg=0.25,
        item_mass_low_kg=0.005,
        item_mass_high_kg=20.0,
        mass_source="assumption: may be anything, bounds span all other categories",
    ),
)

RECORD_CATEGORY_CODES: tuple[str, ...] = tuple(c.code for c in RECORD_CATEGORIES)
RECORD_DEBRIS_CODES: tuple[str, ...] = tuple(
    c.code for c in RECORD_CATEGORIES if c.is_debris
)
_BY_CODE = {c.code: c for c in RECORD_CATEGORIES}

#: Words of field sheets and of the MSFD and NOAA lists, to suggest a category; a
#: suggestion is shown to a person and never applied by itself.
_WORDS = {
    "bottle": "plastic",
    "artificial_polymer_materials": "plastic",
    "foam": "plastic",
    "polystyrene": "plastic",
    "net": "fishing_gear",
    "nets": "fishing_gear",
    "rope": "fishing_gear",
    "line": "fishing_gear",
    "buoy": "fishing_gear",
    "ceramics": "glass",
    "glass/ceramics": "glass",
    "can": "metal",
    "cans": "metal",
    "paper": "paper_cardboard",
    "cardboard": "paper_cardboard",
    "paper/cardboard": "paper_cardboard",
    "tyre": "rubber",
    "tire": "rubber",
    "cloth": "textile",
    "cloth/textile": "textile",
    "cloth/fabric": "textile",
    "clothing": "textile",
    "processed_lumber": "wood",
    "processed/worked_wood": "wood",
    "driftwood": "wood",
    "seaweed": "biota",
    "chemicals": OTHER_DEBRIS,
    "food_waste": OTHER_DEBRIS,
    "undefined": OTHER_DEBRIS,
    "unidentified": OTHER_DEBRIS,
    "other/unclassifiable": OTHER_DEBRIS,
    "none": "clean",
    "nothing": "clean",
}


def category(code: str) -> Category:
    """Return the category with a code.

    Raises
    ------
    NotFoundError
        If there is none; the message names the nearest.

    Examples
    --------
    >>> category("glass").msfd_material
    'glass/ceramics'
    """
    try:
        return _BY_CODE[code]
    except KeyError:
        near = nearest_category(code)
        hint = f"; did you mean {near}" if near else ""
        raise NotFoundError(
            f"unknown category {code[:60]!r}{hint}; "
            f"known: {', '.join(RECORD_CATEGORY_CODES)}"
        ) from None


def nearest_category(text: str) -> str:
    """Suggest the category a person may have meant; empty if none is near."""
    word = text.strip().lower()[:60].replace(" ", "_").replace("-", "_")
    if word in _WORDS:
        return _WORDS[word]
    near = get_close_matches(word, [*RECORD_CATEGORY_CODES, *_WORDS], n=1, cutoff=0.6)
    return _WORDS.get(near[0], near[0]) if near else ""
