"""The report of a preparation: one document, shown as JSON, Markdown and HTML."""

import html
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from core.mlops.preparation.records import KINDS, plain

__all__ = ["report_html", "report_json", "report_markdown"]

Row = Sequence[object]


def report_json(report: dict[str, Any]) -> str:
    """Write the whole report as one JSON document, without NaN."""
    return json.dumps(report, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _sections(report: dict[str, Any]) -> list[tuple[str, str, Row, list[Row]]]:
    """Tables of the report: title, remark, head, rows."""
    entanglement = report["entanglement"]
    counted = Counter(finding["kind"] for finding in report["findings"])
    scenes, split = report["scenes"], report["split"]
    unit = "boxes" if report["kind"] == "boxes" else "pictures"
    return [
        (
            "Summary",
            "",
            ("what", "value"),
            [
                ("set", report["source"]),
                ("layout", f"{report['layout']}, {report['kind']}"),
                ("pictures found", report["n_found"]),
                ("pictures kept", report["n_accepted"]),
                ("pictures left out", report["n_rejected"]),
                ("scenes", f"{scenes['n']}, the largest with {scenes['largest']}"),
                ("scenes joined by", _pairs(scenes["joined_by"])),
                ("pairs that look alike", report["near_duplicates"]["pairs"]),
                (
                    "of these across the set's own split",
                    report["near_duplicates"]["across_own_split"],
                ),
                (
                    "split",
                    f"{split['train']} train, {split['validation']} validation "
                    f"(share {split['share']}, seed {split['seed']}, {split['rule']})",
                ),
                ("class and source, NMI", entanglement["nmi"]),
                ("right by source alone", entanglement["source_only_accuracy"]),
                ("right by commonest class", entanglement["majority_accuracy"]),
            ],
        ),
        (
            "Labels",
            "What each label of the set was taken for, and what says so.",
            ("label", unit, "category", "rule"),
            [
                (row["label"], row["n"], row["category"] or "unknown", row["rule"])
                for row in report["labels"]
            ],
        ),
        (
            "Classes",
            f"Counted in {unit}.",
            ("class", "train", "validation", "share", "scenes", "by source"),
            [
                (
                    name,
                    row["train"],
                    row["validation"],
                    row["validation_share"],
                    row["scenes"],
                    _pairs(row["by_source"]),
                )
                for name, row in report["classes"].items()
            ],
        ),
        (
            "Findings by kind",
            "",
            ("kind", "number", "severity", "what to do"),
            [(kind, n, *KINDS[kind]) for kind, n in counted.most_common()],
        ),
        (
            "Findings",
            "",
            ("record", "kind", "severity", "reason", "what to do"),
            [
                (f["record"], f["kind"], f["severity"], f["reason"], f["remedy"])
                for f in report["findings"]
            ],
        ),
    ]


def _pairs(counts: dict[str, Any]) -> str:
    return ", ".join(f"{name} {n}" for name, n in counts.items()) or "nothing"


def report_markdown(report: dict[str, Any]) -> str:
    """Write the report as Markdown tables; every finding is a row."""
    lines = ["# Data preparation report", ""]
    for title, remark, head, rows in _sections(report):
        lines += [f"## {title}", ""]
        lines += [remark, ""] if remark else []
        if not rows:
            lines += ["None.", ""]
            continue
        lines += [_md_row(head), _md_row(["---"] * len(head))]
        lines += [_md_row(row) for row in rows] + [""]
    return "\n".join(lines)


def _md_row(cells: Iterable[object]) -> str:
    return "| " + " | ".join(map(_md, cells)) + " |"


def _md(cell: object) -> str:
    text = plain(cell, most=400)
    if text == "---":
        return text
    # Nothing from outside may become markup, a link or a column of its own.
    for char in "\\`*_[]<>|#!":
        text = text.replace(char, f"\\{char}")
    return text


def report_html(report: dict[str, Any]) -> str:
    """Write the report as one HTML page without scripts or links."""
    parts = [
        "<!DOCTYPE html><html lang=en><meta charset=utf-8>",
        "<title>Data preparation report</title><style>",
        "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:75rem;",
        "padding:0 1rem;color:#16202a}table{border-collapse:collapse;margin:0 0 2rem}",
        "th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;",
        "border-bottom:1px solid #cdd6de;overflow-wrap:anywhere}</style>",
        "<h1>Data preparation report</h1>",
    ]
    for title, remark, head, rows in _sections(report):
        parts.append(f"<h2>{html.escape(title)}</h2>")
        if remark:
            parts.append(f"<p>{html.escape(remark)}</p>")
        if not rows:
            parts.append("<p>None.</p>")
            continue
        parts.append("<table><thead>" + _html_row(head, "th") + "</thead><tbody>")
        parts += [_html_row(row, "td") for row in rows]
        parts.append("</tbody></table>")
    return "\n".join(parts) + "\n</html>\n"


def _html_row(cells: Iterable[object], tag: str) -> str:
    inner = "".join(
        f"<{tag}>{html.escape(plain(cell, most=400))}</{tag}>" for cell in cells
    )
    return f"<tr>{inner}</tr>"
