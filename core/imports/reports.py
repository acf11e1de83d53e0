"""The report of an import: the contract's keys, and what a person wants to know."""

import json
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from core.imports.checking import Preview
from core.imports.far import row_numbers
from core.observations.importers import Imported

__all__ = ["in_words", "kinds", "map_points", "report", "report_json"]

#: Reasons printed for a person; the report file holds all of them.
_SHOWN = 20
_STATES = {
    "checked": "would be kept",
    "kept": "kept",
    "already_kept": "new (imported before)",
    "restored": "brought back (it was withdrawn)",
    "nothing": "kept",
}
#: A doubt is about the position if its column or its reason speaks of one.
_PLACE = re.compile(r"\blat|\blon|position|coordinate|on land|km from", re.IGNORECASE)
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
        records = len({doubt["row"] for doubt in document["doubts"]})
        lines.append(
            f"  {len(document['doubts'])} doubtful values or readings in {records} "
            "records, kept; --report FILE names them"
        )
    lines += [f"  {name}: {value:,.6g}" for name, value in document["totals"].items()]
    if document["state"] in ("kept", "restored", "already_kept"):
        lines.append(
            f"  undo with: python -m core import --undo {document['import_id']}"
        )
    return "\n".join(lines)


def _reason_line(reason: Mapping[str, Any]) -> str:
    return (
        f"  row {reason['row']}, {reason['field'] or 'whole row'}: {reason['reason']} "
        f"(got {reason['value']!r})"
    )


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


def _rows_in_doubt(imported: Imported) -> set[int]:
    """Return the records whose position is in doubt or was read otherwise."""
    return {
        fault.row
        for fault in imported.doubts
        if _PLACE.search(fault.field) or _PLACE.search(fault.reason)
    }
