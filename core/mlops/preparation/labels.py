"""Foreign class names to Gyre's categories, by named lists and never by guess.

A label is taken as it stands where it is a category's code, where a list that is named
here or a litter list of the field (`core.observations.crosswalk`) gives it exactly one
category, or where a person's map does. Everything else is unknown; the nearest name is
suggested and not applied.

References
----------
.. [1] G. Thung, M. Yang, TrashNet (2016): six materials.
.. [2] P. Proenca, P. Simoes, TACO (2020), arXiv 2003.06975: 60 categories.
.. [3] J. Hong, M. Fulton, J. Sattar, TrashCan (2020), arXiv 2007.08097.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from core.errors import InputError, NotFoundError
from core.mlops.preparation.records import plain
from core.observations import CATEGORY_CODES
from core.observations.categories import category, nearest_category
from core.observations.crosswalk import lists
from core.observations.quantities import OTHER_DEBRIS

__all__ = ["DEBRIS_OTHER", "IGNORE", "LabelMap", "Meaning", "read_label_map"]

IGNORE = "ignore"
#: Debris that no category names; a box may have it, a photo's class may not.
DEBRIS_OTHER = "debris_other"

#: Names of public sets whose meaning their authors state; materials as in [1]_,
#: things whose material the name itself tells as in [2]_ and [3]_.
_PUBLIC: dict[str, dict[str, str]] = {
    "TrashNet": {
        "cardboard": "paper_cardboard",
        "paper": "paper_cardboard",
    },
    "TACO": {
        "plastic bag & wrapper": "plastic",
        "plastic bottle": "plastic",
        "plastic bottle cap": "plastic",
        "plastic container": "plastic",
        "plastic film": "plastic",
        "plastic gloves": "plastic",
        "plastic lid": "plastic",
        "plastic straw": "plastic",
        "plastic utensils": "plastic",
        "clear plastic bottle": "plastic",
        "other plastic": "plastic",
        "other plastic bottle": "plastic",
        "other plastic container": "plastic",
        "other plastic cup": "plastic",
        "other plastic wrapper": "plastic",
        "disposable plastic cup": "plastic",
        "single-use carrier bag": "plastic",
        "polypropylene bag": "plastic",
        "styrofoam piece": "plastic",
        "foam cup": "plastic",
        "foam food container": "plastic",
        "garbage bag": "plastic",
        "six pack rings": "plastic",
        "glass bottle": "glass",
        "broken glass": "glass",
        "glass cup": "glass",
        "glass jar": "glass",
        "aluminium foil": "metal",
        "drink can": "metal",
        "food can": "metal",
        "metal bottle cap": "metal",
        "metal lid": "metal",
        "scrap metal": "metal",
        "pop tab": "metal",
        "corrugated carton": "paper_cardboard",
        "drink carton": "paper_cardboard",
        "egg carton": "paper_cardboard",
        "meal carton": "paper_cardboard",
        "other carton": "paper_cardboard",
        "pizza box": "paper_cardboard",
        "paper bag": "paper_cardboard",
        "paper cup": "paper_cardboard",
        "paper straw": "paper_cardboard",
        "magazine paper": "paper_cardboard",
        "normal paper": "paper_cardboard",
        "wrapping paper": "paper_cardboard",
        "tissues": "paper_cardboard",
        "unlabeled litter": DEBRIS_OTHER,
    },
    "TrashCan": {
        "animal_crab": "biota",
        "animal_eel": "biota",
        "animal_etc": "biota",
        "animal_fish": "biota",
        "animal_shells": "biota",
        "animal_starfish": "biota",
        "plant": "biota",
        "trash_plastic": "plastic",
        "trash_metal": "metal",
        "trash_wood": "wood",
        "trash_rubber": "rubber",
        "trash_paper": "paper_cardboard",
        "trash_fabric": "textile",
        "trash_fishing_gear": "fishing_gear",
        "trash_unknown_instance": DEBRIS_OTHER,
        "trash_etc": DEBRIS_OTHER,
        "rov": IGNORE,
    },
    "our own words": {
        DEBRIS_OTHER: DEBRIS_OTHER,
        OTHER_DEBRIS: DEBRIS_OTHER,
        "wood": "wood",
        "driftwood": "wood",
        "tyre": "rubber",
        "tire": "rubber",
        "fishing net": "fishing_gear",
        "rope": "fishing_gear",
        "seaweed": "biota",
        "fish": "biota",
        "jellyfish": "biota",
        "starfish": "biota",
        "cloth": "textile",
        "clothing": "textile",
        "fabric": "textile",
    },
}
#: A code of a litter list: a letter or two and a number (bare numbers tell nothing).
_ITEM_CODE = re.compile(r"[a-z]{1,2}\d{1,3}")


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """What a foreign label means.

    Attributes
    ----------
    label : str
        As the set writes it.
    category : str
        A category, ``debris_other``, ``ignore``, or empty where it is unknown.
    rule : str
        What says so; for an unknown label, what to do.
    """

    label: str
    category: str
    rule: str


def _key(text: str) -> str:
    return re.sub(r"[\s_\-]+", " ", text.strip().lower())


@cache
def _listed() -> dict[str, tuple[str, str]]:
    """Category and rule of each name, as far as all lists agree."""
    named: dict[str, dict[str, str]] = {}

    def add(name: str, code: str, rule: str) -> None:
        named.setdefault(_key(name), {}).setdefault(code, rule)

    for title, names in _PUBLIC.items():
        for name, code in names.items():
            add(name, code, f"list {title}")
    for one in lists():
        for item in one.items:
            known = item.category if item.category in CATEGORY_CODES else DEBRIS_OTHER
            if _ITEM_CODE.fullmatch(item.code.lower()):
                add(item.code, known, f"litter list {one.code}")
            add(f"{one.code}:{item.code}", known, f"litter list {one.code}")
            add(item.label, known, f"litter list {one.code}")
    return {
        name: next(iter(codes.items()))
        for name, codes in named.items()
        if len(codes) == 1
    }


class LabelMap:
    """Gives foreign labels their meaning.

    Parameters
    ----------
    own : mapping of str to str, optional
        A person's decisions, label to category or ``ignore``; they come first.
    """

    def __init__(self, own: Mapping[str, str] | None = None) -> None:
        self.own = {_key(label): code for label, code in (own or {}).items()}

    def meaning(self, label: str, *, of_box: bool = False) -> Meaning:
        """Tell what a label means; it may be that nobody said so.

        Parameters
        ----------
        label : str
            As the set writes it.
        of_box : bool, default False
            Whether it names a box; only then ``debris_other`` is a class.
        """
        key = _key(label)
        if key in self.own:
            found = Meaning(label=label, category=self.own[key], rule="your map")
        elif key.replace(" ", "_") in CATEGORY_CODES:
            code = key.replace(" ", "_")
            found = Meaning(label=label, category=code, rule="our category")
        elif key in _listed():
            code, rule = _listed()[key]
            found = Meaning(label=label, category=code, rule=rule)
        else:
            near = nearest_category(label)
            hint = f"; perhaps {near}" if near else ""
            return Meaning(label=label, category="", rule=f"no list names it{hint}")
        if found.category == DEBRIS_OTHER and not of_box:
            rule = "debris of no named material is no class of a photo"
            return Meaning(label=label, category="", rule=rule)
        return found


def read_label_map(path: Path) -> LabelMap:
    """Read a person's map, YAML of ``label: category`` or ``label: ignore``.

    Raises
    ------
    InputError
        If it is no such map, or names a category that does not exist.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise InputError(f"{path} is no YAML: {plain(error)}") from error
    if not isinstance(document, dict) or not document:
        raise InputError(f"{path} holds no map, expected lines of 'label: category'")
    own = {}
    for label, code in document.items():
        code = str(code)
        if code not in (IGNORE, DEBRIS_OTHER, *CATEGORY_CODES):
            try:
                category(code)
            except NotFoundError as error:
                raise InputError(f"{path}, label {plain(label)!r}: {error}") from error
            code = DEBRIS_OTHER  # the one record category that is no class
        own[str(label)] = code
    return LabelMap(own)
