"""Records of a sites or fleet file that are not used, and why."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

__all__ = ["Rejected", "listed", "shown"]

_MAX_SHOWN = 60
_SHOWN_RECORDS = 50


@dataclass(frozen=True)
class Rejected:
    """What is wrong with one field of one record.

    Parameters
    ----------
    record : str
        Which record, as a person finds it: ``row 5, site B``, ``vessel Alma``.
    field : str
        Field that is wrong; empty where the record as a whole is.
    value : str
        What stood there, cut to 60 printable characters.
    reason : str
        What was expected, in a sentence.
    """

    record: str
    field: str
    value: str
    reason: str

    def to_dict(self) -> dict[str, str]:
        """Return the entry of ``rejected`` in a plan document."""
        return asdict(self)

    def __str__(self) -> str:
        """Record, field, value and reason on one line."""
        if not self.field:
            return f"{self.record}: {self.reason}"
        return f"{self.record}: {self.field} is {self.value or 'empty'}, {self.reason}"


def shown(value: object) -> str:
    """Show a value on one line: at most 60 characters, none of them a control.

    Text is quoted and escaped as Python does it, so that neither a line break nor a
    mark that turns the direction of writing reaches a screen.
    """
    if value is None:
        return "nothing"
    if isinstance(value, str):
        value = value[: _MAX_SHOWN + 1]
    elif isinstance(value, float):
        return f"{value:g}"
    elif not isinstance(value, int):
        return f"a {type(value).__name__}"
    elif value.bit_length() > 64:
        return f"a whole number of {value.bit_length()} bits"
    text = ascii(value) if not str(value).isprintable() else repr(value)
    return text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 3] + "..."


def listed(rejected: Iterable[Rejected]) -> str:
    """Return refused records in one sentence, the first 50 of them."""
    every = [str(one) for one in rejected]
    more = len(every) - _SHOWN_RECORDS
    return "; ".join(every[:_SHOWN_RECORDS] + [f"and {more} more"] * (more > 0))
