"""Rows of a plan document that map, table and timeline share."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from core.units import KM_PER_NAUTICAL_MILE

__all__ = ["VESSEL_COLOURS", "Document", "letter_of", "plan_stops", "vessel_colour"]

Document = Mapping[str, Any]

#: Okabe and Ito, those that show on a light and a dark sea.
VESSEL_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")


def vessel_colour(index: int) -> str:
    """Colour of a vessel by its place in the fleet."""
    return VESSEL_COLOURS[index % len(VESSEL_COLOURS)]


def letter_of(index: int) -> str:
    """Letters that tell vessels apart without colour: A to Z, then AA, AB and on."""
    first, last = divmod(index, 26)
    return ("" if first == 0 else letter_of(first - 1)) + chr(ord("A") + last)


def plan_stops(document: Document) -> Iterator[dict[str, Any]]:
    """List stops in order, numbered for each vessel over all its trips."""
    for i, vessel in enumerate(document["vessels"]):
        count = 0
        for trip in vessel["trips"]:
            for stop, leg in zip(trip["stops"], trip["legs"], strict=False):
                count += 1
                start = stop.get("start", stop["arrive"])
                waited = pd.Timestamp(start) - pd.Timestamp(stop["arrive"])
                yield {
                    "vessel": vessel["name"],
                    "vessel_index": i,
                    "number": count,
                    "label": f"{letter_of(i)}{count}",
                    **stop,
                    "start": start,
                    "wait_h": waited / pd.Timedelta(hours=1),
                    "leg_nm": leg["distance_km"] / KM_PER_NAUTICAL_MILE,
                    "fuel_l": stop["fuel_l"] + leg["fuel_l"],
                }
