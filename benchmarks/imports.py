"""Import every published table at hand and say what came of it, as a Markdown table.

Reads ``../shared/datasets/observations`` beside the checkout; says so where it is
absent. Files are read as the import command reads them, and nothing is stored. Times
are processor seconds, so a busy machine changes them little.
"""

import re
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks import Row
from core.imports import check_file
from core.observations.frame import QualityFlag
from core.observations.importers import Imported

__all__ = ["markdown", "run"]

Found = tuple[str, Imported, float]

_FOLDER = Path(__file__).resolve().parents[2] / "shared/datasets/observations"
_NO_TABLES = frozenset({".md"})
_SHOWN_REASONS = 4
_DOUBTFUL = (int(QualityFlag.SUSPECT), int(QualityFlag.FAIL))
#: Numbers within a reason differ from row to row; without them equal reasons add up.
_NUMBER = re.compile(r"-?\b\d[\d.,]*(?:e[+-]?\d+)?\b")
_COLUMNS = (
    "File",
    "Rows",
    "Accepted",
    "Refused",
    "Repeated",
    "Flagged",
    "Main reasons (rows)",
    "Records",
    "CPU s",
)
#: Large sums in words people use: unit in brackets to divisor and words.
_WORDS = {"items": (1e12, "trillion items"), "g": (1e9, "thousand tonnes")}
_LARGE = 1e9


def run() -> list[Row]:
    """Import every file, print the table, and return its figures."""
    if not _FOLDER.is_dir():
        note = "the published tables (../shared/datasets/observations) are not here"
        return [{"measure": "imports", "value": 0, "unit": "files", "note": note}]
    files = sorted(p for p in _FOLDER.iterdir() if p.suffix not in _NO_TABLES)
    # One import beforehand loads libraries and the coastline, which no file costs.
    check_file(next((p for p in files if "stations" in p.name), files[0]))
    found: list[Found] = []
    for path in files:
        began = time.process_time()
        imported = check_file(path).imported
        found.append((path.name, imported, time.process_time() - began))
    print(markdown(found))
    return [row for each in found for row in _rows(*each)]


def _rows(name: str, imported: Imported, spent: float) -> list[Row]:
    note = (
        f"{imported.n_rows} rows, {imported.n_accepted} accepted, "
        f"{imported.n_rejected} refused, {imported.n_duplicates} repeated"
    )
    rows: list[Row] = [
        {"measure": f"import of {name}", "value": spent, "unit": "CPU s", "note": note}
    ]
    for total, value in imported.totals.items():
        rows.append({"measure": f"  {total}", "value": value, "unit": ""})
    return rows


def markdown(found: Iterable[Found]) -> str:
    """Write what came of each file, and the totals below it.

    Parameters
    ----------
    found : iterable of (str, Imported, float)
        Name of each file, what came of it, and CPU seconds.

    Returns
    -------
    str
        Two Markdown tables.
    """
    lines = [_line(_COLUMNS), "|---" + "|---:" * 5 + "|---|---|---:|"]
    totals = []
    for name, imported, spent in found:
        counts = (
            imported.n_rows,
            imported.n_accepted,
            imported.n_rejected,
            imported.n_duplicates,
            _n_flagged(imported),
        )
        numbers = [f"{count:,}" for count in counts]
        texts = [_reasons(imported), _records(imported)]
        lines.append(_line([f"`{name}`", *numbers, *texts, f"{spent:.1f}"]))
        totals += [_line([f"`{name}`", *_total(*t)]) for t in imported.totals.items()]
    return "\n".join([*lines, "", _line(_TOTALS), "|---|---|---:|", *totals])


_TOTALS = ("File", "Total", "Value")


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _n_flagged(imported: Imported) -> int:
    """Count records of which a kept row is flagged suspect or worse."""
    rows: set[int] = set()
    for frame in (imported.measurements, imported.events):
        doubtful = frame["quality_flag"].isin(_DOUBTFUL)
        rows |= set(frame.loc[doubtful, "source_row"].tolist())
    return len(rows) + int(imported.observations["quality_flag"].isin(_DOUBTFUL).sum())


def _reasons(imported: Imported) -> str:
    """Most frequent reasons, refused records first."""
    grouped: dict[tuple[str, str], Counter[str]] = {}
    for kind, faults in (
        ("refused: ", imported.rejected),
        ("repeated: ", imported.repeated),
        ("", imported.doubts),
    ):
        for fault in faults:
            text = fault.reason.split("; give replicates")[0]
            group = grouped.setdefault((kind, _NUMBER.sub("…", text)), Counter())
            group[text] += 1
    often = sorted(grouped.items(), key=lambda entry: -entry[1].total())
    often.sort(key=lambda entry: entry[0][0] == "")
    # One wording is shown as it stands, several with their numbers left out.
    shown = [
        f"{kind}{next(iter(texts)) if len(texts) == 1 else text} ({texts.total():,})"
        for (kind, text), texts in often[:_SHOWN_REASONS]
    ]
    if (left := len(often) - _SHOWN_REASONS) > 0:
        shown.append(f"{left} more {'reason' if left == 1 else 'reasons'}")
    return "<br>".join(shown).replace("|", "/") or "none"


def _records(imported: Imported) -> str:
    kinds = {
        "observations": len(imported.observations),
        "measurements": len(imported.measurements),
        "events": len(imported.events),
        "model fields": len(imported.fields),
        **{f"in table `{name}`": len(t) for name, t in imported.tables.items()},
    }
    return "<br>".join(f"{n:,} {kind}" for kind, n in kinds.items() if n)


def _total(name: str, value: float) -> tuple[str, str]:
    """Name and value of a total, a large one in words."""
    unit = name.rpartition("(")[2].rstrip(")")
    if value >= _LARGE and unit in _WORDS:
        divisor, words = _WORDS[unit]
        digits = 1 if unit == "items" else 0
        return name.removesuffix(f" ({unit})"), f"{value / divisor:.{digits}f} {words}"
    return name, f"{value:,.0f}"
