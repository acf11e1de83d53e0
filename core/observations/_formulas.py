"""Cells that a spreadsheet would run as a formula, made harmless and restored."""

import re

__all__ = ["guarded", "unguarded"]

#: Begins a formula; apostrophes before it are taken along, so that guarding and
#: taking the guard off again is the identity for any text.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def guarded(text: str) -> str:
    """Put an apostrophe before a text that would be run.

    Examples
    --------
    >>> guarded("=1+1"), guarded("net")
    ("'=1+1", 'net')
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """Take the apostrophe off again."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text
