"""Priorities for the route planner: sites with their worth, and what it rests on."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from core.errors import InputError
from core.priorities.area_files import area_from_row
from core.priorities.areas import SensitiveArea, When
from core.priorities.documents import weights_to_document
from core.priorities.keeping import weights_of_version
from core.priorities.rank import site_priority
from core.priorities.weights import HarmWeights

if TYPE_CHECKING:
    from core.storage import Store

__all__ = ["reweigh_sites", "weigh_sites"]

_BUILT_IN = "built in"
_VERSION = "version "


def weigh_sites(
    sites: pd.DataFrame,
    weights: HarmWeights | None,
    areas: Sequence[SensitiveArea] = (),
    when: When = None,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Give sites the priority a plan maximises, and say what it rests on.

    Parameters
    ----------
    sites, weights, areas, when
        See :func:`core.priorities.site_priority`; the sites have a name, ``site``.

    Returns
    -------
    sites : DataFrame
        With ``priority`` and ``reason``.
    weighting : dict
        What a plan keeps: the version of the weights and the hash of their figures, the
        areas that count, and for each site the bounds of its priority and the reason.
    """
    made = site_priority(sites, weights, areas, when)
    used = [area for area in areas if area.counts_at(when)]
    names = ("site", "priority_low", "priority_high", "reason")
    rows = zip(*(made[name].tolist() for name in names), strict=True)
    weighting = {
        "objective": "priority",
        "harm_weights": None if weights is None else _named(weights),
        "areas": [
            {"area_id": area.area_id, "name": area.name, "factor": area.factor}
            for area in used
        ],
        "sites": {
            str(site): {"low": float(low), "high": float(high), "reason": str(why)}
            for site, low, high, why in rows
        },
    }
    return made.drop(columns=["priority_low", "priority_high"]), weighting


def reweigh_sites(
    store: "Store",
    weighting: Mapping[str, Any],
    sites: pd.DataFrame,
    when: When = None,
) -> pd.DataFrame:
    """Give later sites of a plan the priority that its own weights and areas give.

    Raises
    ------
    InputError
        If the plan used weights or areas of a file, which the store does not have.
    NotFoundError
        If the store lost them.
    """
    named = weighting.get("harm_weights")
    weights = None if named is None else _weights(store, str(named["version"]))
    rows = []
    for area in weighting.get("areas", ()):
        if not area.get("area_id"):
            raise InputError(
                f"the plan used the area {area['name']} of a file; plan again with it"
            )
        rows.append(store.areas.get(area["area_id"]))
    return site_priority(sites, weights, [area_from_row(row) for row in rows], when)


def _named(weights: HarmWeights) -> dict[str, str]:
    text = json.dumps(weights_to_document(weights), sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return {"version": weights.version, "sha256": digest}


def _weights(store: "Store", version: str) -> HarmWeights:
    if version == _BUILT_IN:
        return weights_of_version(store, 0)
    number = version.removeprefix(_VERSION)
    if not version.startswith(_VERSION) or not number.isdecimal():
        raise InputError(
            f"the plan used the harm weights of the file {version}; plan again with it"
        )
    return weights_of_version(store, int(number))
