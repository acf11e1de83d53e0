"""A part of a remote grid over DAP 2: only the box and the time that are needed.

The structure and the axes are read first, then one request brings the data. Numbers
stay as the server stores them, with their attributes, so that the file made from them
is read by the same rules as one that came whole.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import OK
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import numpy.typing as npt

from core.environment.names import KNOWN, STANDARD
from core.environment.remote.box import (
    Box,
    Run,
    covering_run,
    covering_runs_lon,
    nearest_run,
)
from core.environment.remote.http import Answer, GuardedClient
from core.environment.remote.http_socket import Deadline
from core.environment.remote.opendap_wire import (
    MAX_TEXT_BYTES,
    DapVariable,
    read_das,
    read_dds,
    read_dods,
)
from core.environment.times import decode_times
from core.errors import InputError, SourceError, SourceRefused

__all__ = [
    "Axis",
    "RemoteGrid",
    "Selection",
    "dap_base",
    "raise_if_refused",
    "select",
    "what_there_is",
]

_LAT_UNITS = {"degrees_north", "degree_north", "degrees_n", "degree_n", "degreesn"}
_LON_UNITS = {"degrees_east", "degree_east", "degrees_e", "degree_e", "degreese"}
#: Further axes that are no depth or height: one of them is not taken without a word.
_MEMBER_NAMES = {"member", "realization", "ensemble", "ens", "number", "run"}
_PRESSURE_UNITS = {"pa", "hpa", "mbar", "mb", "millibar", "millibars"}
_WIND_HEIGHT_M = 10.0
_WIND_NAMES = {
    name
    for table in (STANDARD["wind"], KNOWN["wind"])
    for candidate in table
    for name in (candidate.first, candidate.second)
}
_ENDINGS = (".html", ".dds", ".das", ".dods", ".info")


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis: as stored, and as numbers that can be compared with a box.

    ``wanted`` is the depth or height, m, to take of several levels.
    """

    name: str
    role: str  # "time", "lat", "lon" or "level"
    stored: npt.NDArray[np.generic]
    values: npt.NDArray[np.float64]
    attributes: Mapping[str, Any]
    wanted: float = 0.0


@dataclass(frozen=True, slots=True)
class Selection:
    """One stretch of each axis, by the axis' name."""

    runs: Mapping[str, Run]

    def shape(self, dims: tuple[str, ...]) -> tuple[int, ...]:
        """Shape of what is selected from an array with these axes."""
        return tuple(self.runs[d][1] - self.runs[d][0] + 1 for d in dims)


def dap_base(url: str) -> str:
    """Address of a dataset without the ending of one of its pages."""
    base = url.partition("?")[0]
    for ending in _ENDINGS:
        base = base.removesuffix(ending)
    return base


def raise_if_refused(answer: Answer, host: str) -> None:
    """Raise what an answer other than 200 means.

    Raises
    ------
    SourceRefused
        If the request must change (400 to 499).
    SourceError
        If the server failed or answered in a way that was not asked for.
    """
    if answer.status == OK:
        return
    kind = SourceRefused if 400 <= answer.status < 500 else SourceError
    raise kind(f"{host} answered {answer.status}: {answer.words()}")


class RemoteGrid:
    """The grid behind an OPeNDAP address.

    Parameters
    ----------
    client : GuardedClient
        Asks the server.
    url : str
        Address of the dataset, without ``.dds`` and the like.
    folder : Path
        Where answers are kept for the moment.
    deadline : Deadline
        Shared by all requests.

    Raises
    ------
    SourceRefused, SourceTimeout, SourceError
        If the server cannot be asked or does not speak DAP.
    """

    def __init__(
        self, client: GuardedClient, url: str, *, folder: Path, deadline: Deadline
    ) -> None:
        self._client = client
        self._url = url
        self._folder = folder
        self._deadline = deadline
        with self._got(".dds", max_bytes=MAX_TEXT_BYTES) as path:
            self.variables = read_dds(path)
        with self._got(".das", max_bytes=MAX_TEXT_BYTES) as path:
            self.attributes = read_das(path)

    def choose(self, names: tuple[str, ...]) -> tuple[DapVariable, ...]:
        """Return the variables with these names, or those that move debris.

        Raises
        ------
        InputError
            If a name does not exist, none is known, or axes differ; the message lists
            what there is.
        """
        names = names or self._known_names()
        on_grid = sorted(n for n, v in self.variables.items() if len(v.dims) > 1)
        missing = [n for n in names if n not in self.variables]
        if missing or not names:
            wanted = ", ".join(missing) or "no variable that is known to move debris"
            raise InputError(
                f"{wanted}: name variables of the dataset, it has {', '.join(on_grid)}"
            )
        chosen = tuple(self.variables[n] for n in names)
        dims = {v.dims for v in chosen}
        if len(dims) > 1:
            shown = "; ".join(f"{v.name}({', '.join(v.dims)})" for v in chosen)
            raise InputError(f"variables on different axes, fetch them apart: {shown}")
        return chosen

    def axes(self, variable: DapVariable) -> tuple[Axis, ...]:
        """Read the axes of a variable.

        Raises
        ------
        InputError
            If it lies on members of an ensemble or levels of pressure.
        SourceError
            If an axis is missing, or there is no latitude, longitude and time.
        """
        bare = [d for d in variable.dims if d not in self.variables]
        if bare or not variable.dims:
            raise SourceError(f"{variable.name}: no values for its axes {bare}")
        query = ",".join(variable.dims)
        expected = {d: self.variables[d].shape for d in variable.dims}
        with self._got(f".dods?{query}", max_bytes=None) as path:
            stored = read_dods(path, expected)
        said = str(self.attributes.get(variable.name, {}).get("standard_name", ""))
        is_wind = bool({said.strip().lower(), variable.name.lower()} & _WIND_NAMES)
        wanted = _WIND_HEIGHT_M if is_wind else 0.0
        axes = tuple(self._axis(name, stored[name], wanted) for name in variable.dims)
        roles = [axis.role for axis in axes]
        for role in ("time", "lat", "lon"):
            if roles.count(role) != 1:
                raise SourceError(
                    f"{variable.name}: expected one {role} axis, got axes "
                    f"{', '.join(variable.dims)}; fetch the file as a whole"
                )
        return axes

    def fetch(
        self, variables: tuple[DapVariable, ...], selection: Selection
    ) -> dict[str, npt.NDArray[np.generic]]:
        """Bring the selected part of some variables in one request.

        Raises
        ------
        SourceRefused
            If it would be larger than the limit, before anything is asked for.
        """
        expected = {v.name: selection.shape(v.dims) for v in variables}
        self.check_size(variables, selection)
        parts = [v.name + _hyperslab(selection, v.dims) for v in variables]
        query = quote(",".join(parts), safe=",:.~*'")
        with self._got(f".dods?{query}", max_bytes=None) as path:
            return read_dods(path, expected)

    def check_size(
        self, variables: tuple[DapVariable, ...], selection: Selection
    ) -> None:
        """Refuse, before it is asked for, what would be larger than the limit.

        Raises
        ------
        SourceRefused
            With the size and the limit.
        """
        cells = int(np.prod(selection.shape(variables[0].dims)))
        size = cells * sum(v.dtype.itemsize for v in variables)
        limit = self._client.limits.max_bytes
        if size > limit:
            raise SourceRefused(
                f"the request is for {size / 1e6:.3g} MB, at most {limit / 1e6:g} MB "
                "are taken; ask for a smaller area or time, or raise forcing_max_mb"
            )

    def _known_names(self) -> tuple[str, ...]:
        by_standard = {
            str(self.attributes.get(n, {}).get("standard_name", "")): n
            for n in reversed(self.variables)
        }
        by_name = {n.lower(): n for n in self.variables}
        found: list[str] = []
        for kind, candidates in STANDARD.items():
            for table, lookup in ((candidates, by_standard), (KNOWN[kind], by_name)):
                pairs = ([c.first, c.second] for c in table)
                whole = [[lookup.get(n) for n in pair if n] for pair in pairs]
                hits = [[n for n in pair if n] for pair in whole if all(pair)]
                if hits:
                    found += [n for n in hits[0] if n not in found]
                    break
        return tuple(found)

    def _axis(self, name: str, stored: npt.NDArray[np.generic], wanted: float) -> Axis:
        attributes = self.attributes.get(name, {})
        role = _role(name, attributes)
        if role == "time":
            calendar = str(attributes.get("calendar", ""))
            units = str(attributes["units"])
            values = decode_times(
                stored, units=units, calendar=calendar, record=name
            ).time_s
        else:
            values = stored.astype(np.float64)
        if role == "level" and values.size > 1:
            _refuse_other_than_level(name, values.size, attributes)
        return Axis(name, role, stored, values, attributes, wanted)

    @contextmanager
    def _got(self, ending: str, *, max_bytes: int | None) -> Iterator[Path]:
        path = self._folder / "answer"
        answer = self._client.get(
            self._url + ending, path, deadline=self._deadline, max_bytes=max_bytes
        )
        raise_if_refused(answer, self._url.split("/")[2])
        yield path
        path.unlink(missing_ok=True)


def select(axes: tuple[Axis, ...], box: Box) -> list[Selection]:
    """Find which part of a grid covers a box; none, one, or two across a seam."""
    runs: dict[str, Run] = {}
    lon_name, lon_runs = "", list[Run]()
    for axis in axes:
        if axis.role == "lon":
            lon_name, lon_runs = (
                axis.name,
                covering_runs_lon(axis.values, box.west, box.east),
            )
            continue
        if axis.role == "time":
            run = covering_run(axis.values, box.start.timestamp(), box.end.timestamp())
        elif axis.role == "lat":
            run = _cell(covering_run(axis.values, box.south, box.north), axis)
        else:
            run = nearest_run(axis.values, axis.wanted)
        if run is None:
            return []
        runs[axis.name] = run
    return [Selection(runs | {lon_name: run}) for run in lon_runs]


def _cell(run: Run | None, axis: Axis) -> Run | None:
    """Take a neighbour along where one node is enough: one line is no field."""
    if run is None or run[0] != run[1]:
        return run
    first = min(run[0], max(axis.values.size - 2, 0))
    return first, min(first + 1, axis.values.size - 1)


def what_there_is(axes: tuple[Axis, ...]) -> str:
    """Say in words which area and time a grid covers."""
    by_role = {axis.role: axis.values for axis in axes}
    first, last = (
        datetime.fromtimestamp(float(t), UTC).strftime("%Y-%m-%d %H:%M")
        for t in (by_role["time"].min(), by_role["time"].max())
    )
    lat, lon = by_role["lat"], by_role["lon"]
    return (
        f"the grid covers latitude {lat.min():g} to {lat.max():g}, longitude "
        f"{lon.min():g} to {lon.max():g}, {first} to {last} UTC"
    )


def _hyperslab(selection: Selection, dims: tuple[str, ...]) -> str:
    return "".join("[{}:1:{}]".format(*selection.runs[d]) for d in dims)


def _refuse_other_than_level(
    name: str, n_values: int, attributes: Mapping[str, Any]
) -> None:
    """Refuse a further axis of which no value is the one to take."""
    units = str(attributes.get("units", "")).strip().lower()
    standard = str(attributes.get("standard_name", "")).strip().lower()
    if standard == "realization" or name.lower() in _MEMBER_NAMES:
        raise InputError(
            f"{n_values} members of an ensemble along {name!r}; expected one, as in a "
            "dataset of the ensemble's mean or control"
        )
    if units in _PRESSURE_UNITS:
        raise InputError(
            f"{n_values} levels of pressure along {name!r} ({units}); expected the "
            "wind at 10 m above the sea"
        )


def _role(name: str, attributes: Mapping[str, Any]) -> str:
    units = str(attributes.get("units", "")).strip().lower()
    standard = str(attributes.get("standard_name", "")).strip().lower()
    if " since " in units:
        return "time"
    if "grid_l" in standard:  # rotated: its numbers are no places on earth
        return "level"
    if units in _LAT_UNITS or standard == "latitude":
        return "lat"
    if units in _LON_UNITS or standard == "longitude":
        return "lon"
    plain = {"lat": "lat", "latitude": "lat", "lon": "lon", "longitude": "lon"}
    return plain.get(name.lower(), "level")
