"""``meta.xml`` and ``eml.xml`` of a Darwin Core archive."""

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

if TYPE_CHECKING:
    from core.observations.exporters.darwin_core import DatasetNote

__all__ = ["eml_document", "meta_document"]

_DWC = "http://rs.tdwg.org/dwc/terms/"
_TEXT_GUIDE = "http://rs.tdwg.org/dwc/text/"
_FACTS = "http://rs.iobis.org/obis/terms/ExtendedMeasurementOrFact"
_EML = "https://eml.ecoinformatics.org/eml-2.2.0"


def meta_document(event_terms: tuple[str, ...], fact_terms: tuple[str, ...]) -> str:
    """Describe the two tables: the first column of each is the event's id."""
    root = Element("archive", {"xmlns": _TEXT_GUIDE, "metadata": "eml.xml"})
    _table(root, "core", f"{_DWC}Event", "event.csv", event_terms)
    _table(root, "extension", _FACTS, "measurement.csv", fact_terms)
    return _text(root)


def _table(
    root: Element, tag: str, row_type: str, file: str, terms: tuple[str, ...]
) -> None:
    part = SubElement(
        root,
        tag,
        {
            "encoding": "UTF-8",
            "fieldsTerminatedBy": ",",
            "linesTerminatedBy": "\\n",
            "fieldsEnclosedBy": '"',
            "ignoreHeaderLines": "1",
            "rowType": row_type,
        },
    )
    SubElement(SubElement(part, "files"), "location").text = file
    SubElement(part, "id" if tag == "core" else "coreid", {"index": "0"})
    for index, term in enumerate(terms):
        if tag == "core" or index > 0:
            SubElement(part, "field", {"index": str(index), "term": f"{_DWC}{term}"})


def eml_document(note: "DatasetNote", *, n_records: int, n_simulated: int) -> str:
    """Title, publisher, abstract and licence, and what part is simulated."""
    root = Element(
        "eml:eml",
        {
            "xmlns:eml": _EML,
            "packageId": f"gyre-{note.published_on.isoformat()}",
            "system": "Gyre",
            "xml:lang": "en",
        },
    )
    dataset = SubElement(root, "dataset")
    badge = "Simulated data: " if n_simulated else ""
    SubElement(dataset, "title").text = badge + note.title
    for role in ("creator", "metadataProvider"):
        SubElement(
            SubElement(dataset, role), "organizationName"
        ).text = note.organisation
    SubElement(dataset, "pubDate").text = note.published_on.isoformat()
    SubElement(SubElement(dataset, "abstract"), "para").text = _abstract(
        note.abstract, n_records, n_simulated
    )
    SubElement(SubElement(dataset, "intellectualRights"), "para").text = (
        note.licence or "No licence is stated."
    )
    SubElement(
        SubElement(dataset, "contact"), "organizationName"
    ).text = note.organisation
    return _text(root)


def _abstract(text: str, n_records: int, n_simulated: int) -> str:
    said = [text] if text else []
    said.append(
        f"{n_records:,} records of marine debris: sampling events with measurements. "
        "Debris is no taxon, so there are no occurrences."
    )
    if n_simulated:
        said.append(
            f"{n_simulated:,} of the {n_records:,} records are simulated, not observed."
        )
    return " ".join(said)


def _text(root: Element) -> str:
    indent(root)
    body = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'
