"""Text that the sheet's font can show, measured and broken to fit."""

from functools import lru_cache
from pathlib import Path

import matplotlib as mpl
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font

__all__ = ["BOLD", "PLAIN", "Words", "font"]

PLAIN, BOLD = "DejaVuSans.ttf", "DejaVuSans-Bold.ttf"
#: Stands for a character that the font has no glyph for.
_MISSING = "\N{WHITE SQUARE}"
_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
_FIXED = 65536.0
_MEASURED_PT = 200.0


def font(name: str, size: float) -> FontProperties:
    """One of the fonts that come with matplotlib, at a size in points."""
    return FontProperties(fname=str(_path(name)), size=size)


def _path(name: str) -> Path:
    return Path(mpl.get_data_path()) / "fonts" / "ttf" / name


@lru_cache(maxsize=2)
def _characters(name: str) -> frozenset[int]:
    return frozenset(FT2Font(str(_path(name))).get_charmap())


@lru_cache(maxsize=20_000)
def _advance(name: str, char: str) -> float:
    """Width of a character at size 1; measured large, for hinting rounds it."""
    face = FT2Font(str(_path(name)))
    face.set_size(_MEASURED_PT, 72.0)
    return float(face.load_char(ord(char)).linearHoriAdvance) / _FIXED / _MEASURED_PT


class Words:
    """Makes texts showable, and remembers whether any character was replaced."""

    def __init__(self) -> None:
        self.replaced = False

    def shown(self, text: str, name: str = PLAIN) -> str:
        """Replace characters that the font has no glyph for."""
        known = _characters(name)
        safe = "".join(c if ord(c) in known or c == "\n" else _MISSING for c in text)
        self.replaced |= safe != text
        return safe

    def width_pt(self, text: str, size: float, name: str = PLAIN) -> float:
        """Width of a line in points, without kerning, which makes it no wider."""
        return sum(_advance(name, char) for char in text) * size

    def cut(self, text: str, size: float, width_pt: float, name: str = PLAIN) -> str:
        """Shorten a line to a width, with an ellipsis where something is left out."""
        if self.width_pt(text, size, name) <= width_pt:
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            tried = text[:middle].rstrip() + _ELLIPSIS
            fits = self.width_pt(tried, size, name) <= width_pt
            low, high = (middle, high) if fits else (low, middle - 1)
        return text[:low].rstrip() + _ELLIPSIS

    def lines(
        self, text: str, size: float, width_pt: float, *, most: int = 99
    ) -> list[str]:
        """Break a text at blanks into lines of a width; the last may be cut."""
        lines = [""]
        for word in text.split(" "):
            tried = f"{lines[-1]} {word}" if lines[-1] else word
            if not lines[-1] or self.width_pt(tried, size) <= width_pt:
                lines[-1] = tried
            else:
                lines.append(word)
        if len(lines) > most:
            lines = [*lines[: most - 1], " ".join(lines[most - 1 :])]
        return [self.cut(line, size, width_pt) for line in lines]
