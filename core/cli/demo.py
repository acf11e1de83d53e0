"""``demo``: a simulated sea to try everything on."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from core.cli._output import JsonOption, emit, progress_line
from core.config import load_settings

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("demo")(demo)


def demo(
    if_missing: Annotated[
        bool,
        typer.Option(
            "--if-missing",
            help="Do nothing if the demo is there, or if the store holds real data.",
        ),
    ] = False,
    seed: Annotated[
        int | None,
        typer.Option(min=0, help="Which sea; the same number makes the same one."),
    ] = None,
    photos: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Only write simulated survey photos into DIR, to upload by hand.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Fill the store with simulated surveys, a fleet and past hauls."""
    if photos is not None:
        _write_photos(photos, seed, as_json=as_json)
        return
    from core.storage import open_store

    settings = load_settings()
    with open_store(
        settings.resolved_database_url, data_dir=settings.data_dir
    ) as store:
        from core.simulation.demo import build_demo, demo_is_built, holds_real_data
        from core.simulation.sea import DEMO_SEED

        if if_missing and demo_is_built(store):
            emit({"was_built": False}, text="The demo is there.", as_json=as_json)
            return
        if if_missing and holds_real_data(store):
            text = "The store holds real data; simulated data were left out."
            emit({"was_built": False}, text=text, as_json=as_json)
            return
        built = build_demo(
            store,
            settings,
            seed=DEMO_SEED if seed is None else seed,
            progress=_steps(),
        )
    verb = "Took in" if built.was_built else "The store holds"
    emit(
        built.to_dict(),
        text=f"{verb} a simulated sea: {built.n_photos} photos, "
        f"{built.n_observations} observations, {built.n_measurements} measurements, "
        f"{built.n_hauls} past hauls.",
        as_json=as_json,
    )


def _write_photos(folder: Path, seed: int | None, *, as_json: bool) -> None:
    from core.simulation.files import write_photos
    from core.simulation.sea import DEMO_SEED, simulate_sea

    # Another sea than the demo's: its photos would be known already.
    sea = simulate_sea(DEMO_SEED + 1 if seed is None else seed)
    written = write_photos(
        sea.flights, folder, progress=progress_line("painting photos")
    )
    n = sum(map(len, written))
    emit(
        {"n_photos": n, "folder": str(folder), "simulated": True},
        text=f"Wrote {n} simulated photos of {len(written)} surveys into {folder}.",
        as_json=as_json,
    )


def _steps() -> Callable[[str, int, int], None]:
    lines: dict[str, Callable[[int, int], None]] = {}

    def report(step: str, done: int, total: int) -> None:
        lines.setdefault(step, progress_line(step))(done, total)

    return report
