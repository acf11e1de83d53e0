"""Writing the body of an answer to a file, and reading an error body in words."""

import html
import http.client
import json
import re
import zlib
from pathlib import Path
from typing import BinaryIO

from core.errors import SourceError, SourceRefused, StorageError

__all__ = ["save_body", "server_words"]

_CHUNK = 65536
_MAX_WORDS = 300
_GZIP_WBITS = 16 + zlib.MAX_WBITS
_DAP_MESSAGE = re.compile(r'message\s*=\s*"((?:[^"\\]|\\.)*)"', re.DOTALL)
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.DOTALL | re.IGNORECASE)
_TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)


class _Decoder:
    """Undo the compression of an answer a piece at a time, never a whole bomb."""

    def __init__(self, encoding: str) -> None:
        name = encoding.strip().lower()
        self._members = name in ("gzip", "x-gzip")
        if name in ("", "identity"):
            self._zlib = None
        elif self._members:
            self._zlib = zlib.decompressobj(wbits=_GZIP_WBITS)
        elif name == "deflate":
            self._zlib = zlib.decompressobj()
        else:
            raise SourceError(f"the answer is encoded as {encoding[:40]!r}, unknown")

    def feed(self, chunk: bytes, room: int) -> bytes:
        """Decode a chunk; the result is at most one byte longer than ``room``."""
        if self._zlib is None:
            return chunk
        data = b""
        try:
            while chunk and len(data) <= room:
                if self._zlib.eof and self._members:
                    # RFC 1952: a gzip file may be several, one after another.
                    self._zlib = zlib.decompressobj(wbits=_GZIP_WBITS)
                data += self._zlib.decompress(chunk, room + 1 - len(data))
                if self._zlib.eof and not self._members:
                    break
                chunk = self._zlib.unused_data
            return data
        except zlib.error as error:
            raise SourceError(f"the compressed answer is broken: {error}") from error

    @property
    def is_whole(self) -> bool:
        """Whether a compressed answer came to its own end."""
        return self._zlib is None or self._zlib.eof


def save_body(
    response: http.client.HTTPResponse,
    sink: Path,
    *,
    max_bytes: int,
    cut: bool = False,
) -> int:
    """Write a body to a file and count on the way.

    Parameters
    ----------
    response : HTTPResponse
        Its header has been read.
    sink : Path
        Written anew.
    max_bytes : int
        Most bytes taken, after decompression; what the header says is not believed.
    cut : bool
        Stop at the limit without an error, for the text of an error.

    Returns
    -------
    int
        Bytes written.

    Raises
    ------
    SourceRefused
        If the body is larger than the limit.
    http.client.IncompleteRead
        If the connection ended before the body did.
    """
    declared = response.length  # None for chunked answers and those until the end
    if declared is not None and declared > max_bytes and not cut:
        raise SourceRefused(_too_large(f"{declared / 1e6:.0f} MB", max_bytes))
    decoder = _Decoder(response.headers.get("Content-Encoding", ""))
    received = written = 0
    with _opened(sink) as file:
        while chunk := response.read1(_CHUNK):
            received += len(chunk)
            data = decoder.feed(chunk, max_bytes - written)
            written += len(data)
            if written > max_bytes or received > max_bytes:
                if cut:
                    return written
                raise SourceRefused(
                    _too_large("larger than its header says", max_bytes)
                )
            _write(file, data)
    if (declared is not None and received != declared) or not decoder.is_whole:
        missing = None if declared is None else declared - received
        raise http.client.IncompleteRead(b"", missing)
    return written


def _opened(sink: Path) -> BinaryIO:
    try:
        return sink.open("wb")
    except OSError as error:
        raise StorageError(f"cannot write {sink}: {error.strerror}") from error


def _write(file: BinaryIO, data: bytes) -> None:
    try:
        file.write(data)
    except OSError as error:  # a full disk is no fault of the network
        raise StorageError(f"cannot keep the answer: {error.strerror}") from error


def _too_large(size: str, max_bytes: int) -> str:
    return (
        f"the answer is {size}, at most {max_bytes / 1e6:g} MB are taken; ask for a "
        "smaller area or time, or raise forcing_max_mb"
    )


def server_words(path: Path, content_type: str) -> str:
    """Say in one line what a server wrote instead of data.

    Knows the error text of ERDDAP and DAP servers (``Error { code=404;
    message="..."; }``), JSON with a message, HTML pages and plain text.

    Parameters
    ----------
    path : Path
        The body; its first part is read.
    content_type : str
        As the server named it.

    Returns
    -------
    str
        At most 300 characters without markup or control characters.
    """
    with path.open("rb") as file:
        text = file.read(_CHUNK).decode("utf-8", errors="replace")
    if not text.strip():
        return "nothing"
    if dap := _DAP_MESSAGE.search(text):
        return _one_line(dap.group(1).replace('\\"', '"'))
    if found := _json_message(text):
        return _one_line(found)
    if "html" in content_type.lower() or re.match(r"\s*<(!doctype|html)", text, re.I):
        title = _TITLE.search(text)
        words = _one_line(_TAGS.sub(" ", title.group(1) if title else text))
        return f"a web page, {words!r}" if words else "a web page"
    return _one_line(_TAGS.sub(" ", text))


def _json_message(text: str) -> str:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    if isinstance(data, dict):
        for name in ("message", "detail", "error"):
            if isinstance(data.get(name), str):
                return str(data[name])
    return ""


def _one_line(text: str) -> str:
    plain = html.unescape(text)
    plain = "".join(c if c.isprintable() else " " for c in plain)
    plain = " ".join(plain.split())
    return plain if len(plain) <= _MAX_WORDS else plain[: _MAX_WORDS - 3] + "..."
