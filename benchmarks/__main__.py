"""Run benchmarks: ``python -m benchmarks [NAME …] [--json FILE]``."""

import argparse
import importlib
import json
import os
import pkgutil
import platform
from pathlib import Path

import benchmarks
from benchmarks import Row


def main() -> None:
    """Run the named benchmarks, or all, and print a table."""
    known = sorted(
        info.name
        for info in pkgutil.iter_modules(benchmarks.__path__)
        if not info.name.startswith("_")
    )
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(known))
    parser.add_argument("--json", type=Path, help="write what was measured to a file")
    given = parser.parse_args()
    if unknown := sorted(set(given.names) - set(known)):
        parser.error(f"unknown: {', '.join(unknown)}; known: {', '.join(known)}")
    found = {}
    for name in given.names or known:
        rows = importlib.import_module(f"benchmarks.{name}").run()
        found[name] = rows
        print(_table(name, rows), flush=True)
    if given.json:
        machine = {
            "cores": os.cpu_count(),
            "machine": platform.machine(),
            "system": platform.system(),
            "python": platform.python_version(),
        }
        document = {"machine": machine, "benchmarks": found}
        given.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _table(name: str, rows: list[Row]) -> str:
    cells = [
        (row["measure"], f"{row['value']:.4g} {row['unit']}", row.get("note", ""))
        for row in rows
    ]
    widths = [max((len(line[k]) for line in cells), default=0) for k in range(2)]
    lines = [
        f"  {measure:<{widths[0]}}  {value:>{widths[1]}}  {note}".rstrip()
        for measure, value, note in cells
    ]
    return "\n".join([name, *lines])


if __name__ == "__main__":
    main()
