"""What tables of shore surveys have in common: place, date, length searched."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.observations.importers.layouts._litter import Account, searches_of
from core.observations.importers.layouts._sheet import Sheet
from core.observations.importers.reading.headings import parse_heading, words_of

__all__ = ["SHORE", "lacks_of_search", "length_m", "shore_searches"]

#: Words for the columns of a shore survey. Programmes name them alike; what was not
#: seen in a published file of theirs is marked in docs/imports.md.
SHORE: dict[str, Sequence[str]] = {
    "lat": (*words_of("lat"), "lat1", "beginlatitude", "latitudebeginning", "laty1"),
    "lon": (*words_of("lon"), "lon1", "beginlongitude", "longitudebeginning", "lonx1"),
    "end_lat": ("endlatitude", "latitudeend", "lat2", "laty2", "endlat"),
    "end_lon": ("endlongitude", "longitudeend", "lon2", "lonx2", "endlon"),
    "date": (*words_of("date"), "surveystartdate", "dateofsurvey", "datesurvey"),
    "observed_at": ("observedat", "datetime", "eventdate"),
    "year": words_of("year"),
    "month": words_of("month"),
    "day": words_of("day"),
    "survey": ("programme", "program", "project", "organization", "organisation",
               "community", "communityname", "campaign", "survey"),
    "event": ("beachname", "shorelinename", "sitename", "beach", "site", "location",
              "locationname", "shoreline", "beachid", "beachcode", "refno", "siteid",
              "station", "event"),
    "method": ("protocol", "surveytype", "eventtype", "method", "surveyprotocol"),
    "length": ("length", "surveylength", "surveyedlength", "lengthsurveyed",
               "beachlength", "beachlengthm", "lengthm", "surveylengthm",
               "surveyedlengthm", "lengthofsurvey", "samplingarealength",
               "stretchlength", "shorelinelength", "sitelength"),
}  # fmt: skip


def lacks_of_search(columns: dict[str, str], *, needs_length: bool) -> tuple[str, ...]:
    """Say what the columns of a shore survey still lack."""
    lacks = []
    if not {"lat", "lon"} <= columns.keys():
        lacks.append("latitude and longitude")
    if not {"date", "observed_at", "year"} & columns.keys():
        lacks.append("a date")
    if needs_length and "length" not in columns:
        lacks.append("the length searched (m)")
    return tuple(lacks)


def length_m(sheet: Sheet, account: Account, *, default: float = np.nan) -> list[float]:
    """Length searched by each record, in m; one that cannot be is left out.

    Parameters
    ----------
    sheet : Sheet
        With ``length`` among its columns, or not.
    account : Account
        Takes doubts and notes.
    default : float
        Length the protocol fixes where the table states none, in m.
    """
    lengths = sheet.numbers("length")
    heading = sheet.columns.get("length", "")
    unit = parse_heading(heading, sheet.table.units.get(heading, "")).unit
    lengths = lengths * (1000.0 if unit == "km" else 1.0)
    for i in np.flatnonzero(lengths <= 0).tolist():
        reason = "length is not above 0 m, so items per 100 m are not known"
        account.doubt(sheet.rows[i], heading, f"{lengths[i]:g}", reason)
    lengths = np.where(lengths > 0, lengths, np.nan)
    if not heading and not np.isnan(default):
        account.note(f"length_of_{default:g}_m_by_protocol", len(lengths))
        lengths = np.full(len(lengths), default)
    return [float(length) for length in lengths]


def shore_searches(
    sheet: Sheet,
    keys: Sequence[str],
    efforts: Sequence[float],
    account: Account,
) -> pd.DataFrame:
    """Return the searches of a table that holds place and date of each."""
    lat, lon = sheet.cells.positions()
    searches = searches_of(
        {
            "key": keys,
            "row": sheet.rows.tolist(),
            "survey": sheet.texts("survey"),
            "event": sheet.texts("event"),
            "lat": lat,
            "lon": lon,
            "end_lat": sheet.numbers("end_lat").tolist(),
            "end_lon": sheet.numbers("end_lon").tolist(),
            "observed_at": sheet.cells.times(),
            "effort": efforts,
            "method": sheet.texts("method"),
        }
    )
    account.refused += [*sheet.refused, *sheet.cells.refused]
    account.doubts += sheet.cells.doubts
    account.notes |= {**sheet.table.notes, **sheet.cells.notes}
    account.mapping |= sheet.columns
    return searches
