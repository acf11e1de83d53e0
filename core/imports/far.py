"""Positions far from the rest of their file: a doubt, never a refusal.

A wrong sign or a slipped digit moves a record by hundreds of kilometres. The middle of
a file and the distance within which half of its places lie are hardly moved by a few
such records, so they stand out.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.geo import EARTH_RADIUS_KM
from core.observations.frame import QualityFlag, Rejection
from core.observations.importers import Imported

__all__ = ["FarPlaces", "far_places", "flag_far"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

#: Assumptions: how many times farther than half of the places, how far at least, and
#: among how many places at least. Of the 16 published files they were tried on, one has
#: far places: seven beaches in Polynesia, New Caledonia and South America in a European
#: list. They are real, which is why far is a doubt and no refusal.
_TIMES_FARTHER = 12.0
_AT_LEAST_KM = 200.0
_MIN_PLACES = 8
#: More than this share of the places is a second area of work, not a slip.
_MAX_SHARE = 0.05
_FRAMES = ("observations", "measurements", "events")


@dataclass(frozen=True)
class FarPlaces:
    """Which positions lie far off, and from what.

    Attributes
    ----------
    is_far : ndarray of bool, shape (n,)
        True where a position is doubtful.
    distance_km : ndarray of float, shape (n,)
        From the middle of the file's places; NaN where there is no position.
    half_within_km : float
        Half of the places lie within this distance of the middle.
    """

    is_far: BoolArray
    distance_km: FloatArray
    half_within_km: float


def far_places(lat: FloatArray, lon: FloatArray) -> FarPlaces:
    """Find positions that lie far from all others.

    Parameters
    ----------
    lat, lon : ndarray of float, shape (n,)
        Degrees; NaN where there is none.

    Returns
    -------
    FarPlaces
        Nothing is far where there are fewer than 8 places, or where more than 5 % of
        the places would be.
    """
    known = np.isfinite(lat) & np.isfinite(lon)
    distance = np.full(len(lat), np.nan)
    nothing = np.zeros(len(lat), dtype=bool)
    if not known.any():
        return FarPlaces(nothing, distance, float("nan"))
    points = _unit_vectors(lat[known], lon[known])
    # Each place once: a station with a hundred rows is not a hundred places.
    places, inverse = np.unique(points.round(6), axis=0, return_inverse=True)
    apart = _distances_km(places)
    half = float(np.median(apart))
    distance[known] = apart[inverse.reshape(-1)]
    far = apart > max(_AT_LEAST_KM, _TIMES_FARTHER * half)
    if len(places) < _MIN_PLACES or far.mean() > _MAX_SHARE:
        return FarPlaces(nothing, distance, half)
    is_far = nothing.copy()
    is_far[known] = far[inverse.reshape(-1)]
    return FarPlaces(is_far, distance, half)


def _unit_vectors(lat: FloatArray, lon: FloatArray) -> FloatArray:
    phi, lam = np.radians(lat), np.radians(lon)
    return np.column_stack(
        (np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi))
    )


def _distances_km(places: FloatArray) -> FloatArray:
    """Great-circle distance of each place from the middle of all."""
    middle = np.median(places, axis=0)
    length = np.linalg.norm(middle)
    if length < 1e-9:  # spread over the globe: no middle, so nothing is far from it
        return np.zeros(len(places))
    angle = np.arccos(np.clip(places @ (middle / length), -1.0, 1.0))
    return np.asarray(angle * EARTH_RADIUS_KM)


def flag_far(imported: Imported) -> Imported:
    """Flag the kept records that lie far from the others of their file.

    They are kept with quality flag 3, with the reason in the report and, where the
    record has one, in its note.
    """
    frames = {name: getattr(imported, name) for name in _FRAMES}
    lat = np.concatenate([f["lat"].to_numpy(dtype=float) for f in frames.values()])
    lon = np.concatenate([f["lon"].to_numpy(dtype=float) for f in frames.values()])
    found = far_places(lat, lon)
    if not found.is_far.any():
        return imported
    rows = row_numbers(imported)
    start = 0
    changed: dict[str, pd.DataFrame] = {}
    doubts: dict[tuple[int, str], Rejection] = {}
    for name, frame in frames.items():
        part = slice(start, start + len(frame))
        start += len(frame)
        words = _in_words(found, part)
        changed[name] = _flagged(frame, found.is_far[part], words)
        for i in np.flatnonzero(found.is_far[part]).tolist():
            place = f"{frame['lat'].iloc[i]:g}, {frame['lon'].iloc[i]:g}"
            fault = Rejection(rows[name][i], "lat, lon", place, words[i])
            doubts.setdefault((fault.row, fault.value), fault)
    return replace(
        imported,
        observations=changed["observations"],
        measurements=changed["measurements"],
        events=changed["events"],
        doubts=tuple(
            sorted((*imported.doubts, *doubts.values()), key=lambda fault: fault.row)
        ),
        notes={**imported.notes, "far_from_the_rest": len(doubts)},
    )


def _in_words(found: FarPlaces, part: slice) -> list[str]:
    return [
        f"{km:,.0f} km from the middle of this file; "
        f"half of its places lie within {found.half_within_km:,.0f} km"
        for km in found.distance_km[part].tolist()
    ]


def _flagged(frame: pd.DataFrame, is_far: BoolArray, words: list[str]) -> pd.DataFrame:
    suspect = int(QualityFlag.SUSPECT)
    doubted = is_far & (frame["quality_flag"].to_numpy() < suspect)
    out = frame.assign(quality_flag=frame["quality_flag"].where(~doubted, suspect))
    if "note" in frame.columns:
        notes = [
            "; ".join(text for text in (note, word) if text) if far else note
            for note, word, far in zip(
                frame["note"], words, is_far.tolist(), strict=True
            )
        ]
        out["note"] = pd.Series(notes, index=out.index, dtype=frame["note"].dtype)
    return out


def row_numbers(imported: Imported) -> dict[str, list[int]]:
    """Record of the file that each row of each frame came from; 0 where unknown.

    Observation frames do not say it. It is known where every record that was neither
    refused nor repeated gave one observation.
    """
    out = {
        name: [int(row) for row in getattr(imported, name)["source_row"]]
        for name in ("measurements", "events")
    }
    n_rows = len(imported.observations)
    gone = {fault.row for fault in (*imported.rejected, *imported.repeated)}
    kept = [row for row in range(1, imported.n_rows + 1) if row not in gone]
    out["observations"] = kept if len(kept) == n_rows else [0] * n_rows
    return out
