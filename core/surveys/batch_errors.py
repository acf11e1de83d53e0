"""What went wrong with single files of a batch, and what a person can do about it."""

import csv
import io
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["BatchError", "error_of", "errors_csv"]

#: Words of a reason, the remedy, and whether trying the same file again may help. The
#: first that fits is taken; reasons are our own words, see `core.imagery`.
_REMEDIES: tuple[tuple[str, str, bool], ...] = (
    ("counted once", "Nothing to do: the photo counts under its other name.", False),
    (
        "already counted in survey",
        "Nothing to do, unless it belongs here: then it has to leave the other survey.",
        False,
    ),
    (
        "same content as another file",
        "Nothing to do: the photo counts under its other name.",
        False,
    ),
    (
        "a simulated photo",
        "Add it to a survey of its own; simulated and real photos never mix.",
        False,
    ),
    ("cut short", "Copy the file from the memory card again, then retry.", True),
    ("is empty", "Copy the file from the memory card again, then retry.", True),
    ("damaged", "Copy the file again; if it stays damaged, leave it out.", True),
    (
        "megapixels, more than the limit",
        "Export it smaller, to at most 120 megapixels, then retry.",
        True,
    ),
    ("more than the limit of", "Export it smaller, to at most 100 MB.", True),
    ("camera raw file", "Export it as JPEG and add that.", False),
    ("a link", "Copy the file itself into the folder, then retry.", True),
    ("outside the folder", "Copy the file itself into the folder, then retry.", True),
    ("not a photo", "Leave it out, or export it as JPEG.", False),
    ("an animation", "Export the single picture as JPEG.", False),
    ("samples are", "Export it with 8 bits a colour, as JPEG.", False),
    ("password", "Pack the photos into a zip without a password.", False),
    ("no longer in the store", "Upload the file again.", False),
    ("more memory", "Close other programs, then retry.", True),
    ("internal fault", "Retry; if it fails again, tell the maintainers.", True),
    ("no longer there", "Put the file back where it was, then retry.", True),
    ("read", "Make the file readable for this user, then retry.", True),
)
_ELSE = "Look at the file, mend it, then retry."
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, kw_only=True)
class BatchError:
    """A file of a batch that could not be used.

    Attributes
    ----------
    file : str
        Where it lies within the batch.
    reason : str
        What is wrong, in plain words.
    remedy : str
        What a person can do.
    may_retry : bool
        Whether trying the same file again may help.
    sha256 : str
        Identity of its content; empty if it could not be read.
    """

    file: str
    reason: str
    remedy: str
    may_retry: bool
    sha256: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        return asdict(self)


def error_of(file: str, reason: str, sha256: str = "") -> BatchError:
    """Say what helps against a reason for which a file was refused."""
    fitting = ((helps, again) for words, helps, again in _REMEDIES if words in reason)
    remedy, may_retry = next(fitting, (_ELSE, True))
    return BatchError(
        file=file, reason=reason, remedy=remedy, may_retry=may_retry, sha256=sha256
    )


def errors_csv(errors: Iterable[BatchError | dict[str, Any]]) -> bytes:
    """Return errors as a table for a spreadsheet.

    Returns
    -------
    bytes
        CSV in UTF-8 with ``file,reason,remedy,sha256``; no cell can be run as a
        formula.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["file", "reason", "remedy", "sha256"])
    for error in errors:
        row = error if isinstance(error, dict) else error.to_dict()
        writer.writerow(
            _cell(str(row[name])) for name in ("file", "reason", "remedy", "sha256")
        )
    return out.getvalue().encode("utf-8", "backslashreplace")


def _cell(text: str) -> str:
    shown = "".join(char if char.isprintable() else "\ufffd" for char in text)
    return f"'{shown}" if shown.startswith(_FORMULA_STARTS) else shown
