"""Signs that what a table counts was no object afloat, which a vessel could pick up.

Items on a beach, in a bottom trawl or in a net for microplastic look the same in a
table: a kind, a count, perhaps an area. They are never observations of floating debris;
where a sign of them stands, a person says what was measured.
"""

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

__all__ = ["is_micro", "sign_not_afloat"]

#: A modest list, as the words for fields are.
_SHORE = (
    "beach beaches shore shoreline strand playa playas plage spiaggia praia "
    "riverbank riverbanks riverside dune dunes quadrat"
)
_BED = (
    "sediment sediments seabed seafloor benthic grab corer meeresboden dredge sedimento"
)
_MICRO = (
    "microplastic microplastics microlitter mikroplastik microplastico microplasticos "
    "microplastique microplastiques microplastica microplastiche nurdle nurdles mesh "
    "manta neuston plankton"
)
_MEANT = {
    **dict.fromkeys(_SHORE.split(), "a shore"),
    **dict.fromkeys(_BED.split(), "the sea bed"),
    **dict.fromkeys(_MICRO.split(), "microplastic"),
}
_PAIRS = {
    ("sea", "bed"): "the sea bed",
    ("sea", "floor"): "the sea bed",
    ("bottom", "trawl"): "the sea bed",
    ("beam", "trawl"): "the sea bed",
    ("river", "bank"): "a shore",
}
#: "distance to shore (km)", "depth of the sea bed" are of a place at sea.
_OF_A_PLACE = frozenset(("distance", "dist", "nearest", "to", "from", "depth"))
_SMALL = re.compile(
    r"(?:<\s*=?|(?<![\d.,])[0-4](?:[.,]\d+)?\s*(?:mm)?\s*(?:-|–|to))"  # noqa: RUF001
    r"\s*[0-5](?:[.,]\d+)?\s*mm\b|\bmicro",
    re.IGNORECASE,
)
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LETTERS = re.compile(r"[a-z]+")


def sign_not_afloat(headings: Sequence[str], methods: Sequence[str] = ()) -> str:
    """Say which heading or method tells of debris that was not afloat; empty if none.

    Parameters
    ----------
    headings : sequence of str
        Of the table.
    methods : sequence of str
        How things were counted, as its cells say.

    Examples
    --------
    >>> sign_not_afloat(["lat", "lon", "beach name"])
    "'beach name' points to a shore"
    >>> sign_not_afloat(["distance to shore (km)"], ["visual"])
    ''
    """
    for text in (*headings, *dict.fromkeys(methods)):
        if meant := _meant(text):
            return f"{text.strip()[:40]!r} points to {meant}"
    return ""


def _meant(text: str) -> str:
    parted = _HUMP.sub(" ", text)
    plain = unicodedata.normalize("NFKD", parted.lower())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    words = _LETTERS.findall(plain)
    if _OF_A_PLACE & set(words):
        return ""
    found = [_MEANT[word] for word in words if word in _MEANT]
    found += [_PAIRS[pair] for pair in pairwise(words) if pair in _PAIRS]
    return found[0] if found else ""


def is_micro(text: str) -> bool:
    """Whether a kind or size class is of pieces under 5 mm.

    Examples
    --------
    >>> is_micro("Microplastics"), is_micro("< 5 mm"), is_micro("5 - 50 cm")
    (True, True, False)
    """
    return bool(_SMALL.search(text)) or _meant(text) == "microplastic"
