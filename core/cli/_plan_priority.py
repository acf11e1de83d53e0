"""Sites of a plan weighed by harm and sensitivity, from files."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli._output import report_note
from core.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from core.priorities import SensitiveArea

__all__ = ["weighed_sites"]


def weighed_sites(
    sites: "pd.DataFrame",
    *,
    harm: Path | None,
    sensitive: Sequence[Path],
    start_at: datetime,
    hours: float,
) -> "tuple[pd.DataFrame, dict[str, Any] | None]":
    """Return sites with their priority, and what it rests on; none by mass alone.

    Parameters
    ----------
    sites : DataFrame
        As :func:`core.routing.read_sites` returns them.
    harm : Path, optional
        Harm weights; the word ``default`` stands for the built-in ones. Without it
        every category counts as of average harm.
    sensitive : sequence of Path
        GeoJSON files of sensitive areas; what is refused in them is said.
    start_at, hours
        Span of the plan: areas count in their months.

    Raises
    ------
    InputError
        If a file cannot be used at all.
    """
    if harm is None and not sensitive:
        return sites, None
    from core.observations import RECORD_DEBRIS_CODES
    from core.priorities import read_weights, weigh_sites

    weights = None if harm is None else read_weights(harm)
    areas = [area for path in sensitive for area in _areas(path)]
    if weights is not None:
        n_unknown = int((~sites["category"].isin(RECORD_DEBRIS_CODES)).sum())
        if n_unknown:
            report_note(
                f"{n_unknown} of {len(sites)} sites name no kind of debris with harm "
                "weights; they count as of average harm"
            )
    span = (start_at, start_at + timedelta(hours=hours))
    return weigh_sites(sites, weights, areas, span)


def _areas(path: Path) -> "tuple[SensitiveArea, ...]":
    from core.priorities import parse_sensitive_areas

    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    try:
        read = parse_sensitive_areas(data)
    except InputError as error:
        raise InputError(f"{path.name}: {error}") from error
    for one in read.refused:
        report_note(f"{path.name}: {one}")
    return read.areas
