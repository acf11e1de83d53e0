"""Words for kinds of debris in field tables, brought to our categories."""

import unicodedata
from functools import lru_cache

from core.observations.categories import CATEGORY_CODES
from core.observations.quantities import ANY_DEBRIS, OTHER_DEBRIS

__all__ = ["category_of"]

#: Material words of the European, NOAA and UNEP lists and their translations. A modest
#: list: other words are refused with the nearest, and can be named in a mapping.
_WORDS: dict[str, str] = {
    "plastic": "plastics plastik kunststoff plastico plastique plastica plasticos "
    "artificialpolymermaterials artificialpolymer polymer foam foamedplastic styrofoam "
    "microplastic microplastics plasticfragments kunststoffe hardplastic film",
    "fishing_gear": "net nets rope ropes netsropeslines fishingnet ghostnet netz "
    "fishinggear fishingline fischernetz derelictgear dfg "
    "redesdepesca aparejosdepesca artesdepesca netze fischereinetz fischereinetze "
    "fischernetze fischereigerat fischereigerate filet filets filetdepeche "
    "filetsdepeche cordage cordages enginsdepeche retidapesca attrezzidapesca",
    "rubber": "gummi caucho caoutchouc gomma goma latex",
    "textile": "textiles cloth clothfabric clothtextile fabric kleidung textilien "
    "textil tissu tessuto tela clothing",
    "glass": "glas vidrio verre vetro glassceramics glassceramic ceramic ceramics "
    "pottery glasskeramik",
    "metal": "metals metall metalle metales metaux metalli aluminium",
    "paper_cardboard": "paper papier cardboard papercardboard papel carton pappe carta "
    "karton",
    "wood": "holz madera bois legno processedwood processedworkedwood lumber "
    "processedlumber workedwood timber",
    "biota": "livingthings organism organisms animal animals algae seaweed",
    "clean": "none nodebris nothing nolitter keine",
    OTHER_DEBRIS: "miscellaneous misc unclassifiable otherunclassifiable chemicals "
    "undefined foodwaste unidentified sonstiges otros autres altro paraffin",
    ANY_DEBRIS: "all total anylitter debris litter marinelitter marinedebris mull "
    "alllitter totallitter",
}
_CODE = {word: code for code, words in _WORDS.items() for word in words.split()}
_CODE |= {
    code.replace("_", ""): code for code in (*CATEGORY_CODES, OTHER_DEBRIS, ANY_DEBRIS)
}


@lru_cache(maxsize=4096)  # a column repeats few words
def category_of(word: str) -> str:
    """Return our category for a word; empty if it is not among those known.

    Examples
    --------
    >>> category_of("Artificial polymer materials")
    'plastic'
    >>> category_of("thing")
    ''
    """
    plain = unicodedata.normalize("NFKD", word.lower().replace("ß", "ss"))
    return _CODE.get("".join(c for c in plain if c.isascii() and c.isalnum()), "")
