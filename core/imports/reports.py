"""The report of an import: the contract's keys, and what a person wants to know."""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.imports.checking import Preview
from core.imports.far import row_numbers
from core.observations.importers import Imported

__all__ = [
    "by_reason",
    "in_words",
    "kinds",
    "map_points",
    "rare_first",
    "report",
    "report_json",
]

#: Reasons printed for a person; the report file holds all of them.
_SHOWN = 20
_STATES = {
    "checked": "would be kept",
    "kept": "kept",
    "already_kept": "new (imported before)",
    "restored": "brought back (it was withdrawn)",
    "nothing": "kept",
}
#: Columns of positions, and what reasons say of a position in doubt.
_PLACE = re.compile(r"\blat|\blon|position|coordinate", re.IGNORECASE)
_DOUBTED_PLACE = re.compile(r"position|on land|latitude|longitude|km from the middle")
_FIGURE = re.compile(r"[-+]?\d[\d.,]*(?:[eE][-+]?\d+)?")
_OUTCOMES = {"reasons": "refused", "doubts": "kept", "repeated": "duplicate"}
_KIND_WORDS = {
    "observations": "observations",
    "measurements": "measurements",
    "events": "sampling events",
    "model_fields": "model fields",
}


def kinds(imported: Imported) -> dict[str, int]:
    """Return what came of a file: rows of each kind, those with none left out."""
    found = {
        "observations": len(imported.observations),
        "measurements": len(imported.measurements),
        "events": len(imported.events),
        "model_fields": len(imported.fields),
        **{name: len(frame) for name, frame in imported.tables.items()},
    }
    return {name: count for name, count in found.items() if count}


def report(preview: Preview, *, state: str = "checked") -> dict[str, Any]:
    """Return the report of an import as JSON values.

    Parameters
    ----------
    preview : Preview
        The checked file.
    state : str
        ``checked`` (nothing stored), ``kept``, ``already_kept``, ``restored``, or
        ``nothing`` (no record could be used).
    """
    imported = preview.imported
    return {
        "file": preview.file.name,
        "sha256": preview.file.sha256,
        "companions": [part.name for part in preview.companions],
        "profile": preview.layout,
        "import_id": preview.import_id,
        "state": state,
        "dry_run": state == "checked",
        "rows": imported.n_rows,
        "accepted": imported.n_accepted - preview.already_stored,
        "rejected": imported.n_rejected,
        "duplicates": imported.n_duplicates + preview.already_stored,
        "already_stored": preview.already_stored,
        "kinds": kinds(imported),
        "flags": _plain(imported.flags),
        "totals": _plain(imported.totals),
        "mapping": dict(imported.mapping),
        "reasons": [fault.to_dict() for fault in imported.rejected],
        "doubts": [fault.to_dict() for fault in imported.doubts],
        "repeated": [fault.to_dict() for fault in imported.repeated],
    }


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers as JSON knows them; one that is not finite as nothing."""
    numbers = {name: np.asarray(value).item() for name, value in values.items()}
    return {n: v if v == v and abs(v) != np.inf else None for n, v in numbers.items()}


def report_json(document: Mapping[str, Any]) -> str:
    """Report as text for a file."""
    return json.dumps(document, allow_nan=False, ensure_ascii=False, indent=2) + "\n"


def in_words(document: Mapping[str, Any]) -> str:
    """Report for a person at the command line."""
    lines = [
        f"{document['file']}: {document['rows']} rows, {document['accepted']} "
        f"{_STATES[document['state']]}, {document['rejected']} refused, "
        f"{document['duplicates']} duplicates",
        f"  layout {document['profile']}"
        + "".join(
            f"; {n} {_KIND_WORDS.get(k, k)}" for k, n in document["kinds"].items()
        ),
    ]
    if document["companions"]:
        lines.append(f"  read with {', '.join(document['companions'])}")
    lines += [_reason_line(reason) for reason in document["reasons"][:_SHOWN]]
    more = len(document["reasons"]) - _SHOWN
    if more > 0:
        lines.append(f"  and {more} more reasons; --report FILE holds them all")
    if document["doubts"]:
        n_records = len({doubt["row"] for doubt in document["doubts"]})
        some = "1 record" if n_records == 1 else f"{n_records} records"
        lines.append(
            f"  {some} kept with a doubt or read otherwise than written; "
            "--report FILE says which"
        )
    lines += [f"  {n}: {_total(value)}" for n, value in document["totals"].items()]
    if document["state"] in ("kept", "restored", "already_kept"):
        lines.append(
            f"  undo with: python -m core import --undo {document['import_id']}"
        )
    return "\n".join(lines)


def _total(value: float | None) -> str:
    """Total with every digit of a count that a person would read."""
    if value is None:
        return "not known"
    is_count = float(value).is_integer() and abs(value) < 1e12
    return f"{value:,.0f}" if is_count else f"{value:,.6g}"


def _reason_line(reason: Mapping[str, Any]) -> str:
    return (
        f"  row {reason['row']}, {reason['field'] or 'whole row'}: {reason['reason']} "
        f"(got {reason['value']!r})"
    )


def _kind_of(reason: Mapping[str, Any]) -> tuple[str, str]:
    """Field and reason without its figures: what many records have in common."""
    return str(reason["field"]), _FIGURE.sub("#", str(reason["reason"]))


def rare_first(reasons: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Order reasons so that the rare ones are not lost behind thousands alike."""
    found = Counter(map(_kind_of, reasons))
    return sorted(reasons, key=lambda one: (found[_kind_of(one)], one["row"]))


def by_reason(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what the reasons of a report come to, the most frequent first.

    Returns
    -------
    list of dict
        ``outcome`` (``refused``, ``kept`` or ``duplicate``), ``field``, ``reason`` (of
        the first such record), ``records`` and ``first_row``.
    """
    found: list[dict[str, Any]] = []
    for name, outcome in _OUTCOMES.items():
        groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
        for reason in document[name]:
            groups.setdefault(_kind_of(reason), []).append(reason)
        found += [
            {
                "outcome": outcome,
                "field": group[0]["field"],
                "reason": group[0]["reason"],
                "records": len({one["row"] for one in group}),
                "first_row": group[0]["row"],
            }
            for group in groups.values()
        ]
    rank = list(_OUTCOMES.values())
    return sorted(found, key=lambda g: (rank.index(g["outcome"]), -g["records"]))


def map_points(preview: Preview, *, limit: int = 2_000) -> pd.DataFrame:
    """Return positions for a small map: every place once, doubtful ones first.

    Parameters
    ----------
    preview : Preview
        The checked file.
    limit : int, default 2000
        Places at most; good ones are thinned evenly.

    Returns
    -------
    DataFrame
        ``lat``, ``lon`` and ``doubtful`` (bool).
    """
    imported = preview.imported
    rows, doubted = row_numbers(imported), _rows_in_doubt(imported)
    parts = []
    for name in ("observations", "measurements", "events"):
        frame = getattr(imported, name)
        told = np.array(rows[name], dtype=np.int64)
        # Where the record is not known, its flag says it.
        is_doubtful = np.where(
            told > 0,
            np.isin(told, sorted(doubted)),
            frame["quality_flag"].between(3, 4),
        )
        parts.append(frame[["lat", "lon"]].assign(doubtful=is_doubtful.astype(bool)))
    found = pd.concat(parts, ignore_index=True).dropna().round({"lat": 4, "lon": 4})
    places: pd.DataFrame = found.groupby(["lat", "lon"])["doubtful"].max().reset_index()
    doubtful = places[places["doubtful"]].head(limit)
    good = places[~places["doubtful"]]
    room = max(limit - len(doubtful), 0)
    if len(good) > room:
        good = good.iloc[np.linspace(0, len(good) - 1, room).astype(int)]
    return pd.concat([doubtful, good], ignore_index=True)


def _is_place(field: str) -> bool:
    """Whether a doubt is about a position and nothing else."""
    return bool(field) and all(_PLACE.search(name) for name in field.split(","))


def _rows_in_doubt(imported: Imported) -> set[int]:
    """Return the records whose position is in doubt or was read otherwise."""
    return {
        fault.row
        for fault in imported.doubts
        if _is_place(fault.field) or _DOUBTED_PLACE.search(fault.reason)
    }
