"""Read a workbook in a process of its own; run as a script, not imported.

A sheet of two cells far apart makes the reading library ask for all cells between them
and abort the process, so it runs where memory is limited and an abort harms nobody.
Needs the standard library and python-calamine only; writes JSON lines: for each sheet
its name, then one line a row. Dates and times are objects with their kind.
"""

import datetime
import json
import re
import resource
import sys
import zipfile

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

MAX_MEMORY_BYTES = 3 * 1024**3
MAX_SECONDS = 120
EXIT_REFUSED = 3
#: Name of a cell, or number of a row whose cells have none.
_CELL = re.compile(rb' r="([A-Z]{0,3})([0-9]{1,7})"')
_CHUNK = 1 << 20
_OVERLAP = 32


def span(path: str) -> int:
    """Cells between the corners of the largest sheet of an .xlsx; 0 for others.

    The library asks memory for all of them at once, and not every system limits it.
    """
    if not zipfile.is_zipfile(path):
        return 0
    largest = 0
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if not re.fullmatch(r"xl/worksheets/[^/]+\.xml", member.filename):
                continue
            columns = rows = 1
            tail = b""
            with archive.open(member) as file:
                while chunk := file.read(_CHUNK):
                    for letters, number in _CELL.findall(tail + chunk):
                        columns = max(columns, _place(letters))
                        rows = max(rows, int(number))
                    tail = chunk[-_OVERLAP:]
            largest = max(largest, columns * rows)
    return largest


def _place(letters: bytes) -> int:
    """Return the number of a column from its letters: A is 1."""
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place


def plain(cell: object) -> object:
    """Cell as JSON holds it."""
    if isinstance(cell, datetime.datetime | datetime.date | datetime.time):
        return {type(cell).__name__: cell.isoformat()}
    if isinstance(cell, datetime.timedelta):
        return {"hours": cell.total_seconds() / 3600.0}
    return cell


def write(path: str, max_cells: int) -> None:
    """Write every sheet of a workbook to standard output."""
    if span(path) > max_cells:
        raise ValueError(f"a sheet spans over {max_cells} cells, most of them empty")
    book = CalamineWorkbook.from_path(path)
    left = max_cells
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        left -= sheet.height * sheet.width
        if left < 0:
            raise ValueError(f"its sheets have over {max_cells} cells")
        sys.stdout.write(json.dumps({"sheet": name}) + "\n")
        for row in sheet.to_python(skip_empty_area=True):
            sys.stdout.write(json.dumps([plain(cell) for cell in row]) + "\n")


def main() -> None:
    """Read the workbook named on the command line within the limits."""
    for kind, limit in (
        (resource.RLIMIT_AS, MAX_MEMORY_BYTES),
        (resource.RLIMIT_CPU, MAX_SECONDS),
    ):
        hard = resource.getrlimit(kind)[1]
        soft = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        try:
            resource.setrlimit(kind, (soft, hard))
        except (ValueError, OSError) as error:  # a system without such a limit
            sys.stderr.write(f"no limit set: {error}\n")
    try:
        write(sys.argv[1], int(sys.argv[2]))
    except PasswordError:
        sys.stderr.write("it is locked by a password")
        sys.exit(EXIT_REFUSED)
    except (
        CalamineError,
        OSError,
        ValueError,
        OverflowError,
        zipfile.BadZipFile,
    ) as error:
        sys.stderr.write(str(error))
        sys.exit(EXIT_REFUSED)


if __name__ == "__main__":
    main()
