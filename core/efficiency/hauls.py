"""The haul frame: one row a cleanup trip, checked before anything is computed."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import InputError

__all__ = [
    "HAUL_COLUMNS",
    "CheckedHauls",
    "RefusedHaul",
    "check_hauls",
    "require_hauls",
]

#: Columns of a haul frame. Masses in kg, fuel in litres, cost in the fleet's currency,
#: hours from casting off to mooring.
HAUL_COLUMNS: tuple[str, ...] = (
    "haul_id",
    "vessel",
    "started_at",
    "ended_at",
    "site",
    "planned_kg",
    "hauled_kg",
    "hours",
    "fuel_l",
    "cost",
    "distance_km",
    "simulated",
)
_TIMES = ("started_at", "ended_at")
#: May be zero, may not be unknown.
_AMOUNTS = ("hauled_kg", "fuel_l", "cost", "distance_km")
#: Room for rounding when hours are compared with the times, as a share.
_HOURS_TOLERANCE = 0.01


@dataclass(frozen=True)
class RefusedHaul:
    """A haul that cannot be used, and why."""

    row: int
    haul_id: str
    field: str
    value: str
    reason: str

    def __str__(self) -> str:
        return f"haul {self.haul_id!r} (row {self.row}): {self.reason}"


@dataclass(frozen=True)
class CheckedHauls:
    """Hauls that can be used, and those that cannot."""

    accepted: pd.DataFrame
    refused: tuple[RefusedHaul, ...]


def check_hauls(hauls: pd.DataFrame) -> CheckedHauls:
    """Separate usable hauls from bad ones; one bad row never loses the others.

    A haul is refused if its id is empty or repeated, its vessel is not named, a time
    is missing or has no zone, it ends before or when it starts, its hours are not
    positive or longer than the time between start and end, an amount is negative,
    infinite or missing, or the planned mass is negative or infinite (a missing plan is
    allowed: the trip then does not count in the comparison with the plan).

    Parameters
    ----------
    hauls : DataFrame
        Columns `HAUL_COLUMNS`; ``simulated`` may be left out and is then False.

    Raises
    ------
    InputError
        If a column is missing.
    """
    missing = [c for c in HAUL_COLUMNS if c not in hauls.columns and c != "simulated"]
    if missing:
        raise InputError(f"hauls lack the columns {', '.join(missing)}")
    frame = hauls.reset_index(drop=True).copy()
    if "simulated" not in frame.columns:
        frame["simulated"] = False
    frame = frame[list(HAUL_COLUMNS)]
    refusals = _Refusals(frame)
    frame["haul_id"] = frame["haul_id"].astype("str").str.strip()
    names = frame["vessel"].fillna("").astype("str").str.strip()
    frame["vessel"] = names
    blank = frame["haul_id"].isin(["", "nan", "None", "<NA>"])
    refusals.add(blank, "haul_id", "haul has no id")
    refusals.add(
        frame["haul_id"].duplicated() & ~blank, "haul_id", "haul id is used twice"
    )
    refusals.add(names == "", "vessel", "vessel is not named")
    for column in _TIMES:
        frame[column] = _times(frame[column])
        refusals.add(
            frame[column].isna(), column, f"{column} is not a time with a zone"
        )
    backwards = frame["ended_at"] <= frame["started_at"]
    refusals.add(backwards, "ended_at", "haul ends before or when it starts")
    for column in (*_AMOUNTS, "hours", "planned_kg"):
        numbers = pd.to_numeric(frame[column], errors="coerce").astype("float64")
        if column == "planned_kg":
            unreadable = numbers.isna() & frame[column].notna()
        else:
            unreadable = numbers.isna()
        bad = unreadable | np.isinf(numbers)
        refusals.add(bad, column, f"{column} is not a number")
        refusals.add(numbers < 0, column, f"{column} is negative")
        frame[column] = numbers
    refusals.add(frame["hours"] == 0, "hours", "hours are zero")
    span_h = (frame["ended_at"] - frame["started_at"]).dt.total_seconds() / 3600.0
    longer = (frame["hours"] > span_h * (1.0 + _HOURS_TOLERANCE)) & ~backwards
    refusals.add(longer, "hours", "hours are longer than from start to end")
    frame["site"] = frame["site"].fillna("").astype("str")
    frame["simulated"] = frame["simulated"].fillna(False).astype(bool)
    accepted = frame.loc[~refusals.is_bad].reset_index(drop=True)
    return CheckedHauls(accepted, refusals.listed())


def require_hauls(hauls: pd.DataFrame) -> pd.DataFrame:
    """Return the checked hauls, or refuse them all if one is bad.

    Raises
    ------
    InputError
        Naming the first five bad hauls.
    """
    checked = check_hauls(hauls)
    if checked.refused:
        named = "; ".join(str(refused) for refused in checked.refused[:5])
        more = len(checked.refused) - 5
        raise InputError(named + (f"; and {more} more" if more > 0 else ""))
    return checked.accepted


def _times(column: "pd.Series[pd.Timestamp]") -> "pd.Series[pd.Timestamp]":
    """Read times with a zone as UTC; anything else becomes missing."""

    def read(value: object) -> pd.Timestamp | None:
        try:
            moment = pd.Timestamp(value)  # type: ignore[arg-type]
        except (ValueError, TypeError):
            return None
        if pd.isna(moment) or moment.tzinfo is None:
            return None
        return moment.tz_convert("UTC")

    moments = [read(value) for value in column]
    return pd.Series(
        pd.DatetimeIndex(moments, tz="UTC").as_unit("us"), index=column.index
    )


class _Refusals:
    """Collects the first reason found for each bad row."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._raw = frame.copy()
        self.is_bad: npt.NDArray[np.bool_] = np.zeros(len(frame), dtype=bool)
        self._found: list[RefusedHaul] = []

    def add(self, bad: "pd.Series[bool]", column: str, reason: str) -> None:
        rows = np.flatnonzero(np.asarray(bad, dtype=bool) & ~self.is_bad)
        for row in rows:
            value = self._raw[column].iloc[int(row)]
            self._found.append(
                RefusedHaul(
                    row=int(row) + 1,
                    haul_id=str(self._raw["haul_id"].iloc[int(row)])[:80],
                    field=column,
                    value=str(value)[:80],
                    reason=f"{reason}, got {str(value)[:80]!r}",
                )
            )
        self.is_bad[rows] = True

    def listed(self) -> tuple[RefusedHaul, ...]:
        return tuple(sorted(self._found, key=lambda refused: refused.row))
