"""Forcing of a drift run from files: found by kind, joined in time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import InputError

if TYPE_CHECKING:
    from core.drift import VelocityField
    from core.environment import Forcing, Kind

__all__ = ["DriftForcing", "read_drift_forcing"]


@dataclass(frozen=True)
class DriftForcing:
    """What moves the debris, as read, by kind."""

    by_kind: "dict[str, Forcing]"

    def fields(self) -> "dict[str, VelocityField]":
        """Fields for the drift model, by the names of its arguments."""
        from core.forecasts.forcings import velocity_field

        return {kind: velocity_field(one) for kind, one in self.by_kind.items()}

    @property
    def is_simulated(self) -> bool:
        """Whether any of it is made up for a demonstration."""
        return any(one.simulated for one in self.by_kind.values())

    def to_dicts(self) -> list[dict[str, Any]]:
        """Origin, cover and doubts of each forcing, for a report."""
        return [
            {
                "kind": kind,
                "title": one.title,
                "source": one.source,
                "attribution": one.attribution,
                "starts_at": one.starts_at.isoformat(),
                "ends_at": one.ends_at.isoformat(),
                "frames": int(one.time_s.size),
                "sha256": one.sha256,
                "warnings": list(one.warnings),
                "simulated": one.simulated,
            }
            for kind, one in self.by_kind.items()
        ]


def read_drift_forcing(
    *,
    currents: Sequence[Path],
    wind: Sequence[Path],
    stokes: Sequence[Path],
) -> DriftForcing:
    """Read the forcing of a drift run.

    A file given as current may hold wind and Stokes drift as well; they are used unless
    files of their own are given. Several files of a kind are joined in time; they must
    be on one grid.

    Raises
    ------
    InputError
        Names every file that cannot be used; or a kind with a single moment, which
        tells nothing of the time after it.
    """
    from core.environment import open_forcing

    wanted: dict[Kind, Sequence[Path]] = {
        "current": currents,
        "wind": wind,
        "stokes": stokes,
    }
    found: dict[Kind, list[Forcing]] = {kind: [] for kind in wanted}
    problems: list[str] = []
    for kind, paths in wanted.items():
        for path in paths:
            try:
                opened = open_forcing(path, kind=None if kind == "current" else kind)
            except InputError as error:
                problems.append(str(error))
                continue
            kinds = {one.kind: one for one in opened}
            if kind not in kinds:
                problems.append(
                    f"{path.name} holds no {kind}; found {', '.join(kinds)}"
                )
            for name, one in kinds.items():
                if name == kind or (name in wanted and not wanted[name]):
                    found[name].append(one)
    by_kind: dict[str, Forcing] = {}
    for kind, forcings in found.items():
        try:
            if forcings:
                by_kind[kind] = _joined(forcings)
        except InputError as error:
            problems.append(str(error))
    if problems:
        raise InputError("; ".join(problems))
    return DriftForcing(by_kind)


def _joined(forcings: "Sequence[Forcing]") -> "Forcing":
    """Join forcings of one kind in time; of a moment given twice the first file's."""
    import numpy as np

    first = forcings[0]
    for other in forcings[1:]:
        same = np.array_equal(first.lat, other.lat) and np.array_equal(
            first.lon, other.lon
        )
        if not same:
            raise InputError(
                f"the {first.kind} files are on different grids ({first.title!r} and "
                f"{other.title!r}) and cannot be joined in time"
            )
    times, order = np.unique(
        np.concatenate([one.time_s for one in forcings]), return_index=True
    )
    if times.size == 1:
        raise InputError(
            f"the {first.kind} is given for one moment, "
            f"{first.starts_at:%Y-%m-%dT%H:%M:%SZ}; a drift needs at least two, "
            "nothing is extrapolated"
        )
    if len(forcings) == 1:
        return first
    u, v = (
        np.concatenate([getattr(one, name) for one in forcings])[order]
        for name in ("u", "v")
    )
    return replace(
        first,
        time_s=times,
        u=u,
        v=v,
        warnings=tuple(w for one in forcings for w in one.warnings),
        sha256=" ".join(one.sha256 for one in forcings),
        simulated=any(one.simulated for one in forcings),
    )
