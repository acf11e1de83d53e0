"""``forcing fetch``: ocean data from a listed server into a file."""

import os
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli._output import JsonOption, check_folder, emit
from core.errors import InputError

if TYPE_CHECKING:
    from core.environment import Fetched

__all__ = ["fetch"]


def fetch(
    out: Annotated[
        Path, typer.Option("--out", metavar="F.nc", help="NetCDF file to write.")
    ],
    url: Annotated[
        str | None,
        typer.Argument(
            metavar="[URL]",
            help="A NetCDF file, or with a box and times an OPeNDAP dataset.",
        ),
    ] = None,
    erddap: Annotated[
        str | None,
        typer.Option("--erddap", metavar="SERVER", help="Its address, up to /erddap."),
    ] = None,
    dataset: Annotated[
        str | None, typer.Option("--dataset", metavar="ID", help="Its name there.")
    ] = None,
    variables: Annotated[
        str,
        typer.Option(
            "--variables",
            metavar="A,B",
            help="Names by comma; those that move debris if not given.",
        ),
    ] = "",
    bbox: Annotated[
        str | None,
        typer.Option("--bbox", metavar="W,S,E,N", help="Degrees; W > E crosses 180."),
    ] = None,
    start: Annotated[
        str | None, typer.Option("--start", metavar="TIME", help="ISO 8601, UTC.")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--end", metavar="TIME", help="ISO 8601, UTC.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Fetch currents, wind or waves from a server of the setting forcing_hosts.

    If the server is gone, the file that the same request brought before is written,
    and said to be stale. If it has nothing for the request, no file is written.
    """
    from core.config import load_settings
    from core.environment import RemoteForcing

    check_folder(out)
    if (url is None) == (erddap is None) or (erddap is None) != (dataset is None):
        raise typer.BadParameter("give URL, or --erddap SERVER with --dataset ID")
    box = _box(bbox, start, end)
    names = [name.strip() for name in variables.split(",") if name.strip()]
    if box is None and (names or erddap is not None):
        raise typer.BadParameter("a part of a grid needs --bbox, --start and --end")
    far = RemoteForcing.from_settings(load_settings())
    if box is None:
        assert url is not None  # noqa: S101 - checked above
        fetched = far.fetch_file(url)
    elif erddap is not None and dataset is not None:
        fetched = far.fetch_griddap(
            *(erddap, dataset),
            bbox=box[0],
            start=box[1],
            end=box[2],
            variables=names,
        )
    else:
        assert url is not None  # noqa: S101 - checked above
        fetched = far.fetch_opendap(
            url, bbox=box[0], start=box[1], end=box[2], variables=names
        )
    if fetched.path is not None:
        _write(fetched.path, out)
    written = None if fetched.is_empty else str(out)
    emit(
        fetched.to_dict() | {"path": written},
        text=_in_words(fetched, out),
        as_json=as_json,
    )


def _box(
    bbox: str | None, start: str | None, end: str | None
) -> tuple[tuple[float, float, float, float], datetime, datetime] | None:
    if bbox is None and start is None and end is None:
        return None
    if bbox is None or start is None or end is None:
        raise typer.BadParameter("--bbox, --start and --end go together")
    try:
        west, south, east, north = (float(part) for part in bbox.split(","))
    except ValueError:
        raise typer.BadParameter(
            f"{bbox!r} is not four numbers W,S,E,N", param_hint="--bbox"
        ) from None
    return (west, south, east, north), _time(start, "--start"), _time(end, "--end")


def _time(text: str, option: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is not a time like 2024-03-01T06:00Z", param_hint=option
        ) from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _write(source: Path, out: Path) -> None:
    """Copy beside the place and move there, so no half file gets the name."""
    try:
        handle, part = tempfile.mkstemp(dir=out.parent, prefix=".part-")
        os.close(handle)
        try:
            shutil.copyfile(source, part)
            Path(part).replace(out)
        finally:
            Path(part).unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"cannot write {out}: {error.strerror}") from error


def _in_words(fetched: "Fetched", out: Path) -> str:
    if fetched.is_empty:
        return f"nothing to write: {fetched.reason}"
    text = f"{out}: {out.stat().st_size / 1e6:.2f} MB from {fetched.url}"
    if fetched.stale_since is not None:
        since = fetched.stale_since.strftime("%Y-%m-%d %H:%M")
        return f"{text}\n  stale since {since} UTC, from the cache: {fetched.reason}"
    if fetched.from_cache:
        return f"{text}\n  from the cache: {fetched.reason}"
    return text
