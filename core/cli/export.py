"""``export``: records out of the store, with every litter list beside them."""

from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli._output import JsonOption, check_folder, emit
from core.config import Settings, load_settings
from core.errors import InputError, NotFoundError

if TYPE_CHECKING:
    import pandas as pd

    from core.storage import Store

__all__ = ["register"]

_ARCHIVE, _TABLES = ".zip", (".csv", ".csv.gz", ".parquet", ".geojson")


class Kind(StrEnum):
    """Which records."""

    OBSERVATIONS = "observations"
    MEASUREMENTS = "measurements"


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("export")(export)


def export(
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            help="F.csv, F.csv.gz, F.parquet, F.geojson, or F.zip for a Darwin Core "
            "archive of everything.",
        ),
    ],
    kind: Annotated[
        Kind, typer.Option("--kind", help="Records of a table.")
    ] = Kind.OBSERVATIONS,
    beach: Annotated[
        str | None,
        typer.Option(
            "--beach",
            metavar="LIST",
            help="Beach surveys as a table of this litter list (OSPAR, MSFD-J, ...).",
        ),
    ] = None,
    survey: Annotated[
        list[str] | None, typer.Option("--survey", help="Only this survey; repeatable.")
    ] = None,
    publisher: Annotated[
        str, typer.Option(help="Who publishes the archive; needed for F.zip.")
    ] = "",
    licence: Annotated[str, typer.Option(help="Terms of use of the archive.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Write stored records with what each is in the lists of MSFD, OSPAR and NOAA.

    What a list has no item for is written as its "other"; nothing is dropped.
    """
    suffixes = (".csv", ".csv.gz") if beach else (*_TABLES, _ARCHIVE)
    if not out.name.lower().endswith(suffixes):
        raise typer.BadParameter(
            f"{out.name} does not end in {', '.join(suffixes)}", param_hint="--out"
        )
    if out.name.lower().endswith(_ARCHIVE) and not publisher.strip():
        raise typer.BadParameter(
            "an archive names who publishes it", param_hint="--publisher"
        )
    check_folder(out)
    settings = load_settings()
    try:
        with _stored(settings) as store:
            payload = (
                _beach(store, out, beach, survey)
                if beach
                else _archive(store, out, survey, publisher, licence)
                if out.name.lower().endswith(_ARCHIVE)
                else _table(store, out, kind, survey)
            )
    except OSError as error:
        raise InputError(f"{out} cannot be written: {error.strerror}") from error
    emit(payload, text=_in_words(payload), as_json=as_json)


def _stored(settings: Settings) -> "Store":
    from core.storage import open_store, sqlite_path

    url = settings.resolved_database_url
    if not sqlite_path(url).exists():
        raise NotFoundError(f"no database at {sqlite_path(url)}")
    return open_store(url, data_dir=settings.data_dir)


def _table(
    store: "Store", out: Path, kind: Kind, survey: list[str] | None
) -> dict[str, object]:
    from core.observations.exporters import export_records

    repository = store.observations if kind is Kind.OBSERVATIONS else store.measurements
    frame = _found(repository.frame(survey=survey), kind.value, survey)
    export_records(frame, out)
    return {"out": str(out), kind.value: len(frame), "simulated": _simulated(frame)}


def _beach(
    store: "Store", out: Path, item_list: str, survey: list[str] | None
) -> dict[str, object]:
    from core.observations.exporters import beach_table

    done = beach_table(store.measurements.frame(survey=survey), item_list=item_list)
    done.write(out)
    return {
        "out": str(out),
        "surveys": len(done.frame),
        "measurements_left_out": len(done.left_out),
        "simulated": _simulated(done.frame),
    }


def _archive(
    store: "Store",
    out: Path,
    survey: list[str] | None,
    publisher: str,
    licence: str,
) -> dict[str, object]:
    from core.observations.exporters import DatasetNote, export_darwin_core

    observations = store.observations.frame(survey=survey)
    measurements = store.measurements.frame(survey=survey)
    note = DatasetNote(
        title=", ".join(survey) if survey else "Marine debris records kept in Gyre",
        organisation=publisher,
        licence=licence,
        published_on=_today(),
    )
    export_darwin_core(
        out,
        note,
        observations=observations,
        measurements=measurements,
        events=store.events.frame(survey=survey),
    )
    return {
        "out": str(out),
        "observations": len(observations),
        "measurements": len(measurements),
        "simulated": _simulated(observations) or _simulated(measurements),
    }


def _found(
    frame: "pd.DataFrame", kind: str, survey: list[str] | None
) -> "pd.DataFrame":
    if frame.empty:
        where = f" of survey {', '.join(survey)}" if survey else ""
        raise NotFoundError(f"the store holds no {kind}{where}")
    return frame


def _simulated(frame: "pd.DataFrame") -> bool:
    return bool(frame["simulated"].any())


def _today() -> date:
    return datetime.now(UTC).date()


def _in_words(payload: dict[str, object]) -> str:
    parts = [
        f"{value:,} {name.replace('_', ' ')}"
        for name, value in payload.items()
        if isinstance(value, int) and not isinstance(value, bool)
    ]
    badge = "; holds simulated records" if payload["simulated"] else ""
    return f"{payload['out']}: {', '.join(parts)}{badge}"
