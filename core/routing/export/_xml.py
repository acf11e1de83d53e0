"""XML written for other programs, and XML from outside read without trust.

A file from outside may define entities that expand to gigabytes, name other files, or
nest without end. None of the formats here needs a document type, so one is refused.
"""

from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from xml.parsers import expat

from core.errors import RouteInputError

__all__ = ["child", "parse_xml", "to_text", "xml_safe"]

_MAX_BYTES = 20_000_000
_MAX_DEPTH = 40
_MAX_ELEMENTS = 500_000
_FIRST_PRINTABLE = 0x20


def xml_safe(text: str) -> str:
    """Replace the characters that XML 1.0 cannot hold (section 2.2)."""
    return "".join(char if _may_stand(ord(char)) else "\ufffd" for char in text)


def _may_stand(code: int) -> bool:
    if code < _FIRST_PRINTABLE:
        return code in (0x9, 0xA)  # a carriage return would come back as a line feed
    return not (0xD800 <= code <= 0xDFFF or code in (0xFFFE, 0xFFFF))


def child(parent: Element, tag: str, text: str = "", **attributes: str) -> Element:
    """Add an element with a text and attributes, made safe for XML."""
    safe = {name: xml_safe(value) for name, value in attributes.items()}
    one = ElementTree.SubElement(parent, tag, safe)
    one.text = xml_safe(text) or None
    return one


def to_text(root: Element) -> str:
    """Write a document, indented, with its declaration."""
    ElementTree.indent(root)
    body = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def parse_xml(text: str | bytes, *, what: str) -> Element:
    """Parse a document from outside.

    Parameters
    ----------
    text : str or bytes
        The document; bytes as the XML declaration says.
    what : str
        How messages name it.

    Raises
    ------
    RouteInputError
        If it is not well formed, larger than 20 MB, nested deeper than 40 elements,
        or has a document type.
    """
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if len(data) > _MAX_BYTES:
        raise RouteInputError(f"{what} is larger than {_MAX_BYTES // 10**6} MB")
    reader = _Reader(what)
    encoding = "utf-8" if isinstance(text, str) else None
    parser = expat.ParserCreate(encoding, namespace_separator="}")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reader.refuse_doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.builder.data
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise RouteInputError(f"{what} is not well-formed XML: {error}") from error
    return reader.builder.close()


class _Reader:
    """Builds a tree, and counts how deep and how large it gets."""

    def __init__(self, what: str) -> None:
        self.builder: ElementTree.TreeBuilder = ElementTree.TreeBuilder()
        self._what = what
        self._depth = 0
        self._count = 0

    def refuse_doctype(self, *_: object) -> None:
        raise RouteInputError(f"{self._what} has a document type, which is refused")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._count += 1
        if self._depth > _MAX_DEPTH:
            raise RouteInputError(f"{self._what} is nested deeper than {_MAX_DEPTH}")
        if self._count > _MAX_ELEMENTS:
            raise RouteInputError(f"{self._what} has over {_MAX_ELEMENTS} elements")
        named = {_clark(key): value for key, value in attributes.items()}
        self.builder.start(_clark(name), named)

    def end(self, name: str) -> None:
        self._depth -= 1
        self.builder.end(_clark(name))


def _clark(name: str) -> str:
    """Write ``uri}local`` as ElementTree does, ``{uri}local``."""
    return "{" + name if "}" in name else name
