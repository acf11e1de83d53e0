"""Read a delimited text file into raw columns, whatever wrote it."""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from core.errors import ObservationError

MAX_FILE_BYTES = 512 * 1024 * 1024
DELIMITERS = (",", ";", "\t", "|")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")


@dataclass(frozen=True)
class TextTable:
    """Heading and records of a text file, all as text."""

    heading: list[str]
    records: list[list[str]]
    delimiter: str
    encoding: str


def uses_decimal_comma(columns: Sequence[Sequence[str]]) -> bool:
    """Whether numbers in these columns are written 54,32.

    To be asked only where a comma cannot be the delimiter, so ``1,816`` in a
    comma-separated file stays a thousands comma.
    """
    return any(
        _DECIMAL_COMMA.fullmatch(text.strip())
        for column in columns
        for text in islice(column, 1000)
    )


def read_text_table(path: Path) -> TextTable:
    """Read a csv, tsv or semicolon file, gzipped or not.

    Raises
    ------
    ObservationError
        If the file is empty, too large, no text, or its quotes never close.
    """
    text, encoding = decoded(content(path), path.name)
    first = next((line for line in io.StringIO(text) if line.strip()), "")
    if not first:
        raise ObservationError(f"{path.name} is empty")
    delimiter = max(DELIMITERS, key=first.count)
    records = split(text, delimiter, path.name)
    return TextTable(records[0], records[1:], delimiter, encoding)


def split(text: str, delimiter: str, name: str) -> list[list[str]]:
    """Split text into records, blank lines left out.

    Raises
    ------
    ObservationError
        If its quotes never close.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return [record for record in reader if any(map(str.strip, record))]
    except csv.Error as error:
        raise ObservationError(
            f"{name} cannot be read after line {reader.line_num}: {error}; "
            "a quote may never close"
        ) from error


def content(path: Path) -> bytes:
    """Bytes of a text file, unpacked if it is gzipped.

    Raises
    ------
    ObservationError
        If it cannot be read, is too large, or is a workbook or zip.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ObservationError(f"cannot read {path.name}: {error.strerror}") from error
    if data[:2] == b"\x1f\x8b":
        data = _gunzipped(data, path.name)
    if len(data) > MAX_FILE_BYTES:
        raise ObservationError(f"{path.name} is larger than 512 MiB")
    if data[:4] == b"PK\x03\x04" or data[:4] == b"\xd0\xcf\x11\xe0":
        raise ObservationError(
            f"{path.name} is a workbook or zip; save the sheet as CSV first"
        )
    return data


def _gunzipped(data: bytes, name: str) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            return file.read(MAX_FILE_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ObservationError(f"{name} is a broken gzip file: {error}") from error


def decoded(data: bytes, name: str) -> tuple[str, str]:
    """Text of a file, and its encoding.

    Raises
    ------
    ObservationError
        If it is no text.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ["utf-16"]
    else:
        # Every byte is a character in latin-1, so it comes last and never fails.
        encodings = ["utf-8-sig", "latin-1"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            raise ObservationError(f"{name} is no text file")
        return text, encoding.removesuffix("-sig")
    raise ObservationError(f"{name} is no text file")
