"""Forcing in the store: files taken in, opened again, and given to the drift model."""

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.drift import VelocityField
from core.environment import Forcing, open_forcing
from core.errors import InputError
from core.governance import record

if TYPE_CHECKING:
    from core.storage import Store

__all__ = ["add_forcing", "forcings", "keep_forcing", "load_forcing", "velocity_field"]

_MAX_NAME = 120
_ARTICLES = {
    "current": "a current",
    "wind": "a wind",
    "stokes": "a Stokes drift",
    "waves": "waves",
}


def add_forcing(
    store: "Store",
    path: Path | str,
    *,
    name: str,
    actor: str,
    source_url: str = "",
    request: Mapping[str, Any] | None = None,
    licence: str = "",
    simulated: bool = False,
) -> list[str]:
    """Take a file of ocean forcing into the store.

    Every kind found in the file becomes a row. The file is copied; a Zarr store is
    written as one NetCDF file for each kind. The same file again changes nothing.

    Parameters
    ----------
    store : Store
        Where it goes.
    path : Path or str
        NetCDF file or Zarr store.
    name : str
        What people call it.
    actor : str
        Who adds it, for the audit log.
    source_url, request
        Where it came from and what was asked for, to ask again later.
    licence : str
        Licence as the source states it.
    simulated : bool
        Whether the numbers were made up; also taken from the file itself.

    Returns
    -------
    list of str
        Ids, one a kind.

    Raises
    ------
    InputError
        If the file cannot be used; the message says why, and nothing is kept.
    """
    label = _checked_name(name)
    given = Path(path)
    found = open_forcing(given)
    if given.is_dir():
        with tempfile.TemporaryDirectory(prefix="gyre-") as folder:
            kept = [
                (one, store.files.put_file(one.to_netcdf(Path(folder) / one.kind)))
                for one in found
            ]
    else:
        sha256 = store.files.put_file(given)
        changed = [one for one in found if one.sha256 not in {"", sha256}]
        if changed:
            raise InputError(f"{given.name} changed while it was read; add it again")
        kept = [(one, sha256) for one in found]
    details = {
        "name": label,
        "source_url": source_url,
        "request": dict(request or {}),
        "licence": licence,
        "added_by": actor,
    }
    return [
        keep_forcing(store, one, sha256, simulated=simulated, actor=actor, **details)
        for one, sha256 in kept
    ]


def keep_forcing(
    store: "Store",
    forcing: Forcing,
    sha256: str,
    *,
    actor: str,
    simulated: bool = False,
    **details: Any,
) -> str:
    """Keep the row of a forcing whose file is stored, with its audit entry."""
    west, south, east, north = forcing.bbox
    row = {
        "kind": forcing.kind,
        "sha256": sha256,
        "title": forcing.title,
        "attribution": forcing.attribution,
        "west": west,
        "south": south,
        "east": east,
        "north": north,
        "starts_at": forcing.starts_at,
        "ends_at": forcing.ends_at,
        "n_times": int(forcing.time_s.size),
        "resolution_deg": round(float(np.median(np.diff(forcing.lat))), 6),
        "warnings": list(forcing.warnings),
        "simulated": bool(simulated or forcing.simulated),
        "fetched_at": datetime.now(UTC),
        **details,
    }
    with store.transaction():
        in_use = {one["forcing_id"] for one in store.forcings.listing()}
        forcing_id = store.forcings.add(row)
        if forcing_id not in in_use:
            record(
                store,
                "forcing.added",
                actor,
                f"forcing:{forcing_id}",
                {
                    "sha256": sha256,
                    "kind": forcing.kind,
                    "name": row["name"],
                    "source_url": row.get("source_url", ""),
                    "simulated": row["simulated"],
                },
            )
    return forcing_id


def forcings(
    store: "Store", *, kind: str | None = None, include_retired: bool = False
) -> list[dict[str, Any]]:
    """Rows of the forcing in use, newest first; on wish those retired as well."""
    return store.forcings.listing(kind=kind, active=None if include_retired else True)


def load_forcing(
    store: "Store",
    forcing_id: str,
    *,
    bbox: tuple[float, float, float, float] | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
) -> Forcing:
    """Open a forcing of the store, its file checked against its hash first.

    Parameters
    ----------
    store : Store
        Where it is.
    forcing_id : str
        As :func:`add_forcing` returned it; retired ones open too.
    bbox : (west, south, east, north), optional
        Only this part, degrees; west > east crosses 180.
    start, end : datetime, optional
        Only this period, aware.

    Raises
    ------
    NotFoundError
        If there is no such row or file.
    StorageError
        If the file was changed since it was stored.
    InputError
        If box or period lie outside.
    """
    row = store.forcings.get(forcing_id)
    path = store.files.checked_path(row["sha256"])
    found = open_forcing(path, kind=row["kind"], bbox=bbox, start=start, end=end)
    opened = next(one for one in found if one.kind == row["kind"])
    return replace(
        opened,
        sha256=row["sha256"],
        simulated=bool(row["simulated"]),
        title=opened.title or row["name"],
    )


def velocity_field(forcing: Forcing) -> VelocityField:
    """Make the drift model's field of a current, wind or Stokes drift.

    A global forcing is closed, so that what drifts in the strip between its last and
    first column is carried.

    Raises
    ------
    InputError
        If the forcing is wave heights, which carry nothing.
    """
    if forcing.kind == "waves":
        raise InputError("wave heights are no velocity; expected a Stokes drift field")
    closed = forcing.closed()
    return VelocityField(
        closed.time_s, closed.lat, closed.lon, closed.u, closed.v, mesh="spherical"
    )


def require_kind(row: Mapping[str, Any], kind: str) -> None:
    """Refuse a forcing of another kind than is needed."""
    if row["kind"] != kind:
        raise InputError(
            f"{row['name']} is {_ARTICLES.get(row['kind'], row['kind'])}, expected "
            f"{_ARTICLES[kind]} (forcing {row['forcing_id']})"
        )


def _checked_name(name: str) -> str:
    label = name.strip()
    if not 1 <= len(label) <= _MAX_NAME or not label.isprintable():
        raise InputError(
            f"name must have 1 to {_MAX_NAME} printable characters, got "
            f"{name[:40]!r} ({len(name)} characters)"
        )
    return label
