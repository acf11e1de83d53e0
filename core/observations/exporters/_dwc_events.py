"""Sampling events of an archive: those given, and those that records imply."""

import hashlib
from typing import NamedTuple

import numpy as np
import pandas as pd

from core.observations._columns import BoolArray
from core.observations.frame import empty_observations
from core.observations.measurements import empty_events, empty_measurements
from core.observations.quantities import medium as find_medium
from core.observations.quantities import quantity as find_quantity

__all__ = ["EVENT_TERMS", "Seen", "event_rows", "follows_from_count", "with_event_ids"]

#: Columns of the event table, each the Darwin Core term of its name.
EVENT_TERMS: tuple[str, ...] = (
    "eventID",
    "eventDate",
    "decimalLatitude",
    "decimalLongitude",
    "geodeticDatum",
    "samplingProtocol",
    "sampleSizeValue",
    "sampleSizeUnit",
    "footprintWKT",
    "fieldNumber",
    "datasetName",
    "eventRemarks",
)

#: What makes the rows of one search. A category that comes back under the same key is
#: a further search of the same size, as in a density.
_SEARCH = ["survey", "photo_sha256", "observed_at", "lat", "lon", "effort_km2"]
_SAMPLE = ["survey", "event", "observed_at", "lat", "lon", "medium"]
_UNITS = {
    "km2": "square kilometre",
    "m2": "square metre",
    "m3": "cubic metre",
    "m": "metre",
    "kg": "kilogram dry sediment",
    "min": "minute",
}
_ISO = {"year": "%Y", "month": "%Y-%m", "day": "%Y-%m-%d"}


class Seen(NamedTuple):
    """Records with ``event_id``, and the events given."""

    observations: pd.DataFrame
    measurements: pd.DataFrame
    events: pd.DataFrame


def with_event_ids(
    observations: pd.DataFrame | None,
    measurements: pd.DataFrame | None,
    events: pd.DataFrame | None,
) -> Seen:
    """Tie every record to an event, by name where one was given."""
    seen = empty_observations() if observations is None else observations
    measured = empty_measurements() if measurements is None else measurements
    given = empty_events() if events is None else events
    named = given.loc[given["event"] != ""].drop_duplicates(["survey", "event"])
    known = named.set_index(["survey", "event"])["event_id"]
    keys = pd.MultiIndex.from_frame(measured[["survey", "event"]])
    by_name = known.reindex(keys).to_numpy(dtype=object)
    made = _hashes(measured, _SAMPLE)
    ids = [i if isinstance(i, str) else j for i, j in zip(by_name, made, strict=True)]
    nth = seen.groupby([*_SEARCH, "category", "size_class"], dropna=False).cumcount()
    searched = seen.assign(nth=nth.where(seen["photo_sha256"] == "", 0))
    return Seen(
        observations=seen.assign(event_id=_hashes(searched, [*_SEARCH, "nth"])),
        measurements=measured.assign(event_id=ids),
        events=given,
    )


def event_rows(seen: Seen) -> pd.DataFrame:
    """Return a row an event, each once."""
    measured = _of_measurements(seen.measurements)
    parts = [
        _of_events(seen.events, measured),
        measured,
        _of_observations(seen.observations),
    ]
    return pd.concat(parts, ignore_index=True).drop_duplicates("eventID")


def follows_from_count(rows: pd.DataFrame, measured: pd.DataFrame) -> BoolArray:
    """Whether a measurement's count says it all.

    It does where the value is the count over the size of the event's sample, and
    where there is no value at all.

    Parameters
    ----------
    rows : DataFrame
        From `event_rows`.
    measured : DataFrame
        Measurements with ``event_id``.
    """
    sample = rows.set_index("eventID").reindex(measured["event_id"])
    kinds = [find_quantity(code) for code in measured["quantity"]]
    same_unit = [
        _unit(kind.effort_unit) == unit
        for kind, unit in zip(kinds, sample["sampleSizeUnit"], strict=True)
    ]
    same_size = np.isclose(
        sample["sampleSizeValue"].to_numpy(np.float64),
        measured["effort"].to_numpy(np.float64),
        rtol=1e-9,
        atol=0.0,
    )
    counted = measured["count"].notna().to_numpy() & np.array(
        [kind.counts for kind in kinds], dtype=bool
    )
    said = measured[["value", "value_low", "value_high"]].notna().to_numpy()
    over_sample = same_size & np.array(same_unit, dtype=bool)
    return np.asarray(counted & (over_sample | ~said.any(axis=1)))


def _hashes(frame: pd.DataFrame, columns: list[str]) -> list[str]:
    texts = [list(map(str, frame[name].tolist())) for name in columns]
    return [
        hashlib.sha256(
            "\x1f".join(values).encode("utf-8", "surrogatepass")
        ).hexdigest()[:32]
        for values in zip(*texts, strict=True)
    ]


def _of_events(frame: pd.DataFrame, measured: pd.DataFrame) -> pd.DataFrame:
    ends = frame[["lat", "lon", "end_lat", "end_lon"]].to_numpy(np.float64)
    # An event holds the start of its day or month; its measurements say which.
    exact = dict(zip(measured["eventID"], measured["eventDate"], strict=True))
    times = zip(frame["event_id"], frame["started_at"], frame["ended_at"], strict=True)
    return pd.DataFrame(
        {
            "eventID": frame["event_id"],
            "eventDate": [_span(exact.get(i, ""), a, b) for i, a, b in times],
            "decimalLatitude": frame["lat"],
            "decimalLongitude": frame["lon"],
            "geodeticDatum": "EPSG:4326",
            "samplingProtocol": _protocol(frame["method"], frame["medium"]),
            "sampleSizeValue": frame["effort"],
            "sampleSizeUnit": [_unit(unit) for unit in frame["effort_unit"]],
            "footprintWKT": [_line(*row) for row in ends],
            "fieldNumber": frame["event"],
            "datasetName": frame["survey"],
            "eventRemarks": _remarks(frame),
        },
        columns=list(EVENT_TERMS),
    )


def _of_measurements(frame: pd.DataFrame) -> pd.DataFrame:
    first = frame.drop_duplicates("event_id")
    units = [
        find_quantity(q).effort_unit if e == e else ""
        for q, e in zip(first["quantity"], first["effort"], strict=True)
    ]
    return pd.DataFrame(
        {
            "eventID": first["event_id"],
            "eventDate": [
                time.strftime(_ISO[precision]) if precision in _ISO else _iso(time)
                for time, precision in zip(
                    first["observed_at"], first["time_precision"], strict=True
                )
            ],
            "decimalLatitude": first["lat"],
            "decimalLongitude": first["lon"],
            "geodeticDatum": "EPSG:4326",
            "samplingProtocol": _protocol(first["method"], first["medium"]),
            "sampleSizeValue": first["effort"],
            "sampleSizeUnit": [_unit(unit) for unit in units],
            "footprintWKT": "",
            "fieldNumber": first["event"],
            "datasetName": first["survey"],
            "eventRemarks": _remarks(first),
        },
        columns=list(EVENT_TERMS),
    )


def _of_observations(frame: pd.DataFrame) -> pd.DataFrame:
    first = frame.drop_duplicates("event_id")
    with_effort = first["effort_km2"].notna()
    return pd.DataFrame(
        {
            "eventID": first["event_id"],
            "eventDate": [_iso(time) for time in first["observed_at"]],
            "decimalLatitude": first["lat"],
            "decimalLongitude": first["lon"],
            "geodeticDatum": "EPSG:4326",
            "samplingProtocol": [
                "photo from above, sea surface" if s == "photo" else "sea surface"
                for s in first["source"]
            ],
            "sampleSizeValue": first["effort_km2"],
            "sampleSizeUnit": [_unit("km2") if known else "" for known in with_effort],
            "footprintWKT": "",
            "fieldNumber": first["photo_sha256"],
            "datasetName": first["survey"],
            "eventRemarks": _remarks(first.assign(note="")),
        },
        columns=list(EVENT_TERMS),
    )


def _iso(time: pd.Timestamp) -> str:
    return str(time.isoformat()).replace("+00:00", "Z")


def _span(exact: str, start: pd.Timestamp, end: pd.Timestamp) -> str:
    """ISO 8601 interval where the end is known and later, else as exact as known."""
    if pd.isna(end) or end == start:
        return exact or _iso(start)
    return f"{_iso(start)}/{_iso(end)}"


def _line(lat: float, lon: float, end_lat: float, end_lon: float) -> str:
    if not np.isfinite([end_lat, end_lon]).all():
        return ""
    return f"LINESTRING ({lon:.6f} {lat:.6f}, {end_lon:.6f} {end_lat:.6f})"


def _unit(code: str) -> str:
    return _UNITS.get(code, code)


def _protocol(method: pd.Series, medium: pd.Series) -> list[str]:
    where = {code: find_medium(code).label.lower() for code in set(medium)}
    return [
        ", ".join(filter(None, [how, where[code]]))
        for how, code in zip(method, medium, strict=True)
    ]


def _remarks(frame: pd.DataFrame) -> list[str]:
    """Badge of simulated data, quality flag where not good, and the note."""
    return [
        "; ".join(
            filter(
                None,
                [
                    "simulated, not an observation" if simulated else "",
                    f"QARTOD flag {flag}" if flag != 1 else "",
                    note,
                ],
            )
        )
        for simulated, flag, note in zip(
            frame["simulated"], frame["quality_flag"], frame["note"], strict=True
        )
    ]
