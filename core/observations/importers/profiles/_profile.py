"""A profile of one table: known by its headings, read by hand-written rules."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from core.observations.importers.base import ImportContext, Imported, Match, RawTable
from core.observations.importers.profiles._headings import best_table, find_heading
from core.observations.importers.profiles._reading import Reading

__all__ = ["TableProfile"]

#: Below this share of its headings a file is not a damaged copy of a layout.
_NEAR = 0.5


class TableProfile(ABC):
    """A layout known by the headings of one table.

    Attributes
    ----------
    name, title : str
        Name in commands, and for people.
    required : tuple of str
        Headings that the layout must have.
    companion_names : tuple of str
        Beginnings of the names of files that the table needs beside it, which whoever
        imports it may look for in the same folder and pass as companions; optional in
        a profile, empty for most.
    """

    name: str
    title: str
    required: tuple[str, ...]
    companion_names: tuple[str, ...] = ()

    def match(self, tables: Sequence[RawTable]) -> Match:
        """How well the file fits, by the headings of its best table."""
        if not tables:
            return Match(score=0.0)
        columns = best_table(tables, self.required).columns
        lacks = tuple(n for n in self.required if find_heading(columns, n) is None)
        share = 1.0 - len(lacks) / len(self.required)
        if not lacks:
            return Match(score=1.0)
        return Match(score=0.9 * share if share >= _NEAR else 0.0, lacks=lacks)

    def read(self, tables: Sequence[RawTable], context: ImportContext) -> Imported:
        """Read the file.

        Raises
        ------
        ObservationError
            If it needs another file that is not there.
        """
        reading = Reading(best_table(tables, self.required), context)
        self.fill(reading)
        return reading.finish(self.name)

    @abstractmethod
    def fill(self, reading: Reading) -> None:
        """Take what the table says."""
