"""Turn raw columns into numbers, texts and times, without guessing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api import types

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

MISSING_WORDS = frozenset({"", "na", "n/a", "nan", "nat", "null", "none", "<na>"})
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
#: A calendar day is the least an observation needs; a bare year or month is refused.
_ISO_TIME = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}(:?\d{2}.*)?)?")
_HAS_OFFSET = re.compile(r"(Z|[+-]\d{2}(:?\d{2})?)$")


@dataclass(frozen=True)
class Numbers:
    """A column as numbers; ``is_bad`` where something stood that is no number."""

    data: FloatArray
    is_missing: BoolArray
    is_bad: BoolArray
    n_thousands: int = 0


def texts(column: pd.Series) -> list[str]:
    """Column as stripped text, missing as empty."""
    return ["" if _is_missing(v) else str(v).strip() for v in column.tolist()]


def _is_missing(value: object) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or value != value


def numbers(column: pd.Series) -> Numbers:
    """Column as numbers; thousands commas are read and counted."""
    if types.is_numeric_dtype(column.dtype) and not types.is_bool_dtype(column.dtype):
        data = np.asarray(column.astype("float64"), dtype=np.float64)
        return Numbers(data, np.isnan(data), np.zeros(len(data), dtype=bool))
    raw = texts(column)
    missing = np.array([text.lower() in MISSING_WORDS for text in raw], dtype=bool)
    commas = [
        i for i, text in enumerate(raw) if "," in text and _THOUSANDS.fullmatch(text)
    ]
    for i in commas:
        raw[i] = raw[i].replace(",", "")
    parsed = pd.to_numeric(pd.Series(raw, dtype="object"), errors="coerce")
    data = np.asarray(parsed, dtype=np.float64)
    return Numbers(data, missing, np.isnan(data) & ~missing, len(commas))


@dataclass(frozen=True)
class Times:
    """A column as UTC times; ``is_naive`` where no offset was given."""

    data: pd.Series
    is_missing: BoolArray
    is_bad: BoolArray
    is_naive: BoolArray


def times(column: pd.Series) -> Times:
    """Column as UTC; only ISO 8601 text and real timestamps are read."""
    n = len(column)
    no = np.zeros(n, dtype=bool)
    if types.is_datetime64_any_dtype(column.dtype):
        naive = getattr(column.dt, "tz", None) is None
        values = (
            column.dt.tz_localize("UTC") if naive else column.dt.tz_convert("UTC")
        ).reset_index(drop=True)
        missing = values.isna().to_numpy(dtype=bool)
        is_naive = ~missing if naive else no
        return Times(values.dt.as_unit("us"), missing, no, is_naive)
    raw = texts(column)
    missing = np.array([text.lower() in MISSING_WORDS for text in raw], dtype=bool)
    is_iso = np.array([_ISO_TIME.fullmatch(text) is not None for text in raw], bool)
    readable = pd.Series(
        [text if ok else None for text, ok in zip(raw, is_iso, strict=True)],
        dtype="object",
    )
    values = _parsed(readable)
    bad = values.isna().to_numpy(dtype=bool) & ~missing
    naive_text = np.array(
        [_HAS_OFFSET.search(text[10:]) is None for text in raw], dtype=bool
    )
    return Times(values, missing, bad, naive_text & ~missing & ~bad)


def _parsed(readable: pd.Series) -> pd.Series:
    if readable.isna().all():
        return pd.Series(pd.NaT, index=readable.index, dtype="datetime64[us, UTC]")
    parsed = pd.to_datetime(readable, format="ISO8601", utc=True, errors="coerce")
    return parsed.dt.as_unit("us")


def booleans(raw: Sequence[str]) -> tuple[BoolArray, BoolArray]:
    """Texts as truth values, and where they are none; empty is false."""
    lower = [text.lower() for text in raw]
    is_true = np.array([text in {"true", "1", "1.0", "yes"} for text in lower], bool)
    is_false = np.array(
        [text in {"false", "0", "0.0", "no", *MISSING_WORDS} for text in lower], bool
    )
    return is_true, ~(is_true | is_false)
