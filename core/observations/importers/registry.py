"""Every profile Gyre knows: recognise a file by its tables, and import it."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path

import pandas as pd

from core.errors import NotFoundError, ObservationError
from core.observations._faults import shown
from core.observations.importers.base import (
    ImportContext,
    Imported,
    Match,
    Profile,
    RawTable,
)
from core.observations.importers.formats import open_tables
from core.observations.importers.generic import GenericProfile, read_by_mapping
from core.observations.importers.layouts import LAYOUT_PROFILES
from core.observations.importers.layouts.programmes import PROGRAMME_PROFILES
from core.observations.importers.mapping import ColumnMapping
from core.observations.importers.profiles import DATASET_PROFILES

__all__ = [
    "PROFILES",
    "import_file",
    "import_tables",
    "named_profile",
    "profile_names",
    "recognise",
]

#: In the order they are listed; the best match wins, whatever its place.
PROFILES: tuple[Profile, ...] = (
    *LAYOUT_PROFILES,
    *DATASET_PROFILES,
    *PROGRAMME_PROFILES,
    GenericProfile(),
)
_SHOWN_COLUMNS = 20


def profile_names() -> dict[str, str]:
    """Return the title of each profile by its name."""
    return {profile.name: profile.title for profile in PROFILES}


def recognise(tables: Sequence[RawTable]) -> Profile:
    """Return the profile that fits the tables of a file.

    Parameters
    ----------
    tables : sequence of RawTable
        As `open_tables` gives them.

    Raises
    ------
    ObservationError
        If none fits, naming the nearest and what is missing; or if two fit equally.
    """
    matches = [(profile, profile.match(tables)) for profile in PROFILES]
    fitting = [(p, m) for p, m in matches if m.score > 0 and not m.lacks]
    if not fitting:
        raise ObservationError(_refusal(tables, matches))
    best = max(match.score for _, match in fitting)
    first, *others = [profile for profile, match in fitting if match.score == best]
    if others:
        titles = " and ".join(profile.title for profile in (first, *others))
        raise ObservationError(
            f"{tables[0].file} fits {titles}; say which by its profile"
        )
    return first


def _refusal(
    tables: Sequence[RawTable], matches: Sequence[tuple[Profile, Match]]
) -> str:
    """Say what the file lacks for the nearest profile, and by its headings alone."""
    known = [(p, m) for p, m in matches if not isinstance(p, GenericProfile)]
    nearest, match = max(known, key=lambda pair: pair[1].score)
    plain = [m.lacks for p, m in matches if isinstance(p, GenericProfile)]
    columns = tables[0].columns
    has = ", ".join(map(shown, columns[:_SHOWN_COLUMNS]))
    rest = len(columns) - _SHOWN_COLUMNS
    parts = [f"{tables[0].file} is in no layout Gyre knows"]
    if match.score > 0:
        lacks = ", ".join(match.lacks) or "its own headings"
        parts.append(f"Nearest: {nearest.title} ({nearest.name}), but it lacks {lacks}")
    if plain:
        parts.append(f"By its headings alone it lacks {'; '.join(plain[0])}")
    parts.append(f"It has: {has}" + (f" and {rest} more" if rest > 0 else ""))
    parts.append("Say in a mapping what its columns mean to import it all the same")
    return ". ".join(parts) + "."


def named_profile(name: str) -> Profile:
    """Return the profile with a name.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    for known in PROFILES:
        if known.name == name:
            return known
    names = [known.name for known in PROFILES]
    near = get_close_matches(name, names, n=1)
    hint = f"; perhaps {near[0]}" if near else ""
    raise NotFoundError(
        f"no profile {name[:60]!r}{hint}; known: {', '.join(sorted(names))}"
    )


def import_file(
    path: Path | str,
    *,
    profile: str | None = None,
    mapping: ColumnMapping | None = None,
    companions: Sequence[Path | str | RawTable] = (),
    events: Callable[[Sequence[str]], pd.DataFrame] | None = None,
    now: datetime | None = None,
) -> Imported:
    """Read a file of field records; nothing is stored.

    Parameters
    ----------
    path : Path or str
        The file, in any format of `open_tables`.
    profile : str, optional
        Name of its profile; recognised by its headings if not given.
    mapping : ColumnMapping, optional
        What its columns mean; then no profile is asked.
    companions : sequence of Path, str or RawTable
        Files it needs beside, such as the stations of its tows.
    events : callable, optional
        Stored sampling events by their names.
    now : datetime, optional
        Times after this are doubtful; the present moment if not given.

    Returns
    -------
    Imported
        Accepted, refused, doubtful and repeated records together.

    Raises
    ------
    ObservationError
        If the file as a whole cannot be understood; says what it lacks.
    NotFoundError
        If there is no such profile.
    """
    tables = open_tables(path)
    return import_tables(
        tables,
        profile=profile,
        mapping=mapping,
        companions=companions,
        events=events,
        now=now,
    )


def import_tables(
    tables: Sequence[RawTable],
    *,
    profile: str | None = None,
    mapping: ColumnMapping | None = None,
    companions: Sequence[Path | str | RawTable] = (),
    events: Callable[[Sequence[str]], pd.DataFrame] | None = None,
    now: datetime | None = None,
) -> Imported:
    """Read the tables of an opened file, as `import_file` does.

    Raises
    ------
    ObservationError
        If the file as a whole cannot be understood; says what it lacks.
    NotFoundError
        If there is no such profile.
    """
    beside: list[RawTable] = []
    for companion in companions:
        if isinstance(companion, RawTable):
            beside.append(companion)
        else:
            beside.extend(open_tables(companion))
    context = ImportContext(
        now=now or datetime.now(UTC), companions=tuple(beside), events=events
    )
    if mapping is not None:
        return read_by_mapping(tables, mapping, context)
    found = recognise(tables) if profile is None else named_profile(profile)
    return found.read(tables, context)
