"""Identity of a record: a hash of what was seen.

A second import of the same record gets the same id and therefore writes nothing.
"""

import hashlib
import re
from collections.abc import Sequence

import pandas as pd

__all__ = ["content_ids", "identify"]

#: Columns that make an observation what it is. Left out are what we derive or may
#: judge anew later: id, H3 cell, quality flag, confidence, the simulated badge.
_IDENTITY = (
    "survey",
    "lat",
    "lon",
    "observed_at",
    "category",
    "count",
    "mass_kg",
    "effort_km2",
    "size_class",
    "source",
    "photo_sha256",
    "model",
)
_HEX_DIGITS = 32
_WITH_REPLICATE = re.compile(rf"[0-9a-f]{{{_HEX_DIGITS}}}-([0-9a-f]{{8}})")


def _number(value: float, spec: str) -> str:
    return "" if value != value else format(value + 0.0, spec)  # +0.0 drops -0.0


def _hash(text: str, digits: int) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:digits]


def identify(
    frame: pd.DataFrame, *, replicate: Sequence[str], given: Sequence[str]
) -> list[str]:
    """Id of each record of a checked frame.

    Parameters
    ----------
    frame : DataFrame
        Checked columns, the ids not yet among them.
    replicate : sequence of str
        What tells equal records apart, such as the number of a tow; empty if nothing.
    given : sequence of str
        Ids in the file, as our own exports write them. Only the part that names the
        replicate is taken over, so an edited record gets a new id.

    Returns
    -------
    list of str
        32 hexadecimal digits of the content, and ``-`` and 8 more for a replicate.
    """
    columns = [frame[name].tolist() for name in _IDENTITY]
    columns[_IDENTITY.index("lat")] = [_number(v, ".7f") for v in frame["lat"]]
    columns[_IDENTITY.index("lon")] = [_number(v, ".7f") for v in frame["lon"]]
    columns[_IDENTITY.index("mass_kg")] = [_number(v, ".9g") for v in frame["mass_kg"]]
    columns[_IDENTITY.index("effort_km2")] = [
        _number(v, ".9g") for v in frame["effort_km2"]
    ]
    columns[_IDENTITY.index("observed_at")] = frame["observed_at"].astype(str).tolist()
    ids = [
        # The unit separator cannot occur in a text that passed the checks.
        _hash("\x1f".join(map(str, values)), _HEX_DIGITS)
        for values in zip(*columns, strict=True)
    ]
    return [
        content + _suffix(told, old)
        for content, told, old in zip(ids, replicate, given, strict=True)
    ]


def _suffix(replicate: str, given: str) -> str:
    if replicate:
        return "-" + _hash(replicate, 8)
    match = _WITH_REPLICATE.fullmatch(given)
    return f"-{match.group(1)}" if match else ""


def content_ids(
    frame: pd.DataFrame, names: Sequence[str], *, replicate: Sequence[str]
) -> list[str]:
    """Id of each record of a checked frame, by the columns that identify it.

    Parameters
    ----------
    frame : DataFrame
        Checked columns.
    names : sequence of str
        Columns that make a record what it is, in a fixed order.
    replicate : sequence of str
        What tells equal records apart; empty if nothing.

    Returns
    -------
    list of str
        32 hexadecimal digits of the content, and ``-`` and 8 more for a replicate.
    """
    columns = [_as_texts(name, frame[name]) for name in names]
    return [
        _hash("\x1f".join(values), _HEX_DIGITS) + _suffix(told, "")
        for values, told in zip(zip(*columns, strict=True), replicate, strict=True)
    ]


def _as_texts(name: str, column: pd.Series) -> list[str]:
    if column.dtype.kind == "f":
        # Degrees to about 1 cm; other numbers to what a round trip through text keeps.
        spec = ".7f" if name.endswith(("lat", "lon")) else ".9g"
        return [_number(value, spec) for value in column.tolist()]
    # A missing time stays missing in the cast, whatever pandas calls it.
    return column.astype(str).fillna("").tolist()
