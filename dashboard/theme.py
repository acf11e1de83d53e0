"""Colours and symbols: one fixed pair a category, one even scale for density.

Categories take the palette of Okabe and Ito and a symbol each, so that nothing is told
by colour alone. Density takes cividis, which stays even for colour-blind readers and in
grey. Uncertainty is shown by fading, never by red and green.

References
----------
.. [1] M. Okabe, K. Ito, "Color Universal Design" (2008).
.. [2] J. R. Nunez, C. R. Anderton, R. S. Renslow, "Optimizing colormaps with
   consideration for color vision deficiency", PLoS ONE 13 (2018) e0199239.
"""

from dataclasses import dataclass
from typing import Literal

import streamlit as st

__all__ = [
    "CATEGORY_STYLES",
    "CIVIDIS",
    "MAP_COLOURS",
    "RAMPS",
    "CategoryStyle",
    "MapColours",
    "RampName",
    "category_colours",
    "hex_to_rgb",
    "line_ramp",
    "scale_colour",
    "theme_name",
]

ThemeName = Literal["light", "dark"]
RampName = Literal["cividis", "fade_light", "fade_dark", "line_light", "line_dark"]


@dataclass(frozen=True)
class CategoryStyle:
    """How a category looks in charts: colour, marker symbol and bar texture."""

    colour: str
    symbol: str
    pattern: str


CATEGORY_STYLES: dict[str, CategoryStyle] = {
    "plastic": CategoryStyle("#0072B2", "circle", ""),
    "fishing_gear": CategoryStyle("#D55E00", "diamond", "/"),
    "wood": CategoryStyle("#E69F00", "square", "\\"),
    "glass": CategoryStyle("#56B4E9", "triangle-up", "x"),
    "metal": CategoryStyle("#999999", "triangle-down", "-"),
    "paper_cardboard": CategoryStyle("#F0E442", "pentagon", "|"),
    "textile": CategoryStyle("#CC79A7", "star", "+"),
    "rubber": CategoryStyle("#5C5C5C", "hexagon", "."),
    "biota": CategoryStyle("#009E73", "cross", "/"),
    "clean": CategoryStyle("#A8C4D6", "circle-open", ""),
    "other": CategoryStyle("#9C7A54", "hourglass", "x"),
}

#: Cividis at ten even steps, dark to light.
CIVIDIS: tuple[str, ...] = (
    "#00204D",
    "#002C69",
    "#26396C",
    "#434D6B",
    "#575D6D",
    "#6C6E72",
    "#838078",
    "#A69D75",
    "#CDBB63",
    "#FFE945",
)

#: Scales by name: density, and certainty that fades into the
#: background of the theme where little is known; thin marks such as arrows.
RAMPS: dict[RampName, tuple[str, ...]] = {
    "cividis": CIVIDIS,
    "fade_light": ("#0072B2", "#5E9CC4", "#9DBBD0", "#C9D3DA"),
    "fade_dark": ("#56B4E9", "#4183A8", "#31586F", "#283A47"),
    # For thin marks: every step keeps 3:1 against sea and land, and more is stronger.
    "line_light": ("#4A80A5", "#35658F", "#1D4774", "#001B44"),
    "line_dark": ("#5F8FB8", "#8E9FA6", "#C9BA7C", "#FFE945"),
}


@dataclass(frozen=True)
class MapColours:
    """Colours of the base map and of marks on it, as ``(red, green, blue)``."""

    sea: tuple[int, int, int]
    land: tuple[int, int, int]
    coast: tuple[int, int, int]
    grid: tuple[int, int, int]
    text: tuple[int, int, int]


MAP_COLOURS: dict[ThemeName, MapColours] = {
    "light": MapColours(
        sea=(222, 234, 241),
        land=(238, 236, 228),
        coast=(128, 138, 144),
        grid=(190, 206, 216),
        text=(60, 78, 90),
    ),
    "dark": MapColours(
        sea=(14, 24, 34),
        land=(52, 58, 62),
        coast=(122, 134, 142),
        grid=(42, 58, 71),
        text=(176, 194, 206),
    ),
}


def line_ramp() -> RampName:
    """Scale of thin marks on the map in the theme shown now."""
    return "line_dark" if theme_name() == "dark" else "line_light"


def theme_name() -> ThemeName:
    """Theme the browser shows now; light until it has said so."""
    return "dark" if st.context.theme.type == "dark" else "light"


def category_colours(codes: list[str]) -> dict[str, str]:
    """Colour of each category code, grey for one without a fixed colour."""
    return {
        code: CATEGORY_STYLES[code].colour if code in CATEGORY_STYLES else "#999999"
        for code in codes
    }


def hex_to_rgb(colour: str) -> tuple[int, int, int]:
    """Turn ``#RRGGBB`` into three numbers from 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def scale_colour(share: float, *, ramp: RampName = "cividis") -> tuple[int, int, int]:
    """Colour at a share from 0 to 1 of a scale, between its steps."""
    steps = RAMPS[ramp]
    share = min(max(share, 0.0), 1.0)
    position = share * (len(steps) - 1)
    index = min(int(position), len(steps) - 2)
    part = position - index
    low, high = hex_to_rgb(steps[index]), hex_to_rgb(steps[index + 1])
    red, green, blue = (
        round(a + (b - a) * part) for a, b in zip(low, high, strict=True)
    )
    return red, green, blue
