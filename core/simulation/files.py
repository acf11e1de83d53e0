"""Simulated survey photos as files, for the demo and to upload by hand."""

import os
import re
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from core.errors import InputError
from core.simulation.flights import SimulatedPhoto, SurveyFlight

__all__ = ["survey_folder", "write_photos"]

_THREADS = 4


def survey_folder(survey: str) -> str:
    """Folder name of a survey: lower case letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", survey.lower()).strip("-")


def write_photos(
    flights: Sequence[SurveyFlight],
    folder: Path,
    *,
    size_px: int = 320,
    progress: Callable[[int, int], None] | None = None,
) -> list[list[Path]]:
    """Write the photos of each survey into a folder of its own.

    A file appears under its name only when it is whole, so a killed run leaves no
    broken photo, and a second run paints only what is missing.

    Parameters
    ----------
    flights : sequence of SurveyFlight
        From ``simulate_sea``.
    folder : Path
        Made if missing.
    size_px : int, default 320
        Longer side of the photos.
    progress : callable, optional
        Called with the number done and the total.

    Returns
    -------
    list of list of Path
        Files of each survey, in the order of the photos.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    wanted: list[tuple[SimulatedPhoto, Path]] = []
    for flight in flights:
        place = folder / survey_folder(flight.survey)
        try:
            place.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"cannot write into {place}: {error.strerror}") from error
        wanted += [(photo, place / photo.name) for photo in flight.photos]
    done = 0
    with ThreadPoolExecutor(min(_THREADS, os.cpu_count() or 1)) as pool:
        try:
            for _ in pool.map(lambda job: _write(*job, size_px=size_px), wanted):
                done += 1
                if progress is not None:
                    progress(done, len(wanted))
        except OSError as error:
            raise InputError(f"cannot write into {folder}: {error.strerror}") from error
    paths = iter(path for _, path in wanted)
    return [[next(paths) for _ in flight.photos] for flight in flights]


def _write(photo: SimulatedPhoto, path: Path, *, size_px: int) -> None:
    if path.exists():
        return
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(photo.jpeg(size_px=size_px))
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
