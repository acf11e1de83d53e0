"""Choosing the variables of each kind in a file."""

from collections import defaultdict
from typing import NamedTuple

import xarray as xr

from core.environment.files.layout import text_of
from core.environment.forcing import KINDS, Kind
from core.environment.names import KNOWN, PLAIN, STANDARD, Candidate, water_or_air
from core.environment.text import clean_text
from core.errors import InputError

__all__ = ["Found", "find_variables", "refuse_trajectories"]

#: Variables named in a message at most.
_SHOWN_NAMES = 12


class Found(NamedTuple):
    """Variables chosen for a kind and what must be known about them."""

    names: tuple[str, ...]
    frame: str
    notes: tuple[str, ...]


def refuse_trajectories(dataset: xr.Dataset, *, record: str) -> None:
    """Refuse files of tracks and stations, saying what they are."""
    feature = clean_text(dataset.attrs.get("featureType", ""), longest=40)
    is_track = any(
        text_of(variable, "cf_role") == "trajectory_id"
        for variable in dataset.variables.values()
    )
    if is_track or feature.lower() in {"trajectory", "trajectoryprofile"}:
        raise InputError(
            f"{record}: tracks of drifters (featureType trajectory), not a field on a "
            "grid; use them to score a forecast"
        )
    if feature.lower() in {"point", "timeseries", "profile", "timeseriesprofile"}:
        raise InputError(
            f"{record}: measurements at points (featureType {feature}), not a field "
            "on a grid"
        )


def find_variables(
    dataset: xr.Dataset,
    kind: Kind,
    *,
    asked: bool,
    variables: tuple[str, ...] | None,
    record: str,
) -> Found | None:
    """Find the variables of a kind, none where the file has none.

    Raises
    ------
    InputError
        If a component lacks its partner, or several pairs could be meant.
    """
    if variables is not None:
        return _named(dataset, kind, variables, record=record)
    found = _by_standard_name(dataset, kind, record=record)
    if found is None:
        found = _by_known_name(dataset, kind)
    if found is None and kind != "waves":
        found = _plain(dataset, kind, asked=asked, record=record)
    if found is None:
        return None
    notes = list(found.notes)
    if kind == "wind" and not _is_at_10_m(dataset, found):
        notes.append("the file does not say how high the wind is; 10 m assumed")
    others = _other_pairs(dataset, kind, found)
    if others:
        notes.append(f"{' and '.join(found.names)} taken; also in the file: {others}")
    return found._replace(notes=tuple(notes))


def _other_pairs(dataset: xr.Dataset, kind: Kind, found: Found) -> str:
    """Name further pairs that could have been meant, empty where there are none."""
    fields = _fields(dataset)
    tags: dict[str, set[str]] = defaultdict(set)
    for name, variable in fields.items():
        for tag in (text_of(variable, "standard_name").lower(), name.lower()):
            tags[tag].add(name)
    others: dict[str, None] = {}
    for candidate in (*STANDARD[kind], *KNOWN[kind]):
        firsts = sorted(tags[candidate.first] - set(found.names))
        seconds = sorted(tags[candidate.second] - set(found.names))
        if firsts and (seconds or not candidate.second):
            others |= dict.fromkeys([*firsts, *seconds])
    usable = [name for name in others if not _is_other(fields[name], kind)]
    return ", ".join(clean_text(name, longest=60) for name in usable[:_SHOWN_NAMES])


def _fields(dataset: xr.Dataset) -> dict[str, xr.Variable]:
    return {
        str(name): variable
        for name, variable in dataset.variables.items()
        if variable.ndim >= 2 and variable.dtype.kind in "iuf"
    }


def _by_standard_name(dataset: xr.Dataset, kind: Kind, *, record: str) -> Found | None:
    names: dict[str, list[str]] = defaultdict(list)
    for name, variable in _fields(dataset).items():
        standard = text_of(variable, "standard_name").lower()
        # A modifier such as "standard_error" after the name makes it another thing.
        if standard and " " not in standard:
            names[standard].append(name)
    lonely = ""
    for candidate in STANDARD[kind]:
        firsts, seconds = names[candidate.first], names[candidate.second]
        if not candidate.second:
            seconds = [""] if firsts else []
        if firsts and seconds:
            return _one_pair(kind, candidate, firsts, seconds, record=record)
        if (firsts or seconds) and "speed" not in candidate.first:
            have, lack = (
                (firsts[0], candidate.second)
                if firsts
                else (seconds[0], candidate.first)
            )
            lonely = lonely or f"{clean_text(have)} has no partner {lack}"
    if lonely:
        raise InputError(f"{record}: {lonely}")
    return None


def _one_pair(
    kind: Kind,
    candidate: Candidate,
    firsts: list[str],
    seconds: list[str],
    *,
    record: str,
) -> Found:
    note = (candidate.note,) if candidate.note else ()
    if len(firsts) == len(seconds) == 1:
        chosen = tuple(name for name in (firsts[0], seconds[0]) if name)
        return Found(chosen, candidate.frame, note)
    for known in KNOWN[kind]:
        pair = [
            next((name for name in names if name.lower() == word), None)
            for names, word in ((firsts, known.first), (seconds, known.second))
        ]
        if all(pair) or (pair[0] and not known.second):
            chosen = tuple(name for name in pair if name)
            return Found(chosen, candidate.frame, note)
    raise InputError(
        f"{record}: several variables are {candidate.first}: "
        + ", ".join(clean_text(name, longest=60) for name in firsts[:_SHOWN_NAMES])
        + "; name the two to read"
    )


def _by_known_name(dataset: xr.Dataset, kind: Kind) -> Found | None:
    fields = _fields(dataset)
    by_lower = {name.lower(): name for name in fields}
    for candidate in KNOWN[kind]:
        names = tuple(
            by_lower.get(word, "")
            for word in (candidate.first, candidate.second)
            if word
        )
        if not all(names) or any(_is_other(fields[name], kind) for name in names):
            continue
        notes = [candidate.note] if candidate.note else []
        odd = text_of(fields[names[0]], "standard_name")
        told = f"recognised by name: {' and '.join(names)}"
        notes.append(f"{told} (standard_name {odd!r} is not known)" if odd else told)
        return Found(names, candidate.frame, tuple(notes))
    return None


def _is_other(variable: xr.Variable, kind: Kind) -> bool:
    """Whether the standard name makes a variable another quantity."""
    standard = text_of(variable, "standard_name").lower()
    return any(
        standard in (candidate.first, candidate.second)
        for other in KINDS
        if other != kind
        for candidate in STANDARD[other]
        if standard
    )


def _plain(
    dataset: xr.Dataset, kind: Kind, *, asked: bool, record: str
) -> Found | None:
    fields = _fields(dataset)
    by_lower = {name.lower(): name for name in fields}
    names = tuple(by_lower.get(word, "") for word in (PLAIN.first, PLAIN.second))
    if not all(names) or any(_is_other(fields[name], kind) for name in names):
        return None
    told = {
        water_or_air(
            " ".join(
                text_of(fields[name], key) for key in ("long_name", "standard_name")
            )
        )
        for name in names
    }
    if told == {kind}:
        note = f"{' and '.join(names)} taken for {kind} by their long_name"
        return Found(names, "east", (note,))
    if asked:
        note = (
            f"{' and '.join(names)} taken for {kind} because that was asked for, and "
            "for components towards east and north"
        )
        return Found(names, "east", (note,))
    return None


def _named(
    dataset: xr.Dataset, kind: Kind, variables: tuple[str, ...], *, record: str
) -> Found:
    wanted = 1 if kind == "waves" else 2
    if len(variables) != wanted:
        raise InputError(f"{kind} needs {wanted} variables, {len(variables)} named")
    fields = _fields(dataset)
    for name in variables:
        if name not in fields:
            raise InputError(
                f"{record}: no field {clean_text(name)!r}; it has "
                + ", ".join(map(clean_text, list(fields)[:_SHOWN_NAMES]))
            )
    standard = tuple(text_of(fields[n], "standard_name").lower() for n in variables)
    for candidate in STANDARD[kind]:
        if standard == tuple(s for s in (candidate.first, candidate.second) if s):
            return Found(variables, candidate.frame, ())
    for candidate in KNOWN[kind]:
        if variables[0].lower() == candidate.first:
            return Found(variables, candidate.frame, ())
    note = f"{' and '.join(variables)} taken as named, towards east and north assumed"
    return Found(variables, "east", (note,))


def _is_at_10_m(dataset: xr.Dataset, found: Found) -> bool:
    """Whether name, text or a height beside the variable tell of 10 m."""
    variable = dataset.variables[found.names[0]]
    text = f"{found.names[0]} {text_of(variable, 'long_name')}".lower()
    if "10" in text:
        return True
    named = text_of(variable, "coordinates").split()
    return any(
        "height" in str(name).lower() and str(name) in dataset.variables
        for name in [*named, *variable.dims]
    )
