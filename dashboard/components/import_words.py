"""What the Import data page says in sentences."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.components.survey_words import counted

__all__ = ["KIND_WORDS", "NOTE_WORDS", "file_state", "imports_answer", "kinds_in_words"]

KIND_WORDS: dict[str, tuple[str, str]] = {
    "observations": ("observation", "observations"),
    "measurements": ("measurement", "measurements"),
    "events": ("sampling event", "sampling events"),
    "model_fields": ("model field", "model fields"),
}
#: Readings that the report counts, as a sentence would put them.
NOTE_WORDS: dict[str, str] = {
    "quality_1": "flag 1, good",
    "quality_2": "flag 2, not evaluated",
    "quality_3": "flag 3, suspect",
    "quality_4": "flag 4, fail",
    "quality_9": "flag 9, missing",
}


def kinds_in_words(kinds: Mapping[str, int]) -> str:
    """Say how many rows of each kind there are."""
    parts = [
        counted(n, *KIND_WORDS.get(name, (_row_of(name), _rows_of(name))))
        for name, n in kinds.items()
        if n
    ]
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if parts[1:] else parts)


def _row_of(name: str) -> str:
    return f"row of {name.replace('_', ' ')}"


def _rows_of(name: str) -> str:
    return f"rows of {name.replace('_', ' ')}"


def imports_answer(rows: Sequence[Mapping[str, Any]]) -> str:
    """Say what was imported, in one sentence."""
    standing = [row for row in rows if row["active"]]
    withdrawn = len(rows) - len(standing)
    if not rows:
        return (
            "No field data yet. Drop a table of tows, walks, flights or counts: its "
            "layout is recognised, and every record is checked before it is kept."
        )
    kinds = {
        kind: sum(row[column] for row in standing)
        for kind, column in (
            ("observations", "n_observations"),
            ("measurements", "n_measurements"),
            ("events", "n_events"),
            ("model_fields", "n_fields"),
        )
    }
    parts = [f"**{counted(len(standing), 'file')} in use**"]
    if any(kinds.values()):
        parts[0] += f" with {kinds_in_words(kinds)}"
    if withdrawn:
        parts.append(f"{counted(withdrawn, 'is', 'are')} withdrawn")
    return "; ".join(parts) + "."


def file_state(report: Mapping[str, Any], *, problem: str) -> str:
    """State of an uploaded file in a word or two."""
    if problem:
        return "Needs a look"
    if not report:
        return "Being checked"
    if report["accepted"]:
        return "Can be kept"
    return "Kept already" if report["duplicates"] else "Nothing to keep"
