"""Darwin Core archives: sampling events with measurements, for OBIS and GBIF.

Litter is no taxon, so it is no occurrence: each search is an Event, and what was
counted or weighed there are its ExtendedMeasurementOrFact rows. A search that found
nothing is an event whose measurement is 0.

References
----------
.. [1] Biodiversity Information Standards (TDWG), "Darwin Core text guide" (2009):
   zip with ``meta.xml``, ``eml.xml`` and delimited text.
.. [2] OBIS manual, "ENV-DATA": Event core with ExtendedMeasurementOrFact.
"""

import csv
import io
import zipfile
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd

from core.errors import ObservationError
from core.observations._formulas import guarded
from core.observations.exporters._dwc_events import (
    EVENT_TERMS,
    event_rows,
    follows_from_count,
    with_event_ids,
)
from core.observations.exporters._dwc_facts import (
    FACT_TERMS,
    measurement_facts,
    observation_facts,
)
from core.observations.exporters._dwc_xml import eml_document, meta_document

__all__ = ["DatasetNote", "export_darwin_core"]

#: Members of a zip carry this time, so that equal data give equal bytes.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, kw_only=True)
class DatasetNote:
    """What the archive says of itself.

    Attributes
    ----------
    title, abstract : str
        For people.
    organisation : str
        Who publishes it.
    licence : str
        Terms of use; the archive says that none are stated if it is empty.
    published_on : date
        Day of publication.
    """

    title: str
    organisation: str
    abstract: str = ""
    licence: str = ""
    published_on: date


def export_darwin_core(
    path: Path | str,
    note: DatasetNote,
    *,
    observations: pd.DataFrame | None = None,
    measurements: pd.DataFrame | None = None,
    events: pd.DataFrame | None = None,
) -> None:
    """Write records as a Darwin Core archive.

    Parameters
    ----------
    path : Path or str
        The zip file.
    note : DatasetNote
        Title, publisher and licence, which the archive has to state.
    observations, measurements : DataFrame, optional
        What was found.
    events : DataFrame, optional
        Sampling events; measurements are tied to them by survey and event name.
        Records without one get an event made from their place and time.

    Raises
    ------
    ObservationError
        If there is no record at all, or the note has no title or publisher.
    """
    if not note.title.strip() or not note.organisation.strip():
        raise ObservationError("an archive needs a title and a publisher")
    frames = [
        frame
        for frame in (observations, measurements, events)
        if frame is not None and not frame.empty
    ]
    if not frames:
        raise ObservationError("nothing to export: no record and no sampling event")
    seen = with_event_ids(observations, measurements, events)
    rows = event_rows(seen)
    is_count = follows_from_count(rows, seen.measurements)
    facts = pd.concat(
        [
            observation_facts(seen.observations),
            measurement_facts(seen.measurements, is_count),
        ],
        ignore_index=True,
    )
    tables = {
        "event.csv": _table(rows, EVENT_TERMS),
        "measurement.csv": _table(facts, FACT_TERMS),
        "meta.xml": meta_document(EVENT_TERMS, FACT_TERMS),
        "eml.xml": eml_document(
            note,
            n_records=sum(len(frame) for frame in frames),
            n_simulated=sum(int(frame["simulated"].sum()) for frame in frames),
        ),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in tables.items():
            archive.writestr(zipfile.ZipInfo(name, _ZIP_TIME), content)


def _table(frame: pd.DataFrame, terms: tuple[str, ...]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow(terms)
    columns = [[_cell(value) for value in frame[term]] for term in terms]
    writer.writerows(zip(*columns, strict=True))
    return out.getvalue()


def _cell(value: object) -> str:
    if value is None or value is pd.NaT or value != value:
        return ""
    if isinstance(value, float):
        return repr(value) if value % 1 else str(int(value))
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return guarded(str(value)) if isinstance(value, str) else str(value)
