"""Sites of a plan that nobody weighed, given a mass by the forest."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InputError

if TYPE_CHECKING:
    from core.distribution import DebrisForest
    from core.routing import SitesRead

__all__ = ["deployed_forest", "read_file", "sites_with_prior"]

_MAX_BYTES = 50_000_000


def deployed_forest(spec: str) -> "DebrisForest":
    """Load a forest; of a name alone the champion, else its newest version.

    Raises
    ------
    InputError, NotFoundError
        If there is no such forest.
    ModelError
        If it cannot be used.
    """
    from core.classification import find_model
    from core.config import load_settings
    from core.distribution import load_forest

    models_dir = load_settings().models_dir
    folder = find_model(models_dir, spec)
    return load_forest(models_dir, f"{folder.parent.name}@{folder.name}")


def read_file(path: Path) -> bytes:
    """Read a sites file, one byte more than may be at most.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise InputError(
            f"sites file cannot be read: {path.name}: {error.strerror}"
        ) from error


def sites_with_prior(
    path: Path, spec: str, *, time: datetime
) -> "tuple[SitesRead, str]":
    """Read sites, and give those without a mass one from a forest.

    Parameters
    ----------
    path : Path
        The sites file.
    spec : str
        The forest, ``NAME`` or ``NAME@VERSION``.
    time : datetime
        UTC, start of the plan.

    Returns
    -------
    sites : SitesRead
    note : str
        Which masses were not measured; empty if all were given.
    """
    from core.distribution.site_file import fill_sites
    from core.routing import parse_sites

    forest = deployed_forest(spec)
    done = fill_sites(read_file(path), forest, time=time)
    return parse_sites(done.data), done.note()
