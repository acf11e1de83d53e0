"""Darwin Core archives: a zip of text tables that ``meta.xml`` describes."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

import numpy as np
import pandas as pd

from core.errors import ObservationError
from core.observations._faults import shown
from core.observations.frame import Rejection
from core.observations.importers.base import RawTable
from core.observations.importers.formats import _archive
from core.observations.importers.formats._limits import MAX_COLUMNS
from core.observations.importers.formats._tables import unique_names

__all__ = ["archive_tables", "has_meta"]

_META = "meta.xml"
_MAX_META_BYTES = 1_000_000
_ESCAPES = {"\\t": "\t", "\\n": "\n", "\\r": "\r"}


@dataclass(frozen=True)
class _Part:
    """One ``core`` or ``extension`` of meta.xml."""

    name: str
    file: str
    encoding: str
    delimiter: str
    quote: str
    n_heading: int
    terms: dict[int, str]
    constants: dict[str, str]


def has_meta(names: list[str]) -> bool:
    """Whether the members of a zip make it a Darwin Core archive."""
    return _META in names


def archive_tables(path: Path) -> tuple[RawTable, ...]:
    """Read the core table, then each extension, under the names of their terms.

    The key of the core is column ``id`` and that of an extension ``coreid``, beside
    the term of the same column if it has one. Tables are named by their row type:
    ``Event``, ``Occurrence``, ``ExtendedMeasurementOrFact``.

    Raises
    ------
    ObservationError
        If meta.xml is broken or names a file that is not there.
    """
    with _archive.opened(path) as archive:
        by_name = {_archive.base_name(m): m for m in _archive.members(archive)}
        meta = _archive.read_member(archive, by_name[_META], _MAX_META_BYTES)
        tables = []
        for part in _parts(meta, path.name):
            if part.file not in by_name:
                raise ObservationError(
                    f"{path.name}: meta.xml names {shown(part.file)}, which is missing"
                )
            data = _archive.read_member(archive, by_name[part.file])
            tables.append(_table(part, data, path))
        return tuple(tables)


def _parts(meta: bytes, name: str) -> list[_Part]:
    root = _parsed(meta, name)
    cores = [element for element in root if _local(element.tag) == "core"]
    others = [element for element in root if _local(element.tag) == "extension"]
    if len(cores) != 1:
        raise ObservationError(f"{name}: meta.xml has {len(cores)} core tables, not 1")
    return [_part(element, name) for element in (*cores, *others)]


def _parsed(meta: bytes, name: str) -> Element:
    """Tree of a small XML; a document type, so any entity, is refused."""
    builder = TreeBuilder()
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise ObservationError(
            f"{name}: meta.xml has a document type, which is refused"
        )

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(meta, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        if isinstance(error, ObservationError):
            raise
        raise ObservationError(f"{name}: meta.xml is no XML: {shown(error)}") from error
    return builder.close()


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


def _part(element: Element, name: str) -> _Part:
    files = [e for e in element.iter() if _local(e.tag) == "location"]
    if not files or not (files[0].text or "").strip():
        raise ObservationError(f"{name}: a table of meta.xml has no file")
    terms: dict[int, str] = {}
    constants: dict[str, str] = {}
    keys: dict[int, str] = {}
    for child in element:
        local = _local(child.tag)
        if local in {"id", "coreid"}:
            keys[_index(child, name)] = local
        elif local == "field":
            term = child.get("term", "").rstrip("/").rpartition("/")[2]
            if child.get("index") is None:
                constants[term] = child.get("default", "")
            else:
                terms[_index(child, name)] = term
    for index, key in keys.items():
        terms[index] = terms.get(index) or key
        constants.setdefault(f"={key}", terms[index])
    return _Part(
        name=element.get("rowType", "").rstrip("/").rpartition("/")[2],
        file=(files[0].text or "").strip().replace("\\", "/").rpartition("/")[2],
        encoding=element.get("encoding") or "UTF-8",
        delimiter=_unescaped(element.get("fieldsTerminatedBy", ",")),
        quote=element.get("fieldsEnclosedBy", '"'),
        n_heading=_number(element.get("ignoreHeaderLines", "0"), name),
        terms=terms,
        constants=constants,
    )


def _index(element: Element, name: str) -> int:
    index = _number(element.get("index", ""), name)
    if index >= MAX_COLUMNS:
        raise ObservationError(f"{name}: meta.xml names column {index}")
    return index


def _number(text: str, name: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise ObservationError(f"{name}: meta.xml has {shown(text)} for a number")
    return int(text)


def _unescaped(text: str) -> str:
    return _ESCAPES.get(text, text)


def _table(part: _Part, data: bytes, path: Path) -> RawTable:
    try:
        text = data.decode(part.encoding).removeprefix("\ufeff")
    except (UnicodeDecodeError, LookupError) as error:
        raise ObservationError(
            f"{path.name}: {shown(part.file)} is not in {shown(part.encoding)}"
        ) from error
    if len(part.delimiter) != 1 or len(part.quote) > 1:
        raise ObservationError(f"{path.name}: meta.xml has no usable delimiter")
    records = _records(text, part, path.name)
    width = max(part.terms, default=-1) + 1
    good = [(i, r) for i, r in enumerate(records, 1) if len(r) >= width]
    refused = tuple(
        Rejection(i, "", shown(part.delimiter.join(r)), f"{len(r)} fields of {width}")
        for i, r in enumerate(records, 1)
        if len(r) < width
    )
    names = unique_names([part.terms[index] for index in sorted(part.terms)])
    columns = {
        name: pd.Series([r[index] for _, r in good], dtype="object")
        for name, index in zip(names, sorted(part.terms), strict=True)
    }
    frame = pd.DataFrame(columns, index=range(len(good)))
    for term, value in part.constants.items():
        if term.startswith("="):  # the key, which also has a term
            frame[term[1:]] = frame[value]
        elif term and term not in frame:
            frame[term] = value
    return RawTable(
        name=part.name,
        frame=frame,
        rows=np.array([i for i, _ in good], dtype=np.int64),
        file=path.name,
        kind="dwca",
        refused=refused,
        path=path,
        delimiter=part.delimiter,
    )


def _records(text: str, part: _Part, name: str) -> list[list[str]]:
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=part.delimiter,
        quotechar=part.quote or None,
        quoting=csv.QUOTE_MINIMAL if part.quote else csv.QUOTE_NONE,
    )
    try:
        rows = [row for row in reader if any(map(str.strip, row))]
    except csv.Error as error:
        raise ObservationError(f"{name}: {part.file} is broken: {error}") from error
    return rows[part.n_heading :]
