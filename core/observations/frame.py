"""The observation frame: columns, types and quality flags that packages exchange."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

import pandas as pd

__all__ = [
    "OBSERVATION_COLUMNS",
    "OBSERVATION_DTYPES",
    "Checked",
    "QualityFlag",
    "Rejection",
    "empty_observations",
]

#: Columns of an observation frame, in order, with their types.
OBSERVATION_DTYPES: dict[str, str] = {
    "observation_id": "str",
    "survey": "str",
    "lat": "float64",
    "lon": "float64",
    "observed_at": "datetime64[us, UTC]",
    "category": "str",
    "count": "int64",
    "mass_kg": "float64",
    "effort_km2": "float64",
    "size_class": "str",
    "quality_flag": "int64",
    "source": "str",
    "photo_sha256": "str",
    "model": "str",
    "confidence": "float64",
    "simulated": "bool",
    "h3": "str",
}
OBSERVATION_COLUMNS: tuple[str, ...] = tuple(OBSERVATION_DTYPES)


class QualityFlag(IntEnum):
    """QARTOD flags: doubtful data are kept and marked, not deleted.

    References
    ----------
    .. [1] US IOOS, "Manual for the Use of Real-Time Oceanographic Data Quality Control
       Flags", version 1.2 (2020).
    """

    GOOD = 1
    NOT_EVALUATED = 2
    SUSPECT = 3
    FAIL = 4
    MISSING = 9


@dataclass(frozen=True)
class Rejection:
    """Why a record was refused, or why it is doubtful.

    Attributes
    ----------
    row : int
        Number of the record from 1, the heading not counted.
    field : str
        Column at fault; empty if it is the whole record.
    value : str
        What stood there, cut to 80 characters.
    reason : str
        What was expected, for a person.
    """

    row: int
    field: str
    value: str
    reason: str

    def to_dict(self) -> dict[str, int | str]:
        """Return the reason as a row of the import report."""
        return {
            "row": self.row,
            "field": self.field,
            "value": self.value,
            "reason": self.reason,
        }


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What became of the records of a table: nothing is lost without a word.

    Attributes
    ----------
    accepted : DataFrame
        Observations with the columns of `OBSERVATION_COLUMNS`, in input order.
    rejected : tuple of Rejection
        Every fault of every refused record; a record may have several.
    doubts : tuple of Rejection
        Accepted records whose quality flag was raised to suspect, and why.
    repeated : tuple of Rejection
        Records equal to an earlier one of the same table, kept once.
    n_rows : int
        Records read.
    notes : mapping of str to int
        How often something was read with an interpretation, such as a time without
        an offset taken as UTC.
    mapping : mapping of str to str
        Column of the table for each column of the frame.
    """

    accepted: pd.DataFrame
    rejected: tuple[Rejection, ...] = ()
    doubts: tuple[Rejection, ...] = ()
    repeated: tuple[Rejection, ...] = ()
    n_rows: int = 0
    notes: Mapping[str, int] = field(default_factory=dict)
    mapping: Mapping[str, str] = field(default_factory=dict)

    @property
    def n_rejected(self) -> int:
        """Records refused."""
        return len({rejection.row for rejection in self.rejected})

    @property
    def duplicates(self) -> int:
        """Records equal to an earlier one of the same table."""
        return len(self.repeated)

    @property
    def flags(self) -> dict[str, int]:
        """Accepted records by quality flag, by reason of doubt, and the notes."""
        counted = Counter(
            f"quality_{flag}" for flag in self.accepted["quality_flag"].tolist()
        )
        return {**dict(sorted(counted.items())), **dict(self.notes)}


def empty_observations() -> pd.DataFrame:
    """Return an observation frame without rows, with the right types."""
    return typed({name: [] for name in OBSERVATION_COLUMNS})


def typed(columns: Mapping[str, Sequence[object] | pd.Series]) -> pd.DataFrame:
    """Build an observation frame from checked columns."""
    return pd.DataFrame(
        {
            # The stubs know types by literal only, the table above holds plain text.
            name: pd.Series(columns[name]).astype(dtype).reset_index(drop=True)  # type: ignore[call-overload]
            for name, dtype in OBSERVATION_DTYPES.items()
        }
    )
