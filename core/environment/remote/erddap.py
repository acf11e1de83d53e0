"""A part of a gridded dataset of an ERDDAP server, as the NetCDF file it makes.

ERDDAP speaks DAP too, so structure and axes are read as from any OPeNDAP server. The
values of the axes then stand in a griddap address, which ``erddapy`` writes.
"""

import re
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, urlsplit

from core.environment.remote.box import Box
from core.environment.remote.check import lacking_in_netcdf
from core.environment.remote.http import Answer, GuardedClient
from core.environment.remote.http_socket import Deadline
from core.environment.remote.opendap import (
    Axis,
    RemoteGrid,
    Selection,
    raise_if_refused,
    select,
    what_there_is,
)
from core.environment.remote.opendap_file import bring_by_dap
from core.environment.remote.opendap_wire import DapVariable
from core.errors import InputError

__all__ = ["bring_by_griddap", "erddap_base", "griddap_url", "is_empty_answer"]

_DATASET = re.compile(r"[A-Za-z0-9_.-]{1,200}")


def erddap_base(server: str, dataset: str) -> str:
    """Address of a gridded dataset, without an ending.

    Raises
    ------
    InputError
        If the dataset's name is none that ERDDAP gives.
    """
    if not _DATASET.fullmatch(dataset):
        raise InputError(
            f"dataset {dataset[:80]!r}: expected letters, digits, '_', '-' and '.'"
        )
    return f"{server.rstrip('/')}/griddap/{dataset}"


def bring_by_griddap(
    client: GuardedClient,
    base: str,
    names: tuple[str, ...],
    box: Box,
    part: Path,
    *,
    deadline: Deadline,
) -> str:
    """Fetch a part of a gridded dataset and write it to a file.

    A box over the place where the longitudes begin anew is fetched over DAP in two
    parts, because a griddap file holds one stretch only.

    Parameters
    ----------
    client, base, names, box, part, deadline
        As for ``bring_by_dap``; ``base`` is from ``erddap_base``.

    Returns
    -------
    str
        Why there is no file; empty if there is one.

    Raises
    ------
    InputError, SourceRefused, SourceTimeout, SourceError
        As ``RemoteForcing.fetch_griddap``.
    """
    with TemporaryDirectory(prefix=".part-", dir=part.parent) as folder:
        grid = RemoteGrid(client, base, folder=Path(folder), deadline=deadline)
        variables = grid.choose(names)
        axes = grid.axes(variables[0])
    selections = select(axes, box)
    if not selections:
        return what_there_is(axes)
    if len(selections) > 1:
        return bring_by_dap(client, base, names, box, part, deadline=deadline)
    grid.check_size(variables, selections[0])
    url = griddap_url(base, variables, axes, selections[0])
    answer = client.get(url, part, deadline=deadline, check=lacking_in_netcdf)
    if is_empty_answer(answer):
        return answer.words()
    raise_if_refused(answer, urlsplit(base).netloc)
    return ""


def griddap_url(
    base: str,
    variables: tuple[DapVariable, ...],
    axes: tuple[Axis, ...],
    selection: Selection,
) -> str:
    """Write the address of a part of a gridded dataset as NetCDF.

    Start and stop are values of the axis in the axis' own order, as ERDDAP wants them:
    for a latitude that falls, the start is the larger one.

    Parameters
    ----------
    base : str
        From ``erddap_base``.
    variables : tuple of DapVariable
        What to fetch, all on the same axes.
    axes : tuple of Axis
        Those axes, in order.
    selection : Selection
        The stretch of each.
    """
    from erddapy.core.url import get_download_url  # half a second to load

    server, _, dataset = base.rpartition("/griddap/")
    constraints: dict[str, str | int] = {}
    for axis in axes:
        first, last = selection.runs[axis.name]
        constraints[f"{axis.name}>="] = _text(axis, first)
        constraints[f"{axis.name}<="] = _text(axis, last)
        constraints[f"{axis.name}_step"] = 1
    url: str = get_download_url(
        server,
        dataset_id=dataset,
        protocol="griddap",
        variables=[v.name for v in variables],
        dim_names=[axis.name for axis in axes],
        response="nc",
        constraints=constraints,
    )
    path, _, query = url.partition("?")
    return f"{path}?{quote(query, safe='(),:;.~-+')}"


def is_empty_answer(answer: Answer) -> bool:
    """Whether a server says that there is nothing, which is an answer and no failure.

    ERDDAP does so with status 404, older ones with 500, and these words.
    """
    return answer.status in (404, 500) and (
        "no matching results" in answer.words().lower()
    )


def _text(axis: Axis, index: int) -> str:
    if axis.role != "time":
        return repr(axis.stored[index].item())
    moment = datetime.fromtimestamp(float(axis.values[index]), UTC)
    precision = "milliseconds" if moment.microsecond else "seconds"
    return moment.isoformat(timespec=precision).replace("+00:00", "Z")
