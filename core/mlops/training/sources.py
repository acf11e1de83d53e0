"""What is known of each data source, and which may be used under a licence filter."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from core.errors import InputError
from core.mlops.training.data import SIMULATED

__all__ = ["LICENCES", "OPEN_CLASSES", "read_data_sources", "sources_under"]

#: What ``--licence`` may say.
LICENCES = ("any", "open")
#: Classes that an open model may be trained on: open ones and one's own photos.
OPEN_CLASSES = ("open", "own")
_NEEDED = {"source", "licence_class", "licence", "origin", "relevance"}


def read_data_sources(path: Path) -> list[dict[str, str]]:
    """Read what is known of each data source from the settings file.

    Raises
    ------
    InputError
        If the file cannot be read or an entry lacks a field.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"cannot read data sources from {path}") from error
    entries: Any = content.get("data_sources") if isinstance(content, dict) else None
    if not isinstance(entries, list) or not all(
        isinstance(entry, dict) and set(entry) >= _NEEDED for entry in entries
    ):
        raise InputError(
            f"{path} needs data_sources, each with {', '.join(sorted(_NEEDED))}"
        )
    return [{key: str(entry[key]) for key in _NEEDED} for entry in entries]


def sources_under(
    licence: str,
    sources: Sequence[Mapping[str, str]],
    listed: Mapping[str, frozenset[str]],
) -> frozenset[str] | None:
    """Name the sources that may be trained on.

    Parameters
    ----------
    licence : str
        ``any`` or ``open``.
    sources : sequence of mapping
        From `read_data_sources`.
    listed : mapping of str to frozenset of str
        Licence classes that the photos' own manifest gives each source; where it
        and the settings differ the stricter counts.

    Returns
    -------
    frozenset of str or None
        None for ``any``: no filter. Renders of this project always belong.

    Raises
    ------
    InputError
        If the licence is neither, or no source of photos is left.
    """
    if licence not in LICENCES:
        raise InputError(f"licence {licence!r} is not {' or '.join(LICENCES)}")
    if licence == "any":
        return None
    is_open = frozenset(
        entry["source"]
        for entry in sources
        if entry["licence_class"] in OPEN_CLASSES
        and listed.get(entry["source"], frozenset()) <= set(OPEN_CLASSES)
    )
    if not is_open - {SIMULATED}:
        raise InputError("no source of photos has an open licence")
    return is_open
